import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { assertWellFormedPolicy, warnOfPolicy } from '../policy-documents/policy-text.ts';
import { readRowCount, readRowCounts } from '../store/row-counts.ts';
import type { PolicyRow } from '../store/schema.ts';
import { addTags, idsWithTag, removeTags, type Tag, type TagFilter } from '../tags/tag.ts';
import {
  findAttachablePolicy,
  findSystemPolicy,
  listSystemPolicies,
  type SystemPolicy,
  unknownSystemPolicy,
} from './system-policies.ts';

/** Type of a policy: `System`, defined by the server for all accounts, or `Custom`, defined by the account. */
type PolicyType = 'System' | 'Custom';

/** A policy as named by an operation; each type has its own name space. */
export interface PolicyReference {
  readonly type: PolicyType;
  readonly name: string;
}

/** A policy of either type, without its versions. */
export interface Policy {
  readonly type: PolicyType;
  readonly name: string;
  /** Key by which attachments name a policy; for custom policies also the key of its rows. */
  readonly nameKey: string;
  readonly description: string;
  /** `v3` */
  readonly defaultVersion: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Properties of a new custom policy. */
export interface NewPolicy {
  readonly name: string;
  readonly description: string;
  readonly document: string;
  readonly tags: readonly Tag[];
}

/** Returns the key under which policy names are compared. */
export const policyNameKey = (name: string): string => name.toLowerCase();

/** Returns a version number as RAM writes it. */
export const versionId = (version: number): string => `v${version}`;

/**
 * Finds a policy; `undefined` if absent. A custom policy is found by its exact name only: ARNs of policies contain
 * that name, and another spelling must not bypass a Deny on it.
 */
async function findPolicy(scope: Scope, reference: PolicyReference): Promise<Policy | undefined> {
  if (reference.type === 'System') {
    const policy = findAttachablePolicy(scope, reference.name);
    return policy && systemPolicy(policy);
  }
  const row = await findCustomPolicy(scope.queries, scope.account.accountId, reference.name);
  return row?.policy_name === reference.name ? customPolicy(row) : undefined;
}

/** Returns a policy. @throws Refusal EntityNotExist.Policy */
export async function requirePolicy(scope: Scope, reference: PolicyReference): Promise<Policy> {
  const policy = await findPolicy(scope, reference);
  if (policy !== undefined) return policy;
  if (reference.type === 'System') throw unknownSystemPolicy(reference.name);
  throw new Refusal('EntityNotExist.Policy', { name: reference.name });
}

/**
 * Returns a custom policy for a change.
 * @throws Refusal EntityNotExist.Policy; NoPermission if only a system policy has that name
 */
export async function requireCustomPolicy(scope: Scope, name: string): Promise<PolicyRow> {
  const row = await findCustomPolicy(scope.queries, scope.account.accountId, name);
  if (row?.policy_name === name) return row;
  if (findSystemPolicy(name) !== undefined) throw new Refusal('NoPermission.System');
  throw new Refusal('EntityNotExist.Policy', { name });
}

/**
 * Creates a custom policy with the version v1. Its name must differ in more than case from other custom policies
 * and from system policies, so that a name is unambiguous to readers.
 * @throws Refusal EntityAlreadyExists.Policy, LimitExceeded.Policy, MalformedPolicyDocument
 */
export async function createPolicy(scope: Scope, policy: NewPolicy): Promise<Policy> {
  const { accountId } = scope.account;
  assertWellFormedPolicy(policy.document, 'identity');
  warnOfPolicy(scope, policy.document, 'identity');
  const nameKey = policyNameKey(policy.name);
  if (
    findSystemPolicy(policy.name) !== undefined ||
    (await findCustomPolicy(scope.queries, scope.account.accountId, policy.name)) !== undefined
  ) {
    throw new Refusal('EntityAlreadyExists.Policy', { name: policy.name });
  }
  await assertPolicyQuota(scope);
  const row: PolicyRow = {
    account_id: accountId,
    policy_name: policy.name,
    policy_name_key: nameKey,
    description: policy.description,
    default_version: 1,
    latest_version: 1,
    created_at: scope.now,
    updated_at: scope.now,
  };
  await scope.queries.insertInto('policies').values(row).execute();
  await scope.queries
    .insertInto('policy_versions')
    .values({
      account_id: accountId,
      policy_name_key: nameKey,
      version: 1,
      document: policy.document,
      created_at: scope.now,
    })
    .execute();
  await addTags(scope, 'policy', nameKey, policy.tags);
  scope.changed('policy', nameKey);
  scope.touched('ACS::RAM::Policy', policy.name);
  return customPolicy(row);
}

/** Sets the description of a custom policy; `undefined` keeps it. @throws Refusal EntityNotExist.Policy, NoPermission */
export async function describePolicy(
  scope: Scope,
  name: string,
  description: string | undefined,
): Promise<Policy> {
  const row = await requireCustomPolicy(scope, name);
  const changed = { description: description ?? row.description };
  await changePolicy(scope, row, changed);
  return customPolicy({ ...row, ...changed, updated_at: scope.now });
}

/** Updates a row of `policies`. */
export async function changePolicy(scope: Scope, row: PolicyRow, changes: Partial<PolicyRow>): Promise<void> {
  await scope.queries
    .updateTable('policies')
    .set({ ...changes, updated_at: scope.now })
    .where('account_id', '=', row.account_id)
    .where('policy_name_key', '=', row.policy_name_key)
    .execute();
  scope.touched('ACS::RAM::Policy', row.policy_name);
}

/**
 * Deletes a custom policy without attachments.
 * @param withVersions whether to delete it even with versions besides the default
 * @throws Refusal EntityNotExist.Policy, NoPermission, DeleteConflict.Policy.*, DeleteConflict.Role.Policy
 */
export async function deletePolicy(scope: Scope, name: string, withVersions: boolean): Promise<void> {
  const row = await requireCustomPolicy(scope, name);
  await assertNotAttached(scope, row.policy_name_key);
  const ofPolicy = { account_id: row.account_id, policy_name_key: row.policy_name_key };
  const versions = await scope.queries
    .selectFrom('policy_versions')
    .select('version')
    .where('account_id', '=', ofPolicy.account_id)
    .where('policy_name_key', '=', ofPolicy.policy_name_key)
    .execute();
  if (versions.length > 1 && !withVersions) throw new Refusal('DeleteConflict.Policy.Version');
  // Only attachments of users in the recycle bin remain: these users are restored without the policy.
  await scope.queries
    .deleteFrom('policy_attachments')
    .where('account_id', '=', ofPolicy.account_id)
    .where('policy_type', '=', 'Custom')
    .where('policy_name_key', '=', ofPolicy.policy_name_key)
    .execute();
  for (const table of ['policy_versions', 'policies'] as const) {
    await scope.queries
      .deleteFrom(table)
      .where('account_id', '=', ofPolicy.account_id)
      .where('policy_name_key', '=', ofPolicy.policy_name_key)
      .execute();
  }
  await removeTags(scope, 'policy', row.policy_name_key);
  scope.changed('policy', row.policy_name_key);
  scope.touched('ACS::RAM::Policy', row.policy_name);
}

/** Filter of a list of policies. */
export interface PolicyFilter {
  /** Default: both types. */
  readonly type: PolicyType | undefined;
  /** All of them must match; system policies have no tags. */
  readonly tags: readonly TagFilter[];
}

/** Returns the sort key of a policy in lists: custom policies before system policies, each by name. */
export const listKey = ({ type, nameKey }: Pick<Policy, 'type' | 'nameKey'>): string => `${type}/${nameKey}`;

/**
 * Returns a page of policies.
 * @param after the list key after which the page begins
 * @param limit maximum number of policies
 */
export async function listPolicies(
  scope: Scope,
  filter: PolicyFilter,
  after: string,
  limit: number,
): Promise<Policy[]> {
  const custom =
    filter.type === 'System' || after.startsWith('System/')
      ? []
      : await listCustomPolicies(scope, filter.tags, after.slice('Custom/'.length), limit);
  const wanted = filter.type === 'Custom' || filter.tags.length > 0 ? 0 : limit - custom.length;
  const system = await listSystemPolicies(
    after.startsWith('System/') ? after.slice('System/'.length) : '',
    wanted,
  );
  return [...custom, ...system.map(systemPolicy)];
}

async function listCustomPolicies(
  scope: Scope,
  tags: readonly TagFilter[],
  after: string,
  limit: number,
): Promise<Policy[]> {
  let query = scope.queries
    .selectFrom('policies')
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .where('policy_name_key', '>', after)
    .orderBy('policy_name_key')
    .limit(limit);
  for (const tag of tags) query = query.where('policy_name_key', 'in', idsWithTag(scope, 'policy', tag));
  return (await query.execute()).map(customPolicy);
}

/**
 * Counts the users, groups and roles that policies are attached to, without users in the recycle bin.
 * @returns counts by list key
 */
export async function countAttachments(
  scope: Scope,
  policies: readonly Pick<Policy, 'type' | 'nameKey'>[],
): Promise<ReadonlyMap<string, number>> {
  const counted = policies.map((policy) => `attachments/${policy.type}/${policy.nameKey}` as const);
  const counts = await readRowCounts(scope.queries, scope.account.accountId, counted);
  return new Map(policies.map((policy, at) => [listKey(policy), counts.get(counted[at]!) ?? 0]));
}

async function assertNotAttached(scope: Scope, nameKey: string): Promise<void> {
  for (const [type, code] of [
    ['user', 'DeleteConflict.Policy.User'],
    ['group', 'DeleteConflict.Policy.Group'],
    ['role', 'DeleteConflict.Policy.Role'],
  ] as const) {
    const attachment = await scope.queries
      .selectFrom('policy_attachments as attachment')
      .leftJoin('users as recycled', (join) =>
        join
          .onRef('recycled.user_id', '=', 'attachment.principal_id')
          .on('attachment.principal_type', '=', 'user')
          .on('recycled.recycled_at', 'is not', null),
      )
      .select('attachment.principal_id')
      .where('attachment.account_id', '=', scope.account.accountId)
      .where('attachment.policy_type', '=', 'Custom')
      .where('attachment.policy_name_key', '=', nameKey)
      .where('attachment.principal_type', '=', type)
      // Users in the recycle bin do not count: they are restored without the policy.
      .where('recycled.user_id', 'is', null)
      .limit(1)
      .executeTakeFirst();
    if (attachment !== undefined) throw new Refusal(code);
  }
}

async function assertPolicyQuota(scope: Scope): Promise<void> {
  const count = await readRowCount(scope.queries, scope.account.accountId, 'policies');
  if (count >= scope.services.limits.customPoliciesPerAccount) {
    throw new Refusal('LimitExceeded.Policy', { limit: scope.services.limits.customPoliciesPerAccount });
  }
}

/** Finds the custom policy of an account by its name, in any case; `undefined` if absent. */
export async function findCustomPolicy(
  queries: Scope['queries'],
  accountId: string,
  name: string,
): Promise<PolicyRow | undefined> {
  return queries
    .selectFrom('policies')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('policy_name_key', '=', policyNameKey(name))
    .executeTakeFirst();
}

/** Returns the policy of a row. */
export function customPolicy(row: PolicyRow): Policy {
  return {
    type: 'Custom',
    name: row.policy_name,
    nameKey: row.policy_name_key,
    description: row.description,
    defaultVersion: versionId(row.default_version),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** Returns a system policy as policy. */
export function systemPolicy(policy: SystemPolicy): Policy {
  return {
    type: 'System',
    name: policy.name,
    nameKey: policyNameKey(policy.name),
    description: policy.description,
    defaultVersion: policy.version,
    createdAt: policy.createdAt,
    updatedAt: policy.updatedAt,
  };
}
