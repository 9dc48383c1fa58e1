import { text } from '../wire/parameter.ts';

/** An AccessKey id; very old ones have no prefix, temporary ones have a dot. */
export const accessKeyId = text({ max: 128, chars: /^[A-Za-z0-9.]+$/ });
