import { DAY_MS } from '../context/limits.ts';
import type { Scope } from '../context/scope.ts';
import type { Queries } from '../store/store.ts';

/** How many days AccessKeys of an account last at most; 0 for any number. */
export async function readCeiling(queries: Queries, accountId: string): Promise<number> {
  const row = await queries
    .selectFrom('access_key_ceilings')
    .select('days')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return Number(row?.days ?? 0);
}

/**
 * Says how long AccessKeys last at most. It holds for keys that are made, and expiries that are set, from now on; keys
 * that are there already go on as they are, and are told apart by `isBeyondCeiling`.
 * @param days 0 for any number
 */
export async function setCeiling(scope: Scope, days: number): Promise<void> {
  const { accountId } = scope.account;
  await scope.queries
    .insertInto('access_key_ceilings')
    .values({ account_id: accountId, days, updated_at: scope.now })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet({ days, updated_at: scope.now }))
    .execute();
  scope.touched('ACS::RAM::Account', accountId);
}

/** When a key made now expires; null when the account has no ceiling. */
export async function expiryOfNewKey(scope: Scope): Promise<number | null> {
  const days = await readCeiling(scope.queries, scope.account.accountId);
  return days === 0 ? null : scope.now + days * DAY_MS;
}
