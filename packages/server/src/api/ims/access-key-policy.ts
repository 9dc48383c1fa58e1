import {
  readAccountNetworkPolicy,
  readKeyNetworkPolicy,
  setAccountNetworkPolicy,
  setKeyNetworkPolicy,
} from '../../access-keys/network-policy.ts';
import { keyOwner, keyOwnerResource } from '../../access-keys/owner.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import { jsonDocument, optional } from '../../wire/parameter.ts';
import { accessKeyId } from '../access-key-id.ts';
import { demandOnAccount } from '../demand-on-account.ts';
import { userPrincipalName, userReference } from './user-reference.ts';

const VERSION = '2019-08-15';

/** Parameters that identify a key; its owner defaults to the caller. */
const key = { UserPrincipalName: optional(userPrincipalName), UserAccessKeyId: accessKeyId };

type KeyInput = { readonly UserPrincipalName: string | undefined };

/** Enough for 50 addresses in 8 statements, with white space. */
const document = jsonDocument({ max: 16_384 });

const demand = async (action: string, input: KeyInput, call: Call) => [
  { action, ...(await keyOwnerResource(call, userReference(input, call))) },
];

/** IMS operations on network access restriction policies of AccessKeys. */
export const accessKeyPolicyOperations: readonly Operation[] = [
  // Sets the network policy of a key.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'SetAccessKeyPolicy',
    access: 'write',
    security: { effect: 'loosens' },
    input: { ...key, AccessKeyPolicy: document },
    authorize: (input, call) => demand('ram:SetAccessKeyPolicy', input, call),
    async handle(input, call) {
      const owner = await keyOwner(call, userReference(input, call));
      const { UserAccessKeyId, AccessKeyPolicy } = input;
      const stored = await setKeyNetworkPolicy(call, owner, UserAccessKeyId, AccessKeyPolicy);
      return { AccessKeyId: UserAccessKeyId, AccessKeyPolicy: stored };
    },
  }),

  // Returns the network policy of a key.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetAccessKeyPolicy',
    access: 'read',
    input: key,
    authorize: (input, call) => demand('ram:GetAccessKeyPolicy', input, call),
    async handle(input, call) {
      const owner = await keyOwner(call, userReference(input, call));
      return {
        AccessKeyId: input.UserAccessKeyId,
        AccessKeyPolicy: await readKeyNetworkPolicy(call, owner, input.UserAccessKeyId),
      };
    },
  }),

  // Sets the account's network policy, which applies to keys without an active policy of their own.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'SetAccessKeyPolicyForAccount',
    access: 'write',
    security: { effect: 'loosens' },
    input: { AccessKeyPolicy: document },
    authorize: (_, call) => demandOnAccount('ram:SetAccessKeyPolicyForAccount', call),
    async handle(input, call) {
      return { AccessKeyPolicy: await setAccountNetworkPolicy(call, input.AccessKeyPolicy) };
    },
  }),

  // Returns the account's network policy.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetAccessKeyPolicyForAccount',
    access: 'read',
    input: {},
    authorize: (_, call) => demandOnAccount('ram:GetAccessKeyPolicyForAccount', call),
    async handle(_, call) {
      return { AccessKeyPolicy: await readAccountNetworkPolicy(call) };
    },
  }),
];
