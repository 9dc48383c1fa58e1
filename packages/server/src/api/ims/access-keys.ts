import {
  createAccessKey,
  listAccessKeys,
  requireAccessKey,
  updateAccessKey,
} from '../../access-keys/access-key.ts';
import { keyOwner, keyOwnerResource } from '../../access-keys/owner.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import { recycleAccessKey } from '../../recycle-bin/recycled-access-key.ts';
import { instant } from '../../wire/instant.ts';
import { oneOf, optional } from '../../wire/parameter.ts';
import { accessKeyId } from '../access-key-id.ts';
import { userPrincipalName, userReference } from './user-reference.ts';

const version = '2019-08-15';

const owner = { UserPrincipalName: optional(userPrincipalName) };

type OwnerInput = { readonly UserPrincipalName: string | undefined };

const demand = async (action: string, input: OwnerInput, call: Call) => [
  { action, ...(await keyOwnerResource(call, userReference(input, call))) },
];

/** The operations on AccessKeys of IMS. */
export const accessKeyOperations: readonly Operation[] = [
  // Makes a key for a user, or for the caller itself; the only answer that ever has the secret.
  operation({
    product: 'Ims',
    version,
    name: 'CreateAccessKey',
    access: 'write',
    security: { effect: 'credential' },
    input: owner,
    authorize: (input, call) => demand('ram:CreateAccessKey', input, call),
    async handle(input, call) {
      const { row, secret } = await createAccessKey(call, await keyOwner(call, userReference(input, call)));
      return {
        AccessKey: {
          AccessKeyId: row.access_key_id,
          AccessKeySecret: secret,
          CreateDate: instant(row.created_at),
          Status: row.status,
        },
      };
    },
  }),

  // The keys of a user or of the caller, without secrets.
  operation({
    product: 'Ims',
    version,
    name: 'ListAccessKeys',
    access: 'read',
    input: owner,
    authorize: (input, call) => demand('ram:ListAccessKeys', input, call),
    async handle(input, call) {
      const rows = await listAccessKeys(call, await keyOwner(call, userReference(input, call)));
      return {
        AccessKeys: {
          AccessKey: rows.map((row) => ({
            AccessKeyId: row.access_key_id,
            Status: row.status,
            CreateDate: instant(row.created_at),
            UpdateDate: instant(row.updated_at),
          })),
        },
      };
    },
  }),

  // Enables or disables a key.
  operation({
    product: 'Ims',
    version,
    name: 'UpdateAccessKey',
    access: 'write',
    security: {
      effect: 'revives',
      except: { when: 'with `Status=Inactive`', applies: ({ Status }) => Status === 'Inactive' },
    },
    input: { ...owner, UserAccessKeyId: accessKeyId, Status: oneOf('Active', 'Inactive') },
    authorize: (input, call) => demand('ram:UpdateAccessKey', input, call),
    async handle(input, call) {
      const of = await keyOwner(call, userReference(input, call));
      await updateAccessKey(call, of, input.UserAccessKeyId, input.Status);
      return {};
    },
  }),

  // Moves a key to the recycle bin.
  operation({
    product: 'Ims',
    version,
    name: 'DeleteAccessKey',
    access: 'write',
    security: { effect: 'restricts', why: 'a key that may have leaked has to be out of use at once' },
    input: { ...owner, UserAccessKeyId: accessKeyId },
    authorize: (input, call) => demand('ram:DeleteAccessKey', input, call),
    async handle(input, call) {
      await recycleAccessKey(call, await keyOwner(call, userReference(input, call)), input.UserAccessKeyId);
      return {};
    },
  }),

  // When and with which service a key was last used; empty when never.
  operation({
    product: 'Ims',
    version,
    name: 'GetAccessKeyLastUsed',
    access: 'read',
    input: { ...owner, UserAccessKeyId: accessKeyId },
    authorize: (input, call) => demand('ram:GetAccessKeyLastUsed', input, call),
    async handle(input, call) {
      const of = await keyOwner(call, userReference(input, call));
      await requireAccessKey(call, of, input.UserAccessKeyId);
      const last = await call.services.lastUsed.latest(call.queries, input.UserAccessKeyId);
      return {
        AccessKeyLastUsed: {
          LastUsedDate: last === undefined ? '' : instant(last.usedAt),
          ServiceName: last?.serviceName ?? '',
        },
      };
    },
  }),
];
