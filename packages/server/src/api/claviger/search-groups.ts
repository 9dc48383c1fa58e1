import { arn } from '../../context/arn.ts';
import { searchGroups } from '../../groups/group-search.ts';
import { searchMembers } from '../../groups/member-search.ts';
import { type Operation, ownOperation } from '../../pipeline/operation.ts';
import { principalName } from '../../users/user.ts';
import { instant } from '../../wire/instant.ts';
import { flag, withDefault } from '../../wire/parameter.ts';
import {
  foundPage,
  markerAt,
  orderParameters,
  PAGE_ANSWER,
  positionIn,
  searchedPage,
  searchOf,
  searchParameters,
} from '../../wire/search-parameters.ts';
import { groupName } from '../group-parameters.ts';
import { VERSION } from './version.ts';

/** Operations that search groups and their members. */
export const searchGroupsOperations: readonly Operation[] = [
  // Lists groups, searched by name, display name and comments, and ordered.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SearchGroups',
    access: 'read',
    input: { ...searchParameters, ...orderParameters('Name', 'CreateDate') },
    answer: {
      ...PAGE_ANSWER,
      Groups: [
        {
          GroupId: 'string',
          GroupName: 'string',
          DisplayName: 'string',
          Comments: 'string',
          CreateDate: 'string',
        },
      ],
    },
    // Same permission as RAM's operation, which lists the same.
    authorize: (_, call) => [{ action: 'ram:ListGroups', resource: arn.group(call.account.accountId, '*') }],
    async handle(input, call) {
      const { rows, fields } = foundPage(await searchGroups(call, searchOf(input)), input.MaxItems);
      return {
        ...fields,
        Groups: rows.map((group) => ({
          GroupId: group.group_id,
          GroupName: group.group_name,
          DisplayName: group.display_name,
          Comments: group.comments,
          CreateDate: instant(group.created_at),
        })),
      };
    },
  }),

  // Lists the members of a group, searched by login name and display name.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SearchGroupMembers',
    access: 'read',
    input: { GroupName: groupName, ...searchParameters, Descending: withDefault(flag(), false) },
    answer: {
      ...PAGE_ANSWER,
      Users: [{ UserId: 'string', UserPrincipalName: 'string', DisplayName: 'string', JoinDate: 'string' }],
    },
    // Same permission as RAM's operation, which lists the same.
    authorize: (input, call) => [
      { action: 'ram:ListUsersForGroup', resource: arn.group(call.account.accountId, input.GroupName) },
    ],
    async handle(input, call) {
      const found = await searchMembers(call, input.GroupName, {
        text: input.Search ?? '',
        descending: input.Descending,
        after: (order) => positionIn(input.Marker, order),
        limit: input.MaxItems + 1,
      });
      const { members, order, positionOf, resumeAt } = found;
      const { rows, IsTruncated, Marker } = searchedPage(members, input.MaxItems, order, positionOf);
      return {
        IsTruncated: IsTruncated || resumeAt !== undefined,
        Marker: resumeAt === undefined ? Marker : markerAt(order, resumeAt),
        SearchMode: found.mode,
        Users: rows.map((user) => ({
          UserId: user.user_id,
          UserPrincipalName: principalName(user.user_name, call.account.defaultDomain),
          DisplayName: user.display_name,
          JoinDate: instant(user.joined_at),
        })),
      };
    },
  }),
];
