import { recordHousekeeping } from '../audit/system-event.ts';
import type { Services } from '../context/services.ts';
import { purgeSecondFactors } from '../mfa/purge-second-factors.ts';
import { purgeLoginProfile } from '../passwords/login-profile.ts';
import { purgeServiceCredentials } from '../service-credentials/service-credential.ts';
import type { UserRow } from '../store/schema.ts';
import type { WriteTransaction } from '../store/store.ts';
import { sweep } from '../store/sweep.ts';

/** Maximum number of rows deleted in one transaction. */
const ROWS_PER_WRITE = 200;

/** Numbers of deleted rows. */
export interface Purged {
  readonly accessKeys: number;
  readonly users: number;
}

/**
 * Deletes AccessKeys and users, with all that belongs to them, whose time in the recycle bin is over. Writes an
 * audit event `PurgeRecycledAccessKey` or `PurgeRecycledUser` for each into its account.
 * @param due what was due then, ms since the epoch
 * @param now time of the changes and of their events, ms since the epoch
 * @param isStopped asked between two transactions
 */
export async function purgeRecycleBins(
  services: Services,
  due: number,
  now = due,
  isStopped?: () => boolean,
): Promise<Purged> {
  const accessKeys = await sweep(
    ROWS_PER_WRITE,
    (rows) =>
      services.store.write(async (transaction) => {
        const rowsDue = await transaction.queries
          .selectFrom('access_keys')
          .select(['access_key_id', 'account_id'])
          .where('purge_at', '<=', due)
          .limit(rows)
          .execute();
        await deleteKeys(transaction, rowsDue);
        const events = rowsDue.map((key) => ({
          name: 'PurgeRecycledAccessKey',
          accountId: key.account_id,
          touched: [['ACS::RAM::AccessKey', key.access_key_id]] as const,
        }));
        await recordHousekeeping(services, transaction.queries, now, events);
        return rowsDue.length;
      }),
    isStopped,
  );
  const users = await sweep(
    ROWS_PER_WRITE,
    (rows) =>
      services.store.write(async (transaction) => {
        const rowsDue = await transaction.queries
          .selectFrom('users')
          .select(['user_id', 'user_name', 'account_id'])
          .where('purge_at', '<=', due)
          .limit(rows)
          .execute();
        for (const user of rowsDue) await purgeUser(transaction, user.account_id, user.user_id);
        await recordHousekeeping(services, transaction.queries, now, rowsDue.map(purgedUserEvent));
        return rowsDue.length;
      }),
    isStopped,
  );
  return { accessKeys, users };
}

/** Returns the audit event of an automatically purged user. */
export function purgedUserEvent(user: Pick<UserRow, 'account_id' | 'user_id' | 'user_name'>) {
  return {
    name: 'PurgeRecycledUser',
    accountId: user.account_id,
    touched: [['ACS::RAM::User', user.user_name]] as const,
    details: { UserId: user.user_id },
  };
}

/**
 * Deletes a user for good, with its keys, passwords, second factors, service credentials, memberships, attachments
 * and tags.
 */
export async function purgeUser(
  transaction: WriteTransaction,
  accountId: string,
  userId: string,
): Promise<void> {
  const { queries } = transaction;
  const keys = await queries
    .selectFrom('access_keys')
    .select(['access_key_id', 'account_id'])
    .where('owner_type', '=', 'user')
    .where('owner_id', '=', userId)
    .where('account_id', '=', accountId)
    .execute();
  await deleteKeys(transaction, keys);
  await purgeLoginProfile(queries, accountId, userId);
  await purgeSecondFactors(queries, accountId, userId);
  await purgeServiceCredentials(queries, accountId, userId);
  await queries
    .deleteFrom('group_members')
    .where('user_id', '=', userId)
    .where('account_id', '=', accountId)
    .execute();
  await queries
    .deleteFrom('policy_attachments')
    .where('account_id', '=', accountId)
    .where('principal_type', '=', 'user')
    .where('principal_id', '=', userId)
    .execute();
  await queries
    .deleteFrom('tags')
    .where('account_id', '=', accountId)
    .where('resource_type', '=', 'user')
    .where('resource_id', '=', userId)
    .execute();
  await queries
    .deleteFrom('users')
    .where('user_id', '=', userId)
    .where('account_id', '=', accountId)
    .execute();
  transaction.changed({ accountId, topic: 'user', subject: userId });
}

async function deleteKeys(
  transaction: WriteTransaction,
  keys: readonly { readonly access_key_id: string; readonly account_id: string }[],
): Promise<void> {
  for (const { access_key_id: accessKeyId, account_id: accountId } of keys) {
    await transaction.queries
      .deleteFrom('access_key_uses')
      .where('access_key_id', '=', accessKeyId)
      .execute();
    await transaction.queries.deleteFrom('access_keys').where('access_key_id', '=', accessKeyId).execute();
    transaction.changed({ accountId, topic: 'access-key', subject: accessKeyId });
  }
}
