import { onAccount, onUser, type Prepare } from './prepared-request.ts';
import { allowing, type Things, type UserThing } from './sample-entities.ts';

const onGuard = (things: Things, name: string) => `acs:claviger:*:${things.account.accountId}:guard/${name}`;

/** A request about one guard that is registered. */
const onOneGuard =
  (more: Readonly<Record<string, string>> = {}): Prepare =>
  async (things, name) => ({
    parameters: { GuardName: await things.guard(name), ...more },
    on: [onGuard(things, name)],
  });

const withKey = async (things: Things, user: UserThing) => ({ UserAccessKeyId: await things.key(user) });

const listing = async (things: Things, user: UserThing) => {
  await things.key(user);
  return {};
};

const simulated = (things: Things) => ({
  SimulatedAction: 'ram:GetUser',
  SimulatedResource: things.arn('user/somebody'),
});

const simulating =
  (PrincipalType: 'ram-user' | 'role'): Prepare =>
  async (things, name) => {
    await (PrincipalType === 'role' ? things.role(name) : things.user(name));
    const kind = PrincipalType === 'role' ? 'role' : 'user';
    return {
      // With a document, so that no policies are read, which needs more permissions: see simulator.test.ts.
      parameters: {
        PrincipalType,
        PrincipalName: name,
        PolicyDocument: allowing('ram:GetUser', '*'),
        ...simulated(things),
      },
      on: [things.arn(`${kind}/${name}`)],
    };
  };

/** A request for each of Claviger's own operations that can be signed. */
export const preparedClaviger: Readonly<Record<string, Prepare>> = {
  SetAccessKeyExpiry: onUser('UserPrincipalName', async (things, user) => ({
    ...(await withKey(things, user)),
    ExpireDate: '2099-01-01T00:00:00Z',
  })),
  ListAccessKeyExpiries: onUser('UserPrincipalName', listing),
  ListAccessKeyUses: async (things, name) => ({
    ...(await onUser('UserPrincipalName', listing)(things, name)),
    action: 'ram:GetAccessKeyLastUsed',
  }),
  GetAuxiliaryDomain: async (things) => ({
    parameters: {},
    on: [things.arn('*')],
    action: 'ram:GetUserSsoSettings',
  }),
  VerifyAuxiliaryDomain: async (things) => ({
    parameters: {},
    on: [things.arn('*')],
    action: 'ram:SetUserSsoSettings',
  }),
  GetAccessKeyExpiryCeiling: onAccount(),
  SetAccessKeyExpiryCeiling: onAccount({ Days: '3650' }),
  GetUserSsoResponsePolicy: onAccount(),
  SetUserSsoResponsePolicy: onAccount({ AcceptUnsolicited: 'true' }),
  Simulate: simulating('ram-user'),
  'Simulate of a role': simulating('role'),
  'Simulate of a text': async (things) => ({
    parameters: { PolicyDocument: allowing('ram:GetUser', '*'), ...simulated(things) },
    on: [],
  }),
  ListGuards: async (things) => ({ parameters: {}, on: [onGuard(things, '*')] }),
  GetGuard: onOneGuard(),
  ListGuardAccessKeys: onOneGuard(),
  SetGuardStatus: onOneGuard({ Status: 'Disabled' }),
  DeleteGuard: onOneGuard(),
  GetAccountProtection: onAccount(),
  SetAccountProtection: onAccount({ CredentialChangesNeedMFA: 'false' }),
  RevokeSessions: async (things, name) => ({
    parameters: { Target: 'Role', RoleName: await things.role(name) },
    on: [things.arn(`role/${name}`)],
  }),
  'RevokeSessions of a user': async (things, name) => {
    const { UserPrincipalName } = await things.user(name);
    return { parameters: { Target: 'User', UserPrincipalName }, on: [things.arn(`user/${name}`)] };
  },
  'RevokeSessions of a key': async (things, name) => {
    const user = await things.user(name);
    const { UserPrincipalName } = user;
    return {
      parameters: { Target: 'AccessKey', UserPrincipalName, UserAccessKeyId: await things.key(user) },
      on: [things.arn(`user/${name}`)],
    };
  },
  'RevokeSessions of the account': onAccount({ Target: 'Account' }),
  ValidatePolicyDocument: async () => ({ parameters: { PolicyDocument: '{}', Kind: 'identity' }, on: [] }),
};
