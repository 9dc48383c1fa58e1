import type { Scope } from '../context/scope.ts';
import { REMEMBERED_PASSWORDS } from './password-policy.ts';
import { isSamePassword, type PreparedPassword } from './prepared-password.ts';

/** Reads the hashes of a user's remembered passwords, latest first. */
export async function readPasswordHistory(
  scope: Pick<Scope, 'queries' | 'account'>,
  userId: string,
): Promise<readonly string[]> {
  const rows = await scope.queries
    .selectFrom('password_history')
    .select('password_hash')
    .where('user_id', '=', userId)
    .where('account_id', '=', scope.account.accountId)
    .orderBy('sequence', 'desc')
    .limit(REMEMBERED_PASSWORDS)
    .execute();
  return rows.map((row) => row.password_hash);
}

/**
 * Returns whether a password is among the latest ones of a user.
 * @param latest number of passwords to compare
 * @throws Refusal ConcurrentModification if the history changed after the password was prepared
 */
export async function isReusedPassword(
  scope: Scope,
  userId: string,
  prepared: PreparedPassword,
  latest: number,
): Promise<boolean> {
  const history = await readPasswordHistory(scope, userId);
  return history.slice(0, latest).some((stored) => isSamePassword(prepared, stored));
}

/** Adds a password to the history; the latest 24 of a user are kept. */
export async function rememberPassword(scope: Scope, userId: string, hash: string): Promise<void> {
  const { accountId } = scope.account;
  const last = await scope.queries
    .selectFrom('password_history')
    .select('sequence')
    .where('user_id', '=', userId)
    .orderBy('sequence', 'desc')
    .executeTakeFirst();
  const sequence = Number(last?.sequence ?? 0) + 1;
  await scope.queries
    .insertInto('password_history')
    .values({ user_id: userId, sequence, account_id: accountId, password_hash: hash, set_at: scope.now })
    .execute();
  await scope.queries
    .deleteFrom('password_history')
    .where('user_id', '=', userId)
    .where('account_id', '=', accountId)
    .where('sequence', '<=', sequence - REMEMBERED_PASSWORDS)
    .execute();
}
