import { Refusal } from '../../errors/refusal.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import { binOwner, binOwnerResources } from '../../recycle-bin/bin-owner.ts';
import {
  findRecycledAccessKey,
  listRecycledAccessKeys,
  purgeAccessKey,
  type RecycledAccessKey,
  restoreAccessKey,
} from '../../recycle-bin/recycled-access-key.ts';
import { principalName } from '../../users/user.ts';
import { allUsersArn } from '../../users/user-arn.ts';
import { instant } from '../../wire/instant.ts';
import { optional } from '../../wire/parameter.ts';
import { accessKeyId } from '../access-key-id.ts';
import { userId } from './user-reference.ts';

const VERSION = '2019-08-15';

/** Owner of the recycle bin; defaults to the caller. */
const owner = { UserId: optional(userId) };

const demand = async (action: string, id: string | undefined, call: Call) =>
  (await binOwnerResources(call, id)).map((resource) => ({ action, ...resource }));

function wireKey(key: RecycledAccessKey) {
  return {
    AccessKeyId: key.access_key_id,
    CreateDate: instant(key.created_at),
    RecycleDate: instant(key.recycled_at),
    DeleteDate: instant(key.purge_at),
  };
}

/** Finds a key by its id; keys of the root are visible to the root only. */
async function findTargetKey(id: string, call: Call): Promise<RecycledAccessKey | undefined> {
  const key = await findRecycledAccessKey(call, id);
  return key?.owner_type === 'root' && call.principal.type !== 'root' ? undefined : key;
}

/** IMS operations on AccessKeys in the recycle bin. */
export const accessKeyRecycleBinOperations: readonly Operation[] = [
  // Lists the keys in the recycle bin of a user, by default the caller, newest first.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'ListAccessKeysInRecycleBin',
    access: 'read',
    input: owner,
    authorize: (input, call) => demand('ram:ListAccessKeysInRecycleBin', input.UserId, call),
    async handle(input, call) {
      const keys = await listRecycledAccessKeys(call, await binOwner(call, input.UserId));
      return { AccessKeys: { AccessKey: keys.map(wireKey) } };
    },
  }),

  // Returns a key in the recycle bin with its owner.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetAccessKeyInfoInRecycleBin',
    access: 'read',
    input: { UserAccessKeyId: accessKeyId },
    async authorize(input, call) {
      const action = 'ram:GetAccessKeyInfoInRecycleBin';
      const key = await findTargetKey(input.UserAccessKeyId, call);
      const shown = allUsersArn(call);
      if (key?.owner_type !== 'user') return [{ action, resource: shown }];
      // A refusal reveals neither the owner of the key nor that the key exists.
      return (await demand(action, key.owner_id, call)).map((on) => ({ ...on, shown }));
    },
    async handle(input, call) {
      const key = await findTargetKey(input.UserAccessKeyId, call);
      if (key === undefined) {
        throw new Refusal('EntityNotExist.User.AccessKey', { name: input.UserAccessKeyId });
      }
      if (key.owner_type === 'root') {
        return { AccessKey: { ...wireKey(key), UserId: key.owner_id, UserRecycled: false } };
      }
      const user = await binOwner(call, key.owner_id);
      return {
        AccessKey: {
          ...wireKey(key),
          UserId: user.id,
          UserPrincipalName: principalName(user.name, call.account.defaultDomain),
          UserRecycled: user.isRecycled,
        },
      };
    },
  }),

  // Restores a key from the recycle bin; it comes back inactive.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'RestoreAccessKeyFromRecycleBin',
    access: 'write',
    security: { effect: 'revives' },
    input: { ...owner, UserAccessKeyId: accessKeyId },
    authorize: (input, call) => demand('ram:RestoreAccessKeyFromRecycleBin', input.UserId, call),
    async handle(input, call) {
      const of = await binOwner(call, input.UserId);
      // A user in the recycle bin has to be restored first, which restores its keys.
      if (of.isRecycled) throw new Refusal('EntityNotExist.User', { name: of.id });
      await restoreAccessKey(call, of, input.UserAccessKeyId);
      return {};
    },
  }),

  // Deletes a key in the recycle bin permanently.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'DeleteAccessKeyInRecycleBin',
    access: 'write',
    security: { effect: 'destroys' },
    input: { ...owner, UserAccessKeyId: accessKeyId },
    authorize: (input, call) => demand('ram:DeleteAccessKeyInRecycleBin', input.UserId, call),
    async handle(input, call) {
      await purgeAccessKey(call, await binOwner(call, input.UserId), input.UserAccessKeyId);
      return {};
    },
  }),
];
