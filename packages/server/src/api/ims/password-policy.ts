import { arn } from '../../context/arn.ts';
import {
  defaultPasswordPolicy as defaults,
  readPasswordPolicy,
  updatePasswordPolicy,
} from '../../passwords/password-policy.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import { flag, withDefault } from '../../wire/parameter.ts';
import { policyNumbers } from '../password-fields.ts';

const version = '2019-08-15';

const demand = (action: string, call: Call) => [{ action, resource: arn.account(call.account.accountId) }];

/** The operations on the password policy of IMS. */
export const passwordPolicyOperations: readonly Operation[] = [
  // What the account asks of passwords.
  operation({
    product: 'Ims',
    version,
    name: 'GetPasswordPolicy',
    access: 'read',
    input: {},
    authorize: (_, call) => demand('ram:GetPasswordPolicy', call),
    async handle(_, call) {
      return { PasswordPolicy: await readPasswordPolicy(call.queries, call.account.accountId) };
    },
  }),

  // Sets the whole policy: what is left out takes its default.
  operation({
    product: 'Ims',
    version,
    name: 'SetPasswordPolicy',
    access: 'write',
    security: { effect: 'loosens' },
    input: {
      HardExpire: withDefault(flag(), defaults.HardExpire),
      InitialPasswordAge: withDefault(policyNumbers.initialAgeDays, defaults.InitialPasswordAge),
      InterceptRiskPasswordOnApi: withDefault(flag(), defaults.InterceptRiskPasswordOnApi),
      MaxLoginAttemps: withDefault(policyNumbers.maxLoginAttempts, defaults.MaxLoginAttemps),
      MaxPasswordAge: withDefault(policyNumbers.maxAgeDays, defaults.MaxPasswordAge),
      MinimumPasswordDifferentCharacter: withDefault(
        policyNumbers.differentCharacters,
        defaults.MinimumPasswordDifferentCharacter,
      ),
      MinimumPasswordLength: withDefault(policyNumbers.minimumLength, defaults.MinimumPasswordLength),
      PasswordNotContainUserName: withDefault(flag(), defaults.PasswordNotContainUserName),
      PasswordReusePrevention: withDefault(policyNumbers.reusePrevention, defaults.PasswordReusePrevention),
      RequireLowercaseCharacters: withDefault(flag(), defaults.RequireLowercaseCharacters),
      RequireNumbers: withDefault(flag(), defaults.RequireNumbers),
      RequireSymbols: withDefault(flag(), defaults.RequireSymbols),
      RequireUppercaseCharacters: withDefault(flag(), defaults.RequireUppercaseCharacters),
    },
    authorize: (_, call) => demand('ram:SetPasswordPolicy', call),
    async handle(input, call) {
      return { PasswordPolicy: await updatePasswordPolicy(call, input) };
    },
  }),
];
