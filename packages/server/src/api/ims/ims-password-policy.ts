import { readPasswordPolicy, updatePasswordPolicy } from '../../passwords/password-policy.ts';
import { type Operation, operation } from '../../pipeline/operation.ts';
import { flag, optional } from '../../wire/parameter.ts';
import { demandOnAccount } from '../demand-on-account.ts';
import { POLICY_NUMBERS } from '../password-fields.ts';

const VERSION = '2019-08-15';

/** IMS operations on the password policy. */
export const passwordPolicyOperations: readonly Operation[] = [
  // Returns the account's password policy.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetPasswordPolicy',
    access: 'read',
    input: {},
    authorize: (_, call) => demandOnAccount('ram:GetPasswordPolicy', call),
    async handle(_, call) {
      return { PasswordPolicy: await readPasswordPolicy(call.queries, call.account.accountId) };
    },
  }),

  // Changes the given settings of the password policy and keeps the others.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'SetPasswordPolicy',
    access: 'write',
    security: { effect: 'loosens' },
    input: {
      HardExpire: optional(flag()),
      InitialPasswordAge: optional(POLICY_NUMBERS.initialAgeDays),
      InterceptRiskPasswordOnApi: optional(flag()),
      MaxLoginAttemps: optional(POLICY_NUMBERS.maxLoginAttempts),
      MaxPasswordAge: optional(POLICY_NUMBERS.maxAgeDays),
      MinimumPasswordDifferentCharacter: optional(POLICY_NUMBERS.differentCharacters),
      MinimumPasswordLength: optional(POLICY_NUMBERS.minimumLength),
      PasswordNotContainUserName: optional(flag()),
      PasswordReusePrevention: optional(POLICY_NUMBERS.reusePrevention),
      RequireLowercaseCharacters: optional(flag()),
      RequireNumbers: optional(flag()),
      RequireSymbols: optional(flag()),
      RequireUppercaseCharacters: optional(flag()),
    },
    authorize: (_, call) => demandOnAccount('ram:SetPasswordPolicy', call),
    async handle(input, call) {
      return { PasswordPolicy: await updatePasswordPolicy(call, input) };
    },
  }),
];
