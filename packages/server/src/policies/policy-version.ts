import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { assertWellFormedPolicy, warnOfPolicy } from '../policy-documents/policy-text.ts';
import type { PolicyRow, PolicyVersionRow } from '../store/schema.ts';
import {
  changePolicy,
  type PolicyReference,
  requireCustomPolicy,
  requirePolicy,
  versionId,
} from './policy.ts';
import { findAttachablePolicy, unknownSystemPolicy } from './system-policies.ts';

/** A version of a policy; the default version is in force. */
export interface PolicyVersion {
  /** `v3` */
  readonly id: string;
  /** The text as it was given. */
  readonly document: string;
  readonly isDefault: boolean;
  readonly createdAt: number;
}

/** Properties of a new version. */
export interface NewPolicyVersion {
  readonly document: string;
  readonly setAsDefault: boolean;
  /** Whether to delete the oldest version that is not the default if the limit is reached. */
  readonly rotate: boolean;
}

/** Returns the versions of a policy, oldest first. @throws Refusal EntityNotExist.Policy */
export async function listPolicyVersions(scope: Scope, reference: PolicyReference): Promise<PolicyVersion[]> {
  if (reference.type === 'System') {
    const policy = findAttachablePolicy(scope, reference.name);
    if (policy === undefined) throw unknownSystemPolicy(reference.name);
    const { version: id, document, updatedAt: createdAt } = policy;
    return [{ id, document, isDefault: true, createdAt }];
  }
  const { nameKey, defaultVersion } = await requirePolicy(scope, reference);
  const rows = await versionRows(scope, nameKey);
  return rows.map((row) => policyVersion(row, defaultVersion));
}

/**
 * Returns a version of a policy.
 * @param id `v3`; `undefined` for the default version
 * @throws Refusal EntityNotExist.Policy, EntityNotExist.Policy.Version
 */
export async function requirePolicyVersion(
  scope: Scope,
  reference: PolicyReference,
  id: string | undefined,
): Promise<PolicyVersion> {
  const versions = await listPolicyVersions(scope, reference);
  const found = versions.find((version) => (id === undefined ? version.isDefault : version.id === id));
  if (found === undefined) throw new Refusal('EntityNotExist.Policy.Version', { name: id ?? reference.name });
  return found;
}

/**
 * Adds a version to a custom policy. Version numbers are never reused.
 * @throws Refusal EntityNotExist.Policy, NoPermission, MalformedPolicyDocument, LimitExceeded.Policy.Version
 */
export async function createPolicyVersion(
  scope: Scope,
  name: string,
  added: NewPolicyVersion,
): Promise<PolicyVersion> {
  assertWellFormedPolicy(added.document, 'identity');
  warnOfPolicy(scope, added.document, 'identity');
  const policy = await requireCustomPolicy(scope, name);
  await makeRoomForVersion(scope, policy, added.rotate);
  const version = policy.latest_version + 1;
  const row: PolicyVersionRow = {
    account_id: policy.account_id,
    policy_name_key: policy.policy_name_key,
    version,
    document: added.document,
    created_at: scope.now,
  };
  await scope.queries.insertInto('policy_versions').values(row).execute();
  const defaultVersion = added.setAsDefault ? version : policy.default_version;
  await changePolicy(scope, policy, { latest_version: version, default_version: defaultVersion });
  if (added.setAsDefault) scope.changed('policy', policy.policy_name_key);
  return policyVersion(row, versionId(defaultVersion));
}

/**
 * Makes another version of a custom policy the default.
 * @throws Refusal EntityNotExist.Policy, EntityNotExist.Policy.Version, NoPermission
 */
export async function setDefaultPolicyVersion(scope: Scope, name: string, id: string): Promise<void> {
  const policy = await requireCustomPolicy(scope, name);
  const { version } = await requireVersionRow(scope, policy, id);
  await changePolicy(scope, policy, { default_version: version });
  scope.changed('policy', policy.policy_name_key);
}

/**
 * Deletes a version of a custom policy that is not the default.
 * @throws Refusal EntityNotExist.Policy, EntityNotExist.Policy.Version, DeleteConflict.Policy.Version.Default,
 *   NoPermission
 */
export async function deletePolicyVersion(scope: Scope, name: string, id: string): Promise<void> {
  const policy = await requireCustomPolicy(scope, name);
  const { version } = await requireVersionRow(scope, policy, id);
  if (version === policy.default_version) throw new Refusal('DeleteConflict.Policy.Version.Default');
  await deleteVersionRow(scope, policy, version);
  await changePolicy(scope, policy, {});
}

async function makeRoomForVersion(scope: Scope, policy: PolicyRow, rotate: boolean): Promise<void> {
  const rows = await versionRows(scope, policy.policy_name_key);
  if (rows.length < scope.services.limits.versionsPerPolicy) return;
  const oldest = rows.find((row) => row.version !== policy.default_version);
  if (!rotate || oldest === undefined) {
    throw new Refusal('LimitExceeded.Policy.Version', { limit: scope.services.limits.versionsPerPolicy });
  }
  await deleteVersionRow(scope, policy, oldest.version);
}

async function requireVersionRow(scope: Scope, policy: PolicyRow, id: string): Promise<PolicyVersionRow> {
  const rows = await versionRows(scope, policy.policy_name_key);
  const row = rows.find((candidate) => versionId(candidate.version) === id);
  if (row === undefined) throw new Refusal('EntityNotExist.Policy.Version', { name: id });
  return row;
}

async function versionRows(scope: Scope, nameKey: string): Promise<PolicyVersionRow[]> {
  return scope.queries
    .selectFrom('policy_versions')
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .where('policy_name_key', '=', nameKey)
    .orderBy('version')
    .execute();
}

async function deleteVersionRow(scope: Scope, policy: PolicyRow, version: number): Promise<void> {
  await scope.queries
    .deleteFrom('policy_versions')
    .where('account_id', '=', policy.account_id)
    .where('policy_name_key', '=', policy.policy_name_key)
    .where('version', '=', version)
    .execute();
}

function policyVersion(row: PolicyVersionRow, defaultVersion: string): PolicyVersion {
  const id = versionId(row.version);
  return { id, document: row.document, isDefault: id === defaultVersion, createdAt: row.created_at };
}
