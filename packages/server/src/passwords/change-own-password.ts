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

/** A user's own new password with the outcome of its guess at the present one. */
export interface PreparedOwnPassword {
  readonly guess: 'Right' | 'Wrong' | 'Locked';
  /** Stored hash that the guess was verified against. */
  readonly verified: string | null;
  readonly password: PreparedPassword | undefined;
}

/**
 * Verifies a user's present password and hashes its new one, before the transaction that changes it. A guess counts
 * before it is verified: for the throttle of sign-in, and for the lock of the account's policy.
 * @param guess which secret is tried, and from where
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
    password: outcome === 'Right' ? await prepareUserPassword(scope, reference, password) : undefined,
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
  // A password that was changed after the guess was verified is not the one that was guessed.
  if (prepared.guess === 'Wrong' || row.password_hash !== prepared.verified) {
    throw new Refusal('InvalidParameter.OldPassword');
  }
  await setOwnPassword(scope, user, password, prepared.password);
}

async function assertActive(scope: Scope, profile: LoginProfile): Promise<void> {
  const { status } = await readLoginState(scope, profile);
  if (status === 'Inactive') throw new Refusal('Inactive', { name: profile.user.user_name });
}

/** Verifies the password of a user that is signed in or has a key, as sign-in does. @throws Refusal Throttling.SignIn */
async function verifyGuess(
  services: Services,
  account: Account,
  user: UserRow,
  password: string,
  guess: Guess,
  now: number,
): Promise<'Right' | 'Wrong' | 'Locked'> {
  const begun = services.signInThrottle.begin(guess);
  if (begun === undefined) throw new Refusal('Throttling.SignIn');
  let outcome: 'Right' | 'Wrong' | 'Locked' = 'Wrong';
  try {
    const reference = { by: 'id', userId: user.user_id } as const;
    const signIn = await verifySignIn(services, account, reference, 'change', password, now);
    // What else stands in the way of signing in is told only to who knows the password.
    const isRight = signIn.verified || (signIn.reason !== 'Wrong' && signIn.reason !== 'Locked');
    outcome = isRight ? 'Right' : signIn.reason === 'Locked' ? 'Locked' : 'Wrong';
    return outcome;
  } finally {
    begun.over(outcome === 'Right' ? 'succeeded' : 'failed');
  }
}

/**
 * Sets the password of a user that has just proven the present one and must choose another.
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
