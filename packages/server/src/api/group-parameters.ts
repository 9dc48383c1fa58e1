import { text } from '../rpc/parameter.ts';

/** A group's name; the rules are the same in both dialects. */
export const groupName = text({ max: 64, chars: /^[\w.-]+$/ });

/** What is said about a group: anything that can be shown. */
export const groupComments = text({ max: 128, chars: /^[\P{Cc}\t\r\n]*$/u });

/** What a group is called where it is shown; IMS only. */
export const groupDisplayName = text({ max: 24, chars: /^\P{Cc}*$/u });
