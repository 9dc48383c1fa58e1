import { arn } from '../../context/arn.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import { assertUserDeletable } from '../../recycle-bin/assert-user-deletable.ts';
import { recycleUser } from '../../recycle-bin/recycled-user.ts';
import type { UserRow } from '../../store/schema.ts';
import { createUser, listUsers, requireUser, type UserReference, updateUser } from '../../users/user.ts';
import { allUsersArn, userResource } from '../../users/user-arn.ts';
import { instant } from '../../wire/instant.ts';
import { afterMarker, page, pageParameters } from '../../wire/page.ts';
import { clearable, optional } from '../../wire/parameter.ts';
import { demandsToCreate } from '../new-entity.ts';
import { comments, displayName, email, mobilePhone } from '../user-fields.ts';
import { userName } from './user-name.ts';

const VERSION = '2015-05-01';

const byName = (name: string): UserReference => ({ by: 'name', userName: name });

const demand = async (action: string, name: string, call: Call) => [
  { action, ...(await userResource(call, byName(name))) },
];

/** Converts the user fields that all these operations answer. */
function wireUser(user: UserRow) {
  return {
    UserId: user.user_id,
    UserName: user.user_name,
    DisplayName: user.display_name,
    Comments: user.comments,
    Email: user.email,
    MobilePhone: user.mobile_phone,
    CreateDate: instant(user.created_at),
  };
}

const wireDatedUser = (user: UserRow) => ({ ...wireUser(user), UpdateDate: instant(user.updated_at) });

/** RAM operations on users. */
export const userOperations: readonly Operation[] = [
  // Creates a user.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'CreateUser',
    access: 'write',
    security: { effect: 'grants' },
    input: {
      UserName: userName,
      DisplayName: optional(displayName),
      Comments: optional(comments),
      Email: optional(email),
      MobilePhone: optional(mobilePhone),
    },
    authorize: (input, call) =>
      demandsToCreate('ram:CreateUser', allUsersArn(call), arn.user(call.account.accountId, input.UserName)),
    async handle(input, call) {
      const user = await createUser(call, {
        userName: input.UserName,
        displayName: input.DisplayName ?? '',
        comments: input.Comments ?? '',
        email: input.Email ?? '',
        mobilePhone: input.MobilePhone ?? '',
      });
      return { User: wireUser(user) };
    },
  }),

  // Returns a user.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'GetUser',
    access: 'read',
    input: { UserName: userName },
    authorize: (input, call) => demand('ram:GetUser', input.UserName, call),
    async handle(input, call) {
      const user = await requireUser(call, byName(input.UserName));
      const lastLogin = user.last_login_at === null ? '' : instant(user.last_login_at);
      return { User: { ...wireDatedUser(user), LastLoginDate: lastLogin } };
    },
  }),

  // Changes a user. A renamed user keeps its id, keys and permissions.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'UpdateUser',
    access: 'write',
    security: {
      effect: 'grants',
      except: { when: 'without `NewUserName`', applies: ({ NewUserName: name }) => name === undefined },
    },
    input: {
      UserName: userName,
      NewUserName: optional(userName),
      NewDisplayName: clearable(displayName),
      NewComments: clearable(comments),
      NewEmail: clearable(email),
      NewMobilePhone: clearable(mobilePhone),
    },
    // Other policies cover the user under its new name: the caller needs the permission on both names.
    authorize: async (input, call) => [
      ...(await demand('ram:UpdateUser', input.UserName, call)),
      ...(input.NewUserName === undefined ? [] : await demand('ram:UpdateUser', input.NewUserName, call)),
    ],
    async handle(input, call) {
      const user = await updateUser(call, byName(input.UserName), {
        userName: input.NewUserName,
        displayName: input.NewDisplayName,
        comments: input.NewComments,
        email: input.NewEmail,
        mobilePhone: input.NewMobilePhone,
      });
      return { User: wireDatedUser(user) };
    },
  }),

  // Moves a user without keys, groups and policies to the recycle bin.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'DeleteUser',
    access: 'write',
    security: { effect: 'destroys' },
    input: { UserName: userName },
    authorize: (input, call) => demand('ram:DeleteUser', input.UserName, call),
    async handle(input, call) {
      await assertUserDeletable(call, byName(input.UserName));
      await recycleUser(call, byName(input.UserName));
      return {};
    },
  }),

  // Lists the users of the account, by name.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'ListUsers',
    access: 'read',
    input: pageParameters(1000, 100),
    authorize: (_, call) => [{ action: 'ram:ListUsers', resource: allUsersArn(call) }],
    async handle(input, call) {
      const users = await listUsers(call, { after: afterMarker(input.Marker), limit: input.MaxItems + 1 });
      const { rows, IsTruncated, Marker } = page(users, input.MaxItems, (user) => user.user_name_key);
      return { Users: { User: rows.map(wireDatedUser) }, IsTruncated, Marker };
    },
  }),
];
