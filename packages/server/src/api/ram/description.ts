import { shownText } from '../shown-text.ts';

/** Description of a policy or role. */
export const description = shownText(1024);
