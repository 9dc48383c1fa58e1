import { arn } from '../../context/arn.ts';
import {
  defaultPasswordPolicy as defaults,
  type PasswordPolicy,
  readPasswordPolicy,
  updatePasswordPolicy,
} from '../../passwords/password-policy.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import { flag, withDefault } from '../../wire/parameter.ts';
import { policyNumbers } from '../password-fields.ts';

const version = '2015-05-01';

const demand = (action: string, call: Call) => [{ action, resource: arn.account(call.account.accountId) }];

/** The policy as RAM shows it: less than IMS does, and with one name of its own. */
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

/** The operations on the password policy of RAM. */
export const passwordPolicyOperations: readonly Operation[] = [
  // What the account asks of passwords.
  operation({
    product: 'Ram',
    version,
    name: 'GetPasswordPolicy',
    access: 'read',
    input: {},
    authorize: (_, call) => demand('ram:GetPasswordPolicy', call),
    async handle(_, call) {
      return { PasswordPolicy: wirePolicy(await readPasswordPolicy(call.queries, call.account.accountId)) };
    },
  }),

  // Sets what RAM knows of the policy: what is left out takes its default; what only IMS knows stays.
  operation({
    product: 'Ram',
    version,
    name: 'SetPasswordPolicy',
    access: 'write',
    security: { effect: 'loosens' },
    input: {
      HardExpiry: withDefault(flag(), defaults.HardExpire),
      MaxLoginAttemps: withDefault(policyNumbers.maxLoginAttempts, defaults.MaxLoginAttemps),
      MaxPasswordAge: withDefault(policyNumbers.maxAgeDays, defaults.MaxPasswordAge),
      MinimumPasswordLength: withDefault(policyNumbers.minimumLength, defaults.MinimumPasswordLength),
      PasswordReusePrevention: withDefault(policyNumbers.reusePrevention, defaults.PasswordReusePrevention),
      RequireLowercaseCharacters: withDefault(flag(), defaults.RequireLowercaseCharacters),
      RequireNumbers: withDefault(flag(), defaults.RequireNumbers),
      RequireSymbols: withDefault(flag(), defaults.RequireSymbols),
      RequireUppercaseCharacters: withDefault(flag(), defaults.RequireUppercaseCharacters),
    },
    authorize: (_, call) => demand('ram:SetPasswordPolicy', call),
    async handle({ HardExpiry: HardExpire, ...rest }, call) {
      return { PasswordPolicy: wirePolicy(await updatePasswordPolicy(call, { ...rest, HardExpire })) };
    },
  }),
];
