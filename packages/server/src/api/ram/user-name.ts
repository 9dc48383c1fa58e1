import { text } from '../../wire/parameter.ts';

/** RAM names a user by its user name, without a domain. */
export const userName = text({ max: 64, chars: /^[\w.-]+$/ });
