import { DAY_MS } from '../context/limits.ts';
import type { Scope } from '../context/scope.ts';
import type { Queries } from '../store/store.ts';

/** Reads the maximum lifetime of an account's AccessKeys, in days; 0 if unlimited. */
export async function readCeiling(queries: Queries, accountId: string): Promise<number> {
  const row = await queries
    .selectFrom('access_key_ceilings')
    .select('days')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return Number(row?.days ?? 0);
}

/**
 * Sets the maximum lifetime of AccessKeys. It holds for keys created and expiries set from now on. Existing keys do
 * not change; `isBeyondCeiling` identifies them.
 * @param days 0 if unlimited
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

/** Returns the expiry of a key created now, ms since the epoch; `null` if the account has no ceiling. */
export async function newKeyExpiry(scope: Scope): Promise<number | null> {
  const days = await readCeiling(scope.queries, scope.account.accountId);
  return days === 0 ? null : scope.now + days * DAY_MS;
}
