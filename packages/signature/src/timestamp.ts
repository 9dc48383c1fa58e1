import { SignatureError } from './errors.ts';

/** How far the timestamp of a request may lie from the verifier's clock, in milliseconds: RAM's 15 minutes. */
export const DEFAULT_WINDOW_MS = 15 * 60 * 1000;

const ISO_SECONDS = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const RFC_1123 = /^[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;

/**
 * Reads `YYYY-MM-DDThh:mm:ssZ`, the only form that RPC 1.0, ACS3 and ACS4 know.
 *
 * @returns milliseconds since 1970
 * @throws SignatureError `InvalidTimeStamp.Format` for another form, or a moment that no calendar has
 */
export function parseIsoTimestamp(text: string): number {
  const match = ISO_SECONDS.exec(text);
  if (match === null) throw new SignatureError('InvalidTimeStamp.Format');
  const time = utc(match[1]!, Number(match[2]) - 1, match[3]!, match[4]!, match[5]!, match[6]!);
  if (formatIsoTimestamp(time) !== text) throw new SignatureError('InvalidTimeStamp.Format');
  return time;
}

/**
 * Reads the date of RFC 1123 (`Tue, 24 Nov 2026 02:10:19 GMT`), which ROA 1.0 uses.
 *
 * @returns milliseconds since 1970
 * @throws SignatureError `InvalidTimeStamp.Format` for another form, a wrong weekday, or a moment that no
 *   calendar has
 */
export function parseHttpDate(text: string): number {
  const match = RFC_1123.exec(text);
  if (match === null) throw new SignatureError('InvalidTimeStamp.Format');
  const time = utc(match[3]!, MONTHS.indexOf(match[2]!), match[1]!, match[4]!, match[5]!, match[6]!);
  if (Number.isNaN(time) || new Date(time).toUTCString() !== text) {
    throw new SignatureError('InvalidTimeStamp.Format');
  }
  return time;
}

/** Writes a moment (milliseconds since 1970) as `YYYY-MM-DDThh:mm:ssZ`, without its milliseconds. */
export function formatIsoTimestamp(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/**
 * Refuses a timestamp that lies further from now than the window allows, to either side.
 *
 * @throws SignatureError `InvalidTimeStamp.Expired`, with the server's time and the difference in the message, so
 *   that a wrong clock explains itself
 */
export function assertWithinWindow(timestamp: number, now: number, windowMs: number): void {
  const age = now - timestamp;
  // Written so that a NaN is refused.
  if (age <= windowMs && age >= -windowMs) return;
  const seconds = Math.round(Math.abs(age) / 1000);
  const direction = age > 0 ? 'behind' : 'ahead';
  throw new SignatureError(
    'InvalidTimeStamp.Expired',
    `Server time is ${formatIsoTimestamp(now)}, the request is ${seconds} s ${direction}.`,
  );
}

function utc(year: string, month: number, day: string, hour: string, minute: string, second: string): number {
  return Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute), Number(second));
}
