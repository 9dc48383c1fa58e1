import { text } from '../wire/parameter.ts';
import { shownLine, shownText } from './shown-text.ts';

/** Name of a group; both dialects have the same rules. */
export const groupName = text({ max: 64, chars: /^[\w.-]+$/ });

/** Comments on a group. */
export const groupComments = shownText(128);

/** Display name of a group; IMS only. */
export const groupDisplayName = shownLine(24);
