import { assertKeyQuota, changeKey, requireAccessKey } from '../access-keys/access-key.ts';
import type { KeyOwner } from '../access-keys/owner.ts';
import { DAY_MS } from '../context/limits.ts';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { deleteGeneration } from '../revocation/role-session-generation.ts';
import type { AccessKeyRow } from '../store/schema.ts';
import { RECYCLE_BIN_DAYS } from './recycle-bin-days.ts';

/** A key in the recycle bin. */
export type RecycledAccessKey = AccessKeyRow & { readonly recycled_at: number; readonly purge_at: number };

/**
 * Moves a key to the recycle bin: it is refused from now on, and stays there for 30 days. The bin holds three keys
 * of an owner; a fourth one purges the oldest. An active key can be deleted, as Terraform does.
 * @throws Refusal EntityNotExist.User.AccessKey
 */
export async function recycleAccessKey(scope: Scope, owner: KeyOwner, accessKeyId: string): Promise<void> {
  await requireAccessKey(scope, owner, accessKeyId);
  await changeKey(scope, accessKeyId, {
    status: 'Inactive',
    updated_at: scope.now,
    recycled_at: scope.now,
    purge_at: scope.now + RECYCLE_BIN_DAYS * DAY_MS,
  });
  // The key itself is excluded: it must not be purged if another was deleted in the same millisecond.
  const others = (await listRecycledAccessKeys(scope, owner)).filter(
    (key) => key.access_key_id !== accessKeyId,
  );
  for (const oldest of others.slice(scope.services.limits.recycledAccessKeysPerOwner - 1)) {
    await purgeKey(scope, oldest.access_key_id);
  }
}

/** Returns an owner's keys in the recycle bin, last deleted first. */
export async function listRecycledAccessKeys(scope: Scope, owner: KeyOwner): Promise<RecycledAccessKey[]> {
  const rows = await scope.queries
    .selectFrom('access_keys')
    .selectAll()
    .where('owner_id', '=', owner.id)
    .where('owner_type', '=', owner.type)
    .where('account_id', '=', scope.account.accountId)
    .where('recycled_at', 'is not', null)
    .where('purge_at', '>', scope.now)
    .orderBy('recycled_at', 'desc')
    .orderBy('access_key_id')
    .execute();
  return rows as RecycledAccessKey[];
}

/** Finds a key in the recycle bin of any owner in the account; `undefined` if absent. */
export async function findRecycledAccessKey(
  scope: Scope,
  accessKeyId: string,
): Promise<RecycledAccessKey | undefined> {
  const row = await scope.queries
    .selectFrom('access_keys')
    .selectAll()
    .where('access_key_id', '=', accessKeyId)
    .where('account_id', '=', scope.account.accountId)
    .where('recycled_at', 'is not', null)
    .where('purge_at', '>', scope.now)
    .executeTakeFirst();
  return row as RecycledAccessKey | undefined;
}

/**
 * Restores a key from the recycle bin. It is inactive until it is enabled explicitly.
 * @throws Refusal EntityNotExist.User.AccessKey, and LimitExceeded if the owner has two keys
 */
export async function restoreAccessKey(scope: Scope, owner: KeyOwner, accessKeyId: string): Promise<void> {
  await requireRecycledAccessKey(scope, owner, accessKeyId);
  await assertKeyQuota(scope, owner);
  await changeKey(scope, accessKeyId, {
    status: 'Inactive',
    updated_at: scope.now,
    recycled_at: null,
    purge_at: null,
  });
}

/**
 * Deletes a key in the recycle bin for good.
 * @throws Refusal EntityNotExist.User.AccessKey
 */
export async function purgeAccessKey(scope: Scope, owner: KeyOwner, accessKeyId: string): Promise<void> {
  await requireRecycledAccessKey(scope, owner, accessKeyId);
  await purgeKey(scope, accessKeyId);
}

async function purgeKey(scope: Scope, accessKeyId: string): Promise<void> {
  await scope.queries.deleteFrom('access_keys').where('access_key_id', '=', accessKeyId).execute();
  await scope.queries.deleteFrom('access_key_uses').where('access_key_id', '=', accessKeyId).execute();
  await deleteGeneration(scope.queries, `access-key:${accessKeyId}`, scope.now);
  await deleteGeneration(scope.queries, `invalid-key:${accessKeyId}`, scope.now);
  scope.changed('access-key', accessKeyId);
  scope.touched('ACS::RAM::AccessKey', accessKeyId);
}

async function requireRecycledAccessKey(scope: Scope, owner: KeyOwner, accessKeyId: string): Promise<void> {
  const key = await findRecycledAccessKey(scope, accessKeyId);
  if (key?.owner_id !== owner.id || key.owner_type !== owner.type) {
    throw new Refusal('EntityNotExist.User.AccessKey', { name: accessKeyId });
  }
}
