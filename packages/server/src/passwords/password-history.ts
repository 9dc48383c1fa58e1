import type { Scope } from '../pipeline/operation.ts';
import { isComparable, saltOf } from './password-hash.ts';
import { rememberedPasswords } from './password-policy.ts';
import { hashInChange, verifyInChange } from './prepared-password.ts';

/** A password hashed for a user, and whether it is one of its latest. */
export interface HashedPassword {
  readonly hash: string;
  readonly isReused: boolean;
}

/**
 * Hashes a password for a user. All passwords of a user have the same salt, so that one computation, which is slow on
 * purpose, both makes the new hash and compares it with every earlier one.
 * @param latest how many of the latest passwords count as reused
 */
export async function hashForUser(
  scope: Scope,
  userId: string,
  password: string,
  latest: number,
): Promise<HashedPassword> {
  const earlier = await scope.queries
    .selectFrom('password_history')
    .select('password_hash')
    .where('user_id', '=', userId)
    .where('account_id', '=', scope.account.accountId)
    .orderBy('sequence', 'desc')
    .limit(rememberedPasswords)
    .execute();
  const [last] = earlier;
  const hash = hashInChange(scope, password, last && saltOf(last.password_hash));
  for (const { password_hash: before } of earlier.slice(0, latest)) {
    // Hashes of another cost, from before an update, are compared the slow way.
    const same = isComparable(before, hash) ? before === hash : verifyInChange(scope, before, password);
    if (same) return { hash, isReused: true };
  }
  return { hash, isReused: false };
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
