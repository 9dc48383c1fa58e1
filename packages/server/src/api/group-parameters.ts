import { text } from '../wire/parameter.ts';
import { printableLine, printableText } from './printable-text.ts';

/** Name of a group; both dialects have the same rules. */
export const groupName = text({ max: 64, chars: /^[\w.-]+$/ });

/** Comments on a group. */
export const groupComments = printableText(128);

/** Display name of a group; IMS only. */
export const groupDisplayName = printableLine(24);
