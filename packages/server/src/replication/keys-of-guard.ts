import type { Scope } from '../context/scope.ts';
import { AccountRecords } from './account-records.ts';
import { isVerifiedByGuard, type Reach } from './policy-reach.ts';

/** Reason that a guard does not receive the verifier of a key; empty if it does. */
export type WithheldReason = '' | 'Root' | 'ChangesIdentities' | 'NoServiceAllowed';

/** Key that a guard receives. */
export interface GuardedKey {
  readonly accessKeyId: string;
  /** `root` for a key of the account root. */
  readonly userName: string;
  readonly status: 'Active' | 'Inactive';
  readonly reason: WithheldReason;
}

/**
 * Returns the keys of the account as a guard of some services receives them, by the rule of replication.
 * @param guarded RAM codes of the services, lower-cased
 * @param after AccessKey id after which the list begins; empty for the first
 * @param limit maximum number of keys
 */
export async function keysOfGuard(
  scope: Scope,
  guarded: readonly string[],
  after: string,
  limit: number,
): Promise<GuardedKey[]> {
  const { accountId } = scope.account;
  const rows = await scope.queries
    .selectFrom('access_keys as key')
    .leftJoin('users as user', (join) =>
      join.onRef('user.user_id', '=', 'key.owner_id').onRef('user.account_id', '=', 'key.account_id'),
    )
    .select(['key.access_key_id', 'key.owner_type', 'key.owner_id', 'key.status', 'user.user_name'])
    .where('key.account_id', '=', accountId)
    .where('key.recycled_at', 'is', null)
    .where('key.access_key_id', '>', after)
    .orderBy('key.access_key_id')
    .limit(limit)
    .execute();
  const { reaches } = await new AccountRecords(scope.services, accountId, guarded).reachOfOwners(rows);
  return rows.map((row) => ({
    accessKeyId: row.access_key_id,
    userName: row.owner_type === 'root' ? 'root' : (row.user_name ?? ''),
    status: row.status,
    reason: row.owner_type === 'root' ? 'Root' : reasonOf(reaches.get(row.owner_id)),
  }));
}

function reasonOf(reach: Reach | undefined): WithheldReason {
  if (reach === undefined) return 'NoServiceAllowed';
  if (isVerifiedByGuard(reach)) return '';
  return reach.changesIdentities ? 'ChangesIdentities' : 'NoServiceAllowed';
}
