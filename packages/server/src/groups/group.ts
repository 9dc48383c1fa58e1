import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { readRowCount } from '../store/row-counts.ts';
import type { GroupRow } from '../store/schema.ts';

/** Properties of a new group. */
export interface NewGroup {
  readonly name: string;
  /** Known to IMS only; empty if absent. */
  readonly displayName: string;
  readonly comments: string;
}

/** Changes of a group; `undefined` leaves a property as it is. */
export type GroupChanges = { readonly [K in keyof NewGroup]: NewGroup[K] | undefined };

/** Returns the key under which RAM compares group names. */
export const groupNameKey = (name: string): string => name.toLowerCase();

/** Finds the group of an account by its name, in any case; `undefined` if absent. */
export async function findGroup(
  queries: Scope['queries'],
  accountId: string,
  name: string,
): Promise<GroupRow | undefined> {
  return queries
    .selectFrom('groups')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('group_name_key', '=', groupNameKey(name))
    .executeTakeFirst();
}

/** Returns the group with that name. @throws Refusal EntityNotExist.Group */
export async function requireGroup(scope: Scope, name: string): Promise<GroupRow> {
  const group = await findGroup(scope.queries, scope.account.accountId, name);
  if (group === undefined) throw new Refusal('EntityNotExist.Group', { name });
  return group;
}

/**
 * Creates a group without users or permissions.
 * @throws Refusal EntityAlreadyExists.Group, LimitExceeded.Group
 */
export async function createGroup(scope: Scope, group: NewGroup): Promise<GroupRow> {
  if ((await findGroup(scope.queries, scope.account.accountId, group.name)) !== undefined) {
    throw new Refusal('EntityAlreadyExists.Group', { name: group.name });
  }
  await assertGroupQuota(scope);
  const row: GroupRow = {
    group_id: scope.services.identifiers.groupId(),
    account_id: scope.account.accountId,
    group_name: group.name,
    group_name_key: groupNameKey(group.name),
    display_name: group.displayName,
    comments: group.comments,
    created_at: scope.now,
    updated_at: scope.now,
  };
  await scope.queries.insertInto('groups').values(row).execute();
  scope.touched('ACS::RAM::Group', group.name);
  return row;
}

/**
 * Updates a group. It keeps its users and policies under a new name, so permissions do not change and caches need
 * no notification.
 * @throws Refusal EntityNotExist.Group, EntityAlreadyExists.Group
 */
export async function updateGroup(scope: Scope, name: string, changes: GroupChanges): Promise<GroupRow> {
  const group = await requireGroup(scope, name);
  const newName = changes.name ?? group.group_name;
  if (
    groupNameKey(newName) !== group.group_name_key &&
    (await findGroup(scope.queries, scope.account.accountId, newName)) !== undefined
  ) {
    throw new Refusal('EntityAlreadyExists.Group', { name: newName });
  }
  const updated: GroupRow = {
    ...group,
    group_name: newName,
    group_name_key: groupNameKey(newName),
    display_name: changes.displayName ?? group.display_name,
    comments: changes.comments ?? group.comments,
    updated_at: scope.now,
  };
  await scope.queries.updateTable('groups').set(updated).where('group_id', '=', group.group_id).execute();
  scope.touched('ACS::RAM::Group', group.group_name);
  return updated;
}

/**
 * Deletes a group that has neither users nor policies. Users in the recycle bin do not count: they are restored
 * without the group.
 * @throws Refusal EntityNotExist.Group, DeleteConflict.Group.User, DeleteConflict.Group.Policy
 */
export async function deleteGroup(scope: Scope, name: string): Promise<void> {
  const { group_id, group_name } = await requireGroup(scope, name);
  const member = await scope.queries
    .selectFrom('group_members')
    .innerJoin('users', 'users.user_id', 'group_members.user_id')
    .select('users.user_id')
    .where('group_members.group_id', '=', group_id)
    .where('users.recycled_at', 'is', null)
    .executeTakeFirst();
  if (member !== undefined) throw new Refusal('DeleteConflict.Group.User');
  const attachment = await scope.queries
    .selectFrom('policy_attachments')
    .select('policy_name_key')
    .where('account_id', '=', scope.account.accountId)
    .where('principal_type', '=', 'group')
    .where('principal_id', '=', group_id)
    .executeTakeFirst();
  if (attachment !== undefined) throw new Refusal('DeleteConflict.Group.Policy');
  await scope.queries.deleteFrom('group_members').where('group_id', '=', group_id).execute();
  await scope.queries.deleteFrom('groups').where('group_id', '=', group_id).execute();
  scope.changed('group', group_id);
  scope.touched('ACS::RAM::Group', group_name);
}

/**
 * Returns a page of groups in the order of their names.
 * @param after the name key after which the page begins
 * @param limit maximum number of rows
 */
export async function listGroups(scope: Scope, after: string, limit: number): Promise<GroupRow[]> {
  return scope.queries
    .selectFrom('groups')
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .where('group_name_key', '>', after)
    .orderBy('group_name_key')
    .limit(limit)
    .execute();
}

async function assertGroupQuota(scope: Scope): Promise<void> {
  const count = await readRowCount(scope.queries, scope.account.accountId, 'groups');
  if (count >= scope.services.limits.groupsPerAccount) {
    throw new Refusal('LimitExceeded.Group', { limit: scope.services.limits.groupsPerAccount });
  }
}
