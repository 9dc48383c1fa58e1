import {
  createAccessKey,
  listAccessKeys,
  requireAccessKey,
  updateAccessKey,
} from '../access-keys/access-key.ts';
import { keyOwner, keyOwnerResource } from '../access-keys/owner.ts';
import type { AccessKeyUse } from '../context/services.ts';
import { type Call, type DescribedAnswer, type Operation, operation } from '../pipeline/operation.ts';
import { recycleAccessKey } from '../recycle-bin/recycled-access-key.ts';
import type { AccessKeyRow } from '../store/schema.ts';
import { instant } from '../wire/instant.ts';
import { oneOf } from '../wire/parameter.ts';
import { accessKeyId } from './access-key-id.ts';
import { type Dialect, type DialectProduct, IMS, namedUserReference, RAM } from './dialect.ts';

/** Fields of keys that differ between the dialects. */
interface AccessKeyDialect<D extends DialectProduct = DialectProduct> extends Dialect<D> {
  listedKey(row: AccessKeyRow): DescribedAnswer<D, 'ListAccessKeys'>['AccessKeys']['AccessKey'][number];
  /** @param last latest use; `undefined` if the key was never used */
  lastUsed(last: AccessKeyUse | undefined): DescribedAnswer<D, 'GetAccessKeyLastUsed'>['AccessKeyLastUsed'];
}

const listedKey = (row: AccessKeyRow) => ({
  AccessKeyId: row.access_key_id,
  Status: row.status,
  CreateDate: instant(row.created_at),
});

const lastUsedDate = (last: AccessKeyUse | undefined) => (last === undefined ? '' : instant(last.usedAt));

const IMS_KEYS: AccessKeyDialect<'Ims'> = {
  ...IMS,
  listedKey: (row) => ({ ...listedKey(row), UpdateDate: instant(row.updated_at) }),
  lastUsed: (last) => ({ LastUsedDate: lastUsedDate(last), ServiceName: last?.serviceName ?? '' }),
};

const RAM_KEYS: AccessKeyDialect<'Ram'> = {
  ...RAM,
  listedKey,
  lastUsed: (last) => ({ LastUsedDate: lastUsedDate(last) }),
};

function operationsOf(dialect: AccessKeyDialect): readonly Operation[] {
  const { product, version } = dialect;

  const demand = async (action: string, input: object, call: Call) => [
    { action, ...(await keyOwnerResource(call, namedUserReference(dialect, input, call))) },
  ];

  /** Owner of the keys: the user that the request names, by default the caller. */
  const ownerOf = (input: object, call: Call) => keyOwner(call, namedUserReference(dialect, input, call));

  return [
    // Creates a key for a user, by default the caller. No other answer contains the secret.
    operation({
      product,
      version,
      name: 'CreateAccessKey',
      access: 'write',
      security: { effect: 'credential' },
      input: dialect.optionalUser,
      authorize: (input, call) => demand('ram:CreateAccessKey', input, call),
      async handle(input, call) {
        const { row, secret } = await createAccessKey(call, await ownerOf(input, call));
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

    // Lists the keys of a user, by default the caller, without secrets.
    operation({
      product,
      version,
      name: 'ListAccessKeys',
      access: 'read',
      input: dialect.optionalUser,
      authorize: (input, call) => demand('ram:ListAccessKeys', input, call),
      async handle(input, call) {
        const rows = await listAccessKeys(call, await ownerOf(input, call));
        return { AccessKeys: { AccessKey: rows.map(dialect.listedKey) } };
      },
    }),

    // Enables or disables a key.
    operation({
      product,
      version,
      name: 'UpdateAccessKey',
      access: 'write',
      security: {
        effect: 'revives',
        except: { when: 'with `Status=Inactive`', applies: ({ Status }) => Status === 'Inactive' },
      },
      input: {
        ...dialect.optionalUser,
        UserAccessKeyId: accessKeyId,
        Status: oneOf('Active', 'Inactive'),
      },
      authorize: (input, call) => demand('ram:UpdateAccessKey', input, call),
      async handle(input, call) {
        await updateAccessKey(call, await ownerOf(input, call), input.UserAccessKeyId, input.Status);
        return {};
      },
    }),

    // Moves a key to the recycle bin.
    operation({
      product,
      version,
      name: 'DeleteAccessKey',
      access: 'write',
      security: { effect: 'restricts', why: 'a key that may have leaked has to be out of use at once' },
      input: { ...dialect.optionalUser, UserAccessKeyId: accessKeyId },
      authorize: (input, call) => demand('ram:DeleteAccessKey', input, call),
      async handle(input, call) {
        await recycleAccessKey(call, await ownerOf(input, call), input.UserAccessKeyId);
        return {};
      },
    }),

    // Returns the last use of a key, in IMS with the service; empty if never used.
    operation({
      product,
      version,
      name: 'GetAccessKeyLastUsed',
      access: 'read',
      input: { ...dialect.optionalUser, UserAccessKeyId: accessKeyId },
      authorize: (input, call) => demand('ram:GetAccessKeyLastUsed', input, call),
      async handle(input, call) {
        await requireAccessKey(call, await ownerOf(input, call), input.UserAccessKeyId);
        const last = await call.services.lastUsed.latest(call.queries, input.UserAccessKeyId);
        return { AccessKeyLastUsed: dialect.lastUsed(last) };
      },
    }),
  ];
}

/** AccessKey operations of IMS and RAM. */
export const accessKeyOperations: readonly Operation[] = [
  ...operationsOf(IMS_KEYS),
  ...operationsOf(RAM_KEYS),
];
