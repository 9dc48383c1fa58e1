import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { placeOfAccessKey } from '../secrets/sealed-columns.ts';
import type { AccessKeyRow } from '../store/schema.ts';
import { Secret } from '../wire/secret.ts';
import { newKeyExpiry } from './expiry-ceiling.ts';
import type { KeyOwner } from './owner.ts';
import { endRoleSessionsOfKey, keepRoleSessionsEnded } from './role-sessions-of-key.ts';

/** A new AccessKey. Its secret is available only here. */
export interface NewAccessKey {
  readonly row: AccessKeyRow;
  readonly secret: Secret;
}

/**
 * Creates an AccessKey. The secret is in the result and, sealed, in the database, and nowhere else.
 * @throws Refusal LimitExceeded.User.AccessKey, LimitExceeded.Account.AccessKey
 */
export async function createAccessKey(scope: Scope, owner: KeyOwner): Promise<NewAccessKey> {
  const { identifiers, secrets } = scope.services;
  await assertKeyQuota(scope, owner);
  const accessKeyId = identifiers.accessKeyId();
  const secret = identifiers.accessKeySecret();
  const { accountId, wrappedDataKey } = scope.account;
  const place = placeOfAccessKey({
    access_key_id: accessKeyId,
    owner_type: owner.type,
    owner_id: owner.id,
  });
  const row: AccessKeyRow = {
    access_key_id: accessKeyId,
    account_id: accountId,
    owner_type: owner.type,
    owner_id: owner.id,
    sealed_secret: await secrets.seal(accountId, wrappedDataKey, secret, place),
    status: 'Active',
    created_at: scope.now,
    updated_at: scope.now,
    expires_at: await newKeyExpiry(scope),
    network_policy: null,
    recycled_at: null,
    purge_at: null,
    note: '',
  };
  await scope.queries.insertInto('access_keys').values(row).execute();
  scope.changed('access-key', accessKeyId);
  scope.touched('ACS::RAM::AccessKey', accessKeyId);
  return { row, secret: new Secret(secret) };
}

/**
 * Asserts that an owner may have one more key. RAM's limit is two, one in use and one to rotate to; the operator
 * can set another. Inactive keys count, keys in the recycle bin do not.
 * @throws Refusal LimitExceeded.User.AccessKey, LimitExceeded.Account.AccessKey
 */
export async function assertKeyQuota(scope: Scope, owner: KeyOwner): Promise<void> {
  const held = await listAccessKeys(scope, owner);
  const limit = scope.services.limits.accessKeysPerOwner;
  if (held.length >= limit) {
    throw new Refusal(
      owner.type === 'root' ? 'LimitExceeded.Account.AccessKey' : 'LimitExceeded.User.AccessKey',
      { limit },
    );
  }
}

/** Returns an owner's keys, oldest first, without those in the recycle bin. */
export async function listAccessKeys(scope: Scope, owner: KeyOwner): Promise<AccessKeyRow[]> {
  return scope.queries
    .selectFrom('access_keys')
    .selectAll()
    .where('owner_id', '=', owner.id)
    .where('owner_type', '=', owner.type)
    .where('account_id', '=', scope.account.accountId)
    .where('recycled_at', 'is', null)
    .orderBy('created_at')
    .orderBy('access_key_id')
    .execute();
}

/**
 * Returns the owner's key with that id; keys in the recycle bin count as absent.
 * @throws Refusal EntityNotExist.User.AccessKey
 */
export async function requireAccessKey(
  scope: Scope,
  owner: KeyOwner,
  accessKeyId: string,
): Promise<AccessKeyRow> {
  const row = await scope.queries
    .selectFrom('access_keys')
    .selectAll()
    .where('access_key_id', '=', accessKeyId)
    .where('account_id', '=', scope.account.accountId)
    .where('owner_type', '=', owner.type)
    .where('owner_id', '=', owner.id)
    .where('recycled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) throw new Refusal('EntityNotExist.User.AccessKey', { name: accessKeyId });
  return row;
}

/**
 * Enables or disables a key. A disabled key is refused as soon as the operation is answered.
 * @throws Refusal EntityNotExist.User.AccessKey
 */
export async function updateAccessKey(
  scope: Scope,
  owner: KeyOwner,
  accessKeyId: string,
  status: 'Active' | 'Inactive',
): Promise<void> {
  const key = await requireAccessKey(scope, owner, accessKeyId);
  if (status === 'Active' && key.status !== 'Active') {
    await keepRoleSessionsEnded(scope.queries, scope.account.accountId, accessKeyId, scope.now);
  }
  await changeKey(scope, accessKeyId, { status, updated_at: scope.now });
}

/**
 * Updates a row of `access_keys`, and notifies caches and the audit record. Disabling a key ends the role sessions
 * that were opened with it, unless the account lets them outlive it.
 */
export async function changeKey(
  scope: Scope,
  accessKeyId: string,
  changes: Partial<AccessKeyRow>,
): Promise<void> {
  await scope.queries
    .updateTable('access_keys')
    .set(changes)
    .where('access_key_id', '=', accessKeyId)
    .execute();
  if (changes.status === 'Inactive') {
    await endRoleSessionsOfKey(scope.queries, scope.account.accountId, accessKeyId, scope.now);
  }
  scope.changed('access-key', accessKeyId);
  scope.touched('ACS::RAM::AccessKey', accessKeyId);
}
