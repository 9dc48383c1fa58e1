import { wholeSeconds } from '../../components/whole-seconds.ts';

/** Returns the end of a day in the time zone of the browser: the expiry of a key that is valid on that day for the last time. */
export const endOfDay = (day: string): string => wholeSeconds(Date.parse(`${day}T23:59:59`));

/** Returns the day of a moment in the time zone of the browser, `2026-11-24`. */
export function localDay(moment: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}
