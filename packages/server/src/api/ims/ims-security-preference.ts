import { Refusal } from '../../errors/refusal.ts';
import { type Operation, operation } from '../../pipeline/operation.ts';
import {
  IDLE_DAYS,
  readSecurityPreference,
  type SecurityPreference,
  updateSecurityPreference,
} from '../../settings/security-preference.ts';
import {
  clearable,
  flag,
  integer,
  list,
  oneOf,
  optional,
  type Parameter,
  text,
} from '../../wire/parameter.ts';
import { demandOnAccount } from '../demand-on-account.ts';

const VERSION = '2019-08-15';

/** Idle days; RAM offers a fixed set of values. */
const maxIdleDays: Parameter<number> = {
  ...integer(Math.min(...IDLE_DAYS), Math.max(...IDLE_DAYS)),
  schema: { type: 'integer', enum: IDLE_DAYS },
  read(name, wire) {
    const days = integer(Math.min(...IDLE_DAYS), Math.max(...IDLE_DAYS)).read(name, wire);
    if (!IDLE_DAYS.some((offered) => offered === days)) {
      throw new Refusal('InvalidParameter.Range', { name, range: IDLE_DAYS.join(', ') });
    }
    return days;
  },
};

const someTypes = list(oneOf('sms', 'email', 'mfa'), 3);

/** Optional; unlike in other operations, an empty list is a value: no types. */
const verificationTypes: Parameter<readonly ('sms' | 'email' | 'mfa')[] | undefined> = {
  ...optional(someTypes),
  read(name, wire) {
    const types = optional(someTypes).read(name, wire);
    if (types === undefined) return wire.get(name) === '[]' ? [] : undefined;
    return [...new Set(types)].sort();
  },
};

/** Converts the security preference. */
function wirePreference(preference: SecurityPreference) {
  return {
    AccessKeyPreference: {
      AllowUserToManageAccessKeys: preference.AllowUserToManageAccessKeys,
      AllowUserToManageServiceCredentials: preference.AllowUserToManageServiceCredentials,
    },
    LoginProfilePreference: {
      AllowUserToChangePassword: preference.AllowUserToChangePassword,
      AllowUserToLoginWithPasskey: preference.AllowUserToLoginWithPasskey,
      EnableSaveMFATicket: preference.EnableSaveMFATicket,
      LoginNetworkMasks: preference.LoginNetworkMasks,
      LoginSessionDuration: preference.LoginSessionDuration,
      MFAOperationForLogin: preference.MFAOperationForLogin,
      OperationForRiskLogin: preference.OperationForRiskLogin,
    },
    MFAPreference: { AllowUserToManageMFADevices: preference.AllowUserToManageMFADevices },
    MaxIdleDays: {
      MaxIdleDaysForAccessKeys: preference.MaxIdleDaysForAccessKeys,
      MaxIdleDaysForUsers: preference.MaxIdleDaysForUsers,
    },
    PersonalInfoPreference: {
      AllowUserToManagePersonalDingTalk: preference.AllowUserToManagePersonalDingTalk,
    },
    VerificationPreference: { VerificationTypes: preference.VerificationTypes },
  };
}

/** IMS operations on the account's security preference. */
export const securityPreferenceOperations: readonly Operation[] = [
  // Returns the account's security preference: the permitted self-service and the sign-in settings.
  operation({
    product: 'Ims',
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
    product: 'Ims',
    version: VERSION,
    name: 'SetSecurityPreference',
    access: 'write',
    security: { effect: 'loosens' },
    input: {
      AllowUserToChangePassword: optional(flag()),
      AllowUserToLoginWithPasskey: optional(flag()),
      AllowUserToManageAccessKeys: optional(flag()),
      AllowUserToManageMFADevices: optional(flag()),
      AllowUserToManagePersonalDingTalk: optional(flag()),
      AllowUserToManageServiceCredentials: optional(flag()),
      EnableSaveMFATicket: optional(flag()),
      // No longer in RAM's description, but older clients send it and expect it to take effect.
      EnforceMFAForLogin: optional(flag()),
      LoginNetworkMasks: clearable(text()),
      LoginSessionDuration: optional(integer(1, 24)),
      MFAOperationForLogin: optional(oneOf('mandatory', 'independent', 'adaptive')),
      MaxIdleDaysForAccessKeys: optional(maxIdleDays),
      MaxIdleDaysForUsers: optional(maxIdleDays),
      OperationForRiskLogin: optional(oneOf('autonomous', 'enforceVerify')),
      VerificationTypes: verificationTypes,
    },
    authorize: (_, call) => demandOnAccount('ram:SetSecurityPreference', call),
    async handle(input, call) {
      const { EnforceMFAForLogin: enforced, MFAOperationForLogin: given, ...rest } = input;
      const older = enforced === undefined ? undefined : enforced ? 'mandatory' : 'independent';
      const updated = await updateSecurityPreference(call, {
        ...rest,
        MFAOperationForLogin: given ?? older,
      });
      return { SecurityPreference: wirePreference(updated) };
    },
  }),
];
