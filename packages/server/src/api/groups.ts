import { arn } from '../context/arn.ts';
import { createGroup, deleteGroup, listGroups, requireGroup, updateGroup } from '../groups/group.ts';
import {
  addUserToGroup,
  type JoinedGroup,
  listJoinedGroups,
  listMembers,
  type Member,
  removeUserFromGroup,
} from '../groups/membership.ts';
import { type Call, type DescribedAnswer, type Operation, operation } from '../pipeline/operation.ts';
import type { GroupRow } from '../store/schema.ts';
import { instant } from '../wire/instant.ts';
import { afterMarker, type PageParameters, page, pageParameters } from '../wire/page.ts';
import { clearable, optional, type Parameter } from '../wire/parameter.ts';
import { sortByName } from './by-name.ts';
import { type Dialect, type DialectProduct, IMS, RAM, requiredUser } from './dialect.ts';
import { groupComments, groupDisplayName, groupName } from './group-parameters.ts';
import { demandsToCreate } from './new-entity.ts';

/** Parts that differ between the dialects: parameters of display names, and fields of the answers. */
interface GroupDialect<D extends DialectProduct = DialectProduct> extends Dialect<D> {
  readonly displayName: { readonly DisplayName?: Parameter<string | undefined> };
  readonly newDisplayName: { readonly NewDisplayName?: Parameter<string | undefined> };
  readonly memberPage: PageParameters;
  newGroup(group: GroupRow): DescribedAnswer<D, 'CreateGroup'>['Group'];
  group(group: GroupRow): DescribedAnswer<D, 'GetGroup'>['Group'];
  member(user: Member, call: Call): DescribedAnswer<D, 'ListUsersForGroup'>['Users']['User'][number];
  joinedGroup(group: JoinedGroup): DescribedAnswer<D, 'ListGroupsForUser'>['Groups']['Group'][number];
}

const imsGroup = (group: GroupRow) => ({
  GroupId: group.group_id,
  GroupName: group.group_name,
  DisplayName: group.display_name,
  Comments: group.comments,
  CreateDate: instant(group.created_at),
  UpdateDate: instant(group.updated_at),
});

const IMS_GROUPS: GroupDialect<'Ims'> = {
  ...IMS,
  displayName: { DisplayName: optional(groupDisplayName) },
  newDisplayName: { NewDisplayName: clearable(groupDisplayName) },
  memberPage: pageParameters(100),
  newGroup: imsGroup,
  group: imsGroup,
  member: (user, call) => ({
    UserId: user.user_id,
    UserPrincipalName: IMS.wireUserName(user.user_name, call),
    DisplayName: user.display_name,
    JoinDate: instant(user.joined_at),
  }),
  joinedGroup: (group) => ({
    GroupId: group.group_id,
    GroupName: group.group_name,
    DisplayName: group.display_name,
    Comments: group.comments,
    JoinDate: instant(group.joined_at),
  }),
};

/** RAM answers a new group without `UpdateDate`. */
const newRamGroup = (group: GroupRow) => ({
  GroupId: group.group_id,
  GroupName: group.group_name,
  Comments: group.comments,
  CreateDate: instant(group.created_at),
});

const RAM_GROUPS: GroupDialect<'Ram'> = {
  ...RAM,
  displayName: {},
  newDisplayName: {},
  // RAM allows pages ten times as long as IMS.
  memberPage: pageParameters(1000, 100),
  newGroup: newRamGroup,
  group: (group) => ({ ...newRamGroup(group), UpdateDate: instant(group.updated_at) }),
  member: (user) => ({
    UserName: user.user_name,
    DisplayName: user.display_name,
    JoinDate: instant(user.joined_at),
  }),
  joinedGroup: (group) => ({
    GroupId: group.group_id,
    GroupName: group.group_name,
    Comments: group.comments,
    JoinDate: instant(group.joined_at),
  }),
};

const demand = (action: string, name: string, call: Call) => [
  { action, resource: arn.group(call.account.accountId, name) },
];

function operationsOf(dialect: GroupDialect): readonly Operation[] {
  const { product, version } = dialect;

  type MembershipInput = { readonly GroupName: string };

  const memberOf = (input: object, call: Call) => requiredUser(dialect, input, call);

  const memberArn = (input: object, call: Call) =>
    arn.user(call.account.accountId, memberOf(input, call).userName);

  /** Changing a membership needs the permission on the user and on the group. */
  const demandBoth = (action: string, input: MembershipInput, call: Call) => [
    { action, resource: memberArn(input, call) },
    ...demand(action, input.GroupName, call),
  ];

  return [
    // Creates a group.
    operation({
      product,
      version,
      name: 'CreateGroup',
      access: 'write',
      security: { effect: 'neutral', why: 'a new group has no users and no policies' },
      input: { GroupName: groupName, ...dialect.displayName, Comments: optional(groupComments) },
      authorize: (input, { account: { accountId } }) =>
        demandsToCreate('ram:CreateGroup', arn.group(accountId, '*'), arn.group(accountId, input.GroupName)),
      async handle(input, call) {
        const group = await createGroup(call, {
          name: input.GroupName,
          displayName: input.DisplayName ?? '',
          comments: input.Comments ?? '',
        });
        return { Group: dialect.newGroup(group) };
      },
    }),

    // Returns one group.
    operation({
      product,
      version,
      name: 'GetGroup',
      access: 'read',
      input: { GroupName: groupName },
      authorize: (input, call) => demand('ram:GetGroup', input.GroupName, call),
      async handle(input, call) {
        return { Group: dialect.group(await requireGroup(call, input.GroupName)) };
      },
    }),

    // Changes a group's name, display name or comments.
    operation({
      product,
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
        ...dialect.newDisplayName,
        NewComments: clearable(groupComments),
      },
      // Other policies cover the group under its new name: the caller needs the permission on both names.
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
        return { Group: dialect.group(group) };
      },
    }),

    // Deletes a group without users and policies.
    operation({
      product,
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

    // Lists the groups of the account, by name.
    operation({
      product,
      version,
      name: 'ListGroups',
      access: 'read',
      input: pageParameters(100),
      authorize: (_, call) => demand('ram:ListGroups', '*', call),
      async handle(input, call) {
        const found = await listGroups(call, afterMarker(input.Marker), input.MaxItems + 1);
        const { rows, IsTruncated, Marker } = page(found, input.MaxItems, (group) => group.group_name_key);
        return { Groups: { Group: rows.map(dialect.group) }, IsTruncated, Marker };
      },
    }),

    // Adds a user to a group.
    operation({
      product,
      version,
      name: 'AddUserToGroup',
      access: 'write',
      security: { effect: 'grants' },
      input: { ...dialect.user, GroupName: groupName },
      authorize: (input, call) => demandBoth('ram:AddUserToGroup', input, call),
      async handle(input, call) {
        await addUserToGroup(call, memberOf(input, call), input.GroupName);
        return {};
      },
    }),

    // Removes a user from a group.
    operation({
      product,
      version,
      name: 'RemoveUserFromGroup',
      access: 'write',
      security: { effect: 'loosens' },
      input: { ...dialect.user, GroupName: groupName },
      authorize: (input, call) => demandBoth('ram:RemoveUserFromGroup', input, call),
      async handle(input, call) {
        await removeUserFromGroup(call, memberOf(input, call), input.GroupName);
        return {};
      },
    }),

    // Lists the users of a group: pages by id, each page by name.
    operation({
      product,
      version,
      name: 'ListUsersForGroup',
      access: 'read',
      input: { GroupName: groupName, ...dialect.memberPage },
      authorize: (input, call) => demand('ram:ListUsersForGroup', input.GroupName, call),
      async handle(input, call) {
        const found = await listMembers(call, input.GroupName, afterMarker(input.Marker), input.MaxItems + 1);
        const { rows, IsTruncated, Marker } = page(found, input.MaxItems, (user) => user.user_id);
        return {
          Users: { User: sortByName(rows).map((user) => dialect.member(user, call)) },
          IsTruncated,
          Marker,
        };
      },
    }),

    // Lists the groups of a user, by name.
    operation({
      product,
      version,
      name: 'ListGroupsForUser',
      access: 'read',
      input: dialect.user,
      authorize: (input, call) => [{ action: 'ram:ListGroupsForUser', resource: memberArn(input, call) }],
      async handle(input, call) {
        const groups = await listJoinedGroups(call, memberOf(input, call));
        return { Groups: { Group: groups.map(dialect.joinedGroup) } };
      },
    }),
  ];
}

/** Group operations of IMS and RAM. */
export const groupOperations: readonly Operation[] = [
  ...operationsOf(IMS_GROUPS),
  ...operationsOf(RAM_GROUPS),
];
