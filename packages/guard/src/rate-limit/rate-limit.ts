/** Rate of calls. */
export interface RateLimit {
  /** Milliseconds per call. */
  readonly intervalMs: number;
  /** Number of calls that may come at once after a pause. */
  readonly burst: number;
}

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
const RATE = /^([1-9]\d{0,8})\/([smh])(?: burst ([1-9]\d{0,8}))?$/;

/**
 * Parses `100/s`, `6000/m`, `10/h`, with an optional `burst 200`; the default burst is the number of calls.
 *
 * @returns undefined if the text is not a rate
 */
export function parseRateLimit(text: string): RateLimit | undefined {
  const match = RATE.exec(text);
  if (match === null) return undefined;
  const [, calls, unit, burst] = match;
  return { intervalMs: UNITS[unit as keyof typeof UNITS] / Number(calls), burst: Number(burst ?? calls) };
}
