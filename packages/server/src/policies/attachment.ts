import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { requireGroup } from '../groups/group.ts';
import { requireRole } from '../roles/role.ts';
import type { GroupRow, PolicyAttachmentRow, RoleRow, UserRow } from '../store/schema.ts';
import { requireUser } from '../users/user.ts';
import {
  customPolicy,
  type Policy,
  type PolicyReference,
  policyNameKey,
  requirePolicy,
  systemPolicy,
} from './policy.ts';
import {
  findAttachablePolicy,
  findSystemPolicy,
  type SystemPolicy,
  standInPolicy,
  warningAbout,
} from './system-policies.ts';

/** Type of a principal that policies can be attached to. */
type HolderType = PolicyAttachmentRow['principal_type'];

/** A user, group or role, as named by an operation. */
export interface HolderReference {
  readonly type: HolderType;
  readonly name: string;
}

interface Holder {
  readonly type: HolderType;
  readonly id: string;
  readonly name: string;
  /** Whether it is a service-linked role, whose policies do not change. */
  readonly isLinkedRole: boolean;
}

/** Names of the types in RAM's error codes and resource types. */
const TYPE_NAMES = { user: 'User', group: 'Group', role: 'Role' } as const satisfies Record<
  HolderType,
  string
>;

/** A policy and the time of its attachment, ms since the epoch. */
export interface AttachedPolicy {
  readonly policy: Policy;
  readonly attachedAt: number;
}

/**
 * Attaches a policy; it is in force as soon as the operation is answered.
 * @throws Refusal EntityNotExist of either, EntityAlreadyExists.*.Policy, LimitExceeded.*.Policy, NoPermission if it
 *   belongs to a service-linked role
 */
export async function attachPolicy(
  scope: Scope,
  reference: PolicyReference,
  to: HolderReference,
): Promise<void> {
  const holder = await requireHolder(scope, to);
  assertNotLinkedRole(holder);
  const policy = await requirePolicy(scope, reference);
  const system = policy.type === 'System' ? findAttachablePolicy(scope, policy.name) : undefined;
  assertNotOfLinkedRole(system);
  const held = (await attachmentsOf(scope, holder)).filter((row) => row.policy_type === policy.type);
  if (held.some((row) => row.policy_name_key === policy.nameKey)) {
    throw new Refusal(`EntityAlreadyExists.${TYPE_NAMES[holder.type]}.Policy`, { name: policy.name });
  }
  const limit =
    policy.type === 'System'
      ? scope.services.limits.systemPoliciesPerPrincipal
      : scope.services.limits.customPoliciesPerPrincipal;
  if (held.length >= limit) throw new Refusal(`LimitExceeded.${TYPE_NAMES[holder.type]}.Policy`, { limit });
  await scope.queries
    .insertInto('policy_attachments')
    .values({
      account_id: scope.account.accountId,
      principal_type: holder.type,
      principal_id: holder.id,
      policy_type: policy.type,
      policy_name_key: policy.nameKey,
      stand_in_name: system?.isStandIn === true ? system.name : null,
      attached_at: scope.now,
    })
    .execute();
  recordChange(scope, holder, policy);
  if (system?.isStandIn === true)
    scope.services.unknownSystemPolicies?.(scope.account.accountId, system.name);
  const warning = system && warningAbout(system);
  if (warning !== undefined) scope.warn(warning);
}

/**
 * Detaches a policy.
 * @throws Refusal EntityNotExist of either, and EntityNotExist.*.Policy if it is not attached, NoPermission if it
 *   belongs to a service-linked role
 */
export async function detachPolicy(
  scope: Scope,
  reference: PolicyReference,
  from: HolderReference,
): Promise<void> {
  const holder = await requireHolder(scope, from);
  assertNotLinkedRole(holder);
  const policy = (await findStandIn(scope, holder, reference)) ?? (await requirePolicy(scope, reference));
  assertNotOfLinkedRole(policy.type === 'System' ? findSystemPolicy(policy.name) : undefined);
  const result = await scope.queries
    .deleteFrom('policy_attachments')
    .where('account_id', '=', scope.account.accountId)
    .where('principal_type', '=', holder.type)
    .where('principal_id', '=', holder.id)
    .where('policy_type', '=', policy.type)
    .where('policy_name_key', '=', policy.nameKey)
    .executeTakeFirst();
  if (Number(result.numDeletedRows) === 0) {
    throw new Refusal(`EntityNotExist.${TYPE_NAMES[holder.type]}.Policy`, { name: policy.name });
  }
  recordChange(scope, holder, policy);
}

/** Returns the policies attached to a user, group or role, by type and name. @throws Refusal EntityNotExist.* */
export async function listAttachedPolicies(scope: Scope, to: HolderReference): Promise<AttachedPolicy[]> {
  const attachments = await attachmentsOf(scope, await requireHolder(scope, to));
  const customKeys = attachments
    .filter((row) => row.policy_type === 'Custom')
    .map((row) => row.policy_name_key);
  const rows =
    customKeys.length === 0
      ? []
      : await scope.queries
          .selectFrom('policies')
          .selectAll()
          .where('account_id', '=', scope.account.accountId)
          .where('policy_name_key', 'in', customKeys)
          .execute();
  const custom = new Map(rows.map((row) => [row.policy_name_key, customPolicy(row)]));
  return attachments.flatMap((row) => {
    const system = findAttachedPolicy(row);
    const policy =
      row.policy_type === 'Custom' ? custom.get(row.policy_name_key) : system && systemPolicy(system);
    return policy === undefined ? [] : [{ policy, attachedAt: row.attached_at }];
  });
}

/** Holders of a policy, each type by name, without users in the recycle bin. */
export interface PolicyEntities {
  readonly users: readonly (UserRow & { readonly attached_at: number })[];
  readonly groups: readonly (GroupRow & { readonly attached_at: number })[];
  readonly roles: readonly (RoleRow & { readonly attached_at: number })[];
}

/**
 * Returns the holders of a policy. With more than `limit` of a kind, those with the lowest ids: in the order of the
 * index, since sorting a million by name takes seconds.
 * @param limit how many of each kind to read
 * @throws Refusal EntityNotExist.Policy
 */
export async function listEntities(
  scope: Scope,
  reference: PolicyReference,
  limit: number,
): Promise<PolicyEntities> {
  const { accountId } = scope.account;
  const { type, nameKey } = await requirePolicy(scope, reference);
  const attachments = scope.queries
    .selectFrom('policy_attachments as attachment')
    .select('attachment.attached_at')
    .where('attachment.account_id', '=', accountId)
    .where('attachment.policy_type', '=', type)
    .where('attachment.policy_name_key', '=', nameKey)
    .orderBy('attachment.principal_id')
    .limit(limit);
  const users = await attachments
    .innerJoin('users', 'users.user_id', 'attachment.principal_id')
    .where('attachment.principal_type', '=', 'user')
    .where('users.account_id', '=', accountId)
    .where('users.recycled_at', 'is', null)
    .selectAll('users')
    .execute();
  const groups = await attachments
    .innerJoin('groups', 'groups.group_id', 'attachment.principal_id')
    .where('attachment.principal_type', '=', 'group')
    .where('groups.account_id', '=', accountId)
    .selectAll('groups')
    .execute();
  const roles = await attachments
    .innerJoin('roles', 'roles.role_id', 'attachment.principal_id')
    .where('attachment.principal_type', '=', 'role')
    .where('roles.account_id', '=', accountId)
    .selectAll('roles')
    .execute();
  return {
    users: users.sort((a, b) => (a.user_name_key < b.user_name_key ? -1 : 1)),
    groups: groups.sort((a, b) => (a.group_name_key < b.group_name_key ? -1 : 1)),
    roles: roles.sort((a, b) => (a.role_name_key < b.role_name_key ? -1 : 1)),
  };
}

/** Returns the system policy of an attachment; `undefined` if it is unknown and has no stand-in. */
export function findAttachedPolicy(
  row: Pick<PolicyAttachmentRow, 'policy_name_key' | 'stand_in_name'>,
): SystemPolicy | undefined {
  const known = findSystemPolicy(row.policy_name_key);
  return known ?? (row.stand_in_name === null ? undefined : standInPolicy(row.stand_in_name));
}

/** Finds an attached stand-in, which is detached whether or not such policies can be attached still. */
async function findStandIn(
  scope: Scope,
  holder: Holder,
  { type, name }: PolicyReference,
): Promise<Policy | undefined> {
  if (type === 'Custom' || findSystemPolicy(name) !== undefined) return undefined;
  const rows = await attachmentsOf(scope, holder);
  const row = rows.find(
    (each) => each.policy_type === 'System' && each.policy_name_key === policyNameKey(name),
  );
  return row?.stand_in_name == null ? undefined : systemPolicy(standInPolicy(row.stand_in_name));
}

/** The policy of a service-linked role is attached when the role is created, and to nothing else. */
function assertNotOfLinkedRole(policy: SystemPolicy | undefined): void {
  if (policy?.isForLinkedRole === true)
    throw new Refusal('NoPermission.LinkedRolePolicy', { name: policy.name });
}

/** A service-linked role has the policy of its service, and no other. */
function assertNotLinkedRole({ isLinkedRole, name }: Holder): void {
  if (isLinkedRole) throw new Refusal('NoPermission.LinkedRole', { name });
}

async function requireHolder(scope: Scope, { type, name }: HolderReference): Promise<Holder> {
  switch (type) {
    case 'user': {
      const user = await requireUser(scope, { by: 'name', userName: name });
      return { type, id: user.user_id, name: user.user_name, isLinkedRole: false };
    }
    case 'role': {
      const role = await requireRole(scope, name);
      return { type, id: role.role_id, name: role.role_name, isLinkedRole: role.linked_service !== null };
    }
    case 'group': {
      const group = await requireGroup(scope, name);
      return { type, id: group.group_id, name: group.group_name, isLinkedRole: false };
    }
  }
}

async function attachmentsOf(scope: Scope, holder: Holder): Promise<PolicyAttachmentRow[]> {
  return scope.queries
    .selectFrom('policy_attachments')
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .where('principal_type', '=', holder.type)
    .where('principal_id', '=', holder.id)
    .orderBy('policy_type')
    .orderBy('policy_name_key')
    .execute();
}

function recordChange(scope: Scope, holder: Holder, policy: Policy): void {
  scope.changed(holder.type, holder.id);
  scope.touched(`ACS::RAM::${TYPE_NAMES[holder.type]}`, holder.name);
  scope.touched('ACS::RAM::Policy', policy.name);
}
