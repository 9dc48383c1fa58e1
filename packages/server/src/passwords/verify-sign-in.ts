import type { Account } from '../context/account.ts';
import { DAY_MS } from '../context/limits.ts';
import type { Scope } from '../context/scope.ts';
import type { Services } from '../context/services.ts';
import { readSecurityPreference, type SecurityPreference } from '../settings/security-preference.ts';
import type { LoginProfileRow, UserRow } from '../store/schema.ts';
import { findUser, type UserReference } from '../users/user.ts';
import { withFailedAttempt } from './failed-attempts.ts';
import { changeLoginProfile, findLoginProfile, isIdle, isLocked, passwordStatus } from './login-profile.ts';
import { type PasswordPolicy, readPasswordPolicy } from './password-policy.ts';

/** Result of verifying a password at sign-in. */
export type SignIn =
  | {
      readonly verified: true;
      readonly user: UserRow;
      /** When the verified password was set, ms since the epoch. */
      readonly passwordSetAt: number;
      /** Whether a new password must be set first (`changeOwnPassword`). */
      readonly passwordMustChange: boolean;
      /** Whether the user must have an MFA device. A user with a device is always asked for a code. */
      readonly mfaRequired: boolean;
    }
  | {
      readonly verified: false;
      /**
       * `Wrong` also stands for unknown users, and takes as long. All reasons except `Wrong` and `Locked` are given
       * only for the right password.
       */
      readonly reason: 'Wrong' | 'Locked' | 'Disabled' | 'PasswordExpired' | 'InitialPasswordExpired';
      /** The user whose password was refused, for the audit only; `undefined` for unknown users. */
      readonly user: UserRow | undefined;
    };

/**
 * Verifies the password of a RAM user, the first step of console sign-in. The attempt is counted before the
 * password is verified, so that concurrent attempts get no more tries than the policy allows.
 * @param source of the hashing lane
 * @param now ms since the epoch
 */
export async function verifySignIn(
  services: Services,
  account: Account,
  reference: UserReference,
  source: string,
  password: string,
  now: number,
): Promise<SignIn> {
  const { store } = services;
  const { accountId } = account;
  const policy = await readPasswordPolicy(store.queries, accountId);
  const attempt = await store.write(async ({ queries }) => {
    const user = await findUser(queries, accountId, reference);
    const row = user && (await findLoginProfile(queries, accountId, user.user_id));
    if (user === undefined || row === undefined) return undefined;
    const isOpen = !isLocked(row, now);
    if (isOpen)
      await changeLoginProfile({ queries, account }, row.user_id, withFailedAttempt(row, policy, now));
    return { user, row, isOpen };
  });
  const user = attempt?.user;
  if (attempt?.isOpen === false) return { verified: false, reason: 'Locked', user };
  const hash = attempt?.row.password_hash ?? null;
  if (
    !(await services.passwordHashing.verify({ account: accountId, source }, hash, password)) ||
    attempt === undefined
  ) {
    return { verified: false, reason: 'Wrong', user };
  }

  return store.write(async ({ queries }) => {
    const { user, row } = attempt;
    const current = await findLoginProfile(queries, accountId, user.user_id);
    // Changed or deleted during the verification.
    if (current?.password_hash !== hash) return { verified: false, reason: 'Wrong', user };
    await changeLoginProfile({ queries, account }, user.user_id, { failed_attempts: 0, locked_until: null });
    const preference = await readSecurityPreference(queries, accountId);
    if (current.status === 'Inactive' || isIdle(current, user, preference.MaxIdleDaysForUsers, now)) {
      return { verified: false, reason: 'Disabled', user };
    }
    if (passwordStatus(current, policy, now) === 'InitialExpired') {
      return { verified: false, reason: 'InitialPasswordExpired', user };
    }
    if (isExpired(row, policy, now) && policy.HardExpire)
      return { verified: false, reason: 'PasswordExpired', user };
    return {
      verified: true,
      user,
      passwordSetAt: Number(current.password_set_at),
      ...signInDemands(current, policy, preference, now),
    };
  });
}

/** Returns what a user with the right password must still do. */
export function signInDemands(
  row: LoginProfileRow,
  policy: PasswordPolicy,
  preference: SecurityPreference,
  now: number,
): Pick<Extract<SignIn, { verified: true }>, 'passwordMustChange' | 'mfaRequired'> {
  return {
    passwordMustChange: isExpired(row, policy, now) || row.password_reset_required === 1,
    mfaRequired: row.mfa_bind_required === 1 || preference.MFAOperationForLogin === 'mandatory',
  };
}

/** Records that a user has signed in, after its second factor: it is not idle, and its password no longer initial. */
export async function noteSignIn(scope: Scope, userId: string): Promise<void> {
  await changeLoginProfile(scope, userId, { password_initial: 0 });
  await scope.queries
    .updateTable('users')
    .set({ last_login_at: scope.now })
    .where('user_id', '=', userId)
    .where('account_id', '=', scope.account.accountId)
    .execute();
}

function isExpired(row: LoginProfileRow, { MaxPasswordAge: days }: PasswordPolicy, now: number): boolean {
  return days > 0 && now - row.password_set_at > days * DAY_MS;
}
