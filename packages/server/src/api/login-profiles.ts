import { arn } from '../context/arn.ts';
import { changeOwnPassword, prepareOwnPassword } from '../passwords/change-own-password.ts';
import {
  createLoginProfile,
  deleteLoginProfile,
  type LoginProfile,
  type LoginProfileSettings,
  prepareUserPassword,
  readLoginState,
  requireLoginProfile,
  updateLoginProfile,
} from '../passwords/login-profile.ts';
import {
  type Call,
  type DescribedAnswer,
  type Operation,
  operation,
  preparedOperation,
} from '../pipeline/operation.ts';
import { instant } from '../wire/instant.ts';
import { flag, oneOf, optional, type Parameter } from '../wire/parameter.ts';
import { type Dialect, type DialectProduct, IMS, RAM, requiredUser } from './dialect.ts';
import { callingUserId, demandOnOwnPassword, guessOfOwnPassword } from './own-password.ts';
import { password } from './password-fields.ts';

/** Parameters and answers that differ between the dialects. */
interface LoginProfileDialect<D extends DialectProduct = DialectProduct> extends Dialect<D> {
  /** Optional in IMS: a user without a password signs in with a passkey or through an identity provider. */
  readonly newPassword: Parameter<string | undefined>;
  /** Only IMS can disable sign-in. */
  readonly status: { readonly Status?: Parameter<'Active' | 'Inactive' | undefined> };
  created(profile: LoginProfile, call: Call): Promise<DescribedAnswer<D, 'CreateLoginProfile'>>;
  wireProfile(profile: LoginProfile, call: Call): Promise<DescribedAnswer<D, 'GetLoginProfile'>>;
  updated(profile: LoginProfile, call: Call): Promise<DescribedAnswer<D, 'UpdateLoginProfile'>>;
}

/** Converts the profile fields that all IMS operations answer. */
async function imsProfile(profile: LoginProfile, call: Call) {
  const { user, row } = profile;
  const { status, passwordStatus } = await readLoginState(call, profile);
  return {
    UserPrincipalName: IMS.wireUserName(user.user_name, call),
    Status: status,
    PasswordResetRequired: row.password_reset_required === 1,
    MFABindRequired: row.mfa_bind_required === 1,
    PasswordStatus: passwordStatus,
    UpdateDate: instant(row.updated_at),
  };
}

/** Idle users are always disabled; RAM has no parameter that changes it. */
const AUTO_DISABLE = { AutoDisableLoginStatus: 'true' };

const IMS_PROFILES: LoginProfileDialect<'Ims'> = {
  ...IMS,
  newPassword: optional(password),
  status: { Status: optional(oneOf('Active', 'Inactive')) },
  created: async (profile, call) => ({ LoginProfile: await imsProfile(profile, call) }),
  async wireProfile(profile, call) {
    const last = profile.user.last_login_at;
    return {
      LoginProfile: {
        ...(await imsProfile(profile, call)),
        ...AUTO_DISABLE,
        LastLoginTime: last === null ? '' : instant(last),
      },
    };
  },
  updated: async (profile, call) => ({
    LoginProfile: { ...(await imsProfile(profile, call)), ...AUTO_DISABLE },
  }),
};

const ramAnswer = async ({ user, row }: LoginProfile) => ({
  LoginProfile: {
    UserName: user.user_name,
    PasswordResetRequired: row.password_reset_required === 1,
    MFABindRequired: row.mfa_bind_required === 1,
    CreateDate: instant(row.created_at),
  },
});

const RAM_PROFILES: LoginProfileDialect<'Ram'> = {
  ...RAM,
  newPassword: password,
  status: {},
  created: ramAnswer,
  wireProfile: ramAnswer,
  updated: async () => ({}),
};

interface ProfileInput {
  readonly Password: string | undefined;
  readonly PasswordResetRequired: boolean | undefined;
  readonly MFABindRequired: boolean | undefined;
  readonly Status?: 'Active' | 'Inactive' | undefined;
}

const settingsOf = (input: ProfileInput): LoginProfileSettings => ({
  password: input.Password,
  passwordResetRequired: input.PasswordResetRequired,
  mfaBindRequired: input.MFABindRequired,
  status: input.Status,
});

function operationsOf(dialect: LoginProfileDialect): readonly Operation[] {
  const { product, version } = dialect;

  const userOf = (input: object, call: Call) => requiredUser(dialect, input, call);

  const demand = (action: string, input: object, call: Call) => [
    { action, resource: arn.user(call.account.accountId, userOf(input, call).userName) },
  ];

  return [
    // Enables console sign-in for a user.
    preparedOperation({
      product,
      version,
      name: 'CreateLoginProfile',
      access: 'write',
      security: { effect: 'credential' },
      input: {
        ...dialect.user,
        PasswordResetRequired: optional(flag()),
        MFABindRequired: optional(flag()),
        Password: dialect.newPassword,
        ...dialect.status,
      },
      authorize: (input, call) => demand('ram:CreateLoginProfile', input, call),
      prepare: (input, call) => prepareUserPassword(call, userOf(input, call), input.Password, 'absent'),
      async handle(input, call, prepared) {
        const profile = await createLoginProfile(call, userOf(input, call), settingsOf(input), prepared);
        return dialect.created(profile, call);
      },
    }),

    // Returns the console sign-in settings of a user.
    operation({
      product,
      version,
      name: 'GetLoginProfile',
      access: 'read',
      input: dialect.user,
      authorize: (input, call) => demand('ram:GetLoginProfile', input, call),
      async handle(input, call) {
        return dialect.wireProfile(await requireLoginProfile(call, userOf(input, call)), call);
      },
    }),

    // Changes the given settings and keeps the others.
    preparedOperation({
      product,
      version,
      name: 'UpdateLoginProfile',
      access: 'write',
      security: { effect: 'credential' },
      input: {
        ...dialect.user,
        PasswordResetRequired: optional(flag()),
        MFABindRequired: optional(flag()),
        Password: optional(password),
        ...dialect.status,
      },
      authorize: (input, call) => demand('ram:UpdateLoginProfile', input, call),
      prepare: (input, call) => prepareUserPassword(call, userOf(input, call), input.Password, 'existing'),
      async handle(input, call, prepared) {
        const profile = await updateLoginProfile(call, userOf(input, call), settingsOf(input), prepared);
        return dialect.updated(profile, call);
      },
    }),

    // Removes console sign-in from a user.
    operation({
      product,
      version,
      name: 'DeleteLoginProfile',
      access: 'write',
      security: { effect: 'restricts', why: 'ends the sign-in of a user; a new one needs a step-up' },
      input: dialect.user,
      authorize: (input, call) => demand('ram:DeleteLoginProfile', input, call),
      async handle(input, call) {
        await deleteLoginProfile(call, userOf(input, call));
        return {};
      },
    }),

    // Changes the caller's own password; it has no parameter for another user.
    preparedOperation({
      product,
      version,
      name: 'ChangePassword',
      access: 'write',
      security: { effect: 'credential' },
      input: { OldPassword: password, NewPassword: password },
      authorize: (_, call) => demandOnOwnPassword(call),
      prepare: (input, call) => {
        const { OldPassword: old, NewPassword: password } = input;
        return prepareOwnPassword(call, callingUserId(call), old, password, guessOfOwnPassword(call));
      },
      async handle(input, call, prepared) {
        await changeOwnPassword(call, callingUserId(call), input.NewPassword, prepared);
        return {};
      },
    }),
  ];
}

/** Console sign-in operations of IMS and RAM. */
export const loginProfileOperations: readonly Operation[] = [
  ...operationsOf(IMS_PROFILES),
  ...operationsOf(RAM_PROFILES),
];
