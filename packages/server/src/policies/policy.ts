import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { assertWellFormedPolicy, warnOfPolicy } from '../policy-documents/policy-text.ts';
import { readRowCount, readRowCounts } from '../store/row-counts.ts';
import type { PolicyRow } from '../store/schema.ts';
import { addTags, idsWithTag, removeTags, type Tag, type TagFilter } from '../tags/tag.ts';
import { type SystemPolicy, systemPolicies } from './system-policies.ts';

/** Who keeps a policy: the server, the same in all accounts, or the account. */
type PolicyType = 'System' | 'Custom';

/** How an operation names a policy: the two types have names of their own. */
export interface PolicyReference {
  readonly type: PolicyType;
  readonly name: string;
}

/** A policy of either type, without its versions. */
export interface Policy {
  readonly type: PolicyType;
  readonly name: string;
  /** Of custom policies the key of its rows; of either type what attachments name it by. */
  readonly nameKey: string;
  readonly description: string;
  /** `v3` */
  readonly defaultVersion: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What a custom policy is made from. */
export interface NewPolicy {
  readonly name: string;
  readonly description: string;
  readonly document: string;
  readonly tags: readonly Tag[];
}

/** The key under which the names of policies are compared. */
export const policyNameKey = (name: string): string => name.toLowerCase();

/** A version number as RAM writes it. */
export const versionId = (version: number): string => `v${version}`;

/**
 * The policy that is meant, if it exists. A custom policy is found by its exact name only: resources of policies
 * are written with that name, and a Deny on it must not be passed by another spelling.
 */
async function findPolicy(scope: Scope, reference: PolicyReference): Promise<Policy | undefined> {
  if (reference.type === 'System') {
    const policy = systemPolicies.get(policyNameKey(reference.name));
    return policy && systemPolicy(policy);
  }
  const row = await findCustomPolicy(scope.queries, scope.account.accountId, reference.name);
  return row?.policy_name === reference.name ? customPolicy(row) : undefined;
}

/** The policy that is meant. @throws Refusal EntityNotExist.Policy */
export async function requirePolicy(scope: Scope, reference: PolicyReference): Promise<Policy> {
  const policy = await findPolicy(scope, reference);
  if (policy === undefined) throw new Refusal('EntityNotExist.Policy', { name: reference.name });
  return policy;
}

/**
 * A policy that is about to be changed.
 * @throws Refusal EntityNotExist.Policy; NoPermission when only a system policy has that name
 */
export async function requireCustomPolicy(scope: Scope, name: string): Promise<PolicyRow> {
  const row = await findCustomPolicy(scope.queries, scope.account.accountId, name);
  if (row?.policy_name === name) return row;
  if (systemPolicies.has(policyNameKey(name))) throw new Refusal('NoPermission.System');
  throw new Refusal('EntityNotExist.Policy', { name });
}

/**
 * Makes a custom policy with the version v1. It may not be called like another one or a system policy, whatever the
 * case of the letters: who reads a name shall know what it stands for.
 * @throws Refusal EntityAlreadyExists.Policy, LimitExceeded.Policy, MalformedPolicyDocument
 */
export async function createPolicy(scope: Scope, policy: NewPolicy): Promise<Policy> {
  const { accountId } = scope.account;
  assertWellFormedPolicy(policy.document, 'identity');
  warnOfPolicy(scope, policy.document, 'identity');
  const nameKey = policyNameKey(policy.name);
  if (
    systemPolicies.has(nameKey) ||
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

/** Changes what is said about a custom policy. @throws Refusal EntityNotExist.Policy, NoPermission */
export async function describePolicy(scope: Scope, name: string, description: string): Promise<Policy> {
  const row = await requireCustomPolicy(scope, name);
  await changePolicy(scope, row, { description });
  return customPolicy({ ...row, description, updated_at: scope.now });
}

/** Changes a row of `policies`. */
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
 * Deletes a custom policy that is attached to nobody.
 * @param withVersions delete it although it has versions beside the default one
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
  // What is left are attachments of users in the recycle bin: they come back without it.
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

/** What a list of policies is narrowed to. */
export interface PolicyFilter {
  /** Both unless given. */
  readonly type: PolicyType | undefined;
  /** All of them; system policies have none. */
  readonly tags: readonly TagFilter[];
}

/** The place of a policy in lists: custom policies before system policies, each by name. */
export const listKey = ({ type, nameKey }: Pick<Policy, 'type' | 'nameKey'>): string => `${type}/${nameKey}`;

/**
 * A page of policies.
 * @param after the list key the page begins after
 * @param limit how many to read
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
  const system = filter.type === 'Custom' || filter.tags.length > 0 ? [] : listSystemPolicies();
  return [...custom, ...system.filter((policy) => listKey(policy) > after)].slice(0, limit);
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

function listSystemPolicies(): Policy[] {
  return [...systemPolicies.values()].map(systemPolicy).sort((a, b) => (a.nameKey < b.nameKey ? -1 : 1));
}

/**
 * To how many users, groups and roles policies are attached; users in the recycle bin do not count.
 * @returns by list key
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
      // What is left are users in the recycle bin: they come back without it.
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

/** The custom policy of an account that has the name in any case, if there is one. */
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

/** A row as a policy. */
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

/** A system policy as a policy. */
export function systemPolicy(policy: SystemPolicy): Policy {
  return {
    type: 'System',
    name: policy.name,
    nameKey: policyNameKey(policy.name),
    description: policy.description,
    defaultVersion: policy.version,
    createdAt: policy.createdAt,
    updatedAt: policy.createdAt,
  };
}
