import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { GroupRow, UserRow } from '../store/schema.ts';
import { requireUser, type UserReference } from '../users/user.ts';
import { requireGroup } from './group.ts';

/** A user of a group, and since when, milliseconds since the epoch. */
export type Member = UserRow & { readonly joined_at: number };

/** A group of a user, and since when, milliseconds since the epoch. */
export type JoinedGroup = GroupRow & { readonly joined_at: number };

/**
 * Puts a user into a group; from the answer on, the group's policies are the user's too.
 * @throws Refusal EntityNotExist.User, EntityNotExist.Group, EntityAlreadyExists.User.Group, LimitExceeded.User.Group
 */
export async function addUserToGroup(scope: Scope, of: UserReference, groupName: string): Promise<void> {
  const user = await requireUser(scope, of);
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
  noteChange(scope, user, group);
}

/**
 * Takes a user out of a group, and the group's policies from the user.
 * @throws Refusal EntityNotExist.User, EntityNotExist.Group, EntityNotExist.User.Group
 */
export async function removeUserFromGroup(scope: Scope, of: UserReference, groupName: string): Promise<void> {
  const user = await requireUser(scope, of);
  const group = await requireGroup(scope, groupName);
  const removed = await scope.queries
    .deleteFrom('group_members')
    .where('group_id', '=', group.group_id)
    .where('user_id', '=', user.user_id)
    .executeTakeFirst();
  if (removed.numDeletedRows === 0n) {
    throw new Refusal('EntityNotExist.User.Group', { name: user.user_name });
  }
  noteChange(scope, user, group);
}

/**
 * A page of a group's users in the order of their ids, as the index has them: a page takes the same time in a group of a
 * million. Users in the recycle bin are left out.
 * @param after the id the page begins after
 * @param limit how many rows to read
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

/** A user's groups in the order of their names; ten at most. @throws Refusal EntityNotExist.User */
export async function listJoinedGroups(scope: Scope, of: UserReference): Promise<JoinedGroup[]> {
  const { user_id } = await requireUser(scope, of);
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

function noteChange(scope: Scope, user: UserRow, group: GroupRow): void {
  scope.changed('user', user.user_id);
  scope.touched('ACS::RAM::User', user.user_name);
  scope.touched('ACS::RAM::Group', group.group_name);
}
