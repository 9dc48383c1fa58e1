import { arn } from '../../context/arn.ts';
import { changeOwnPassword, prepareOwnPassword } from '../../passwords/change-own-password.ts';
import {
  createLoginProfile,
  deleteLoginProfile,
  type LoginProfile,
  prepareUserPassword,
  requireLoginProfile,
  updateLoginProfile,
} from '../../passwords/login-profile.ts';
import { type Call, type Operation, operation, preparedOperation } from '../../pipeline/operation.ts';
import { instant } from '../../wire/instant.ts';
import { optional } from '../../wire/parameter.ts';
import { callingUserId, demandOnOwnPassword, ownPasswordGuess } from '../own-password.ts';
import { loginProfileFields, password } from '../password-fields.ts';
import { userName } from './user-name.ts';

const version = '2015-05-01';

const owner = { UserName: userName };

const demand = (action: string, name: string, call: Call) => [
  { action, resource: arn.user(call.account.accountId, name) },
];

const wireProfile = ({ user, row }: LoginProfile) => ({
  UserName: user.user_name,
  PasswordResetRequired: row.password_reset_required === 1,
  MFABindRequired: row.mfa_bind_required === 1,
  CreateDate: instant(row.created_at),
});

/** The operations on console sign-in of RAM. */
export const loginProfileOperations: readonly Operation[] = [
  // Lets a user sign in to the console.
  preparedOperation({
    product: 'Ram',
    version,
    name: 'CreateLoginProfile',
    access: 'write',
    security: { effect: 'credential' },
    input: { ...owner, ...loginProfileFields, Password: password },
    authorize: (input, call) => demand('ram:CreateLoginProfile', input.UserName, call),
    prepare: (input, call) =>
      prepareUserPassword(call, { by: 'name', userName: input.UserName }, input.Password),
    async handle(input, call, password) {
      const profile = await createLoginProfile(
        call,
        { by: 'name', userName: input.UserName },
        {
          password: input.Password,
          passwordResetRequired: input.PasswordResetRequired,
          mfaBindRequired: input.MFABindRequired,
        },
        password,
      );
      return { LoginProfile: wireProfile(profile) };
    },
  }),

  // How a user signs in to the console.
  operation({
    product: 'Ram',
    version,
    name: 'GetLoginProfile',
    access: 'read',
    input: owner,
    authorize: (input, call) => demand('ram:GetLoginProfile', input.UserName, call),
    async handle(input, call) {
      const profile = await requireLoginProfile(call, { by: 'name', userName: input.UserName });
      return { LoginProfile: wireProfile(profile) };
    },
  }),

  // Changes what is given and leaves the rest.
  preparedOperation({
    product: 'Ram',
    version,
    name: 'UpdateLoginProfile',
    access: 'write',
    security: { effect: 'credential' },
    input: { ...owner, ...loginProfileFields, Password: optional(password) },
    authorize: (input, call) => demand('ram:UpdateLoginProfile', input.UserName, call),
    prepare: (input, call) =>
      prepareUserPassword(call, { by: 'name', userName: input.UserName }, input.Password),
    async handle(input, call, password) {
      await updateLoginProfile(
        call,
        { by: 'name', userName: input.UserName },
        {
          password: input.Password,
          passwordResetRequired: input.PasswordResetRequired,
          mfaBindRequired: input.MFABindRequired,
        },
        password,
      );
      return {};
    },
  }),

  // Takes sign-in to the console from a user.
  operation({
    product: 'Ram',
    version,
    name: 'DeleteLoginProfile',
    access: 'write',
    security: { effect: 'restricts', why: 'ends the sign-in of a user; a new one needs a step-up' },
    input: owner,
    authorize: (input, call) => demand('ram:DeleteLoginProfile', input.UserName, call),
    async handle(input, call) {
      await deleteLoginProfile(call, { by: 'name', userName: input.UserName });
      return {};
    },
  }),

  // The calling user's own password; nobody else's can be meant.
  preparedOperation({
    product: 'Ram',
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
