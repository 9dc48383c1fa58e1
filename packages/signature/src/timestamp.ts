import { SignatureError } from './errors.ts';

/** How far the timestamp of a request may lie from the verifier's clock, in milliseconds: RAM's 15 minutes. */
export const DEFAULT_WINDOW_MS = 15 * 60 * 1000;

// All requests of a second have the same timestamp.
let lastText: string | undefined;
let lastTime = 0;

const HYPHEN = 0x2d;
const COLON = 0x3a;
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const RFC_1123 = /^[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;

/**
 * Reads `YYYY-MM-DDThh:mm:ssZ`, the only form that RPC 1.0, ACS3 and ACS4 know.
 *
 * @returns milliseconds since 1970
 * @throws SignatureError `InvalidTimeStamp.Format` for another form, or a moment that no calendar has
 */
export function parseIsoTimestamp(text: string): number {
  if (text === lastText) return lastTime;
  lastTime = readIsoTimestamp(text);
  lastText = text;
  return lastTime;
}

function readIsoTimestamp(text: string): number {
  const year = number(text, 0, 4);
  const month = number(text, 5, 7);
  const day = number(text, 8, 10);
  const hour = number(text, 11, 13);
  const minute = number(text, 14, 16);
  const second = number(text, 17, 19);
  const isFormed =
    text.length === 20 &&
    text.charCodeAt(4) === HYPHEN &&
    text.charCodeAt(7) === HYPHEN &&
    text.charCodeAt(10) === LETTER_T &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON &&
    text.charCodeAt(19) === LETTER_Z;
  // Each comparison is false for NaN. Years before 1970 are no time that a request was signed at.
  const isMoment =
    year >= 1970 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysInMonth(year, month) &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59;
  if (!isFormed || !isMoment) throw new SignatureError('InvalidTimeStamp.Format');
  return Date.UTC(year, month - 1, day, hour, minute, second);
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
  const [, day, month, year, hour, minute, second] = match;
  const time = Date.UTC(
    Number(year),
    MONTHS.indexOf(month!),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  if (new Date(time).toUTCString() !== text) {
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

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The decimal number between two places of a text, NaN when something else stands there. */
function number(text: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
