import { listAccessKeys } from '../../access-keys/access-key.ts';
import { isBeyondCeiling, setExpiry } from '../../access-keys/expiry.ts';
import { readCeiling, setCeiling } from '../../access-keys/expiry-ceiling.ts';
import { keyOwner, keyOwnerResource } from '../../access-keys/owner.ts';
import { Refusal } from '../../errors/refusal.ts';
import { type Call, type Operation, ownOperation } from '../../pipeline/operation.ts';
import { instant, readInstant } from '../../wire/instant.ts';
import { clearable, integer, optional, type Parameter, text } from '../../wire/parameter.ts';
import { accessKeyId } from '../access-key-id.ts';
import { demandOnAccount } from '../demand-on-account.ts';
import { userPrincipalName, userReference } from '../ims/user-reference.ts';
import { VERSION } from './version.ts';

const owner = { UserPrincipalName: optional(userPrincipalName) };

type OwnerInput = { readonly UserPrincipalName: string | undefined };

const demand = async (action: string, input: OwnerInput, call: Call) => [
  { action, ...(await keyOwnerResource(call, userReference(input, call))) },
];

const instantText = clearable(text({ format: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/ }));

/** Expiry: an instant in UTC, or empty for never; required. Read as milliseconds since the epoch. */
const expireDate: Parameter<number | null> = {
  ...instantText,
  required: true,
  read(name, wire) {
    const given = instantText.read(name, wire);
    if (given === undefined) throw new Refusal('Missing', { name });
    if (given === '') return null;
    const time = readInstant(given);
    if (time === undefined) throw new Refusal('InvalidParameter.FormatOf', { name });
    return time;
  },
};

/** Operations on the expiry of AccessKeys, which RAM's clients do not see. */
export const accessKeyExpiryOperations: readonly Operation[] = [
  // Sets the expiry of a key of a user, by default the caller.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SetAccessKeyExpiry',
    access: 'write',
    security: { effect: 'loosens' },
    input: { ...owner, UserAccessKeyId: accessKeyId, ExpireDate: expireDate },
    answer: { ExpireDate: 'string' },
    authorize: (input, call) => demand('claviger:SetAccessKeyExpiry', input, call),
    async handle(input, call) {
      const of = await keyOwner(call, userReference(input, call));
      const row = await setExpiry(call, of, input.UserAccessKeyId, input.ExpireDate);
      return { ExpireDate: wireExpiry(row.expires_at) };
    },
  }),

  // Lists the expiries of the keys of a user, by default the caller.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'ListAccessKeyExpiries',
    access: 'read',
    input: owner,
    answer: {
      AccessKeys: [
        {
          AccessKeyId: 'string',
          CreateDate: 'string',
          ExpireDate: 'string',
          Expired: 'boolean',
          BeyondCeiling: 'boolean',
        },
      ],
    },
    authorize: (input, call) => demand('claviger:ListAccessKeyExpiries', input, call),
    async handle(input, call) {
      const keys = await listAccessKeys(call, await keyOwner(call, userReference(input, call)));
      const days = await readCeiling(call.queries, call.account.accountId);
      return {
        AccessKeys: keys.map((row) => ({
          AccessKeyId: row.access_key_id,
          CreateDate: instant(row.created_at),
          ExpireDate: wireExpiry(row.expires_at),
          Expired: row.expires_at !== null && Number(row.expires_at) <= call.now,
          BeyondCeiling: isBeyondCeiling(row, days),
        })),
      };
    },
  }),

  // Returns the maximum age of the account's keys, in days; 0: unlimited.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'GetAccessKeyExpiryCeiling',
    access: 'read',
    input: {},
    answer: { Days: 'number' },
    authorize: (_, call) => demandOnAccount('claviger:GetAccessKeyExpiryCeiling', call),
    async handle(_, call) {
      return { Days: await readCeiling(call.queries, call.account.accountId) };
    },
  }),

  // Sets the maximum age, in days, for keys created from now on.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SetAccessKeyExpiryCeiling',
    access: 'write',
    security: { effect: 'loosens' },
    input: { Days: integer(0, 3650) },
    answer: { Days: 'number' },
    authorize: (_, call) => demandOnAccount('claviger:SetAccessKeyExpiryCeiling', call),
    async handle({ Days }, call) {
      await setCeiling(call, Days);
      return { Days };
    },
  }),
];

const wireExpiry = (expiresAt: number | null): string =>
  expiresAt === null ? '' : instant(Number(expiresAt));
