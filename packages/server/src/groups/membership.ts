import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { GroupRow, UserRow } from '../store/schema.ts';
import { requireUser, type UserReference } from '../users/user.ts';
import { requireGroup } from './group.ts';

/** A user of a group, with the time of joining, ms since the epoch. */
export type Member = UserRow & { readonly joined_at: number };

/** A group of a user, with the time of joining, ms since the epoch. */
export type JoinedGroup = GroupRow & { readonly joined_at: number };

/**
 * Adds a user to a group. The group's policies apply to the user as soon as the operation is answered.
 * @throws Refusal EntityNotExist.User, EntityNotExist.Group, EntityAlreadyExists.User.Group, LimitExceeded.User.Group
 */
export async function addUserToGroup(
  scope: Scope,
  reference: UserReference,
  groupName: string,
): Promise<void> {
  const user = await requireUser(scope, reference);
  const group = await requireGroup(scope, groupName);
  const memberships = await scope.queries
    .selectFrom('group_members')
    .select('group_id')
    .where('user_id', '=', user.user_id)
    .execute();
  if (memberships.some((membership) => membership.group_id === group.group_id)) {
    throw new Refusal('EntityAlreadyExists.User.Group', { name: user.user_name });
  }
  if (memberships.length >= scope.services.limits.groupsPerUser) {
    throw new Refusal('LimitExceeded.User.Group', { limit: scope.services.limits.groupsPerUser });
  }
  await scope.queries
    .insertInto('group_members')
    .values({
      account_id: scope.account.accountId,
      group_id: group.group_id,
      user_id: user.user_id,
      joined_at: scope.now,
    })
    .execute();
  recordChange(scope, user, group);
}

/**
 * Removes a user from a group, and with it the group's policies from the user.
 * @throws Refusal EntityNotExist.User, EntityNotExist.Group, EntityNotExist.User.Group
 */
export async function removeUserFromGroup(
  scope: Scope,
  reference: UserReference,
  groupName: string,
): Promise<void> {
  const user = await requireUser(scope, reference);
  const group = await requireGroup(scope, groupName);
  const removed = await scope.queries
    .deleteFrom('group_members')
    .where('group_id', '=', group.group_id)
    .where('user_id', '=', user.user_id)
    .executeTakeFirst();
  if (removed.numDeletedRows === 0n) {
    throw new Refusal('EntityNotExist.User.Group', { name: user.user_name });
  }
  recordChange(scope, user, group);
}

/**
 * Returns a page of a group's users in the order of their ids, which is that of the index: a page takes the same
 * time in a group of a million. Users in the recycle bin are excluded.
 * @param after the id after which the page begins
 * @param limit maximum number of rows
 * @throws Refusal EntityNotExist.Group
 */
export async function listMembers(
  scope: Scope,
  groupName: string,
  after: string,
  limit: number,
): Promise<Member[]> {
  const { group_id } = await requireGroup(scope, groupName);
  return scope.queries
    .selectFrom('group_members')
    .innerJoin('users', 'users.user_id', 'group_members.user_id')
    .selectAll('users')
    .select('group_members.joined_at')
    .where('group_members.group_id', '=', group_id)
    .where('users.account_id', '=', scope.account.accountId)
    .where('users.recycled_at', 'is', null)
    .where('group_members.user_id', '>', after)
    .orderBy('group_members.user_id')
    .limit(limit)
    .execute();
}

/** Returns a user's groups, at most ten, in the order of their names. @throws Refusal EntityNotExist.User */
export async function listJoinedGroups(scope: Scope, reference: UserReference): Promise<JoinedGroup[]> {
  const { user_id } = await requireUser(scope, reference);
  return scope.queries
    .selectFrom('group_members')
    .innerJoin('groups', 'groups.group_id', 'group_members.group_id')
    .selectAll('groups')
    .select('group_members.joined_at')
    .where('group_members.user_id', '=', user_id)
    .where('groups.account_id', '=', scope.account.accountId)
    .orderBy('groups.group_name_key')
    .execute();
}

function recordChange(scope: Scope, user: UserRow, group: GroupRow): void {
  scope.changed('user', user.user_id);
  scope.touched('ACS::RAM::User', user.user_name);
  scope.touched('ACS::RAM::Group', group.group_name);
}
