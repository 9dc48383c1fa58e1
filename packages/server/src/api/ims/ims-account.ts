import { setDefaultDomain } from '../../accounts/alias.ts';
import { type Operation, operation } from '../../pipeline/operation.ts';
import { quotasOf, readUsage } from '../../reports/account-summary.ts';
import { text } from '../../wire/parameter.ts';
import { demandOnAccount } from '../demand-on-account.ts';

const VERSION = '2019-08-15';

/** `<alias>.onaliyun.com`, 64 characters with the suffix; letters, digits and `. _ -`. */
const defaultDomainName = text({ max: 64, format: /^[\w-]+(?:\.[\w-]+)*\.onaliyun\.com$/i });

/** IMS operations on the account. */
export const accountOperations: readonly Operation[] = [
  // Returns the account's usage and quotas.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetAccountSummary',
    access: 'read',
    input: {},
    authorize: (_, call) => demandOnAccount('ram:GetAccountSummary', call),
    async handle(_, call) {
      const usage = await readUsage(call);
      const quotas = quotasOf(call.services);
      return {
        SummaryMap: {
          Users: usage.users,
          UsersQuota: quotas.usersPerAccount,
          Groups: usage.groups,
          GroupsQuota: quotas.groupsPerAccount,
          GroupsPerUserQuota: quotas.groupsPerUser,
          Roles: usage.roles,
          RolesQuota: quotas.rolesPerAccount,
          Policies: usage.customPolicies,
          PoliciesQuota: quotas.customPoliciesPerAccount,
          PolicySizeQuota: quotas.policyCharacters,
          VersionsPerPolicyQuota: quotas.versionsPerPolicy,
          AttachedPoliciesPerUserQuota: quotas.customPoliciesPerPrincipal,
          AttachedPoliciesPerGroupQuota: quotas.customPoliciesPerPrincipal,
          AttachedPoliciesPerRoleQuota: quotas.customPoliciesPerPrincipal,
          AttachedSystemPoliciesPerUserQuota: quotas.systemPoliciesPerPrincipal,
          AttachedSystemPoliciesPerGroupQuota: quotas.systemPoliciesPerPrincipal,
          AttachedSystemPoliciesPerRoleQuota: quotas.systemPoliciesPerPrincipal,
          AccessKeysPerUserQuota: quotas.accessKeysPerOwner,
          AccountAccessKeysPerAccountQuota: quotas.accessKeysPerOwner,
          ConditionsPerAKPolicyQuota: quotas.statementsPerNetworkPolicy,
          IPItemsPerAKPolicyQuota: quotas.addressesPerNetworkPolicy,
          MFADevices: usage.mfaDevices,
          MFADevicesInUse: usage.mfaDevicesInUse,
          VirtualMFADevicesQuota: quotas.virtualMfaDevicesPerAccount,
          AuthorizedClientPerUserQuota: quotas.authorizedClientsPerUser,
          ServiceCredentialsPerUserPerServiceQuota: quotas.serviceCredentialsPerUserAndService,
        },
      };
    },
  }),

  // Returns the domain of the account's login names.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetDefaultDomain',
    access: 'read',
    input: {},
    authorize: (_, call) => demandOnAccount('ram:GetDefaultDomain', call),
    async handle(_, call) {
      return { DefaultDomainName: call.account.defaultDomain };
    },
  }),

  // Changes the domain of the account's login names.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'SetDefaultDomain',
    access: 'write',
    security: { effect: 'credential' },
    input: { DefaultDomainName: defaultDomainName },
    authorize: (_, call) => demandOnAccount('ram:SetDefaultDomain', call),
    async handle(input, call) {
      return { DefaultDomainName: await setDefaultDomain(call, input.DefaultDomainName) };
    },
  }),
];
