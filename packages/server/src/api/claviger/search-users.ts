import { Refusal } from '../../errors/refusal.ts';
import { type Operation, ownOperation } from '../../pipeline/operation.ts';
import { principalName } from '../../users/user.ts';
import { allUsersArn } from '../../users/user-arn.ts';
import { searchUsers } from '../../users/user-search.ts';
import { instant } from '../../wire/instant.ts';
import { optional, text } from '../../wire/parameter.ts';
import {
  foundPage,
  orderParameters,
  PAGE_ANSWER,
  searchOf,
  searchParameters,
} from '../../wire/search-parameters.ts';
import { VERSION } from './version.ts';

/** Operation that searches and orders the users of an account, which RAM's `ListUsers` cannot. */
export const searchUsersOperations: readonly Operation[] = [
  // Lists users, searched by name, display name, comments and id, and ordered.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SearchUsers',
    access: 'read',
    input: {
      UserNamePrefix: optional(text({ max: 64, format: /^[\w.-]+$/ })),
      ...searchParameters,
      ...orderParameters('Name', 'CreateDate', 'LastLoginDate'),
    },
    answer: {
      ...PAGE_ANSWER,
      Users: [
        {
          UserId: 'string',
          UserPrincipalName: 'string',
          DisplayName: 'string',
          Comments: 'string',
          CreateDate: 'string',
          LastLoginDate: 'string',
        },
      ],
    },
    // Same permission as RAM's operation: a caller could list all users with that one.
    authorize: (_, call) => [{ action: 'ram:ListUsers', resource: allUsersArn(call) }],
    async handle(input, call) {
      const { UserNamePrefix: prefix, Search: searched, MaxItems: size } = input;
      if (prefix !== undefined && searched !== undefined) {
        throw new Refusal('InvalidParameter', { reason: 'Give either UserNamePrefix or Search.' });
      }
      const found = await searchUsers(call, {
        ...searchOf({ ...input, Search: prefix ?? searched }),
        mode: prefix === undefined ? undefined : 'Prefix',
      });
      const { rows, fields } = foundPage(found, size);
      return {
        ...fields,
        Users: rows.map((user) => ({
          UserId: user.user_id,
          UserPrincipalName: principalName(user.user_name, call.account.defaultDomain),
          DisplayName: user.display_name,
          Comments: user.comments,
          CreateDate: instant(user.created_at),
          LastLoginDate: user.last_login_at === null ? '' : instant(user.last_login_at),
        })),
      };
    },
  }),
];
