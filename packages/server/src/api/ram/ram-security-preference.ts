import { type Operation, operation } from '../../pipeline/operation.ts';
import {
  readSecurityPreference,
  type SecurityPreference,
  updateSecurityPreference,
} from '../../settings/security-preference.ts';
import { clearable, flag, integer, optional, text } from '../../wire/parameter.ts';
import { demandOnAccount } from '../demand-on-account.ts';

const VERSION = '2015-05-01';

/** Converts the security preference: fewer fields than in IMS, plus public keys. */
function wirePreference(preference: SecurityPreference) {
  return {
    AccessKeyPreference: { AllowUserToManageAccessKeys: preference.AllowUserToManageAccessKeys },
    LoginProfilePreference: {
      AllowUserToChangePassword: preference.AllowUserToChangePassword,
      EnableSaveMFATicket: preference.EnableSaveMFATicket,
      LoginNetworkMasks: preference.LoginNetworkMasks,
      LoginSessionDuration: preference.LoginSessionDuration,
    },
    MFAPreference: { AllowUserToManageMFADevices: preference.AllowUserToManageMFADevices },
    PublicKeyPreference: { AllowUserToManagePublicKeys: preference.AllowUserToManagePublicKeys },
  };
}

/** RAM operations on the account's security preference. */
export const securityPreferenceOperations: readonly Operation[] = [
  // Returns the account's security preference: the permitted self-service and the sign-in settings.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'GetSecurityPreference',
    access: 'read',
    input: {},
    authorize: (_, call) => demandOnAccount('ram:GetSecurityPreference', call),
    async handle(_, call) {
      const preference = await readSecurityPreference(call.queries, call.account.accountId);
      return { SecurityPreference: wirePreference(preference) };
    },
  }),

  // Changes the given settings of the security preference and keeps the others.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'SetSecurityPreference',
    access: 'write',
    security: { effect: 'loosens' },
    input: {
      AllowUserToChangePassword: optional(flag()),
      AllowUserToManageAccessKeys: optional(flag()),
      AllowUserToManageMFADevices: optional(flag()),
      AllowUserToManagePublicKeys: optional(flag()),
      EnableSaveMFATicket: optional(flag()),
      LoginNetworkMasks: clearable(text()),
      LoginSessionDuration: optional(integer(1, 24)),
    },
    authorize: (_, call) => demandOnAccount('ram:SetSecurityPreference', call),
    async handle(input, call) {
      return { SecurityPreference: wirePreference(await updateSecurityPreference(call, input)) };
    },
  }),
];
