import { arn } from '../../context/arn.ts';
import { createGroup, deleteGroup, listGroups, requireGroup, updateGroup } from '../../groups/group.ts';
import {
  addUserToGroup,
  listJoinedGroups,
  listMembers,
  removeUserFromGroup,
} from '../../groups/membership.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import type { GroupRow } from '../../store/schema.ts';
import type { UserReference } from '../../users/user.ts';
import { instant } from '../../wire/instant.ts';
import { afterMarker, page, pageParameters } from '../../wire/page.ts';
import { clearable, optional } from '../../wire/parameter.ts';
import { groupComments, groupName } from '../group-parameters.ts';
import { userName } from './user-name.ts';

const version = '2015-05-01';

const demand = (action: string, name: string, call: Call) => [
  { action, resource: arn.group(call.account.accountId, name) },
];

const membership = { UserName: userName, GroupName: groupName };

interface MembershipInput {
  readonly UserName: string;
  readonly GroupName: string;
}

const member = (input: Pick<MembershipInput, 'UserName'>): UserReference => ({
  by: 'name',
  userName: input.UserName,
});

const memberArn = (input: Pick<MembershipInput, 'UserName'>, call: Call) =>
  arn.user(call.account.accountId, input.UserName);

/** Whoever changes a membership needs the permission on the user and on the group. */
const demandBoth = (action: string, input: MembershipInput, call: Call) => [
  { action, resource: memberArn(input, call) },
  ...demand(action, input.GroupName, call),
];

/** A group as RAM answers it when it is made. */
const newGroup = (group: GroupRow) => ({
  GroupId: group.group_id,
  GroupName: group.group_name,
  Comments: group.comments,
  CreateDate: instant(group.created_at),
});

const wireGroup = (group: GroupRow) => ({ ...newGroup(group), UpdateDate: instant(group.updated_at) });

/** The operations on groups of RAM. */
export const groupOperations: readonly Operation[] = [
  // Makes a group.
  operation({
    product: 'Ram',
    version,
    name: 'CreateGroup',
    access: 'write',
    security: { effect: 'neutral', why: 'a new group has no users and no policies' },
    input: { GroupName: groupName, Comments: optional(groupComments) },
    authorize: (_, call) => demand('ram:CreateGroup', '*', call),
    async handle(input, call) {
      const group = await createGroup(call, {
        name: input.GroupName,
        displayName: '',
        comments: input.Comments ?? '',
      });
      return { Group: newGroup(group) };
    },
  }),

  // One group.
  operation({
    product: 'Ram',
    version,
    name: 'GetGroup',
    access: 'read',
    input: { GroupName: groupName },
    authorize: (input, call) => demand('ram:GetGroup', input.GroupName, call),
    async handle(input, call) {
      return { Group: wireGroup(await requireGroup(call, input.GroupName)) };
    },
  }),

  // Changes a group's name or comments.
  operation({
    product: 'Ram',
    version,
    name: 'UpdateGroup',
    access: 'write',
    security: {
      effect: 'loosens',
      except: { when: 'without `NewGroupName`', applies: ({ NewGroupName: name }) => name === undefined },
    },
    input: {
      GroupName: groupName,
      NewGroupName: optional(groupName),
      NewComments: clearable(groupComments),
    },
    // Under its new name other policies cover the group: who gives a name must be allowed both.
    authorize: (input, call) => [
      ...demand('ram:UpdateGroup', input.GroupName, call),
      ...(input.NewGroupName === undefined ? [] : demand('ram:UpdateGroup', input.NewGroupName, call)),
    ],
    async handle(input, call) {
      const group = await updateGroup(call, input.GroupName, {
        name: input.NewGroupName,
        displayName: undefined,
        comments: input.NewComments,
      });
      return { Group: wireGroup(group) };
    },
  }),

  // Deletes a group without users and policies.
  operation({
    product: 'Ram',
    version,
    name: 'DeleteGroup',
    access: 'write',
    security: { effect: 'destroys' },
    input: { GroupName: groupName },
    authorize: (input, call) => demand('ram:DeleteGroup', input.GroupName, call),
    async handle(input, call) {
      await deleteGroup(call, input.GroupName);
      return {};
    },
  }),

  // The groups of the account by name.
  operation({
    product: 'Ram',
    version,
    name: 'ListGroups',
    access: 'read',
    input: pageParameters(100),
    authorize: (_, call) => demand('ram:ListGroups', '*', call),
    async handle(input, call) {
      const found = await listGroups(call, afterMarker(input.Marker), input.MaxItems + 1);
      const { rows, IsTruncated, Marker } = page(found, input.MaxItems, (group) => group.group_name_key);
      return { Groups: { Group: rows.map(wireGroup) }, IsTruncated, Marker };
    },
  }),

  // Gives a user what the group may.
  operation({
    product: 'Ram',
    version,
    name: 'AddUserToGroup',
    access: 'write',
    security: { effect: 'grants' },
    input: membership,
    authorize: (input, call) => demandBoth('ram:AddUserToGroup', input, call),
    async handle(input, call) {
      await addUserToGroup(call, member(input), input.GroupName);
      return {};
    },
  }),

  // Takes from a user what the group may.
  operation({
    product: 'Ram',
    version,
    name: 'RemoveUserFromGroup',
    access: 'write',
    security: { effect: 'loosens' },
    input: membership,
    authorize: (input, call) => demandBoth('ram:RemoveUserFromGroup', input, call),
    async handle(input, call) {
      await removeUserFromGroup(call, member(input), input.GroupName);
      return {};
    },
  }),

  // The users of a group by name; RAM's pages may be ten times as long as IMS's.
  operation({
    product: 'Ram',
    version,
    name: 'ListUsersForGroup',
    access: 'read',
    input: { GroupName: groupName, ...pageParameters(1000, 100) },
    authorize: (input, call) => demand('ram:ListUsersForGroup', input.GroupName, call),
    async handle(input, call) {
      const found = await listMembers(call, input.GroupName, afterMarker(input.Marker), input.MaxItems + 1);
      const { rows, IsTruncated, Marker } = page(found, input.MaxItems, (user) => user.user_name_key);
      return {
        Users: {
          User: rows.map((user) => ({
            UserName: user.user_name,
            DisplayName: user.display_name,
            JoinDate: instant(user.joined_at),
          })),
        },
        IsTruncated,
        Marker,
      };
    },
  }),

  // The groups that a user is in, by name.
  operation({
    product: 'Ram',
    version,
    name: 'ListGroupsForUser',
    access: 'read',
    input: { UserName: userName },
    authorize: (input, call) => [{ action: 'ram:ListGroupsForUser', resource: memberArn(input, call) }],
    async handle(input, call) {
      const groups = await listJoinedGroups(call, member(input));
      return {
        Groups: {
          Group: groups.map((group) => ({
            GroupId: group.group_id,
            GroupName: group.group_name,
            Comments: group.comments,
            JoinDate: instant(group.joined_at),
          })),
        },
      };
    },
  }),
];
