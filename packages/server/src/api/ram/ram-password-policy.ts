import {
  type PasswordPolicy,
  readPasswordPolicy,
  updatePasswordPolicy,
} from '../../passwords/password-policy.ts';
import { type Operation, operation } from '../../pipeline/operation.ts';
import { flag, optional } from '../../wire/parameter.ts';
import { demandOnAccount } from '../demand-on-account.ts';
import { POLICY_NUMBERS } from '../password-fields.ts';

const VERSION = '2015-05-01';

/** Converts the password policy: fewer fields than in IMS, one with another name. */
const wirePolicy = (policy: PasswordPolicy) => ({
  HardExpiry: policy.HardExpire,
  MaxLoginAttemps: policy.MaxLoginAttemps,
  MaxPasswordAge: policy.MaxPasswordAge,
  MinimumPasswordLength: policy.MinimumPasswordLength,
  PasswordReusePrevention: policy.PasswordReusePrevention,
  RequireLowercaseCharacters: policy.RequireLowercaseCharacters,
  RequireNumbers: policy.RequireNumbers,
  RequireSymbols: policy.RequireSymbols,
  RequireUppercaseCharacters: policy.RequireUppercaseCharacters,
});

/** RAM operations on the password policy. */
export const passwordPolicyOperations: readonly Operation[] = [
  // Returns the account's password policy.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'GetPasswordPolicy',
    access: 'read',
    input: {},
    authorize: (_, call) => demandOnAccount('ram:GetPasswordPolicy', call),
    async handle(_, call) {
      return { PasswordPolicy: wirePolicy(await readPasswordPolicy(call.queries, call.account.accountId)) };
    },
  }),

  // Changes the given settings of the password policy and keeps the others.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'SetPasswordPolicy',
    access: 'write',
    security: { effect: 'loosens' },
    input: {
      HardExpiry: optional(flag()),
      MaxLoginAttemps: optional(POLICY_NUMBERS.maxLoginAttempts),
      MaxPasswordAge: optional(POLICY_NUMBERS.maxAgeDays),
      MinimumPasswordLength: optional(POLICY_NUMBERS.minimumLength),
      PasswordReusePrevention: optional(POLICY_NUMBERS.reusePrevention),
      RequireLowercaseCharacters: optional(flag()),
      RequireNumbers: optional(flag()),
      RequireSymbols: optional(flag()),
      RequireUppercaseCharacters: optional(flag()),
    },
    authorize: (_, call) => demandOnAccount('ram:SetPasswordPolicy', call),
    async handle({ HardExpiry: HardExpire, ...rest }, call) {
      return { PasswordPolicy: wirePolicy(await updatePasswordPolicy(call, { ...rest, HardExpire })) };
    },
  }),
];
