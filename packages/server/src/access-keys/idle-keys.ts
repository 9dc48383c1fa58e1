import { recordHousekeeping } from '../audit/system-event.ts';
import { DAY_MS } from '../context/limits.ts';
import type { Services } from '../context/services.ts';
import { endRoleSessions } from '../revocation/role-session-generation.ts';
import { readSecurityPreference } from '../settings/security-preference.ts';
import { deleteInBatches } from '../store/delete-in-batches.ts';
import { instant } from '../wire/instant.ts';

/** How many keys one transaction disables, so that nobody waits long behind it. */
const keysPerWrite = 200;

/**
 * Disables the AccessKeys of RAM users that were not used for as many days as the account allows
 * (MaxIdleDaysForAccessKeys). A key that was made or enabled since is not idle, and neither is one in the
 * recycle bin or one of the root. Each leaves an audit event `DisableIdleAccessKey` in its account.
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
  return deleteInBatches(keysPerWrite, (rows) => disablePortion(services, accountId, since, now, rows));
}

function disablePortion(
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
