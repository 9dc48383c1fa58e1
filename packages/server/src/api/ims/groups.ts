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
import { principalName, type UserReference } from '../../users/user.ts';
import { instant } from '../../wire/instant.ts';
import { afterMarker, page, pageParameters } from '../../wire/page.ts';
import { clearable, optional } from '../../wire/parameter.ts';
import { groupComments, groupDisplayName, groupName } from '../group-parameters.ts';
import { userNameOf, userPrincipalName } from './user-reference.ts';

const version = '2019-08-15';

const demand = (action: string, name: string, call: Call) => [
  { action, resource: arn.group(call.account.accountId, name) },
];

const membership = { UserPrincipalName: userPrincipalName, GroupName: groupName };

interface MembershipInput {
  readonly UserPrincipalName: string;
  readonly GroupName: string;
}

const member = (input: Pick<MembershipInput, 'UserPrincipalName'>, call: Call): UserReference => ({
  by: 'name',
  userName: userNameOf(input.UserPrincipalName, call),
});

const memberArn = (input: Pick<MembershipInput, 'UserPrincipalName'>, call: Call) =>
  arn.user(call.account.accountId, userNameOf(input.UserPrincipalName, call));

/** Whoever changes a membership needs the permission on the user and on the group. */
const demandBoth = (action: string, input: MembershipInput, call: Call) => [
  { action, resource: memberArn(input, call) },
  ...demand(action, input.GroupName, call),
];

const wireGroup = (group: GroupRow) => ({
  GroupId: group.group_id,
  GroupName: group.group_name,
  DisplayName: group.display_name,
  Comments: group.comments,
  CreateDate: instant(group.created_at),
  UpdateDate: instant(group.updated_at),
});

/** The operations on groups of IMS. */
export const groupOperations: readonly Operation[] = [
  // Makes a group.
  operation({
    product: 'Ims',
    version,
    name: 'CreateGroup',
    access: 'write',
    security: { effect: 'neutral', why: 'a new group has no users and no policies' },
    input: {
      GroupName: groupName,
      DisplayName: optional(groupDisplayName),
      Comments: optional(groupComments),
    },
    authorize: (_, call) => demand('ram:CreateGroup', '*', call),
    async handle(input, call) {
      const group = await createGroup(call, {
        name: input.GroupName,
        displayName: input.DisplayName ?? '',
        comments: input.Comments ?? '',
      });
      return { Group: wireGroup(group) };
    },
  }),

  // One group.
  operation({
    product: 'Ims',
    version,
    name: 'GetGroup',
    access: 'read',
    input: { GroupName: groupName },
    authorize: (input, call) => demand('ram:GetGroup', input.GroupName, call),
    async handle(input, call) {
      return { Group: wireGroup(await requireGroup(call, input.GroupName)) };
    },
  }),

  // Changes a group's name, display name or comments.
  operation({
    product: 'Ims',
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
      NewDisplayName: clearable(groupDisplayName),
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
        displayName: input.NewDisplayName,
        comments: input.NewComments,
      });
      return { Group: wireGroup(group) };
    },
  }),

  // Deletes a group without users and policies.
  operation({
    product: 'Ims',
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
    product: 'Ims',
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
    product: 'Ims',
    version,
    name: 'AddUserToGroup',
    access: 'write',
    security: { effect: 'grants' },
    input: membership,
    authorize: (input, call) => demandBoth('ram:AddUserToGroup', input, call),
    async handle(input, call) {
      await addUserToGroup(call, member(input, call), input.GroupName);
      return {};
    },
  }),

  // Takes from a user what the group may.
  operation({
    product: 'Ims',
    version,
    name: 'RemoveUserFromGroup',
    access: 'write',
    security: { effect: 'loosens' },
    input: membership,
    authorize: (input, call) => demandBoth('ram:RemoveUserFromGroup', input, call),
    async handle(input, call) {
      await removeUserFromGroup(call, member(input, call), input.GroupName);
      return {};
    },
  }),

  // The users of a group by name.
  operation({
    product: 'Ims',
    version,
    name: 'ListUsersForGroup',
    access: 'read',
    input: { GroupName: groupName, ...pageParameters(100) },
    authorize: (input, call) => demand('ram:ListUsersForGroup', input.GroupName, call),
    async handle(input, call) {
      const found = await listMembers(call, input.GroupName, afterMarker(input.Marker), input.MaxItems + 1);
      const { rows, IsTruncated, Marker } = page(found, input.MaxItems, (user) => user.user_name_key);
      return {
        Users: {
          User: rows.map((user) => ({
            UserId: user.user_id,
            UserPrincipalName: principalName(user.user_name, call.account.defaultDomain),
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
    product: 'Ims',
    version,
    name: 'ListGroupsForUser',
    access: 'read',
    input: { UserPrincipalName: userPrincipalName },
    authorize: (input, call) => [{ action: 'ram:ListGroupsForUser', resource: memberArn(input, call) }],
    async handle(input, call) {
      const groups = await listJoinedGroups(call, member(input, call));
      return {
        Groups: {
          Group: groups.map((group) => ({
            GroupId: group.group_id,
            GroupName: group.group_name,
            DisplayName: group.display_name,
            Comments: group.comments,
            JoinDate: instant(group.joined_at),
          })),
        },
      };
    },
  }),
];
