/** A number of calls in a time. */
export interface RateLimit {
  /** Milliseconds in which one call is earned. */
  readonly intervalMs: number;
  /** How many calls may come at once after a rest. */
  readonly burst: number;
}

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
const RATE = /^([1-9]\d{0,8})\/([smh])(?: burst ([1-9]\d{0,8}))?$/;

/**
 * Reads `100/s`, `6000/m`, `10/h`, with `burst 200` after it when more may come at once; without it that is the
 * number of calls itself.
 *
 * @returns undefined when the text is no rate
 */
export function parseRateLimit(text: string): RateLimit | undefined {
  const match = RATE.exec(text);
  if (match === null) return undefined;
  const [, calls, unit, burst] = match;
  return { intervalMs: UNITS[unit as keyof typeof UNITS] / Number(calls), burst: Number(burst ?? calls) };
}
