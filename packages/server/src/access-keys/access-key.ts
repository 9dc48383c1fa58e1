import { Refusal } from '../errors/refusal.ts';
import { limits } from '../limits.ts';
import type { Call } from '../rpc/operation.ts';
import { Secret } from '../rpc/secret.ts';
import type { AccessKeyRow } from '../store/schema.ts';
import type { KeyOwner } from './owner.ts';

/** A key just made: the only time its secret is at hand. */
export interface NewAccessKey {
  readonly row: AccessKeyRow;
  readonly secret: Secret;
}

/**
 * Makes an AccessKey. The secret is in what is returned and, sealed, in the database; nothing else ever has it.
 * @throws Refusal LimitExceeded.User.AccessKey, LimitExceeded.Account.AccessKey
 */
export async function createAccessKey(call: Call, owner: KeyOwner): Promise<NewAccessKey> {
  const { identifiers, secrets } = call.services;
  await refuseOneMoreKey(call, owner);
  const accessKeyId = identifiers.accessKeyId();
  const secret = identifiers.accessKeySecret();
  const { accountId, wrappedDataKey } = call.account;
  const row: AccessKeyRow = {
    access_key_id: accessKeyId,
    account_id: accountId,
    owner_type: owner.type,
    owner_id: owner.id,
    sealed_secret: await secrets.seal(accountId, wrappedDataKey, secret, accessKeyId),
    status: 'Active',
    created_at: call.now,
    updated_at: call.now,
    expires_at: null,
    network_policy: null,
    recycled_at: null,
    purge_at: null,
  };
  await call.queries.insertInto('access_keys').values(row).execute();
  call.changed('access-key', accessKeyId);
  call.touched('ACS::RAM::AccessKey', accessKeyId);
  return { row, secret: new Secret(secret) };
}

/**
 * Two keys at most: one in use and one to rotate to. Inactive keys count; those in the recycle bin do not.
 * @throws Refusal LimitExceeded.User.AccessKey, LimitExceeded.Account.AccessKey
 */
export async function refuseOneMoreKey(call: Call, owner: KeyOwner): Promise<void> {
  const held = await listAccessKeys(call, owner);
  if (held.length >= limits.accessKeysPerOwner) {
    throw new Refusal(
      owner.type === 'root' ? 'LimitExceeded.Account.AccessKey' : 'LimitExceeded.User.AccessKey',
    );
  }
}

/** An owner's keys, oldest first, without those in the recycle bin. */
export async function listAccessKeys(call: Call, owner: KeyOwner): Promise<AccessKeyRow[]> {
  return call.queries
    .selectFrom('access_keys')
    .selectAll()
    .where('owner_id', '=', owner.id)
    .where('owner_type', '=', owner.type)
    .where('account_id', '=', call.account.accountId)
    .where('recycled_at', 'is', null)
    .orderBy('created_at')
    .orderBy('access_key_id')
    .execute();
}

/**
 * The key with that id, if it is this owner's and not in the recycle bin.
 * @throws Refusal EntityNotExist.User.AccessKey
 */
export async function requireAccessKey(
  call: Call,
  owner: KeyOwner,
  accessKeyId: string,
): Promise<AccessKeyRow> {
  const row = await call.queries
    .selectFrom('access_keys')
    .selectAll()
    .where('access_key_id', '=', accessKeyId)
    .where('account_id', '=', call.account.accountId)
    .where('owner_type', '=', owner.type)
    .where('owner_id', '=', owner.id)
    .where('recycled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) throw new Refusal('EntityNotExist.User.AccessKey', { name: accessKeyId });
  return row;
}

/**
 * Enables or disables a key; from the answer on, a disabled one signs nothing.
 * @throws Refusal EntityNotExist.User.AccessKey
 */
export async function updateAccessKey(
  call: Call,
  owner: KeyOwner,
  accessKeyId: string,
  status: 'Active' | 'Inactive',
): Promise<void> {
  await requireAccessKey(call, owner, accessKeyId);
  await changeKey(call, accessKeyId, { status, updated_at: call.now });
}

/** Changes a row of `access_keys`, and lets caches and the audit know. */
export async function changeKey(
  call: Call,
  accessKeyId: string,
  changes: Partial<AccessKeyRow>,
): Promise<void> {
  await call.queries
    .updateTable('access_keys')
    .set(changes)
    .where('access_key_id', '=', accessKeyId)
    .execute();
  call.changed('access-key', accessKeyId);
  call.touched('ACS::RAM::AccessKey', accessKeyId);
}
