import { caller, making, type Naming, onAccount, onAll, onUser, type Prepare } from './prepared-request.ts';
import { allowing, password, type Things, trusting, type UserThing } from './sample-entities.ts';

const byName: Naming = 'UserName';

const withKey = async (things: Things, user: UserThing) => ({ UserAccessKeyId: await things.key(user) });

const withProfile = (things: Things, name: string) => things.userWithProfile(name);

const withDevice = (things: Things, name: string) => things.userWithDevice(name);

const users: Readonly<Record<string, Prepare>> = {
  CreateUser: making('user', byName),
  GetUser: onUser(byName),
  UpdateUser: onUser(byName, async () => ({ NewComments: 'changed' })),
  'UpdateUser with a new name': async (things, name) => ({
    parameters: { UserName: (await things.user(name)).UserName, NewUserName: `${name}-new` },
    on: [things.arn(`user/${name}`), things.arn(`user/${name}-new`)],
    makes: ['NewUserName'],
    elsewhere: { code: 'EntityNotExist.User' },
  }),
  DeleteUser: onUser(byName),
  ListUsers: onAll('user'),
  CreateAccessKey: onUser(byName),
  ListAccessKeys: onUser(byName, async (things, user) => {
    await things.key(user);
    return {};
  }),
  UpdateAccessKey: onUser(byName, async (things, user) => ({
    ...(await withKey(things, user)),
    Status: 'Inactive',
  })),
  DeleteAccessKey: onUser(byName, withKey),
  GetAccessKeyLastUsed: onUser(byName, withKey),
  CreateLoginProfile: onUser(byName, async () => ({ Password: password })),
  GetLoginProfile: onUser(byName, undefined, withProfile),
  UpdateLoginProfile: onUser(byName, async () => ({ PasswordResetRequired: 'true' }), withProfile),
  DeleteLoginProfile: onUser(byName, undefined, withProfile),
  ChangePassword: async () => ({
    parameters: { OldPassword: password, NewPassword: `${password}3` },
    on: [caller],
    elsewhere: { code: 'EntityNotExist.User.LoginProfile' },
  }),
  CreateVirtualMFADevice: async (things, name) => ({
    parameters: { VirtualMFADeviceName: name },
    on: [things.arn(`mfa/${name}`)],
    makes: ['VirtualMFADeviceName'],
  }),
  ListVirtualMFADevices: onAll('mfa'),
  DeleteVirtualMFADevice: async (things, name) => {
    const { SerialNumber } = await things.device(name);
    return { parameters: { SerialNumber }, on: [things.arn(`mfa/${name}`)] };
  },
  BindMFADevice: onUser(byName, async (things, _, name) => ({ ...(await things.device(name)) })),
  UnbindMFADevice: onUser(byName, undefined, withDevice),
  GetUserMFAInfo: onUser(byName, undefined, withDevice),
};

const onGroup =
  (
    more: Readonly<Record<string, string>> = {},
    make: (things: Things, name: string) => Promise<unknown> = (things, name) => things.group(name),
  ): Prepare =>
  async (things, name) => {
    await make(things, name);
    return { parameters: { GroupName: name, ...more }, on: [things.arn(`group/${name}`)] };
  };

const member = (things: Things, name: string) => things.member(name);

const onMembership =
  (make: (things: Things, name: string) => Promise<unknown>): Prepare =>
  async (things, name) => {
    await make(things, name);
    return {
      parameters: { UserName: name, GroupName: name },
      on: [things.arn(`user/${name}`), things.arn(`group/${name}`)],
    };
  };

const groups: Readonly<Record<string, Prepare>> = {
  CreateGroup: making('group', 'GroupName'),
  GetGroup: onGroup(),
  UpdateGroup: onGroup({ NewComments: 'changed' }),
  'UpdateGroup with a new name': async (things, name) => ({
    parameters: { GroupName: await things.group(name), NewGroupName: `${name}-new` },
    on: [things.arn(`group/${name}`), things.arn(`group/${name}-new`)],
    makes: ['NewGroupName'],
    elsewhere: { code: 'EntityNotExist.Group' },
  }),
  DeleteGroup: onGroup(),
  ListGroups: onAll('group'),
  AddUserToGroup: onMembership(async (things, name) => {
    await things.user(name);
    await things.group(name);
  }),
  RemoveUserFromGroup: onMembership(member),
  ListUsersForGroup: onGroup({}, member),
  ListGroupsForUser: onUser(byName, undefined, member),
};

const onRole =
  (
    more: Readonly<Record<string, string>> = {},
    make: (things: Things, name: string) => Promise<unknown> = (things, name) => things.role(name),
  ): Prepare =>
  async (things, name) => {
    await make(things, name);
    return { parameters: { RoleName: name, ...more }, on: [things.arn(`role/${name}`)] };
  };

const roles: Readonly<Record<string, Prepare>> = {
  CreateRole: making('role', 'RoleName', {
    AssumeRolePolicyDocument: trusting({ Service: ['ecs.aliyuncs.com'] }),
  }),
  GetRole: onRole(),
  UpdateRole: onRole({ NewDescription: 'changed' }),
  DeleteRole: onRole({}, async (things, name) => {
    await things.role(name);
    await things.tagged('role', name);
  }),
  ListRoles: onAll('role'),
};

const onPolicy =
  (
    more: Readonly<Record<string, string>> = {},
    make: (things: Things, name: string) => Promise<unknown> = (things, name) => things.policy(name),
  ): Prepare =>
  async (things, name) => {
    await make(things, name);
    return { parameters: { PolicyName: name, ...more }, on: [things.arn(`policy/${name}`)] };
  };

const onSystemPolicy =
  (more: Readonly<Record<string, string>> = {}): Prepare =>
  async () => ({
    parameters: { PolicyName: 'ReadOnlyAccess', PolicyType: 'System', ...more },
    on: ['acs:ram:*:system:policy/ReadOnlyAccess'],
    // The same in all accounts.
    elsewhere: { code: 'OK' },
  });

const ofTwoVersions = (things: Things, name: string) => things.policyOfTwoVersions(name);

const custom = { PolicyType: 'Custom' };

const policies: Readonly<Record<string, Prepare>> = {
  CreatePolicy: making('policy', 'PolicyName', { PolicyDocument: allowing('oss:GetObject', '*') }),
  GetPolicy: onPolicy(custom),
  'GetPolicy of the system': onSystemPolicy(),
  ListPolicies: onAll('policy'),
  DeletePolicy: onPolicy(),
  'DeletePolicy with all that goes with it': onPolicy({ CascadingDelete: 'true' }, async (things, name) => {
    await things.policyOfTwoVersions(name);
    await things.tagged('policy', name);
    const { UserName, UserPrincipalName } = await things.user(name);
    await things.do('2015-05-01', 'AttachPolicyToUser', { UserName, PolicyName: name, ...custom });
    await things.do('2019-08-15', 'DeleteUser', { UserPrincipalName });
  }),
  UpdatePolicyDescription: onPolicy({ NewDescription: 'changed' }),
  CreatePolicyVersion: onPolicy({ PolicyDocument: allowing('oss:PutObject', '*') }),
  GetPolicyVersion: onPolicy({ ...custom, VersionId: 'v1' }),
  'GetPolicyVersion of the system': onSystemPolicy({ VersionId: 'v1' }),
  ListPolicyVersions: onPolicy(custom),
  DeletePolicyVersion: onPolicy({ VersionId: 'v2' }, ofTwoVersions),
  SetDefaultPolicyVersion: onPolicy({ VersionId: 'v2' }, ofTwoVersions),
  ListEntitiesForPolicy: onPolicy(custom, async (things, name) => {
    await things.policy(name);
    await things.user(name);
    await things.do('2015-05-01', 'AttachPolicyToUser', { UserName: name, PolicyName: name, ...custom });
  }),
};

const holders = ['User', 'Group', 'Role'] as const;

const makeHolder = (things: Things, holder: (typeof holders)[number], name: string): Promise<unknown> =>
  holder === 'User' ? things.user(name) : holder === 'Group' ? things.group(name) : things.role(name);

const attachments: Readonly<Record<string, Prepare>> = Object.fromEntries(
  holders.flatMap((holder): [string, Prepare][] => {
    const kind = holder.toLowerCase();
    const parameters = (name: string) => ({ [`${holder}Name`]: name, PolicyName: name, ...custom });
    const make = async (things: Things, name: string) => {
      await makeHolder(things, holder, name);
      await things.policy(name);
    };
    const attached = async (things: Things, name: string) => {
      await make(things, name);
      await things.do('2015-05-01', `AttachPolicyTo${holder}`, parameters(name));
    };
    const on = (things: Things, name: string) => [
      things.arn(`${kind}/${name}`),
      things.arn(`policy/${name}`),
    ];
    return [
      [
        `AttachPolicyTo${holder}`,
        async (things, name) => {
          await make(things, name);
          return { parameters: parameters(name), on: on(things, name) };
        },
      ],
      [
        `AttachPolicyTo${holder} of the system`,
        async (things, name) => {
          await makeHolder(things, holder, name);
          const system = { PolicyName: 'ReadOnlyAccess', PolicyType: 'System' };
          return {
            parameters: { [`${holder}Name`]: name, ...system },
            on: [things.arn(`${kind}/${name}`), 'acs:ram:*:system:policy/ReadOnlyAccess'],
            elsewhere: { code: `EntityNotExist.${holder}` },
          };
        },
      ],
      [
        `DetachPolicyFrom${holder}`,
        async (things, name) => {
          await attached(things, name);
          return { parameters: parameters(name), on: on(things, name) };
        },
      ],
      [
        `ListPoliciesFor${holder}`,
        async (things, name) => {
          await attached(things, name);
          return { parameters: { [`${holder}Name`]: name }, on: [things.arn(`${kind}/${name}`)] };
        },
      ],
    ];
  }),
);

const account: Readonly<Record<string, Prepare>> = {
  GetAccountAlias: onAccount(),
  SetAccountAlias: async (things) => ({
    parameters: { AccountAlias: `alias-of-${things.prefix}` },
    on: [things.arn('*')],
    elsewhere: {
      code: 'EntityAlreadyExists.AccountAlias',
      parameters: { AccountAlias: things.account.accountId },
    },
  }),
  ClearAccountAlias: onAccount(),
  GetPasswordPolicy: onAccount(),
  SetPasswordPolicy: onAccount({ MinimumPasswordLength: '9' }),
  GetSecurityPreference: onAccount(),
  SetSecurityPreference: onAccount({ EnableSaveMFATicket: 'true' }),
  DecodeDiagnosticMessage: async (things, name) => ({
    parameters: { EncodedDiagnosticMessage: await things.diagnosticMessage(name) },
    on: [things.arn('*')],
  }),
};

const tagging =
  (ResourceType: 'role' | 'policy', more: Readonly<Record<string, string>>): Prepare =>
  async (things, name) => {
    await (ResourceType === 'role' ? things.role(name) : things.policy(name));
    await things.tagged(ResourceType, name);
    return {
      parameters: { ResourceType, ResourceNames: JSON.stringify([name]), ...more },
      on: [things.arn(`${ResourceType}/${name}`)],
    };
  };

const red = { Tag: '[{"Key":"colour","Value":"red"}]' };

const tags: Readonly<Record<string, Prepare>> = {
  TagResources: tagging('role', red),
  'TagResources on a policy': tagging('policy', red),
  UntagResources: tagging('role', { TagKeys: '["owner"]' }),
  'UntagResources of a policy': tagging('policy', { TagKeys: '["owner"]' }),
  ListTagResources: tagging('role', {}),
  'ListTagResources of a policy': tagging('policy', {}),
  'ListTagResources of all roles': onAll('role', { ResourceType: 'role' }),
};

/** A request for each operation of RAM that succeeds; what follows the operation's name tells several of one apart. */
export const preparedRam: Readonly<Record<string, Prepare>> = {
  ...users,
  ...groups,
  ...roles,
  ...policies,
  ...attachments,
  ...account,
  ...tags,
};
