import { onAccount, onUser, type Prepare } from './prepared-request.ts';
import { allowing, type SampleEntities, type UserEntity } from './sample-entities.ts';

const onGuard = (entities: SampleEntities, name: string) =>
  `acs:claviger:*:${entities.account.accountId}:guard/${name}`;

/** Prepares a request about one registered guard. */
const onOneGuard =
  (more: Readonly<Record<string, string>> = {}): Prepare =>
  async (entities, name) => ({
    parameters: { GuardName: await entities.guard(name), ...more },
    on: [onGuard(entities, name)],
  });

const withKey = async (entities: SampleEntities, user: UserEntity) => ({
  UserAccessKeyId: await entities.key(user),
});

const listing = async (entities: SampleEntities, user: UserEntity) => {
  await entities.key(user);
  return {};
};

const simulated = (entities: SampleEntities) => ({
  SimulatedAction: 'ram:GetUser',
  SimulatedResource: entities.arn('user/existing'),
});

const simulating =
  (PrincipalType: 'ram-user' | 'role'): Prepare =>
  async (entities, name) => {
    await (PrincipalType === 'role' ? entities.role(name) : entities.user(name));
    const kind = PrincipalType === 'role' ? 'role' : 'user';
    return {
      // With a document, since reading the user's policies needs more permissions: see simulator.test.ts.
      parameters: {
        PrincipalType,
        PrincipalName: name,
        PolicyDocument: allowing('ram:GetUser', '*'),
        ...simulated(entities),
      },
      on: [entities.arn(`${kind}/${name}`)],
    };
  };

/** Prepares a request that names a key by its id alone. */
const onKeyOf: Prepare = async (entities, name) => ({
  parameters: await withKey(entities, await entities.user(name)),
  on: [entities.arn(`user/${name}`)],
  shown: [entities.arn('user/*')],
});

/** Request for each of Claviger's own operations that can be signed. */
export const PREPARED_CLAVIGER: Readonly<Record<string, Prepare>> = {
  SetAccessKeyExpiry: onUser('UserPrincipalName', async (entities, user) => ({
    ...(await withKey(entities, user)),
    ExpireDate: '2099-01-01T00:00:00Z',
  })),
  ListAccessKeyExpiries: onUser('UserPrincipalName', listing),
  ListAccessKeyUses: async (entities, name) => ({
    ...(await onUser('UserPrincipalName', listing)(entities, name)),
    action: 'ram:GetAccessKeyLastUsed',
  }),
  SetAccessKeyNote: onUser('UserPrincipalName', async (entities, user) => ({
    ...(await withKey(entities, user)),
    Note: 'nightly build',
  })),
  SearchAccessKeys: onAccount({ Search: 'ci', UnusedDays: '90' }),
  GetAccessKeyActivity: onKeyOf,
  ContainAccessKey: onKeyOf,
  GetAccountOverview: async (entities, name) => ({
    ...(await onAccount()(entities, name)),
    action: 'ram:GetAccountSecurityPracticeReport',
  }),
  SearchUsers: async (entities) => ({
    parameters: { UserNamePrefix: 'a' },
    on: [entities.arn('user/*')],
    action: 'ram:ListUsers',
  }),
  'SearchUsers by last sign-in': async (entities) => ({
    parameters: { Search: 'a', OrderBy: 'LastLoginDate', Descending: 'true' },
    on: [entities.arn('user/*')],
    action: 'ram:ListUsers',
  }),
  SearchGroups: async (entities) => ({
    parameters: { Search: 'a', OrderBy: 'CreateDate' },
    on: [entities.arn('group/*')],
    action: 'ram:ListGroups',
  }),
  SearchGroupMembers: async (entities, name) => {
    await entities.group(name);
    return {
      parameters: { GroupName: name, Search: 'a' },
      on: [entities.arn(`group/${name}`)],
      action: 'ram:ListUsersForGroup',
    };
  },
  SearchRoles: async (entities) => ({
    parameters: { Search: 'a', OrderBy: 'CreateDate' },
    on: [entities.arn('role/*')],
    action: 'ram:ListRoles',
  }),
  SearchPolicies: async (entities) => ({
    parameters: { Search: 'a' },
    on: [entities.arn('policy/*')],
    action: 'ram:ListPolicies',
  }),
  GetAuxiliaryDomain: async (entities) => ({
    parameters: {},
    on: [entities.arn('*')],
    action: 'ram:GetUserSsoSettings',
  }),
  VerifyAuxiliaryDomain: async (entities) => ({
    parameters: {},
    on: [entities.arn('*')],
    action: 'ram:SetUserSsoSettings',
  }),
  GetAccessKeyExpiryCeiling: onAccount(),
  SetAccessKeyExpiryCeiling: onAccount({ Days: '3650' }),
  GetUserSsoResponsePolicy: onAccount(),
  SetUserSsoResponsePolicy: onAccount({ AcceptUnsolicited: 'true' }),
  Simulate: simulating('ram-user'),
  'Simulate of a role': simulating('role'),
  'Simulate of a text': async (entities) => ({
    parameters: { PolicyDocument: allowing('ram:GetUser', '*'), ...simulated(entities) },
    on: [],
  }),
  ListGuards: async (entities) => ({ parameters: {}, on: [onGuard(entities, '*')] }),
  GetGuard: onOneGuard(),
  ListGuardAccessKeys: onOneGuard(),
  SetGuardStatus: onOneGuard({ Status: 'Disabled' }),
  DeleteGuard: onOneGuard(),
  GetAccountProtection: onAccount(),
  SetAccountProtection: onAccount({
    CredentialChangesNeedMFA: 'false',
    PresignedIdentityAllowed: 'true',
    RoleSessionsEndWithAccessKey: 'true',
  }),
  RevokeSessions: async (entities, name) => ({
    parameters: { Target: 'Role', RoleName: await entities.role(name) },
    on: [entities.arn(`role/${name}`)],
  }),
  'RevokeSessions of a user': async (entities, name) => {
    const { UserPrincipalName } = await entities.user(name);
    return { parameters: { Target: 'User', UserPrincipalName }, on: [entities.arn(`user/${name}`)] };
  },
  'RevokeSessions of a key': async (entities, name) => {
    const user = await entities.user(name);
    const { UserPrincipalName } = user;
    return {
      parameters: { Target: 'AccessKey', UserPrincipalName, UserAccessKeyId: await entities.key(user) },
      on: [entities.arn(`user/${name}`)],
    };
  },
  'RevokeSessions of the account': onAccount({ Target: 'Account' }),
  ValidatePolicyDocument: async () => ({ parameters: { PolicyDocument: '{}', Kind: 'identity' }, on: [] }),
};
