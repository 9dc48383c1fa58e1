import { arn } from '../../context/arn.ts';
import { changeOwnPassword, prepareOwnPassword } from '../../passwords/change-own-password.ts';
import {
  createLoginProfile,
  deleteLoginProfile,
  type LoginProfile,
  type LoginProfileSettings,
  prepareUserPassword,
  readLoginState,
  requireLoginProfile,
  updateLoginProfile,
} from '../../passwords/login-profile.ts';
import { type Call, type Operation, operation, preparedOperation } from '../../pipeline/operation.ts';
import { principalName, type UserReference } from '../../users/user.ts';
import { instant } from '../../wire/instant.ts';
import { oneOf, optional } from '../../wire/parameter.ts';
import { callingUserId, demandOnOwnPassword, ownPasswordGuess } from '../own-password.ts';
import { loginProfileFields, password } from '../password-fields.ts';
import { userNameOf, userPrincipalName } from './user-reference.ts';

const version = '2019-08-15';

const owner = { UserPrincipalName: userPrincipalName };

const profileFields = {
  ...owner,
  ...loginProfileFields,
  Password: optional(password),
  Status: optional(oneOf('Active', 'Inactive')),
};

type ProfileInput = {
  readonly Password: string | undefined;
  readonly PasswordResetRequired: boolean | undefined;
  readonly MFABindRequired: boolean | undefined;
  readonly Status: 'Active' | 'Inactive' | undefined;
};

const settingsOf = (input: ProfileInput): LoginProfileSettings => ({
  password: input.Password,
  passwordResetRequired: input.PasswordResetRequired,
  mfaBindRequired: input.MFABindRequired,
  status: input.Status,
});

const reference = (principal: string, call: Call): UserReference => ({
  by: 'name',
  userName: userNameOf(principal, call),
});

const demand = (action: string, principal: string, call: Call) => [
  { action, resource: arn.user(call.account.accountId, userNameOf(principal, call)) },
];

/** What all answers have of a profile. */
async function wireProfile(profile: LoginProfile, call: Call) {
  const { user, row } = profile;
  const { status, passwordStatus } = await readLoginState(call, profile);
  return {
    UserPrincipalName: principalName(user.user_name, call.account.defaultDomain),
    Status: status,
    PasswordResetRequired: row.password_reset_required === 1,
    MFABindRequired: row.mfa_bind_required === 1,
    PasswordStatus: passwordStatus,
    UpdateDate: instant(row.updated_at),
  };
}

/** Idle users are always disabled; RAM too cannot be told otherwise. */
const autoDisable = { AutoDisableLoginStatus: 'true' };

/** The operations on console sign-in of IMS. */
export const loginProfileOperations: readonly Operation[] = [
  // Lets a user sign in to the console; without a password, with a passkey or another identity provider only.
  preparedOperation({
    product: 'Ims',
    version,
    name: 'CreateLoginProfile',
    access: 'write',
    security: { effect: 'credential' },
    input: profileFields,
    authorize: (input, call) => demand('ram:CreateLoginProfile', input.UserPrincipalName, call),
    prepare: (input, call) =>
      prepareUserPassword(call, reference(input.UserPrincipalName, call), input.Password),
    async handle(input, call, password) {
      const of = reference(input.UserPrincipalName, call);
      const profile = await createLoginProfile(call, of, settingsOf(input), password);
      return { LoginProfile: await wireProfile(profile, call) };
    },
  }),

  // How a user signs in to the console.
  operation({
    product: 'Ims',
    version,
    name: 'GetLoginProfile',
    access: 'read',
    input: owner,
    authorize: (input, call) => demand('ram:GetLoginProfile', input.UserPrincipalName, call),
    async handle(input, call) {
      const profile = await requireLoginProfile(call, reference(input.UserPrincipalName, call));
      const last = profile.user.last_login_at;
      return {
        LoginProfile: {
          ...(await wireProfile(profile, call)),
          ...autoDisable,
          LastLoginTime: last === null ? '' : instant(last),
        },
      };
    },
  }),

  // Changes what is given and leaves the rest.
  preparedOperation({
    product: 'Ims',
    version,
    name: 'UpdateLoginProfile',
    access: 'write',
    security: { effect: 'credential' },
    input: profileFields,
    authorize: (input, call) => demand('ram:UpdateLoginProfile', input.UserPrincipalName, call),
    prepare: (input, call) =>
      prepareUserPassword(call, reference(input.UserPrincipalName, call), input.Password),
    async handle(input, call, password) {
      const of = reference(input.UserPrincipalName, call);
      const profile = await updateLoginProfile(call, of, settingsOf(input), password);
      return { LoginProfile: { ...(await wireProfile(profile, call)), ...autoDisable } };
    },
  }),

  // Takes sign-in to the console from a user.
  operation({
    product: 'Ims',
    version,
    name: 'DeleteLoginProfile',
    access: 'write',
    security: { effect: 'restricts', why: 'ends the sign-in of a user; a new one needs a step-up' },
    input: owner,
    authorize: (input, call) => demand('ram:DeleteLoginProfile', input.UserPrincipalName, call),
    async handle(input, call) {
      await deleteLoginProfile(call, reference(input.UserPrincipalName, call));
      return {};
    },
  }),

  // The calling user's own password; nobody else's can be meant.
  preparedOperation({
    product: 'Ims',
    version,
    name: 'ChangePassword',
    access: 'write',
    security: { effect: 'credential' },
    input: { OldPassword: password, NewPassword: password },
    authorize: (_, call) => demandOnOwnPassword(call),
    prepare: (input, call) => {
      const { OldPassword: old, NewPassword: password } = input;
      return prepareOwnPassword(call, callingUserId(call), old, password, ownPasswordGuess(call));
    },
    async handle(input, call, prepared) {
      await changeOwnPassword(call, callingUserId(call), input.NewPassword, prepared);
      return {};
    },
  }),
];
