import { type Operation, ownOperation } from '../../pipeline/operation.ts';
import {
  type AccountProtection,
  readAccountProtection,
  setAccountProtection,
} from '../../settings/account-protection.ts';
import { flag, optional } from '../../wire/parameter.ts';
import { demandOnAccount } from '../demand-on-account.ts';
import { VERSION } from './version.ts';

const ANSWER = {
  CredentialChangesNeedMFA: 'boolean',
  PresignedIdentityAllowed: 'boolean',
  RoleSessionsEndWithAccessKey: 'boolean',
} as const;

const answerOf = ({
  credentialChangesNeedMfa,
  presignedIdentityAllowed,
  roleSessionsEndWithKey,
}: AccountProtection) => ({
  CredentialChangesNeedMFA: credentialChangesNeedMfa,
  PresignedIdentityAllowed: presignedIdentityAllowed,
  RoleSessionsEndWithAccessKey: roleSessionsEndWithKey,
});

/** Operations on account settings that RAM lacks: what AccessKeys may do beyond what RAM's clients need. */
export const accountProtectionOperations: readonly Operation[] = [
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'GetAccountProtection',
    access: 'read',
    input: {},
    answer: ANSWER,
    authorize: (_, call) => demandOnAccount('claviger:GetAccountProtection', call),
    async handle(_, call) {
      return answerOf(await readAccountProtection(call.queries, call.account.accountId));
    },
  }),

  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SetAccountProtection',
    access: 'write',
    security: { effect: 'loosens' },
    input: {
      CredentialChangesNeedMFA: optional(flag()),
      PresignedIdentityAllowed: optional(flag()),
      RoleSessionsEndWithAccessKey: optional(flag()),
    },
    answer: ANSWER,
    authorize: (_, call) => demandOnAccount('claviger:SetAccountProtection', call),
    async handle(input, call) {
      const protection = await setAccountProtection(call, {
        credentialChangesNeedMfa: input.CredentialChangesNeedMFA,
        presignedIdentityAllowed: input.PresignedIdentityAllowed,
        roleSessionsEndWithKey: input.RoleSessionsEndWithAccessKey,
      });
      return answerOf(protection);
    },
  }),
];
