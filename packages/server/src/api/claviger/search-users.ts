import { type Operation, ownOperation } from '../../pipeline/operation.ts';
import { principalName, searchUsers } from '../../users/user.ts';
import { allUsersArn } from '../../users/user-arn.ts';
import { instant } from '../../wire/instant.ts';
import { integer, text, withDefault } from '../../wire/parameter.ts';
import { VERSION } from './version.ts';

/** Operation that finds users of a large account by name, which RAM's `ListUsers` cannot. */
export const searchUsersOperations: readonly Operation[] = [
  // Lists the users whose name begins with a text, in any case, by name.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SearchUsers',
    access: 'read',
    input: {
      UserNamePrefix: text({ max: 64, format: /^[\w.-]+$/ }),
      MaxItems: withDefault(integer(1, 100), 100),
    },
    answer: {
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
      const users = await searchUsers(call, input.UserNamePrefix, input.MaxItems);
      return {
        Users: users.map((user) => ({
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
