import type { Lane } from '../context/fair-queue.ts';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { isComparable, saltOf } from './password-hash.ts';

/**
 * A new password, hashed before the transaction that stores it, with its comparisons with stored hashes. The
 * transaction compares the hashes that it reads with the prepared ones.
 */
export interface PreparedPassword {
  /** PHC string. */
  readonly hash: string;
  /** Whether a stored hash is of this password. Has only hashes with another salt or cost. */
  readonly comparisons: ReadonlyMap<string, boolean>;
}

/**
 * Hashes a new password and compares it with stored ones. Slow by design, so never in a transaction.
 * @param stored hashes to compare with, latest first; the new hash gets the salt of the first, so that hashes with
 *   the same salt and cost need no computation
 * @throws Refusal Throttling.SignIn if too many passwords of the account wait
 */
export async function preparePassword(
  scope: Pick<Scope, 'account' | 'services'>,
  password: string,
  stored: readonly string[],
): Promise<PreparedPassword> {
  const { passwordHashing, identifiers } = scope.services;
  const lane: Lane = { account: scope.account.accountId, source: 'change' };
  const [latest] = stored;
  const salt = latest === undefined ? Buffer.from(identifiers.passwordSalt()) : saltOf(latest);
  const hash = await passwordHashing.hash(lane, password, salt);
  const comparisons = new Map<string, boolean>();
  for (const other of stored) {
    if (isComparable(other, hash) || comparisons.has(other)) continue;
    comparisons.set(other, await passwordHashing.verify(lane, other, password));
  }
  return { hash, comparisons };
}

/**
 * Returns whether a stored hash is of the prepared password, without computing a hash.
 * @throws Refusal ConcurrentModification if the hash was stored after the password was prepared
 */
export function isSamePassword({ hash, comparisons }: PreparedPassword, stored: string): boolean {
  if (isComparable(stored, hash)) return stored === hash;
  const compared = comparisons.get(stored);
  if (compared === undefined) throw new Refusal('ConcurrentModification');
  return compared;
}
