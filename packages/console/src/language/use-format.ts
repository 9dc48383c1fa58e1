import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { languageOf } from './languages.ts';
import { useTimeZoneChoice } from './time-zone.ts';
import { zonedInstant } from './zoned-instant.ts';

/** Formatters for times and numbers in the current language. */
export interface Format {
  /** Date and time of `2026-11-24T12:00:00Z` in the chosen time zone; empty if absent. */
  readonly moment: (instant: string | undefined) => string;
  /** ISO 8601 in the chosen time zone, with its offset; empty if absent. */
  readonly iso: (instant: string | undefined) => string;
  /** Date only. */
  readonly date: (instant: string | undefined) => string;
  /** Relative time, `3 days ago`; empty if absent. */
  readonly ago: (instant: string | undefined, now?: number) => string;
  readonly number: (value: number) => string;
  /** Percentage, `25%` for 0.25. */
  readonly percent: (value: number) => string;
}

const UNITS = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;
/** Returns the relative time; `now` within a minute, because `Intl` would return "this minute". */
const NOW = ['second', Number.POSITIVE_INFINITY] as const;

function makeFormat(language: string, timeZone: string | undefined): Format {
  const zone = timeZone === undefined ? {} : { timeZone };
  const iso = zonedInstant(timeZone);
  // 24 hours are usual in written Chinese, but not the browser's default for Taiwan.
  const clock = language === 'en' ? {} : ({ hourCycle: 'h23' } as const);
  const moment = new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    ...clock,
    ...zone,
  });
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium', ...zone });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: 'percent' });
  const written = (format: Intl.DateTimeFormat, instant: string | undefined): string => {
    const time = Date.parse(instant ?? '');
    return Number.isNaN(time) ? '' : format.format(time);
  };
  return {
    moment: (instant) => written(moment, instant),
    iso: (instant) => {
      const time = Date.parse(instant ?? '');
      return Number.isNaN(time) ? '' : iso(time);
    },
    date: (instant) => written(date, instant),
    ago: (instant, now = Date.now()) => {
      const time = Date.parse(instant ?? '');
      if (Number.isNaN(time)) return '';
      const passed = time - now;
      const [unit, length] = UNITS.find(([, span]) => Math.abs(passed) >= span) ?? NOW;
      return relative.format(Math.trunc(passed / length), unit);
    },
    number: (value) => number.format(value),
    percent: (value) => percent.format(value),
  };
}

/** Returns formatters for the current language and time zone. */
export function useFormat(): Format {
  const { i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const timeZone = useTimeZoneChoice();
  return useMemo(() => makeFormat(language, timeZone), [language, timeZone]);
}
