import { SAML_METADATA_CHARACTERS } from '../../context/limits.ts';
import {
  readUserSsoSettings,
  type UserSsoSettings,
  updateUserSsoSettings,
} from '../../federation/user-sso-settings.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import { clearable, flag, oneOf, optional, text } from '../../wire/parameter.ts';
import { demandOnAccount } from '../demand-on-account.ts';

const VERSION = '2019-08-15';

const demand = (action: string, call: Call) => demandOnAccount(`ram:${action}`, call);

const wireSettings = (settings: UserSsoSettings) => ({
  SsoEnabled: settings.enabled,
  MetadataDocument: settings.metadata,
  AuxiliaryDomain: settings.auxiliaryDomain,
  SsoLoginWithDomain: settings.loginWithDomain,
  AuthnSignAlgo: settings.authnSignAlgorithm,
});

/** IMS operations on the sign-in of users through the account's own identity provider. */
export const userSsoOperations: readonly Operation[] = [
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'SetUserSsoSettings',
    access: 'write',
    security: { effect: 'credential' },
    input: {
      SsoEnabled: optional(flag()),
      MetadataDocument: clearable(text({ max: SAML_METADATA_CHARACTERS })),
      AuxiliaryDomain: clearable(text({ max: 255, format: /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/ })),
      SsoLoginWithDomain: optional(flag()),
      AuthnSignAlgo: optional(oneOf('rsa-sha1', 'rsa-sha256')),
    },
    authorize: (_, call) => demand('SetUserSsoSettings', call),
    async handle(input, call) {
      const settings = await updateUserSsoSettings(call, {
        enabled: input.SsoEnabled,
        metadata: input.MetadataDocument,
        auxiliaryDomain: input.AuxiliaryDomain,
        loginWithDomain: input.SsoLoginWithDomain,
        authnSignAlgorithm: input.AuthnSignAlgo,
      });
      return { UserSsoSettings: wireSettings(settings) };
    },
  }),

  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetUserSsoSettings',
    access: 'read',
    input: {},
    authorize: (_, call) => demand('GetUserSsoSettings', call),
    async handle(_, call) {
      return { UserSsoSettings: wireSettings(await readUserSsoSettings(call)) };
    },
  }),
];
