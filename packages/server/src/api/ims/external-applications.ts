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
import { optional } from '../../wire/parameter.ts';
import { appId, scopeNames, wireGrantedScopes } from './application-fields.ts';

const VERSION = '2019-08-15';

/** Converts an installation of another account's application; dates are milliseconds since the epoch. */
const wireExternalApplication = ({ provision, application }: InstalledApplication) => ({
  AppPrincipalName: appPrincipalName(application),
  CreateDate: String(provision.created_at),
  DelegatedScope: wireGrantedScopes(provision.scopes),
  DisplayName: application.display_name,
  ForeignAppId: application.app_id,
  TenantId: provision.account_id,
  UpdateDate: String(provision.updated_at),
});

/** IMS operations on installed applications of other accounts. */
export const externalApplicationOperations: readonly Operation[] = [
  // Installs another account's application, or replaces the scopes granted to an installed one.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'ProvisionExternalApplication',
    access: 'write',
    security: { effect: 'grants' },
    input: { AppId: appId, Scopes: optional(scopeNames) },
    authorize: (input, call) => [
      { action: 'ram:ProvisionExternalApplication', resource: applicationArn(call, input.AppId) },
    ],
    async handle(input, call) {
      const scopes = input.Scopes === undefined ? undefined : splitNames(input.Scopes);
      const installed = await provisionApplication(call, input.AppId, scopes, 'external');
      return { ExternalApplication: wireExternalApplication(installed) };
    },
  }),

  // Uninstalls another account's application.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'DeprovisionExternalApplication',
    access: 'write',
    security: { effect: 'restricts', why: 'takes the scopes of an application away' },
    input: { AppId: appId },
    authorize: (input, call) => [
      { action: 'ram:DeprovisionExternalApplication', resource: applicationArn(call, input.AppId) },
    ],
    async handle(input, call) {
      await deprovisionApplication(call, input.AppId, 'external');
      return {};
    },
  }),

  // Returns the installation of another account's application.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetExternalApplication',
    access: 'read',
    input: { AppId: appId },
    authorize: (input, call) => [
      { action: 'ram:GetExternalApplication', resource: applicationArn(call, input.AppId) },
    ],
    async handle(input, call) {
      const installed = await requireInstalled(call, input.AppId, 'external');
      return { ExternalApplication: wireExternalApplication(installed) };
    },
  }),

  // Lists the installed applications of other accounts. RAM has no paging parameters, so one answer contains all.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'ListExternalApplications',
    access: 'read',
    input: {},
    authorize: (_, call) => [{ action: 'ram:ListExternalApplications', resource: allApplicationsArn(call) }],
    async handle(_, call) {
      const installed = await listInstalled(call, 'external');
      return {
        ExternalApplications: { ExternalApplication: installed.map(wireExternalApplication) },
        IsTruncated: false,
      };
    },
  }),
];
