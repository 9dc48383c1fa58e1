import { text } from '../../wire/parameter.ts';

/** A role's name. */
export const roleName = text({ max: 64, chars: /^[A-Za-z0-9.-]+$/ });
