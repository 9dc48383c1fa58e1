import { printableText } from '../printable-text.ts';

/** Description of a policy or role. */
export const description = printableText(1024);
