import { DAY_MS } from '../limits.ts';
import type { Services } from '../services.ts';
import { readSecurityPreference } from '../settings/security-preference.ts';

/**
 * Disables the AccessKeys of RAM users that were not used for as many days as the account allows
 * (MaxIdleDaysForAccessKeys). A key that was made or enabled since is not idle, and neither is one in the
 * recycle bin or one of the root.
 * @param now milliseconds since the epoch
 * @returns how many were disabled
 */
export async function disableIdleKeys(services: Services, now: number): Promise<number> {
  const accounts = await services.store.queries.selectFrom('accounts').select('account_id').execute();
  let disabled = 0;
  for (const { account_id: accountId } of accounts) {
    const preference = await readSecurityPreference(services.store.queries, accountId);
    const since = now - preference.MaxIdleDaysForAccessKeys * DAY_MS;
    disabled += await disableUnused(services, accountId, since, now);
  }
  return disabled;
}

async function disableUnused(
  services: Services,
  accountId: string,
  since: number,
  now: number,
): Promise<number> {
  // What is still in memory counts as well.
  await services.lastUsed.flush();
  return services.store.write(async ({ queries, changed }) => {
    const idle = await queries
      .selectFrom('access_keys')
      .select('access_key_id')
      .where('account_id', '=', accountId)
      .where('owner_type', '=', 'user')
      .where('status', '=', 'Active')
      .where('recycled_at', 'is', null)
      .where('created_at', '<', since)
      .where('updated_at', '<', since)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('access_key_uses')
              .select('access_key_uses.access_key_id')
              .whereRef('access_key_uses.access_key_id', '=', 'access_keys.access_key_id')
              .where('access_key_uses.used_at', '>=', since),
          ),
        ),
      )
      .execute();
    for (const { access_key_id: accessKeyId } of idle) {
      await queries
        .updateTable('access_keys')
        .set({ status: 'Inactive', updated_at: now })
        .where('access_key_id', '=', accessKeyId)
        .execute();
      changed({ accountId, topic: 'access-key', subject: accessKeyId });
    }
    return idle.length;
  });
}
