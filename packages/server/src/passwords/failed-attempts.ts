import type { LoginProfileRow } from '../store/schema.ts';
import type { PasswordPolicy } from './password-policy.ts';

/** How long sign-in stays locked after too many wrong passwords. */
const LOCK_MS = 60 * 60 * 1000;

/** One attempt more: the last one that the policy gives locks, unless its password is right. */
export function withFailedAttempt(
  row: LoginProfileRow,
  { MaxLoginAttemps: most }: PasswordPolicy,
  now: number,
): Partial<LoginProfileRow> {
  // A lock that is over begins a new count.
  const before = row.locked_until === null ? row.failed_attempts : 0;
  const failedAttempts = before + 1;
  const locks = most > 0 && failedAttempts >= most;
  return { failed_attempts: failedAttempts, locked_until: locks ? now + LOCK_MS : null };
}
