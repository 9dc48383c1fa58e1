import { text } from '../wire/parameter.ts';

/** Id of an AccessKey; very old ones have no prefix, temporary ones contain a dot. */
export const accessKeyId = text({ max: 128, chars: /^[A-Za-z0-9.]+$/ });
