import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { languageOf } from './languages.ts';

/** How moments and numbers are written in the language in use. */
export interface Format {
  /** `2026-11-24T12:00:00Z` as a date and a time in the browser's time zone; empty for no moment. */
  readonly moment: (instant: string | undefined) => string;
  /** Only the date. */
  readonly date: (instant: string | undefined) => string;
  /** `3 days ago`; empty for no moment. */
  readonly ago: (instant: string | undefined, now?: number) => string;
  readonly number: (value: number) => string;
  /** 0.25 as `25%`. */
  readonly percent: (value: number) => string;
}

const units = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;
/** What is younger than a minute is said to be now: "this minute" is what no person says. */
const NOW = ['second', Number.POSITIVE_INFINITY] as const;

function makeFormat(language: string): Format {
  // Written Chinese has the 24 hours, which the browser's default for Taiwan has not.
  const clock = language === 'en' ? {} : ({ hourCycle: 'h23' } as const);
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium', ...clock });
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: 'percent' });
  const written = (format: Intl.DateTimeFormat, instant: string | undefined): string => {
    const time = Date.parse(instant ?? '');
    return Number.isNaN(time) ? '' : format.format(time);
  };
  return {
    moment: (instant) => written(moment, instant),
    date: (instant) => written(date, instant),
    ago: (instant, now = Date.now()) => {
      const time = Date.parse(instant ?? '');
      if (Number.isNaN(time)) return '';
      const passed = time - now;
      const [unit, length] = units.find(([, span]) => Math.abs(passed) >= span) ?? NOW;
      return relative.format(Math.trunc(passed / length), unit);
    },
    number: (value) => number.format(value),
    percent: (value) => percent.format(value),
  };
}

/** How to write moments and numbers. */
export function useFormat(): Format {
  const { i18n } = useTranslation();
  const language = languageOf(i18n.language);
  return useMemo(() => makeFormat(language), [language]);
}
