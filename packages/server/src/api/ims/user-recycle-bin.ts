import { Refusal } from '../../errors/refusal.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import { recycledUserArns } from '../../recycle-bin/bin-owner.ts';
import {
  findRecycledUser,
  findRecycledUserOfKey,
  listRecycledUsers,
  purgeRecycledUser,
  type RecycledUser,
  type RecycledUserPosition,
  restoreUser,
} from '../../recycle-bin/recycled-user.ts';
import { principalName } from '../../users/user.ts';
import { allUsersArn } from '../../users/user-arn.ts';
import { instant } from '../../wire/instant.ts';
import { afterMarker, page, pageParameters } from '../../wire/page.ts';
import { optional, text } from '../../wire/parameter.ts';
import { accessKeyId } from '../access-key-id.ts';
import { userId, userNameOf } from './user-reference.ts';

const VERSION = '2019-08-15';

/** The one filter that RAM documents: `UserPrincipalName eq test@example.onaliyun.com`. */
const filter = text({ max: 256, format: /^UserPrincipalName +eq +[\w.-]+@[\w.-]+$/ });

/**
 * A refusal shows the ARN of all users, so that it does not reveal the name behind an id or a key in the recycle bin.
 */
const demand = async (action: string, id: string, call: Call) =>
  (await recycledUserArns(call, id)).map((resource) => ({ action, resource, shown: allUsersArn(call) }));

function wireUser(user: RecycledUser, call: Call) {
  return {
    UserId: user.user_id,
    UserPrincipalName: principalName(user.user_name, call.account.defaultDomain),
    DisplayName: user.display_name,
    CreateDate: instant(user.created_at),
    RecycleDate: instant(user.recycled_at),
    DeleteDate: instant(user.purge_at),
  };
}

/** Position in the list, as encoded in markers. */
const keyOf = (user: RecycledUser): string => `${user.recycled_at} ${user.user_id}`;

function positionOf(key: string): RecycledUserPosition | undefined {
  if (key === '') return undefined;
  const [, recycledAt, id] = /^(\d{1,15}) (\d+)$/.exec(key) ?? [];
  if (recycledAt === undefined || id === undefined) throw new Refusal('Invalid', { name: 'Marker' });
  return { recycledAt: Number(recycledAt), userId: id };
}

/** Finds the target user. @throws Refusal unless exactly one of the parameters that name it is given */
async function findTargetUser(
  input: { readonly UserId: string | undefined; readonly UserAccessKeyId: string | undefined },
  call: Call,
): Promise<RecycledUser | undefined> {
  const { UserId: id, UserAccessKeyId: keyId } = input;
  if (id !== undefined && keyId !== undefined) {
    throw new Refusal('InvalidParameter', { reason: 'Give UserId or UserAccessKeyId, not both.' });
  }
  if (keyId !== undefined) return findRecycledUserOfKey(call, keyId);
  if (id === undefined) throw new Refusal('Missing', { name: 'UserId' });
  return findRecycledUser(call, id);
}

/** IMS operations on users in the recycle bin. */
export const userRecycleBinOperations: readonly Operation[] = [
  // Lists the users in the recycle bin, newest first.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'ListUsersInRecycleBin',
    access: 'read',
    input: { Filter: optional(filter), ...pageParameters(100) },
    authorize: (_, call) => [{ action: 'ram:ListUsersInRecycleBin', resource: allUsersArn(call) }],
    async handle(input, call) {
      const requestedName = input.Filter?.split(/ +/)[2];
      const users = await listRecycledUsers(
        call,
        requestedName && userNameOf(requestedName, call),
        positionOf(afterMarker(input.Marker)),
        input.MaxItems + 1,
      );
      const { rows, IsTruncated, Marker } = page(users, input.MaxItems, keyOf);
      return { Users: { User: rows.map((user) => wireUser(user, call)) }, IsTruncated, Marker };
    },
  }),

  // Returns a user in the recycle bin, found by id or AccessKey id.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetUserInRecycleBin',
    access: 'read',
    input: { UserId: optional(userId), UserAccessKeyId: optional(accessKeyId) },
    async authorize(input, call) {
      const user = await findTargetUser(input, call);
      return demand('ram:GetUserInRecycleBin', user?.user_id ?? '', call);
    },
    async handle(input, call) {
      const user = await findTargetUser(input, call);
      if (user !== undefined) return { User: wireUser(user, call) };
      throw input.UserAccessKeyId === undefined
        ? new Refusal('EntityNotExist.User', { name: input.UserId ?? '' })
        : new Refusal('EntityNotExist.User.AccessKey', { name: input.UserAccessKeyId });
    },
  }),

  // Restores a user from the recycle bin; its keys come back inactive.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'RestoreUserFromRecycleBin',
    access: 'write',
    security: { effect: 'revives' },
    input: { UserId: userId },
    authorize: (input, call) => demand('ram:RestoreUserFromRecycleBin', input.UserId, call),
    async handle(input, call) {
      await restoreUser(call, input.UserId);
      return {};
    },
  }),

  // Deletes a user in the recycle bin permanently.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'DeleteUserInRecycleBin',
    access: 'write',
    security: { effect: 'destroys' },
    input: { UserId: userId },
    authorize: (input, call) => demand('ram:DeleteUserInRecycleBin', input.UserId, call),
    async handle(input, call) {
      await purgeRecycledUser(call, input.UserId);
      return {};
    },
  }),
];
