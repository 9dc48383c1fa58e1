import type { LoginProfileRow } from '../store/schema.ts';
import type { PasswordPolicy } from './password-policy.ts';

/** How long sign-in stays locked after too many wrong passwords. */
const LOCK_MS = 60 * 60 * 1000;

/**
 * Returns the columns after one more attempt. The last attempt that the policy allows locks; a right password
 * unlocks.
 */
export function withFailedAttempt(
  row: LoginProfileRow,
  { MaxLoginAttemps: maximum }: PasswordPolicy,
  now: number,
): Partial<LoginProfileRow> {
  // An expired lock starts a new count.
  const before = row.locked_until === null ? row.failed_attempts : 0;
  const failedAttempts = before + 1;
  const locks = maximum > 0 && failedAttempts >= maximum;
  return { failed_attempts: failedAttempts, locked_until: locks ? now + LOCK_MS : null };
}
