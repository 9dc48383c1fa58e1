import { type KeyOwner } from '../access-keys/owner.ts';
import { changeKey, refuseOneMoreKey, requireAccessKey } from '../access-keys/access-key.ts';
import { Refusal } from '../errors/refusal.ts';
import { DAY_MS, limits } from '../limits.ts';
import type { Call } from '../rpc/operation.ts';
import type { AccessKeyRow } from '../store/schema.ts';

/** A key in the recycle bin. */
export type RecycledAccessKey = AccessKeyRow & { readonly recycled_at: number; readonly purge_at: number };

/**
 * Deletes a key: it signs nothing from now on, and waits 30 days in the recycle bin. The bin holds three keys
 * of an owner; a fourth pushes out the oldest. An active key may be deleted: Terraform does.
 * @throws Refusal EntityNotExist.User.AccessKey
 */
export async function recycleAccessKey(call: Call, owner: KeyOwner, accessKeyId: string): Promise<void> {
  await requireAccessKey(call, owner, accessKeyId);
  await changeKey(call, accessKeyId, {
    status: 'Inactive',
    updated_at: call.now,
    recycled_at: call.now,
    purge_at: call.now + limits.recycleBinDays * DAY_MS,
  });
  const binned = await listRecycledAccessKeys(call, owner);
  for (const oldest of binned.slice(limits.recycledAccessKeysPerOwner)) {
    await purgeKey(call, oldest.access_key_id);
  }
}

/** An owner's keys in the recycle bin, the last one thrown in first. */
export async function listRecycledAccessKeys(call: Call, owner: KeyOwner): Promise<RecycledAccessKey[]> {
  const rows = await call.queries
    .selectFrom('access_keys')
    .selectAll()
    .where('owner_id', '=', owner.id)
    .where('owner_type', '=', owner.type)
    .where('account_id', '=', call.account.accountId)
    .where('recycled_at', 'is not', null)
    .where('purge_at', '>', call.now)
    .orderBy('recycled_at', 'desc')
    .orderBy('access_key_id')
    .execute();
  return rows as RecycledAccessKey[];
}

/**
 * A key in the recycle bin.
 * @param owner whose it must be; undefined: anybody's in the account
 * @throws Refusal EntityNotExist.User.AccessKey
 */
export async function requireRecycledAccessKey(
  call: Call,
  owner: KeyOwner | undefined,
  accessKeyId: string,
): Promise<RecycledAccessKey> {
  const row = await call.queries
    .selectFrom('access_keys')
    .selectAll()
    .where('access_key_id', '=', accessKeyId)
    .where('account_id', '=', call.account.accountId)
    .where('recycled_at', 'is not', null)
    .where('purge_at', '>', call.now)
    .executeTakeFirst();
  if (row === undefined || (owner !== undefined && (row.owner_id !== owner.id || row.owner_type !== owner.type))) {
    throw new Refusal('EntityNotExist.User.AccessKey', { name: accessKeyId });
  }
  return row as RecycledAccessKey;
}

/**
 * Takes a key out of the recycle bin; it comes back inactive, to be enabled on purpose.
 * @throws Refusal EntityNotExist.User.AccessKey, and LimitExceeded when the owner has two keys
 */
export async function restoreAccessKey(call: Call, owner: KeyOwner, accessKeyId: string): Promise<void> {
  await requireRecycledAccessKey(call, owner, accessKeyId);
  await refuseOneMoreKey(call, owner);
  await changeKey(call, accessKeyId, {
    status: 'Inactive',
    updated_at: call.now,
    recycled_at: null,
    purge_at: null,
  });
}

/**
 * Deletes a key in the recycle bin for good.
 * @throws Refusal EntityNotExist.User.AccessKey
 */
export async function purgeAccessKey(call: Call, owner: KeyOwner, accessKeyId: string): Promise<void> {
  await requireRecycledAccessKey(call, owner, accessKeyId);
  await purgeKey(call, accessKeyId);
}

async function purgeKey(call: Call, accessKeyId: string): Promise<void> {
  await call.queries.deleteFrom('access_keys').where('access_key_id', '=', accessKeyId).execute();
  await call.queries.deleteFrom('access_key_uses').where('access_key_id', '=', accessKeyId).execute();
  call.changed('access-key', accessKeyId);
  call.touched('ACS::RAM::AccessKey', accessKeyId);
}
