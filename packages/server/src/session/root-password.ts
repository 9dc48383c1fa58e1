import type { OneTimePassword } from '../accounts/create-account.ts';
import type { Account } from '../context/account.ts';
import type { Scope } from '../context/scope.ts';
import type { Services } from '../context/services.ts';
import { Refusal } from '../errors/refusal.ts';
import { findBoundDevice, unbindDevice } from '../mfa/binding.ts';
import { checkPassword } from '../passwords/check-password.ts';
import { readPasswordPolicy } from '../passwords/password-policy.ts';
import { isSamePassword, type PreparedPassword, preparePassword } from '../passwords/prepared-password.ts';
import { endSessionsOfRoot } from '../revocation/end-console-sessions.ts';
import type { RootSignInRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';

/**
 * Failed attempts before the root is locked. The account's password policy is for RAM users; the root has this limit
 * instead, with a short lock, since no other identity could unlock it.
 */
const MAXIMUM_ATTEMPTS = 10;
const LOCK_MS = 15 * 60 * 1000;

/** Sign-in data of the account root. */
export interface RootSignIn {
  /** 0 if the password is the one-time password. */
  readonly passwordSetAt: number;
  readonly passwordMustChange: boolean;
}

/** Returns the root's sign-in data; `undefined` if the root cannot sign in. */
export async function readRootSignIn(queries: Queries, accountId: string): Promise<RootSignIn | undefined> {
  const account = await queries
    .selectFrom('accounts')
    .select(['root_password_hash', 'root_password_must_change'])
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  if (account === undefined || account.root_password_hash === null) return undefined;
  const row = await readRow(queries, accountId);
  return {
    passwordSetAt: Number(row.password_set_at),
    passwordMustChange: account.root_password_must_change === 1,
  };
}

/**
 * Verifies the root's password. The attempt is counted before the password is verified, as for users.
 * @param source of the hashing lane
 * @param now milliseconds since the epoch
 */
export async function verifyRootPassword(
  services: Services,
  account: Account,
  source: string,
  password: string,
  now: number,
): Promise<RootSignIn | 'Wrong' | 'Locked'> {
  const { store } = services;
  const { accountId } = account;
  const isOpen = await store.write(async ({ queries }) => {
    const row = await readRow(queries, accountId);
    const lockedUntil = Number(row.locked_until ?? 0);
    if (lockedUntil > now) return false;
    const failed = (row.locked_until === null ? row.failed_attempts : 0) + 1;
    await writeRow(queries, {
      ...row,
      failed_attempts: failed,
      locked_until: failed >= MAXIMUM_ATTEMPTS ? now + LOCK_MS : null,
    });
    return true;
  });
  if (!isOpen) return 'Locked';
  const hash = await hashOf(store.queries, accountId);
  if (!(await services.passwordHashing.verify({ account: accountId, source }, hash, password)))
    return 'Wrong';
  return store.write(async ({ queries }) => {
    // The password was changed during the verification.
    if ((await hashOf(queries, accountId)) !== hash) return 'Wrong';
    await writeRow(queries, {
      ...(await readRow(queries, accountId)),
      failed_attempts: 0,
      locked_until: null,
    });
    return (await readRootSignIn(queries, accountId)) ?? 'Wrong';
  });
}

/**
 * Hashes the root's new password before its transaction; `undefined` if it is too weak and will be refused.
 * @throws Refusal Throttling.SignIn
 */
export async function prepareRootPassword(
  scope: Pick<Scope, 'account' | 'queries' | 'services'>,
  password: string,
): Promise<PreparedPassword | undefined> {
  const { accountId } = scope.account;
  const policy = await readPasswordPolicy(scope.queries, accountId);
  if (checkPassword(policy, password, 'root') !== undefined) return undefined;
  const stored = await hashOf(scope.queries, accountId);
  return preparePassword(scope, password, stored === null ? [] : [stored]);
}

/**
 * Changes the root's password. The account's policy applies to it, although RAM's names RAM users only.
 * @throws Refusal InvalidParameter.Password.TooWeak, ConcurrentModification
 */
export async function changeRootPassword(
  scope: Scope,
  password: string,
  prepared: PreparedPassword | undefined,
): Promise<void> {
  const { accountId } = scope.account;
  const policy = await readPasswordPolicy(scope.queries, accountId);
  const weakness = checkPassword(policy, password, 'root');
  if (weakness !== undefined) throw new Refusal('InvalidParameter.Password.TooWeak', { reason: weakness });
  if (prepared === undefined) throw new Refusal('ConcurrentModification');
  const stored = await hashOf(scope.queries, accountId);
  if (stored !== null && isSamePassword(prepared, stored)) {
    throw new Refusal('InvalidParameter.Password.TooWeak', { reason: 'it is the present one' });
  }
  await scope.queries
    .updateTable('accounts')
    .set({ root_password_hash: prepared.hash, root_password_must_change: 0 })
    .where('account_id', '=', accountId)
    .execute();
  await writeRow(scope.queries, {
    ...(await readRow(scope.queries, accountId)),
    password_set_at: scope.now,
    failed_attempts: 0,
    locked_until: null,
  });
  scope.changed('account', accountId);
  scope.touched('ACS::RAM::Account', accountId);
}

/**
 * Gives the root a one-time password, to be changed at the next sign-in, for an operator whose root password is lost.
 * Unlocks the root and ends all its sessions.
 * @param withoutDevice whether its device is unbound, too
 */
export async function resetRootPassword(
  scope: Scope,
  { hash }: OneTimePassword,
  withoutDevice: boolean,
): Promise<void> {
  const { accountId } = scope.account;
  await scope.queries
    .updateTable('accounts')
    .set({ root_password_hash: hash, root_password_must_change: 1 })
    .where('account_id', '=', accountId)
    .execute();
  await writeRow(scope.queries, {
    ...(await readRow(scope.queries, accountId)),
    password_set_at: 0,
    failed_attempts: 0,
    locked_until: null,
  });
  const root = { type: 'root', id: accountId, name: 'root' } as const;
  if (withoutDevice && (await findBoundDevice(scope, root)) !== undefined) await unbindDevice(scope, root);
  await endSessionsOfRoot(scope.queries, accountId);
  scope.changed('account', accountId);
}

/** Records the time of the root's sign-in. */
export async function recordRootSignIn(scope: Scope): Promise<void> {
  const { accountId } = scope.account;
  await writeRow(scope.queries, { ...(await readRow(scope.queries, accountId)), last_login_at: scope.now });
}

async function hashOf(queries: Queries, accountId: string): Promise<string | null> {
  const row = await queries
    .selectFrom('accounts')
    .select('root_password_hash')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row?.root_password_hash ?? null;
}

async function readRow(queries: Queries, accountId: string): Promise<RootSignInRow> {
  const row = await queries
    .selectFrom('root_sign_ins')
    .selectAll()
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return (
    row ?? {
      account_id: accountId,
      password_set_at: 0,
      last_login_at: null,
      failed_attempts: 0,
      locked_until: null,
    }
  );
}

async function writeRow(queries: Queries, row: RootSignInRow): Promise<void> {
  const { account_id: _, ...columns } = row;
  await queries
    .insertInto('root_sign_ins')
    .values(row)
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(columns))
    .execute();
}
