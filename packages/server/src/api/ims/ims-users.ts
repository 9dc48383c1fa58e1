import { arn } from '../../context/arn.ts';
import { Refusal } from '../../errors/refusal.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import { recycleUser } from '../../recycle-bin/recycled-user.ts';
import type { UserRow } from '../../store/schema.ts';
import {
  createUser,
  findUserOfKey,
  listUsers,
  principalName,
  requireUser,
  type UserReference,
  updateUser,
  userPlace,
} from '../../users/user.ts';
import { allUsersArn, userResource } from '../../users/user-arn.ts';
import { instant } from '../../wire/instant.ts';
import { afterMarker, page, pageParameters } from '../../wire/page.ts';
import { clearable, oneOf, optional, withDefault } from '../../wire/parameter.ts';
import { accessKeyId } from '../access-key-id.ts';
import { sortByName } from '../by-name.ts';
import { demandsToCreate } from '../new-entity.ts';
import { demandsToTag, filtersOf, newTags, tagFilters, tagsOf, wireTags } from '../tag-fields.ts';
import { comments, displayName, email, mobilePhone } from '../user-fields.ts';
import { userNameOf, userParameters, userPrincipalName, userReference } from './user-reference.ts';

const VERSION = '2019-08-15';

/** Status filter. RAM can freeze users; Claviger has no frozen users, so that filter selects none. */
const status = withDefault(oneOf('active', 'freeze', 'active,freeze', 'freeze,active'), 'active');

const listParameters = (byDefault: number) => ({
  Status: status,
  Tag: tagFilters,
  ...pageParameters(1000, byDefault),
});

/** Asserts that the request names a user. @throws Refusal if absent */
function required(reference: UserReference | undefined): UserReference {
  if (reference === undefined) throw new Refusal('Missing', { name: 'UserPrincipalName' });
  return reference;
}

/** Returns the user name in a login name of this account. @param name parameter name, for the refusal */
function newUserName(name: string, principal: string, call: Call): string {
  const userName = userNameOf(principal, call);
  if (userName === principal) throw new Refusal('InvalidParameter.FormatOf', { name });
  return userName;
}

const demand = async (action: string, reference: UserReference, call: Call) => [
  { action, ...(await userResource(call, reference)) },
];

/** Converts a user, without its tags. */
function wireUser(user: UserRow, call: Call) {
  return {
    UserId: user.user_id,
    UserPrincipalName: principalName(user.user_name, call.account.defaultDomain),
    DisplayName: user.display_name,
    Comments: user.comments,
    Email: user.email,
    MobilePhone: user.mobile_phone,
    CreateDate: instant(user.created_at),
    UpdateDate: instant(user.updated_at),
    LastLoginDate: user.last_login_at === null ? '' : instant(user.last_login_at),
    ProvisionType: user.provision_type,
  };
}

async function wireTaggedUser(user: UserRow, call: Call) {
  const tags = await wireTags(call, 'user', [user.user_id]);
  return { ...wireUser(user, call), Tags: tags(user.user_id) };
}

const newUserArn = (input: { readonly UserPrincipalName: string }, call: Call) =>
  arn.user(call.account.accountId, userNameOf(input.UserPrincipalName, call));

interface ListInput {
  readonly Status: string;
  readonly Tag: Parameters<typeof filtersOf>[0];
  readonly Marker: string | undefined;
  readonly MaxItems: number;
}

async function pageOfUsers(input: ListInput, call: Call) {
  const tags = filtersOf(input.Tag);
  const selection = { after: afterMarker(input.Marker), limit: input.MaxItems + 1, tags };
  const users = input.Status.includes('active') ? await listUsers(call, selection) : [];
  const found = page(users, input.MaxItems, (user) => userPlace(user, selection));
  return { ...found, rows: sortByName(found.rows) };
}

/** IMS operations on users. */
export const userOperations: readonly Operation[] = [
  // Creates a user.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'CreateUser',
    access: 'write',
    security: { effect: 'grants' },
    input: {
      UserPrincipalName: userPrincipalName,
      DisplayName: displayName,
      Comments: optional(comments),
      Email: optional(email),
      MobilePhone: optional(mobilePhone),
      Tag: newTags,
    },
    authorize: (input, call) => [
      ...demandsToCreate('ram:CreateUser', allUsersArn(call), newUserArn(input, call)),
      ...demandsToTag(newUserArn(input, call), input.Tag),
    ],
    async handle(input, call) {
      const user = await createUser(call, {
        userName: newUserName('UserPrincipalName', input.UserPrincipalName, call),
        displayName: input.DisplayName,
        comments: input.Comments ?? '',
        email: input.Email ?? '',
        mobilePhone: input.MobilePhone ?? '',
        tags: tagsOf(input.Tag),
      });
      return { User: await wireTaggedUser(user, call) };
    },
  }),

  // Returns a user, found by login name, id or AccessKey id.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetUser',
    access: 'read',
    input: { ...userParameters, UserAccessKeyId: optional(accessKeyId) },
    async authorize(input, call) {
      const { UserAccessKeyId: keyId } = input;
      const reference = userReference(input, call);
      if (keyId === undefined) return demand('ram:GetUser', required(reference), call);
      if (reference !== undefined) {
        throw new Refusal('InvalidParameter', { reason: 'Give the user or one of its keys, not both.' });
      }
      const user = await findUserOfKey(call, keyId);
      const shown = allUsersArn(call);
      if (user === undefined) return [{ action: 'ram:GetUser', resource: shown }];
      // A refusal reveals neither the owner of the key nor that the key exists.
      return [{ action: 'ram:GetUser', resource: arn.user(user.account_id, user.user_name), shown }];
    },
    async handle(input, call) {
      const { UserAccessKeyId: keyId } = input;
      const user =
        keyId === undefined
          ? await requireUser(call, required(userReference(input, call)))
          : await findUserOfKey(call, keyId);
      if (user === undefined) throw new Refusal('EntityNotExist.User.AccessKey', { name: keyId ?? '' });
      return { User: { ...(await wireTaggedUser(user, call)), UserName: user.user_name } };
    },
  }),

  // Changes a user. A renamed user keeps its id, keys and permissions.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'UpdateUser',
    access: 'write',
    security: {
      effect: 'grants',
      except: {
        when: 'without `NewUserPrincipalName`',
        applies: ({ NewUserPrincipalName: name }) => name === undefined,
      },
    },
    input: {
      ...userParameters,
      NewUserPrincipalName: optional(userPrincipalName),
      NewDisplayName: clearable(displayName),
      NewComments: clearable(comments),
      NewEmail: clearable(email),
      NewMobilePhone: clearable(mobilePhone),
    },
    // Other policies cover the user under its new name: the caller needs the permission on both names.
    async authorize(input, call) {
      const { NewUserPrincipalName: newName } = input;
      const renamed =
        newName === undefined
          ? []
          : await demand('ram:UpdateUser', { by: 'name', userName: userNameOf(newName, call) }, call);
      return [...(await demand('ram:UpdateUser', required(userReference(input, call)), call)), ...renamed];
    },
    async handle(input, call) {
      const { NewUserPrincipalName: newName } = input;
      const user = await updateUser(call, required(userReference(input, call)), {
        userName: newName && newUserName('NewUserPrincipalName', newName, call),
        displayName: input.NewDisplayName,
        comments: input.NewComments,
        email: input.NewEmail,
        mobilePhone: input.NewMobilePhone,
      });
      return { User: wireUser(user, call) };
    },
  }),

  // Moves a user to the recycle bin, with its keys, groups and policies.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'DeleteUser',
    access: 'write',
    security: { effect: 'destroys' },
    input: userParameters,
    authorize: (input, call) => demand('ram:DeleteUser', required(userReference(input, call)), call),
    async handle(input, call) {
      await recycleUser(call, required(userReference(input, call)));
      return {};
    },
  }),

  // Lists the users of the account, by name.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'ListUsers',
    access: 'read',
    input: listParameters(1000),
    authorize: (_, call) => [{ action: 'ram:ListUsers', resource: allUsersArn(call) }],
    async handle(input, call) {
      const { rows, IsTruncated, Marker } = await pageOfUsers(input, call);
      const ids = rows.map((user) => user.user_id);
      const tags = await wireTags(call, 'user', ids);
      return {
        Users: {
          User: rows.map((user) => ({ ...wireUser(user, call), Status: 'active', Tags: tags(user.user_id) })),
        },
        IsTruncated,
        Marker,
      };
    },
  }),

  // Lists the users of the account with their basic fields.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'ListUserBasicInfos',
    access: 'read',
    input: listParameters(100),
    authorize: (_, call) => [{ action: 'ram:ListUserBasicInfos', resource: allUsersArn(call) }],
    async handle(input, call) {
      const { rows, IsTruncated, Marker } = await pageOfUsers(input, call);
      return {
        UserBasicInfos: {
          UserBasicInfo: rows.map((user) => ({
            UserId: user.user_id,
            UserPrincipalName: principalName(user.user_name, call.account.defaultDomain),
            DisplayName: user.display_name,
            Status: 'active',
          })),
        },
        IsTruncated,
        Marker,
      };
    },
  }),
];
