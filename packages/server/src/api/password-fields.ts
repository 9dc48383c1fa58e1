import { integer, secret } from '../wire/parameter.ts';
import { shownLine } from './shown-text.ts';

/** A password for the console; how strong it has to be is the account's policy. */
export const password = secret(shownLine(128));

/** The bounds of a password policy's numbers. */
export const policyNumbers = {
  minimumLength: integer(8, 32),
  differentCharacters: integer(0, 8),
  reusePrevention: integer(0, 24),
  maxAgeDays: integer(0, 1095),
  maxLoginAttempts: integer(0, 32),
  initialAgeDays: integer(0, 90),
} as const;
