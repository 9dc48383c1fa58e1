import type { CallerScope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { endRoleSessions } from '../revocation/role-session-generation.ts';
import type { AccessKeyRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { changeKey } from './access-key.ts';

/** Key of an account with the name of its owner: `root`, or that of the user, also of one in the recycle bin. */
export interface OwnedKey {
  readonly row: AccessKeyRow;
  readonly ownerName: string;
}

/** Finds a key of an account by its id alone, also in the recycle bin; `undefined` if absent. */
export async function findOwnedKey(
  queries: Queries,
  accountId: string,
  accessKeyId: string,
): Promise<OwnedKey | undefined> {
  const row = await queries
    .selectFrom('access_keys')
    .selectAll()
    .where('access_key_id', '=', accessKeyId)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (row.owner_type === 'root') return { row, ownerName: 'root' };
  const user = await queries
    .selectFrom('users')
    .select('user_name')
    .where('user_id', '=', row.owner_id)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return { row, ownerName: user?.user_name ?? row.owner_id };
}

/**
 * Returns a key of the account by its id alone, also in the recycle bin. Only the root reaches the root's keys.
 * @throws Refusal EntityNotExist.User.AccessKey
 */
export async function requireOwnedKey(scope: CallerScope, accessKeyId: string): Promise<OwnedKey> {
  const found = await findOwnedKey(scope.queries, scope.account.accountId, accessKeyId);
  if (found === undefined || (found.row.owner_type === 'root' && scope.principal.type !== 'root')) {
    throw new Refusal('EntityNotExist.User.AccessKey', { name: accessKeyId });
  }
  return found;
}

/**
 * Disables a key that may have leaked, and ends the role sessions that it has opened, whether or not the account lets
 * them outlive it. A key that is disabled or deleted already stays so.
 * @throws Refusal EntityNotExist.User.AccessKey
 */
export async function containAccessKey(scope: CallerScope, accessKeyId: string): Promise<OwnedKey> {
  const key = await requireOwnedKey(scope, accessKeyId);
  const { accountId } = scope.account;
  await endRoleSessions(scope.queries, accountId, `access-key:${accessKeyId}`, scope.now);
  await changeKey(scope, accessKeyId, { status: 'Inactive', updated_at: scope.now });
  return { ...key, row: { ...key.row, status: 'Inactive' } };
}
