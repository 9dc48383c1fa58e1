import { DAY_MS } from '../context/limits.ts';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { endSessionsOfUser } from '../revocation/end-console-sessions.ts';
import { readSecurityPreference } from '../settings/security-preference.ts';
import type { LoginProfileRow, UserRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { findUser, requireUser, type UserReference } from '../users/user.ts';
import { checkPassword } from './check-password.ts';
import { isReusedPassword, readPasswordHistory, rememberPassword } from './password-history.ts';
import { type PasswordPolicy, readPasswordPolicy } from './password-policy.ts';
import { type PreparedPassword, preparePassword } from './prepared-password.ts';

/** Settings of console sign-in; `undefined` takes the default, or leaves a setting as it is. */
export interface LoginProfileSettings {
  readonly password?: string | undefined;
  readonly passwordResetRequired?: boolean | undefined;
  readonly mfaBindRequired?: boolean | undefined;
  readonly status?: 'Active' | 'Inactive' | undefined;
}

/**
 * Hashes the new password of a user before its transaction; `undefined` if the operation will be refused anyway:
 * the user does not exist, its profile is not as expected, or the password is too weak.
 * @throws Refusal Throttling.SignIn
 */
export async function prepareUserPassword(
  scope: Pick<Scope, 'queries' | 'account' | 'services'>,
  reference: UserReference,
  password: string | undefined,
  expected: 'absent' | 'existing',
): Promise<PreparedPassword | undefined> {
  const user = await findUser(scope.queries, scope.account.accountId, reference);
  if (user === undefined || password === undefined) return undefined;
  const policy = await readPasswordPolicy(scope.queries, scope.account.accountId);
  if (checkPassword(policy, password, user.user_name) !== undefined) return undefined;
  const profile = await findLoginProfile(scope.queries, scope.account.accountId, user.user_id);
  if ((profile === undefined) !== (expected === 'absent')) return undefined;
  const present = profile?.password_hash ?? null;
  const history = await readPasswordHistory(scope, user.user_id);
  const compared = history.slice(0, Math.max(1, policy.PasswordReusePrevention));
  return preparePassword(scope, password, present === null ? compared : [...compared, present]);
}

/** A login profile with its user. */
export interface LoginProfile {
  readonly user: UserRow;
  readonly row: LoginProfileRow;
}

/** State of a login profile at a time. */
export interface LoginState {
  /** Also `Inactive` if the user has not signed in for longer than the security preference allows. */
  readonly status: 'Active' | 'Inactive';
  /** State of the password that sign-in was enabled with; values of IMS. */
  readonly passwordStatus: 'NotInitial' | 'InitialValid' | 'InitialExpired';
}

/** Finds the login profile of a user; `undefined` if absent. */
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

/** Returns a user with its login profile. @throws Refusal EntityNotExist.User, EntityNotExist.User.LoginProfile */
export async function requireLoginProfile(scope: Scope, reference: UserReference): Promise<LoginProfile> {
  const user = await requireUser(scope, reference);
  const row = await findLoginProfile(scope.queries, scope.account.accountId, user.user_id);
  if (row === undefined) throw new Refusal('EntityNotExist.User.LoginProfile', { name: user.user_name });
  return { user, row };
}

/** Returns the current state of a login profile. */
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

/**
 * Returns whether the last sign-in is so long ago that sign-in counts as disabled. @param maxIdleDays of the
 * account
 */
export function isIdle(row: LoginProfileRow, user: UserRow, maxIdleDays: number, now: number): boolean {
  const since = Math.max(Number(row.enabled_at), Number(user.last_login_at ?? 0));
  return now - since > maxIdleDays * DAY_MS;
}

/** Returns the state of the password that sign-in was enabled with. */
export function passwordStatus(
  row: LoginProfileRow,
  { InitialPasswordAge: days }: PasswordPolicy,
  now: number,
): LoginState['passwordStatus'] {
  if (row.password_initial === 0) return 'NotInitial';
  return days > 0 && now - row.password_set_at > days * DAY_MS ? 'InitialExpired' : 'InitialValid';
}

/**
 * Enables console sign-in for a user.
 * @throws Refusal EntityNotExist.User, EntityAlreadyExists.User.LoginProfile, InvalidParameter.Password.TooWeak
 */
export async function createLoginProfile(
  scope: Scope,
  reference: UserReference,
  settings: LoginProfileSettings,
  prepared: PreparedPassword | undefined,
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
    password_hash: password === undefined ? null : await newPassword(scope, user, password, prepared),
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
  noteLoginChange(scope, user);
  return { user, row };
}

/**
 * Updates the given settings of a login profile. A new password also unlocks it.
 * @throws Refusal EntityNotExist.User, EntityNotExist.User.LoginProfile, InvalidParameter.Password.TooWeak
 */
export async function updateLoginProfile(
  scope: Scope,
  reference: UserReference,
  settings: LoginProfileSettings,
  prepared: PreparedPassword | undefined,
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
      ...(await passwordColumns(scope, user, password, prepared)),
      password_initial: Number(isEnabled),
    }),
  };
  await changeLoginProfile(scope, user.user_id, changes);
  if (status === 'Inactive' || password !== undefined) {
    await endSessionsOfUser(scope.queries, scope.account.accountId, user.user_id);
  }
  noteLoginChange(scope, user);
  return { user, row: { ...row, ...changes } };
}

/**
 * Deletes the login profile of a user. Its password history stays, so that deleting and creating the profile does
 * not allow a previous password.
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
  noteLoginChange(scope, user);
}

/** Returns whether sign-in is locked after too many wrong passwords. */
export const isLocked = (row: Pick<LoginProfileRow, 'locked_until'>, now: number): boolean =>
  row.locked_until !== null && Number(row.locked_until) > now;

/** Updates a row of `login_profiles`. */
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

/**
 * Returns the columns of a new password. @throws Refusal InvalidParameter.Password.TooWeak, ConcurrentModification
 */
export async function passwordColumns(
  scope: Scope,
  user: UserRow,
  password: string,
  prepared: PreparedPassword | undefined,
): Promise<Partial<LoginProfileRow>> {
  return {
    password_hash: await newPassword(scope, user, password, prepared),
    password_set_at: scope.now,
    failed_attempts: 0,
    locked_until: null,
  };
}

/**
 * Checks a password against the account's policy and the user's history, adds it to the history and returns its
 * hash.
 */
async function newPassword(
  scope: Scope,
  user: UserRow,
  password: string,
  prepared: PreparedPassword | undefined,
): Promise<string> {
  const policy = await readPasswordPolicy(scope.queries, scope.account.accountId);
  const reason = checkPassword(policy, password, user.user_name);
  if (reason !== undefined) throw new Refusal('InvalidParameter.Password.TooWeak', { reason });
  // The user was created, or the policy changed, after the password was prepared.
  if (prepared === undefined) throw new Refusal('ConcurrentModification');
  const latest = policy.PasswordReusePrevention;
  if (await isReusedPassword(scope, user.user_id, prepared, latest)) {
    throw new Refusal('InvalidParameter.Password.TooWeak', {
      reason: `it is among the latest ${latest} of the user`,
    });
  }
  await rememberPassword(scope, user.user_id, prepared.hash);
  return prepared.hash;
}

/** Records a change of a user on which its console sessions depend. */
export function noteLoginChange(scope: Scope, user: UserRow): void {
  scope.changed('user', user.user_id);
  scope.touched('ACS::RAM::User', user.user_name);
}
