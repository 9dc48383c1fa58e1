import type { Account } from '../context/account.ts';
import type { Scope } from '../context/scope.ts';
import type { Guess, Services } from '../context/services.ts';
import { Refusal } from '../errors/refusal.ts';
import type { UserRow } from '../store/schema.ts';
import {
  changeLoginProfile,
  type LoginProfile,
  noteLoginChange,
  passwordColumns,
  prepareUserPassword,
  readLoginState,
  requireLoginProfile,
} from './login-profile.ts';
import { isSamePassword, type PreparedPassword } from './prepared-password.ts';
import { verifySignIn } from './verify-sign-in.ts';

/** A user's own new password, with the result of verifying the present one. */
export interface PreparedOwnPassword {
  readonly guess: 'Right' | 'Wrong' | 'Locked';
  /** Stored hash that the guess was verified against. */
  readonly verified: string | null;
  readonly password: PreparedPassword | undefined;
}

/**
 * Verifies a user's present password and hashes its new one, before the transaction that changes it. A guess counts
 * for the sign-in throttle and the lock of the account's policy before it is verified.
 * @param guess the throttled secret, and the source of the guess
 * @throws Refusal EntityNotExist.User.LoginProfile, Inactive, Throttling.SignIn
 */
export async function prepareOwnPassword(
  scope: Scope,
  userId: string,
  oldPassword: string,
  password: string,
  guess: Guess,
): Promise<PreparedOwnPassword> {
  const reference = { by: 'id', userId } as const;
  const profile = await requireLoginProfile(scope, reference);
  await assertActive(scope, profile);
  const { services, account, now } = scope;
  const outcome = await verifyGuess(services, account, profile.user, oldPassword, guess, now);
  return {
    guess: outcome,
    verified: profile.row.password_hash,
    password:
      outcome === 'Right' ? await prepareUserPassword(scope, reference, password, 'existing') : undefined,
  };
}

/**
 * Changes a user's own password.
 * @throws Refusal EntityNotExist.User.LoginProfile, Inactive, InvalidParameter.OldPassword,
 *   InvalidParameter.Password.TooWeak, ConcurrentModification
 */
export async function changeOwnPassword(
  scope: Scope,
  userId: string,
  password: string,
  prepared: PreparedOwnPassword,
): Promise<void> {
  const profile = await requireLoginProfile(scope, { by: 'id', userId });
  const { user, row } = profile;
  await assertActive(scope, profile);
  if (prepared.guess === 'Locked') throw new Refusal('Inactive.Locked', { name: user.user_name });
  // The password changed after the guess was verified, so the guess was verified against an outdated one.
  if (prepared.guess === 'Wrong' || row.password_hash !== prepared.verified) {
    throw new Refusal('InvalidParameter.OldPassword');
  }
  await setOwnPassword(scope, user, password, prepared.password);
}

async function assertActive(scope: Scope, profile: LoginProfile): Promise<void> {
  const { status } = await readLoginState(scope, profile);
  if (status === 'Inactive') throw new Refusal('Inactive', { name: profile.user.user_name });
}

/** Verifies the password of an authenticated user with the rules of sign-in. @throws Refusal Throttling.SignIn */
async function verifyGuess(
  services: Services,
  account: Account,
  user: UserRow,
  password: string,
  guess: Guess,
  now: number,
): Promise<'Right' | 'Wrong' | 'Locked'> {
  const attempt = await services.signInThrottle.begin(guess);
  if (attempt === undefined) throw new Refusal('Throttling.SignIn');
  let outcome: 'Right' | 'Wrong' | 'Locked' = 'Wrong';
  try {
    const reference = { by: 'id', userId: user.user_id } as const;
    const signIn = await verifySignIn(services, account, reference, 'change', password, now);
    // Other reasons against signing in are disclosed only for the right password.
    const isRight = signIn.verified || (signIn.reason !== 'Wrong' && signIn.reason !== 'Locked');
    outcome = isRight ? 'Right' : signIn.reason === 'Locked' ? 'Locked' : 'Wrong';
    return outcome;
  } finally {
    attempt.over(outcome === 'Right' ? 'succeeded' : 'failed');
  }
}

/**
 * Sets the password of a user that has just proven the present one and must change it.
 * @throws Refusal EntityNotExist.User.LoginProfile, InvalidParameter.Password.TooWeak, ConcurrentModification
 */
export async function chooseNewPassword(
  scope: Scope,
  userId: string,
  password: string,
  prepared: PreparedPassword | undefined,
): Promise<void> {
  const { user, row } = await requireLoginProfile(scope, { by: 'id', userId });
  const isPresent =
    prepared !== undefined && row.password_hash !== null && isSamePassword(prepared, row.password_hash);
  if (isPresent) throw new Refusal('InvalidParameter.Password.TooWeak', { reason: 'it is the present one' });
  await setOwnPassword(scope, user, password, prepared);
}

async function setOwnPassword(
  scope: Scope,
  user: UserRow,
  password: string,
  prepared: PreparedPassword | undefined,
): Promise<void> {
  await changeLoginProfile(scope, user.user_id, {
    ...(await passwordColumns(scope, user, password, prepared)),
    password_initial: 0,
    password_reset_required: 0,
    failed_attempts: 0,
    locked_until: null,
    updated_at: scope.now,
  });
  noteLoginChange(scope, user);
}
