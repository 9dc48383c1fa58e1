import {
  readAccountNetworkPolicy,
  readKeyNetworkPolicy,
  setAccountNetworkPolicy,
  setKeyNetworkPolicy,
} from '../../access-keys/network-policy.ts';
import { keyOwner, keyOwnerResource } from '../../access-keys/owner.ts';
import { arn } from '../../context/arn.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import { optional, text } from '../../wire/parameter.ts';
import { accessKeyId } from '../access-key-id.ts';
import { userPrincipalName, userReference } from './user-reference.ts';

const version = '2019-08-15';

/** Of the caller itself unless a user is named. */
const key = { UserPrincipalName: optional(userPrincipalName), UserAccessKeyId: accessKeyId };

type KeyInput = { readonly UserPrincipalName: string | undefined };

/** Long enough for 50 addresses in 8 statements, with blanks. */
const document = text({ max: 16_384 });

const demand = async (action: string, input: KeyInput, call: Call) => [
  { action, ...(await keyOwnerResource(call, userReference(input, call))) },
];

const accountDemand = (action: string, call: Call) => [
  { action, resource: arn.account(call.account.accountId) },
];

/** The operations on network access restriction policies of AccessKeys. */
export const accessKeyPolicyOperations: readonly Operation[] = [
  // Restricts from where a key may be used.
  operation({
    product: 'Ims',
    version,
    name: 'SetAccessKeyPolicy',
    access: 'write',
    security: { effect: 'loosens' },
    input: { ...key, AccessKeyPolicy: document },
    authorize: (input, call) => demand('ram:SetAccessKeyPolicy', input, call),
    async handle(input, call) {
      const owner = await keyOwner(call, userReference(input, call));
      const { UserAccessKeyId, AccessKeyPolicy } = input;
      const kept = await setKeyNetworkPolicy(call, owner, UserAccessKeyId, AccessKeyPolicy);
      return { AccessKeyId: UserAccessKeyId, AccessKeyPolicy: kept };
    },
  }),

  // From where a key may be used.
  operation({
    product: 'Ims',
    version,
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

  // Restricts from where all keys of the account may be used that have no active policy of their own.
  operation({
    product: 'Ims',
    version,
    name: 'SetAccessKeyPolicyForAccount',
    access: 'write',
    security: { effect: 'loosens' },
    input: { AccessKeyPolicy: document },
    authorize: (_, call) => accountDemand('ram:SetAccessKeyPolicyForAccount', call),
    async handle(input, call) {
      return { AccessKeyPolicy: await setAccountNetworkPolicy(call, input.AccessKeyPolicy) };
    },
  }),

  // From where the keys of the account may be used.
  operation({
    product: 'Ims',
    version,
    name: 'GetAccessKeyPolicyForAccount',
    access: 'read',
    input: {},
    authorize: (_, call) => accountDemand('ram:GetAccessKeyPolicyForAccount', call),
    async handle(_, call) {
      return { AccessKeyPolicy: await readAccountNetworkPolicy(call) };
    },
  }),
];
