import { type Parameter, text } from '../wire/parameter.ts';

/** Anything that can be shown on one line. @param max characters */
export const shownLine = (max: number): Parameter<string> => text({ max, chars: /^[^\p{Cc}\p{Cs}]*$/u });

/** Anything that can be shown, on several lines if need be. @param max characters */
export const shownText = (max: number): Parameter<string> =>
  text({ max, chars: /^(?:[^\p{Cc}\p{Cs}]|[\t\r\n])*$/u });
