import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { assertWellFormedPolicy, warnOfPolicy } from '../policy-documents/policy-text.ts';
import { readRowCount } from '../store/row-counts.ts';
import type { RoleRow } from '../store/schema.ts';
import { addTags, idsWithTag, removeTags, type Tag, type TagFilter } from '../tags/tag.ts';
import { bindTrustedNames } from './trusted-identities.ts';

/** Bounds and default of `MaxSessionDuration` in RAM, in seconds. */
export const SESSION_SECONDS = { minimum: 3600, maximum: 43_200, byDefault: 3600 } as const;

/** Properties of a new role. */
export interface NewRole {
  readonly name: string;
  readonly description: string;
  /** The trust policy: the principals that may assume it. */
  readonly trustPolicy: string;
  readonly maxSessionSeconds: number;
  /** Whether it can be switched to in the console. */
  readonly allowConsoleLogin: boolean;
  readonly tags: readonly Tag[];
}

/** Changes of a role; `undefined` leaves a property as it is. */
export interface RoleChanges {
  readonly description: string | undefined;
  readonly trustPolicy: string | undefined;
  readonly maxSessionSeconds: number | undefined;
  readonly allowConsoleLogin: boolean | undefined;
}

/** Returns the key under which RAM compares role names. */
const roleNameKey = (name: string): string => name.toLowerCase();

/** Finds the role of an account by its name, in any case; `undefined` if absent. */
export async function findRole(
  queries: Scope['queries'],
  accountId: string,
  name: string,
): Promise<RoleRow | undefined> {
  return queries
    .selectFrom('roles')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('role_name_key', '=', roleNameKey(name))
    .executeTakeFirst();
}

/** Returns the role with that name. @throws Refusal EntityNotExist.Role */
export async function requireRole(scope: Scope, name: string): Promise<RoleRow> {
  const role = await findRole(scope.queries, scope.account.accountId, name);
  if (role === undefined) throw new Refusal('EntityNotExist.Role', { name });
  return role;
}

/**
 * Creates a role without permissions.
 * @throws Refusal EntityAlreadyExists.Role, LimitExceeded.Role, MalformedPolicyDocument
 */
export async function createRole(scope: Scope, role: NewRole): Promise<RoleRow> {
  const { accountId } = scope.account;
  assertWellFormedPolicy(role.trustPolicy, 'trust');
  warnOfPolicy(scope, role.trustPolicy, 'trust');
  if ((await findRole(scope.queries, accountId, role.name)) !== undefined) {
    throw new Refusal('EntityAlreadyExists.Role', { name: role.name });
  }
  await assertRoleQuota(scope);
  const row = await insertRole(scope, role, null);
  await addTags(scope, 'role', row.role_id, role.tags);
  return row;
}

/**
 * Creates the role of a service, which only that service may assume. The quota of roles does not count it.
 * @param role the name and description, and the service: `polardb.aliyuncs.com`
 * @throws Refusal EntityAlreadyExists.Role
 */
export async function createLinkedRole(
  scope: Scope,
  role: { readonly name: string; readonly description: string; readonly service: string },
): Promise<RoleRow> {
  if ((await findRole(scope.queries, scope.account.accountId, role.name)) !== undefined) {
    throw new Refusal('EntityAlreadyExists.Role', { name: role.name });
  }
  const trustPolicy = JSON.stringify({
    Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: [role.service] } }],
    Version: '1',
  });
  const { name, description } = role;
  const properties = { name, description, trustPolicy, maxSessionSeconds: SESSION_SECONDS.byDefault };
  return insertRole(scope, { ...properties, allowConsoleLogin: false }, role.service);
}

async function insertRole(
  scope: Scope,
  role: Omit<NewRole, 'tags'>,
  linkedService: string | null,
): Promise<RoleRow> {
  const row: RoleRow = {
    role_id: scope.services.identifiers.roleId(),
    account_id: scope.account.accountId,
    role_name: role.name,
    role_name_key: roleNameKey(role.name),
    description: role.description,
    assume_role_policy: role.trustPolicy,
    trusted_identities: await bindTrustedNames(scope.queries, role.trustPolicy),
    max_session_seconds: role.maxSessionSeconds,
    allow_console_login: Number(role.allowConsoleLogin),
    linked_service: linkedService,
    created_at: scope.now,
    updated_at: scope.now,
  };
  await scope.queries.insertInto('roles').values(row).execute();
  scope.touched('ACS::RAM::Role', role.name);
  return row;
}

/**
 * Updates a role. A trust policy, even an unchanged one, is bound to the principals that have its names now. Open
 * role sessions continue: a trust policy decides only on new ones.
 * @throws Refusal EntityNotExist.Role, MalformedPolicyDocument, NoPermission for a service-linked role
 */
export async function updateRole(scope: Scope, name: string, changes: RoleChanges): Promise<RoleRow> {
  if (changes.trustPolicy !== undefined) {
    assertWellFormedPolicy(changes.trustPolicy, 'trust');
    warnOfPolicy(scope, changes.trustPolicy, 'trust');
  }
  const role = await requireRole(scope, name);
  assertNotLinked(role);
  const updated: RoleRow = {
    ...role,
    description: changes.description ?? role.description,
    ...(changes.trustPolicy !== undefined && {
      assume_role_policy: changes.trustPolicy,
      trusted_identities: await bindTrustedNames(scope.queries, changes.trustPolicy),
    }),
    max_session_seconds: changes.maxSessionSeconds ?? role.max_session_seconds,
    allow_console_login: Number(changes.allowConsoleLogin ?? role.allow_console_login),
    updated_at: scope.now,
  };
  await scope.queries.updateTable('roles').set(updated).where('role_id', '=', role.role_id).execute();
  scope.changed('role', role.role_id);
  scope.touched('ACS::RAM::Role', role.role_name);
  return updated;
}

/**
 * Deletes a role and thereby its sessions; a new role of the same name does not revive them.
 * @throws Refusal EntityNotExist.Role, DeleteConflict.Role.Policy, NoPermission for a service-linked role
 */
export async function deleteRole(scope: Scope, name: string): Promise<void> {
  const role = await requireRole(scope, name);
  assertNotLinked(role);
  const { role_id, account_id } = role;
  const attached = await scope.queries
    .selectFrom('policy_attachments')
    .select('policy_name_key')
    .where('account_id', '=', account_id)
    .where('principal_type', '=', 'role')
    .where('principal_id', '=', role_id)
    .executeTakeFirst();
  if (attached !== undefined) throw new Refusal('DeleteConflict.Role.Policy');
  await deleteRoleRow(scope, role);
}

/** Deletes a role that has no policies, and thereby its sessions. */
export async function deleteRoleRow(scope: Scope, { role_id, role_name }: RoleRow): Promise<void> {
  await scope.queries.deleteFrom('roles').where('role_id', '=', role_id).execute();
  await removeTags(scope, 'role', role_id);
  scope.changed('role', role_id);
  scope.touched('ACS::RAM::Role', role_name);
}

/**
 * Returns a page of roles in the order of their names.
 * @param tags all of which a role must have
 * @param after the name key after which the page begins
 * @param limit maximum number of rows
 */
export async function listRoles(
  scope: Scope,
  tags: readonly TagFilter[],
  after: string,
  limit: number,
): Promise<RoleRow[]> {
  let query = scope.queries
    .selectFrom('roles')
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .where('role_name_key', '>', after)
    .orderBy('role_name_key')
    .limit(limit);
  for (const tag of tags) query = query.where('role_id', 'in', idsWithTag(scope, 'role', tag));
  return query.execute();
}

function assertNotLinked(role: RoleRow): void {
  if (role.linked_service !== null) throw new Refusal('NoPermission.LinkedRole', { name: role.role_name });
}

async function assertRoleQuota(scope: Scope): Promise<void> {
  const { accountId } = scope.account;
  const count = await readRowCount(scope.queries, accountId, 'roles');
  const limit = scope.services.limits.rolesPerAccount;
  if (count < limit) return;
  const linked = await scope.queries
    .selectFrom('roles')
    .select((counted) => counted.fn.countAll<number>().as('count'))
    .where('account_id', '=', accountId)
    .where('linked_service', 'is not', null)
    .executeTakeFirstOrThrow();
  if (count - Number(linked.count) >= limit) {
    throw new Refusal('LimitExceeded.Role', { limit: scope.services.limits.rolesPerAccount });
  }
}
