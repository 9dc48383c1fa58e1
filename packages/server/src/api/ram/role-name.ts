import { text } from '../../wire/parameter.ts';

/** Name of a role. */
export const roleName = text({ max: 64, chars: /^[A-Za-z0-9.-]+$/ });
