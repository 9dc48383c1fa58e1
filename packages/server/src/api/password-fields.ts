import { integer, secret } from '../wire/parameter.ts';
import { printableLine } from './printable-text.ts';

/** Console password; the account's password policy sets its strength. */
export const password = secret(printableLine(128));

/** Bounds of the numbers in a password policy. */
export const POLICY_NUMBERS = {
  minimumLength: integer(8, 32),
  differentCharacters: integer(0, 8),
  reusePrevention: integer(0, 24),
  maxAgeDays: integer(0, 1095),
  maxLoginAttempts: integer(0, 32),
  initialAgeDays: integer(0, 90),
} as const;
