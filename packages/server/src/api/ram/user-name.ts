import { text } from '../../wire/parameter.ts';

/** User name, without a domain. */
export const userName = text({ max: 64, chars: /^[\w.-]+$/ });
