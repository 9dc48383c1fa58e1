import { text } from '../wire/parameter.ts';
import { shownLine, shownText } from './shown-text.ts';

/** A group's name; the rules are the same in both dialects. */
export const groupName = text({ max: 64, chars: /^[\w.-]+$/ });

/** What is said about a group. */
export const groupComments = shownText(128);

/** What a group is called where it is shown; IMS only. */
export const groupDisplayName = shownLine(24);
