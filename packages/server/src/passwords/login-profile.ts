import type { Account } from '../context/account.ts';
import { DAY_MS } from '../context/limits.ts';
import type { Services } from '../context/services.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Scope } from '../pipeline/operation.ts';
import { endSessionsOfUser } from '../revocation/end-console-sessions.ts';
import { readSecurityPreference } from '../settings/security-preference.ts';
import type { LoginProfileRow, UserRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { requireUser, type UserReference } from '../users/user.ts';
import { checkPassword } from './check-password.ts';
import { hashForUser, rememberPassword } from './password-history.ts';
import { type PasswordPolicy, readPasswordPolicy } from './password-policy.ts';
import { verifyInChange } from './prepared-password.ts';
import type { Guess } from './sign-in-throttle.ts';
import { verifySignIn } from './verify-sign-in.ts';

/** How sign-in to the console is set up; undefined takes the default, or stays as it is. */
export interface LoginProfileSettings {
  readonly password?: string | undefined;
  readonly passwordResetRequired?: boolean | undefined;
  readonly mfaBindRequired?: boolean | undefined;
  readonly status?: 'Active' | 'Inactive' | undefined;
}

/** A login profile with whom it is of. */
export interface LoginProfile {
  readonly user: UserRow;
  readonly row: LoginProfileRow;
}

/** What stands of a login profile at a moment. */
export interface LoginState {
  /** Inactive also when nobody signed in for longer than the security preference allows. */
  readonly status: 'Active' | 'Inactive';
  /** Of the password that sign-in was enabled with, by IMS's words. */
  readonly passwordStatus: 'NotInitial' | 'InitialValid' | 'InitialExpired';
}

/** The login profile of a user, if it has one. */
export async function findLoginProfile(
  queries: Queries,
  accountId: string,
  userId: string,
): Promise<LoginProfileRow | undefined> {
  return queries
    .selectFrom('login_profiles')
    .selectAll()
    .where('user_id', '=', userId)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
}

/** @throws Refusal EntityNotExist.User, EntityNotExist.User.LoginProfile */
export async function requireLoginProfile(scope: Scope, reference: UserReference): Promise<LoginProfile> {
  const user = await requireUser(scope, reference);
  const row = await findLoginProfile(scope.queries, scope.account.accountId, user.user_id);
  if (row === undefined) throw new Refusal('EntityNotExist.User.LoginProfile', { name: user.user_name });
  return { user, row };
}

/** How a login profile stands now. */
export async function readLoginState(scope: Scope, { user, row }: LoginProfile): Promise<LoginState> {
  const { accountId } = scope.account;
  const preference = await readSecurityPreference(scope.queries, accountId);
  const policy = await readPasswordPolicy(scope.queries, accountId);
  const idle = isIdle(row, user, preference.MaxIdleDaysForUsers, scope.now);
  return {
    status: idle ? 'Inactive' : row.status,
    passwordStatus: passwordStatus(row, policy, scope.now),
  };
}

/** Whether nobody signed in for so long that sign-in counts as disabled. @param maxIdleDays of the account */
export function isIdle(row: LoginProfileRow, user: UserRow, maxIdleDays: number, now: number): boolean {
  const since = Math.max(Number(row.enabled_at), Number(user.last_login_at ?? 0));
  return now - since > maxIdleDays * DAY_MS;
}

/** How a password stands that sign-in was enabled with. */
export function passwordStatus(
  row: LoginProfileRow,
  { InitialPasswordAge: days }: PasswordPolicy,
  now: number,
): LoginState['passwordStatus'] {
  if (row.password_initial === 0) return 'NotInitial';
  return days > 0 && now - row.password_set_at > days * DAY_MS ? 'InitialExpired' : 'InitialValid';
}

/**
 * Lets a user sign in to the console.
 * @throws Refusal EntityNotExist.User, EntityAlreadyExists.User.LoginProfile, InvalidParameter.Password.TooWeak
 */
export async function createLoginProfile(
  scope: Scope,
  reference: UserReference,
  settings: LoginProfileSettings,
): Promise<LoginProfile> {
  const { accountId } = scope.account;
  const user = await requireUser(scope, reference);
  if ((await findLoginProfile(scope.queries, accountId, user.user_id)) !== undefined) {
    throw new Refusal('EntityAlreadyExists.User.LoginProfile', { name: user.user_name });
  }
  const { password } = settings;
  const row: LoginProfileRow = {
    user_id: user.user_id,
    account_id: accountId,
    password_hash: password === undefined ? null : await newPassword(scope, user, password),
    password_set_at: scope.now,
    password_initial: password === undefined ? 0 : 1,
    password_reset_required: Number(settings.passwordResetRequired ?? false),
    mfa_bind_required: Number(settings.mfaBindRequired ?? false),
    status: settings.status ?? 'Active',
    created_at: scope.now,
    updated_at: scope.now,
    enabled_at: scope.now,
    failed_attempts: 0,
    locked_until: null,
  };
  await scope.queries.insertInto('login_profiles').values(row).execute();
  noteChange(scope, user);
  return { user, row };
}

/**
 * Changes what is given of a login profile and leaves the rest. A new password also unlocks it.
 * @throws Refusal EntityNotExist.User, EntityNotExist.User.LoginProfile, InvalidParameter.Password.TooWeak
 */
export async function updateLoginProfile(
  scope: Scope,
  reference: UserReference,
  settings: LoginProfileSettings,
): Promise<LoginProfile> {
  const profile = await requireLoginProfile(scope, reference);
  const { user, row } = profile;
  const { password, status = row.status } = settings;
  const wasInactive = (await readLoginState(scope, profile)).status === 'Inactive';
  const isEnabled = wasInactive && settings.status === 'Active';
  const changes: Partial<LoginProfileRow> = {
    status,
    password_reset_required: Number(settings.passwordResetRequired ?? row.password_reset_required),
    mfa_bind_required: Number(settings.mfaBindRequired ?? row.mfa_bind_required),
    updated_at: scope.now,
    ...(isEnabled && { enabled_at: scope.now }),
    ...(password !== undefined && {
      ...(await passwordColumns(scope, user, password)),
      password_initial: Number(isEnabled),
    }),
  };
  await changeLoginProfile(scope, user.user_id, changes);
  if (status === 'Inactive' || password !== undefined) {
    await endSessionsOfUser(scope.queries, scope.account.accountId, user.user_id);
  }
  noteChange(scope, user);
  return { user, row: { ...row, ...changes } };
}

/**
 * Takes sign-in to the console from a user. Its passwords stay remembered, so that they cannot be taken again by
 * deleting and creating the profile.
 * @throws Refusal EntityNotExist.User, EntityNotExist.User.LoginProfile
 */
export async function deleteLoginProfile(scope: Scope, reference: UserReference): Promise<void> {
  const { user } = await requireLoginProfile(scope, reference);
  await scope.queries
    .deleteFrom('login_profiles')
    .where('user_id', '=', user.user_id)
    .where('account_id', '=', scope.account.accountId)
    .execute();
  await endSessionsOfUser(scope.queries, scope.account.accountId, user.user_id);
  noteChange(scope, user);
}

/**
 * Changes a user's own password. A guess at the old one counts before it is verified: for the throttle of sign-in, and
 * for the lock of the account's policy.
 * @param guess who tries it
 * @throws Refusal EntityNotExist.User.LoginProfile, Inactive, InvalidParameter.OldPassword,
 *   InvalidParameter.Password.TooWeak, Throttling.SignIn
 */
export async function changeOwnPassword(
  scope: Scope,
  userId: string,
  oldPassword: string,
  password: string,
  guess: Guess,
): Promise<void> {
  const profile = await requireLoginProfile(scope, { by: 'id', userId });
  const { user, row } = profile;
  const name = user.user_name;
  if ((await readLoginState(scope, profile)).status === 'Inactive') throw new Refusal('Inactive', { name });
  const { services, account, now } = scope;
  // Whether the user is locked is seen there: the last guess of the policy locks and is still verified. Counted once for each request and stored password, however often the transaction runs.
  const outcome = scope.computed(JSON.stringify(['own password', oldPassword, row.password_hash]), () =>
    verifyGuess(services, account, user, oldPassword, guess, now),
  );
  if (outcome === 'Locked') throw new Refusal('Inactive.Locked', { name });
  if (outcome === 'Wrong') throw new Refusal('InvalidParameter.OldPassword');
  await setOwnPassword(scope, user, password);
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
 * Sets the password of a user that has just shown the present one and has to have another.
 * @throws Refusal EntityNotExist.User.LoginProfile, InvalidParameter.Password.TooWeak
 */
export async function chooseNewPassword(scope: Scope, userId: string, password: string): Promise<void> {
  const { user, row } = await requireLoginProfile(scope, { by: 'id', userId });
  if (verifyInChange(scope, row.password_hash, password)) {
    throw new Refusal('InvalidParameter.Password.TooWeak', { reason: 'it is the present one' });
  }
  await setOwnPassword(scope, user, password);
}

async function setOwnPassword(scope: Scope, user: UserRow, password: string): Promise<void> {
  await changeLoginProfile(scope, user.user_id, {
    ...(await passwordColumns(scope, user, password)),
    password_initial: 0,
    password_reset_required: 0,
    failed_attempts: 0,
    locked_until: null,
    updated_at: scope.now,
  });
  noteChange(scope, user);
}

/** Whether sign-in is locked after too many wrong passwords. */
export const isLocked = (row: Pick<LoginProfileRow, 'locked_until'>, now: number): boolean =>
  row.locked_until !== null && Number(row.locked_until) > now;

/** Changes a row of `login_profiles`. */
export async function changeLoginProfile(
  scope: Pick<Scope, 'queries' | 'account'>,
  userId: string,
  changes: Partial<LoginProfileRow>,
): Promise<void> {
  await scope.queries
    .updateTable('login_profiles')
    .set(changes)
    .where('user_id', '=', userId)
    .where('account_id', '=', scope.account.accountId)
    .execute();
}

/** Deletes the login profile and the password history of a user that is deleted for good. */
export async function purgeLoginProfile(queries: Queries, accountId: string, userId: string): Promise<void> {
  for (const table of ['login_profiles', 'password_history'] as const) {
    await queries
      .deleteFrom(table)
      .where('user_id', '=', userId)
      .where('account_id', '=', accountId)
      .execute();
  }
}

async function passwordColumns(
  scope: Scope,
  user: UserRow,
  password: string,
): Promise<Partial<LoginProfileRow>> {
  return {
    password_hash: await newPassword(scope, user, password),
    password_set_at: scope.now,
    failed_attempts: 0,
    locked_until: null,
  };
}

/** Holds a password to the account's policy, hashes and remembers it. */
async function newPassword(scope: Scope, user: UserRow, password: string): Promise<string> {
  const policy = await readPasswordPolicy(scope.queries, scope.account.accountId);
  const reason = checkPassword(policy, password, user.user_name);
  if (reason !== undefined) throw new Refusal('InvalidParameter.Password.TooWeak', { reason });
  const latest = policy.PasswordReusePrevention;
  const { hash, isReused } = await hashForUser(scope, user.user_id, password, latest);
  if (isReused) {
    throw new Refusal('InvalidParameter.Password.TooWeak', {
      reason: `it is among the latest ${latest} of the user`,
    });
  }
  await rememberPassword(scope, user.user_id, hash);
  return hash;
}

/** Sessions of the console follow what becomes of their user. */
function noteChange(scope: Scope, user: UserRow): void {
  scope.changed('user', user.user_id);
  scope.touched('ACS::RAM::User', user.user_name);
}
