const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Longer texts are cut in messages. */
const MAX_QUOTED = 40;

/** Bounds of a duration, both included, written as durations. */
export interface DurationBounds {
  /** Default `1ms`. */
  readonly least?: string;
  /** Default `24d`, just below what a timer of Node.js holds. */
  readonly most?: string;
}

/** A text that is not a duration within bounds. The message names the text and what is expected. */
export class InvalidDuration extends RangeError {
  override readonly name = 'InvalidDuration';
}

/**
 * Parses a duration: a whole number and one of `ms`, `s`, `m`, `h`, `d`.
 *
 * @example parseDuration('90s') // 90000
 * @example parseDuration('3x') // InvalidDuration: invalid duration "3x": expected 1ms to 24d
 * @returns milliseconds
 * @throws InvalidDuration
 */
export function parseDuration(text: string, { least = '1ms', most = '24d' }: DurationBounds = {}): number {
  const value = millisecondsOf(text);
  if (value !== undefined && value >= millisecondsOf(least)! && value <= millisecondsOf(most)!) return value;
  const quoted = JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text);
  throw new InvalidDuration(`invalid duration ${quoted}: expected ${least} to ${most}`);
}

function millisecondsOf(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * UNIT_MS[unit]!;
}
