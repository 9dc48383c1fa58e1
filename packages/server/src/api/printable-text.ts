import { type Parameter, text } from '../wire/parameter.ts';

/** Printable text on one line. @param max characters */
export const printableLine = (max: number): Parameter<string> => text({ max, chars: /^[^\p{Cc}\p{Cs}]*$/u });

/** Printable text on any number of lines. @param max characters */
export const printableText = (max: number): Parameter<string> =>
  text({ max, chars: /^(?:[^\p{Cc}\p{Cs}]|[\t\r\n])*$/u });
