import { arn } from '../../context/arn.ts';
import { type Call, type Operation, ownOperation } from '../../pipeline/operation.ts';
import { readAccountProtection, setAccountProtection } from '../../settings/account-protection.ts';
import { flag } from '../../wire/parameter.ts';
import { VERSION } from './version.ts';

const demandOnAccount = (action: string, call: Call) => [
  { action, resource: arn.account(call.account.accountId) },
];

/** Operations on account settings that RAM lacks: second factor for actions of AccessKeys. */
export const accountProtectionOperations: readonly Operation[] = [
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'GetAccountProtection',
    access: 'read',
    input: {},
    answer: { CredentialChangesNeedMFA: 'boolean' },
    authorize: (_, call) => demandOnAccount('claviger:GetAccountProtection', call),
    async handle(_, call) {
      const { credentialChangesNeedMfa } = await readAccountProtection(call.queries, call.account.accountId);
      return { CredentialChangesNeedMFA: credentialChangesNeedMfa };
    },
  }),

  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SetAccountProtection',
    access: 'write',
    security: { effect: 'loosens' },
    input: { CredentialChangesNeedMFA: flag() },
    answer: { CredentialChangesNeedMFA: 'boolean' },
    authorize: (_, call) => demandOnAccount('claviger:SetAccountProtection', call),
    async handle({ CredentialChangesNeedMFA }, call) {
      await setAccountProtection(call, { credentialChangesNeedMfa: CredentialChangesNeedMFA });
      return { CredentialChangesNeedMFA };
    },
  }),
];
