import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { endRoleSessions } from '../revocation/role-session-generation.ts';
import { placeOfAccessKey } from '../secrets/sealed-columns.ts';
import type { AccessKeyRow } from '../store/schema.ts';
import { Secret } from '../wire/secret.ts';
import { expiryOfNewKey } from './expiry-ceiling.ts';
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
    expires_at: await expiryOfNewKey(scope),
    network_policy: null,
    recycled_at: null,
    purge_at: null,
  };
  await scope.queries.insertInto('access_keys').values(row).execute();
  scope.changed('access-key', accessKeyId);
  scope.touched('ACS::RAM::AccessKey', accessKeyId);
  return { row, secret: new Secret(secret) };
}

/**
 * Two keys at most unless the operator sets another limit: one in use and one to rotate to. Inactive keys count; those in the recycle bin do not.
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

/** An owner's keys, oldest first, without those in the recycle bin. */
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
 * The key with that id, if it is this owner's and not in the recycle bin.
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
 * Enables or disables a key; from the answer on, a disabled one signs nothing.
 * @throws Refusal EntityNotExist.User.AccessKey
 */
export async function updateAccessKey(
  scope: Scope,
  owner: KeyOwner,
  accessKeyId: string,
  status: 'Active' | 'Inactive',
): Promise<void> {
  await requireAccessKey(scope, owner, accessKeyId);
  await changeKey(scope, accessKeyId, { status, updated_at: scope.now });
}

/**
 * Changes a row of `access_keys`, and lets caches and the audit know. Sessions of roles that were opened with a key that
 * stops working end for good: enabling or restoring it must not revive them.
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
    await endRoleSessions(scope.queries, scope.account.accountId, `access-key:${accessKeyId}`, scope.now);
  }
  scope.changed('access-key', accessKeyId);
  scope.touched('ACS::RAM::AccessKey', accessKeyId);
}
