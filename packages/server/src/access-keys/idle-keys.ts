import { recordHousekeeping } from '../audit/system-event.ts';
import { DAY_MS } from '../context/limits.ts';
import type { Services } from '../context/services.ts';
import { endRoleSessions } from '../revocation/role-session-generation.ts';
import { readSecurityPreference } from '../settings/security-preference.ts';
import { deleteInBatches } from '../store/delete-in-batches.ts';
import { instant } from '../wire/instant.ts';

/** Keys disabled in one transaction; bounds how long other writes wait. */
const KEYS_PER_WRITE = 200;

/**
 * Disables the AccessKeys of RAM users that were not used for MaxIdleDaysForAccessKeys of their account. Not idle
 * are
 * keys that were created or enabled since then, keys in the recycle bin and keys of the root. Writes an audit event
 * `DisableIdleAccessKey` for each key into its account.
 * @param now ms since the epoch
 * @returns the number of keys disabled
 */
export async function disableIdleKeys(services: Services, now: number): Promise<number> {
  const accounts = await services.store.queries.selectFrom('accounts').select('account_id').execute();
  let disabled = 0;
  for (const { account_id: accountId } of accounts) {
    const preference = await readSecurityPreference(services.store.queries, accountId);
    const since = now - preference.MaxIdleDaysForAccessKeys * DAY_MS;
    disabled += await disableIdleKeysOf(services, accountId, since, now);
  }
  return disabled;
}

async function disableIdleKeysOf(
  services: Services,
  accountId: string,
  since: number,
  now: number,
): Promise<number> {
  // Uses that are still in memory count, too.
  await services.lastUsed.flush();
  return deleteInBatches(KEYS_PER_WRITE, (rows) => disableBatch(services, accountId, since, now, rows));
}

function disableBatch(
  services: Services,
  accountId: string,
  since: number,
  now: number,
  rows: number,
): Promise<number> {
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
      .limit(rows)
      .execute();
    for (const { access_key_id: accessKeyId } of idle) {
      await queries
        .updateTable('access_keys')
        .set({ status: 'Inactive', updated_at: now })
        .where('access_key_id', '=', accessKeyId)
        .execute();
      await endRoleSessions(queries, accountId, `access-key:${accessKeyId}`, now);
      changed({ accountId, topic: 'access-key', subject: accessKeyId });
    }
    const events = idle.map(({ access_key_id: accessKeyId }) => ({
      name: 'DisableIdleAccessKey',
      accountId,
      touched: [['ACS::RAM::AccessKey', accessKeyId]] as const,
      details: { UnusedSince: instant(since) },
    }));
    await recordHousekeeping(services, queries, now, events);
    return idle.length;
  });
}
