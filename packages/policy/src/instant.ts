const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAY = 86_400_000;

/**
 * Parses an ISO 8601 date or time; returns milliseconds since the epoch. Accepts `2026-01-31` (midnight UTC),
 * `2026-01-31T08:00Z`, `2026-01-31T08:00:00Z`, one to three decimals of a second, and an offset `+08:00`
 * instead of `Z`. Returns `undefined` for anything else: a time without `Z` or offset is ambiguous, and the
 * date must exist.
 */
export function readInstant(text: string): number | undefined {
  if (text.length < 10 || text.length > 29 || text[4] !== '-' || text[7] !== '-') return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  const midnight = daysSince1970(year, month, day) * DAY;
  if (text.length === 10) return midnight;

  if (text[10] !== 'T' || text[13] !== ':') return undefined;
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return undefined;
  let at = 16;
  let second = 0;
  let millisecond = 0;
  if (text[at] === ':') {
    second = digits(text, at + 1, 2);
    if (second < 0 || second > 59) return undefined;
    at += 3;
    if (text[at] === '.') {
      const from = ++at;
      while (isDigit(text, at)) at++;
      const length = at - from;
      if (length < 1 || length > 3) return undefined;
      millisecond = digits(text, from, length) * 10 ** (3 - length);
    }
  }
  const offset = offsetInMinutes(text, at);
  if (offset === undefined) return undefined;
  return midnight + ((hour * 60 + minute - offset) * 60 + second) * 1000 + millisecond;
}

/** Parses `Z`, `+08:00` or `-05:30` at the end of the text. */
function offsetInMinutes(text: string, at: number): number | undefined {
  if (text[at] === 'Z') return text.length === at + 1 ? 0 : undefined;
  const sign = text[at] === '+' ? 1 : text[at] === '-' ? -1 : 0;
  if (sign === 0 || text.length !== at + 6 || text[at + 3] !== ':') return undefined;
  const hours = digits(text, at + 1, 2);
  const minutes = digits(text, at + 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined;
  return sign * (hours * 60 + minutes);
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/** Returns the number that the digits form; -1 if one is not a digit. */
function digits(text: string, from: number, length: number): number {
  let value = 0;
  for (let at = from; at < from + length; at++) {
    if (!isDigit(text, at)) return -1;
    value = value * 10 + text.charCodeAt(at) - 0x30;
  }
  return value;
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function daysIn(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : DAYS_IN_MONTH[month - 1]!;
}

function daysSince1970(year: number, month: number, day: number): number {
  const yearsBefore = year - 1;
  let days = 365 * (year - 1970) + Math.floor(yearsBefore / 4) - Math.floor(yearsBefore / 100);
  days += Math.floor(yearsBefore / 400) - 477;
  for (let earlier = 1; earlier < month; earlier++) days += daysIn(year, earlier);
  return days + day - 1;
}
