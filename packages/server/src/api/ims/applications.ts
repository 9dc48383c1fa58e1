import {
  allApplicationsArn,
  applicationArn,
  createApplication,
  deleteApplication,
  listApplications,
  requireApplication,
  TOKEN_SECONDS,
  updateApplication,
} from '../../applications/application.ts';
import { APPLICATION_TYPES, predefinedScopes, splitNames } from '../../applications/predefined-scope.ts';
import { type Operation, operation } from '../../pipeline/operation.ts';
import { clearable, flag, integer, oneOf, optional, text, withDefault } from '../../wire/parameter.ts';
import { printableLine } from '../printable-text.ts';
import { appId, scopeNames, wireApplication } from './application-fields.ts';

const VERSION = '2019-08-15';

const appName = text({ max: 64, chars: /^[A-Za-z0-9._-]+$/ });

const displayName = printableLine(24);

/** Addresses separated by semicolons; each is validated later. */
const redirectUris = text({ max: 20_480 });

const accessTokenValidity = integer(TOKEN_SECONDS.access.minimum, TOKEN_SECONDS.access.maximum);

const refreshTokenValidity = integer(TOKEN_SECONDS.refresh.minimum, TOKEN_SECONDS.refresh.maximum);

/** IMS operations on OAuth applications. */
export const applicationOperations: readonly Operation[] = [
  // Creates an application.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'CreateApplication',
    access: 'write',
    security: { effect: 'grants' },
    input: {
      AppName: optional(appName),
      DisplayName: displayName,
      AppType: oneOf(...APPLICATION_TYPES),
      ProtocolVersion: withDefault(oneOf('2.0', '2.1'), '2.0'),
      RedirectUris: withDefault(redirectUris, ''),
      // RAM's description of the parameter documents this default.
      SecretRequired: optional(flag()),
      AccessTokenValidity: withDefault(accessTokenValidity, TOKEN_SECONDS.access.byDefault),
      RefreshTokenValidity: optional(refreshTokenValidity),
      PredefinedScopes: withDefault(scopeNames, ''),
      RequiredScopes: withDefault(scopeNames, ''),
      IsMultiTenant: optional(flag()),
    },
    authorize: (_, call) => [{ action: 'ram:CreateApplication', resource: allApplicationsArn(call) }],
    async handle(input, call) {
      const row = await createApplication(call, {
        type: input.AppType,
        name: input.AppName,
        displayName: input.DisplayName,
        protocolVersion: input.ProtocolVersion,
        redirectUris: input.RedirectUris,
        scopes: splitNames(input.PredefinedScopes),
        requiredScopes: splitNames(input.RequiredScopes),
        accessTokenSeconds: input.AccessTokenValidity,
        refreshTokenSeconds: input.RefreshTokenValidity,
        secretRequired: input.SecretRequired,
        multiTenant: input.IsMultiTenant,
      });
      return { Application: wireApplication(row) };
    },
  }),

  // Returns an application.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetApplication',
    access: 'read',
    input: { AppId: appId },
    authorize: (input, call) => [
      { action: 'ram:GetApplication', resource: applicationArn(call, input.AppId) },
    ],
    async handle(input, call) {
      return { Application: wireApplication(await requireApplication(call, input.AppId)) };
    },
  }),

  // Changes the given fields of an application and keeps the others.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'UpdateApplication',
    access: 'write',
    security: {
      effect: 'grants',
      except: {
        when: 'with `NewDisplayName` only',
        applies: ({ AppId: _, NewDisplayName: __, ...others }) =>
          Object.values(others).every((value) => value === undefined),
      },
    },
    input: {
      AppId: appId,
      NewDisplayName: optional(displayName),
      NewRedirectUris: clearable(redirectUris),
      NewSecretRequired: optional(flag()),
      NewAccessTokenValidity: optional(accessTokenValidity),
      NewRefreshTokenValidity: optional(refreshTokenValidity),
      NewPredefinedScopes: clearable(scopeNames),
      NewRequiredScopes: clearable(scopeNames),
      NewIsMultiTenant: optional(flag()),
    },
    authorize: (input, call) => [
      { action: 'ram:UpdateApplication', resource: applicationArn(call, input.AppId) },
    ],
    async handle(input, call) {
      const { NewPredefinedScopes: scopes, NewRequiredScopes: required } = input;
      const row = await updateApplication(call, input.AppId, {
        displayName: input.NewDisplayName,
        redirectUris: input.NewRedirectUris,
        secretRequired: input.NewSecretRequired,
        accessTokenSeconds: input.NewAccessTokenValidity,
        refreshTokenSeconds: input.NewRefreshTokenValidity,
        scopes: scopes === undefined ? undefined : splitNames(scopes),
        requiredScopes: required === undefined ? undefined : splitNames(required),
        multiTenant: input.NewIsMultiTenant,
      });
      return { Application: wireApplication(row) };
    },
  }),

  // Deletes an application with its secrets and installations.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'DeleteApplication',
    access: 'write',
    security: { effect: 'destroys' },
    input: { AppId: appId },
    authorize: (input, call) => [
      { action: 'ram:DeleteApplication', resource: applicationArn(call, input.AppId) },
    ],
    async handle(input, call) {
      await deleteApplication(call, input.AppId);
      return {};
    },
  }),

  // Lists the account's own applications.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'ListApplications',
    access: 'read',
    input: {},
    authorize: (_, call) => [{ action: 'ram:ListApplications', resource: allApplicationsArn(call) }],
    async handle(_, call) {
      return { Applications: { Application: (await listApplications(call)).map(wireApplication) } };
    },
  }),

  // Lists the scopes that applications of one type, or of all types, can have.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'ListPredefinedScopes',
    access: 'read',
    input: { AppType: optional(oneOf(...APPLICATION_TYPES)) },
    authorize: (_, call) => [{ action: 'ram:ListPredefinedScopes', resource: allApplicationsArn(call) }],
    async handle(input) {
      return {
        PredefinedScopes: {
          PredefinedScope: predefinedScopes(input.AppType).map(({ name, description }) => ({
            Description: description,
            Name: name,
          })),
        },
      };
    },
  }),
];
