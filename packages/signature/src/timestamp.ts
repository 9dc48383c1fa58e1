import { SignatureError } from './errors.ts';
import type { KeySignature } from './parsed-signature.ts';

/**
 * Maximum distance between a request's timestamp and the verifier's clock, in milliseconds: RAM's 15 minutes.
 */
export const DEFAULT_WINDOW_MS = 15 * 60 * 1000;

/**
 * Maximum distance of the timestamp of ROA 1.0 without a nonce, in milliseconds: 5 minutes, the clock skew that
 * Kerberos allows too. Without a nonce nothing but time distinguishes two requests, and ROA 1.0 signs no host: a
 * captured request can be used at another service only that long.
 */
export const ROA_WITHOUT_NONCE_WINDOW_MS = 5 * 60 * 1000;

/**
 * Maximum age of a presigned request, in milliseconds: 15 minutes, as long as Alibaba's clients use one. None may
 * be more than a minute ahead of the clock, which would prolong it.
 */
export const PRESIGNED_WINDOW_MS = 15 * 60 * 1000;
const PRESIGNED_AHEAD_MS = 60 * 1000;

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
 * Parses `YYYY-MM-DDThh:mm:ssZ`, the only form of RPC 1.0, ACS3 and ACS4.
 *
 * @returns milliseconds since the epoch
 * @throws SignatureError `InvalidTimeStamp.Format` for another form or an impossible date
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
  // Each comparison is false for NaN. Times before 1970 are refused.
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
 * Parses the date of RFC 1123 (`Tue, 24 Nov 2026 02:10:19 GMT`), which ROA 1.0 uses.
 *
 * @returns milliseconds since the epoch
 * @throws SignatureError `InvalidTimeStamp.Format` for another form, a wrong weekday or an impossible date
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

/**
 * Formats a time as `YYYY-MM-DDThh:mm:ssZ`, without milliseconds.
 *
 * @param time milliseconds since the epoch
 */
export function formatIsoTimestamp(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/** Maximum distances of a timestamp from the clock, in milliseconds. */
export interface TimestampWindow {
  readonly behindMs: number;
  readonly aheadMs: number;
}

/** Returns the window of a signature, which is smaller for one that could be used more than once. */
export function timestampWindow(parsed: KeySignature, windowMs: number): TimestampWindow {
  if (parsed.scheme === 'ROA-HMAC-SHA1' && !parsed.hasOwnNonce) {
    const shorter = Math.min(windowMs, ROA_WITHOUT_NONCE_WINDOW_MS);
    return { behindMs: shorter, aheadMs: shorter };
  }
  if ('isPresigned' in parsed && parsed.isPresigned) {
    return {
      behindMs: Math.min(windowMs, PRESIGNED_WINDOW_MS),
      aheadMs: Math.min(windowMs, PRESIGNED_AHEAD_MS),
    };
  }
  return { behindMs: windowMs, aheadMs: windowMs };
}

/**
 * Asserts that a timestamp lies within the window around the present.
 *
 * @throws SignatureError `InvalidTimeStamp.Expired`, with the server's time and the difference in the
 *   message
 */
export function assertWithinWindow(
  timestamp: number,
  now: number,
  { behindMs, aheadMs }: TimestampWindow,
): void {
  const age = now - timestamp;
  // Written so that NaN is refused.
  if (age <= behindMs && age >= -aheadMs) return;
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

/** Returns the decimal number between two offsets of a text, NaN if there is none. */
function number(text: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
