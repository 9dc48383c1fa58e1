import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { recordHousekeeping } from '../audit/system-event.ts';
import { DAY_MS } from '../context/limits.ts';
import type { Services } from '../context/services.ts';
import { readSecurityPreference } from '../settings/security-preference.ts';
import { readRowCount } from '../store/row-counts.ts';
import type { Queries } from '../store/store.ts';
import { instant } from '../wire/instant.ts';
import { endRoleSessionsOfKey } from './role-sessions-of-key.ts';

/** Keys read in one turn of the event loop. */
const KEYS_PER_READ = 500;

/** Keys disabled in one transaction, with several statements for each; bounds how long other writes wait. */
const KEYS_PER_WRITE = 20;

/** Share of an account's keys that one round disables at most, so that a mistake is noticed before it is complete. */
const MAX_SHARE = 0.1;

/** Keys that one round may disable whatever their share is. */
const MIN_KEYS_PER_ROUND = 20;

/** System policies, by name key, whose users administer the account. */
const ADMINISTRATOR_POLICIES = ['administratoraccess', 'aliyunramfullaccess'];

/**
 * Disables the AccessKeys of RAM users that were not used for MaxIdleDaysForAccessKeys of their account. Not idle are
 * keys that were created or enabled since then, keys in the recycle bin and keys of the root. The last enabled key of
 * the administrators of an account stays enabled, and so do keys beyond a share of the account's users, until the next
 * call. Writes an audit event `DisableIdleAccessKey` for each key into its account.
 * @param due keys that were idle then, ms since the epoch
 * @param now time of the changes and of their events, ms since the epoch
 * @param isStopped asked between two transactions
 * @returns the number of keys disabled
 */
export async function disableIdleKeys(
  services: Services,
  due: number,
  now = due,
  isStopped: () => boolean = () => false,
): Promise<number> {
  const accounts = await services.store.queries.selectFrom('accounts').select('account_id').execute();
  let disabled = 0;
  for (const { account_id: accountId } of accounts) {
    const preference = await readSecurityPreference(services.store.queries, accountId);
    const since = due - preference.MaxIdleDaysForAccessKeys * DAY_MS;
    if (isStopped()) break;
    disabled += await disableIdleKeysOf(services, accountId, since, now, isStopped);
  }
  return disabled;
}

/** Looks at all keys of an account, some at a time; other requests are served between. */
async function disableIdleKeysOf(
  services: Services,
  accountId: string,
  since: number,
  now: number,
  isStopped: () => boolean,
): Promise<number> {
  // Uses that are still in memory count, too.
  await services.lastUsed.flush();
  const users = await readRowCount(services.store.queries, accountId, 'users');
  const most = Math.max(MIN_KEYS_PER_ROUND, Math.floor(users * MAX_SHARE));
  let disabled = 0;
  let after = '';
  for (;;) {
    const keys = await services.store.queries
      .selectFrom('access_keys')
      .select('access_key_id')
      .where('account_id', '=', accountId)
      .where('access_key_id', '>', after)
      .orderBy('access_key_id')
      .limit(KEYS_PER_READ)
      .execute();
    const ids = keys.map((key) => key.access_key_id);
    const idle = ids.length === 0 ? [] : await idleAmong(services.store.queries, ids, since);
    for (let at = 0; at < idle.length && disabled < most && !isStopped(); ) {
      const batch = idle.slice(at, at + Math.min(KEYS_PER_WRITE, most - disabled));
      at += batch.length;
      disabled += await disableBatch(services, accountId, batch, since, now);
      await nextTurn();
    }
    if (keys.length < KEYS_PER_READ || disabled >= most || isStopped()) return disabled;
    after = ids.at(-1)!;
    await nextTurn();
  }
}

/** Returns which keys are idle. */
async function idleAmong(
  queries: Queries,
  accessKeyIds: readonly string[],
  since: number,
): Promise<readonly string[]> {
  const rows = await queries
    .selectFrom('access_keys')
    .select('access_key_id')
    .where('access_key_id', 'in', accessKeyIds)
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
  return rows.map((row) => row.access_key_id);
}

function disableBatch(
  services: Services,
  accountId: string,
  accessKeyIds: readonly string[],
  since: number,
  now: number,
): Promise<number> {
  return services.store.write(async ({ queries, changed }) => {
    // One may have been used, enabled or deleted since it was read.
    const idle: string[] = [];
    for (const accessKeyId of await idleAmong(queries, accessKeyIds, since)) {
      if (await isLastOfAdministrators(queries, accountId, accessKeyId)) continue;
      idle.push(accessKeyId);
      await queries
        .updateTable('access_keys')
        .set({ status: 'Inactive', updated_at: now })
        .where('access_key_id', '=', accessKeyId)
        .execute();
      await endRoleSessionsOfKey(queries, accountId, accessKeyId, now);
      changed({ accountId, topic: 'access-key', subject: accessKeyId });
    }
    const events = idle.map((accessKeyId) => ({
      name: 'DisableIdleAccessKey',
      accountId,
      touched: [['ACS::RAM::AccessKey', accessKeyId]] as const,
      details: { UnusedSince: instant(since) },
    }));
    await recordHousekeeping(services, queries, now, events);
    return idle.length;
  });
}

/** Returns whether a key is an administrator's, and no other enabled key of the account is. */
async function isLastOfAdministrators(
  queries: Queries,
  accountId: string,
  accessKeyId: string,
): Promise<boolean> {
  return (
    (await hasAdministratorKey(queries, accountId, '=', accessKeyId)) &&
    !(await hasAdministratorKey(queries, accountId, '<>', accessKeyId))
  );
}

/**
 * Returns whether an enabled key of an administrator is this one, or another one. Other keys are found from the policy
 * and its holders: an account may have millions of keys.
 */
async function hasAdministratorKey(
  queries: Queries,
  accountId: string,
  compared: '=' | '<>',
  accessKeyId: string,
): Promise<boolean> {
  const attachments = queries
    .selectFrom('policy_attachments as attachment')
    .where('attachment.account_id', '=', accountId)
    .where('attachment.policy_type', '=', 'System')
    .where('attachment.policy_name_key', 'in', ADMINISTRATOR_POLICIES);
  const ofUsers = attachments
    .where('attachment.principal_type', '=', 'user')
    .innerJoin('access_keys as key', 'key.owner_id', 'attachment.principal_id');
  const ofGroups = attachments
    .where('attachment.principal_type', '=', 'group')
    .innerJoin('group_members as member', 'member.group_id', 'attachment.principal_id')
    .innerJoin('access_keys as key', 'key.owner_id', 'member.user_id');
  for (const keys of [ofUsers, ofGroups as unknown as typeof ofUsers]) {
    const found = await keys
      .select('key.access_key_id')
      // An expression, so that SQLite does not begin with every key of the account.
      .where(sql`key.account_id || ''`, '=', accountId)
      .where('key.owner_type', '=', 'user')
      .where('key.status', '=', 'Active')
      .where('key.recycled_at', 'is', null)
      .where('key.access_key_id', compared, accessKeyId)
      .limit(1)
      .executeTakeFirst();
    if (found !== undefined) return true;
  }
  return false;
}
