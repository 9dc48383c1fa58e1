import type { Scope } from '../context/scope.ts';
import { rememberedPasswords } from './password-policy.ts';
import { isSamePassword, type PreparedPassword } from './prepared-password.ts';

/** Reads the hashes of a user's remembered passwords, the latest first. */
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
    .limit(rememberedPasswords)
    .execute();
  return rows.map((row) => row.password_hash);
}

/**
 * Returns whether a password is among the latest ones of a user.
 * @param latest how many of them count
 * @throws Refusal ConcurrentModification when the history has changed since the password was prepared
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

/** Remembers a password that was set; of each user the latest 24 are kept. */
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
    .where('sequence', '<=', sequence - rememberedPasswords)
    .execute();
}
