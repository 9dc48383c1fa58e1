import { allApplicationsArn, applicationArn } from '../../applications/application.ts';
import { splitNames } from '../../applications/predefined-scope.ts';
import {
  appPrincipalName,
  deprovisionApplication,
  type InstalledApplication,
  listInstalled,
  provisionApplication,
  requireInstalled,
} from '../../applications/provision.ts';
import { type Operation, operation } from '../../pipeline/operation.ts';
import { oneOf, optional } from '../../wire/parameter.ts';
import { appId, scopeNames, wireGrantedScopes } from './application-fields.ts';

const VERSION = '2019-08-15';

/** Fields that are the same for all applications: accounts make them, every principal may use them, without consent. */
const COMMON_FIELDS = {
  AppCategory: 'ThirdParty',
  AssignmentType: 'AllowAll',
  NeedPrincipalConsent: false,
} as const;

/** Converts an installation; its dates are milliseconds since the epoch, unlike in other operations. */
const wireProvisionInfo = ({ provision, application }: InstalledApplication) => ({
  AccountId: application.account_id,
  AppId: application.app_id,
  AppName: application.app_name,
  CreateDate: String(provision.created_at),
  DelegatedScope: wireGrantedScopes(provision.scopes),
  DisplayName: application.display_name,
  UpdateDate: String(provision.updated_at),
});

/** Converts an installation for the operations that read it. */
const wireReadProvisionInfo = (installed: InstalledApplication) => ({
  ...wireProvisionInfo(installed),
  ...COMMON_FIELDS,
});

/** IMS operations on installed applications, of this account and of others. */
export const applicationProvisioningOperations: readonly Operation[] = [
  // Installs an application, or replaces the scopes granted to an installed one.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'ProvisionApplication',
    access: 'write',
    security: { effect: 'grants' },
    input: { AppId: appId, Scopes: optional(scopeNames) },
    authorize: (input, call) => [
      { action: 'ram:ProvisionApplication', resource: applicationArn(call, input.AppId) },
    ],
    async handle(input, call) {
      const scopes = input.Scopes === undefined ? undefined : splitNames(input.Scopes);
      const installed = await provisionApplication(call, input.AppId, scopes);
      return {
        ApplicationProvisionInfo: {
          ...wireProvisionInfo(installed),
          AppPrincipalName: appPrincipalName(installed.application),
          TenantId: installed.provision.account_id,
        },
      };
    },
  }),

  // Uninstalls an application.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'DeprovisionApplication',
    access: 'write',
    security: { effect: 'restricts', why: 'takes the scopes of an application away' },
    input: { AppId: appId },
    authorize: (input, call) => [
      { action: 'ram:DeprovisionApplication', resource: applicationArn(call, input.AppId) },
    ],
    async handle(input, call) {
      await deprovisionApplication(call, input.AppId);
      return {};
    },
  }),

  // Returns the installation of an application.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetApplicationProvisionInfo',
    access: 'read',
    input: { AppId: appId },
    authorize: (input, call) => [
      { action: 'ram:GetApplicationProvisionInfo', resource: applicationArn(call, input.AppId) },
    ],
    async handle(input, call) {
      return { ApplicationProvisionInfo: wireReadProvisionInfo(await requireInstalled(call, input.AppId)) };
    },
  }),

  // Lists the installed applications: all, the account's own, or those of other accounts.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'ListApplicationProvisionInfos',
    access: 'read',
    input: { SourceType: optional(oneOf('inner', 'external')) },
    authorize: (_, call) => [
      { action: 'ram:ListApplicationProvisionInfos', resource: allApplicationsArn(call) },
    ],
    async handle(input, call) {
      const installed = await listInstalled(call, input.SourceType);
      return {
        ApplicationProvisionInfos: { ApplicationProvisionInfo: installed.map(wireReadProvisionInfo) },
      };
    },
  }),
];
