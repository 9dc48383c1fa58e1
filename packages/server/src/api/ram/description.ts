import { shownText } from '../shown-text.ts';

/** What is said about a policy or role. */
export const description = shownText(1024);
