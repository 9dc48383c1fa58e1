import { type ServiceLinkedRole, serviceLinkedRoles } from '@claviger/catalogue';
import {
  caller,
  making,
  makingNamed,
  type Naming,
  onAccount,
  onAll,
  onUser,
  type Prepare,
} from './prepared-request.ts';
import { allowing, password, type SampleEntities, trusting, type UserEntity } from './sample-entities.ts';

const byName: Naming = 'UserName';

const withKey = async (entities: SampleEntities, user: UserEntity) => ({
  UserAccessKeyId: await entities.key(user),
});

const withProfile = (entities: SampleEntities, name: string) => entities.userWithProfile(name);

const withDevice = (entities: SampleEntities, name: string) => entities.userWithDevice(name);

const users: Readonly<Record<string, Prepare>> = {
  CreateUser: making('user', byName),
  GetUser: onUser(byName),
  UpdateUser: onUser(byName, async () => ({ NewComments: 'changed' })),
  'UpdateUser with a new name': async (entities, name) => ({
    parameters: { UserName: (await entities.user(name)).UserName, NewUserName: `${name}-new` },
    on: [entities.arn(`user/${name}`), entities.arn(`user/${name}-new`)],
    makes: ['NewUserName'],
    elsewhere: { code: 'EntityNotExist.User' },
  }),
  DeleteUser: onUser(byName),
  ListUsers: onAll('user'),
  CreateAccessKey: onUser(byName),
  ListAccessKeys: onUser(byName, async (entities, user) => {
    await entities.key(user);
    return {};
  }),
  UpdateAccessKey: onUser(byName, async (entities, user) => ({
    ...(await withKey(entities, user)),
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
  CreateVirtualMFADevice: async (entities, name) => ({
    parameters: { VirtualMFADeviceName: name },
    on: [entities.arn(`mfa/${name}`)],
    makes: ['VirtualMFADeviceName'],
  }),
  ListVirtualMFADevices: onAll('mfa'),
  DeleteVirtualMFADevice: async (entities, name) => {
    const { SerialNumber } = await entities.device(name);
    return { parameters: { SerialNumber }, on: [entities.arn(`mfa/${name}`)] };
  },
  BindMFADevice: onUser(byName, async (entities, _, name) => ({ ...(await entities.device(name)) })),
  UnbindMFADevice: onUser(byName, undefined, withDevice),
  GetUserMFAInfo: onUser(byName, undefined, withDevice),
};

const onGroup =
  (
    more: Readonly<Record<string, string>> = {},
    make: (entities: SampleEntities, name: string) => Promise<unknown> = (entities, name) =>
      entities.group(name),
  ): Prepare =>
  async (entities, name) => {
    await make(entities, name);
    return { parameters: { GroupName: name, ...more }, on: [entities.arn(`group/${name}`)] };
  };

const member = (entities: SampleEntities, name: string) => entities.member(name);

const onMembership =
  (make: (entities: SampleEntities, name: string) => Promise<unknown>): Prepare =>
  async (entities, name) => {
    await make(entities, name);
    return {
      parameters: { UserName: name, GroupName: name },
      on: [entities.arn(`user/${name}`), entities.arn(`group/${name}`)],
    };
  };

const groups: Readonly<Record<string, Prepare>> = {
  CreateGroup: making('group', 'GroupName'),
  GetGroup: onGroup(),
  UpdateGroup: onGroup({ NewComments: 'changed' }),
  'UpdateGroup with a new name': async (entities, name) => ({
    parameters: { GroupName: await entities.group(name), NewGroupName: `${name}-new` },
    on: [entities.arn(`group/${name}`), entities.arn(`group/${name}-new`)],
    makes: ['NewGroupName'],
    elsewhere: { code: 'EntityNotExist.Group' },
  }),
  DeleteGroup: onGroup(),
  ListGroups: onAll('group'),
  AddUserToGroup: onMembership(async (entities, name) => {
    await entities.user(name);
    await entities.group(name);
  }),
  RemoveUserFromGroup: onMembership(member),
  ListUsersForGroup: onGroup({}, member),
  ListGroupsForUser: onUser(byName, undefined, member),
};

const onRole =
  (
    more: Readonly<Record<string, string>> = {},
    make: (entities: SampleEntities, name: string) => Promise<unknown> = (entities, name) =>
      entities.role(name),
  ): Prepare =>
  async (entities, name) => {
    await make(entities, name);
    return { parameters: { RoleName: name, ...more }, on: [entities.arn(`role/${name}`)] };
  };

/** Services with a service-linked role, each used once: an account has at most one role of a service. */
const services = serviceLinkedRoles().values();

const freshService = (): ServiceLinkedRole => {
  const { value, done } = services.next();
  if (done === true)
    throw new Error('the prepared requests used every service that has a service-linked role');
  return value;
};

const roles: Readonly<Record<string, Prepare>> = {
  CreateRole: makingNamed('role', 'RoleName', {
    AssumeRolePolicyDocument: trusting({ Service: ['ecs.aliyuncs.com'] }),
  }),
  GetRole: onRole(),
  UpdateRole: onRole({ NewDescription: 'changed' }),
  DeleteRole: onRole({}, async (entities, name) => {
    await entities.role(name);
    await entities.tagged('role', name);
  }),
  ListRoles: onAll('role'),
  CreateServiceLinkedRole: async (entities) => {
    const { service, role } = freshService();
    return {
      parameters: { ServiceName: service },
      on: [entities.arn(`role/${role}`)],
      // Each account has its own.
      elsewhere: {
        code: 'EntityNotExist.ServiceLinkedRoleTemplate',
        parameters: { ServiceName: 'nothing.aliyuncs.com' },
      },
    };
  },
  DeleteServiceLinkedRole: async (entities) => {
    const { service: ServiceName } = freshService();
    const made = await entities.do('2015-05-01', 'CreateServiceLinkedRole', { ServiceName });
    const { RoleName } = made['Role'] as { readonly RoleName: string };
    return { parameters: { RoleName }, on: [entities.arn(`role/${RoleName}`)] };
  },
  GetServiceLinkedRoleTemplate: async (entities) => ({
    parameters: { ServiceName: 'polardb.aliyuncs.com' },
    on: [entities.arn('role/*')],
    // The same in all accounts.
    elsewhere: { code: 'OK' },
  }),
};

const onPolicy =
  (
    more: Readonly<Record<string, string>> = {},
    make: (entities: SampleEntities, name: string) => Promise<unknown> = (entities, name) =>
      entities.policy(name),
  ): Prepare =>
  async (entities, name) => {
    await make(entities, name);
    return { parameters: { PolicyName: name, ...more }, on: [entities.arn(`policy/${name}`)] };
  };

const onSystemPolicy =
  (more: Readonly<Record<string, string>> = {}): Prepare =>
  async () => ({
    parameters: { PolicyName: 'ReadOnlyAccess', PolicyType: 'System', ...more },
    on: ['acs:ram:*:system:policy/ReadOnlyAccess'],
    // The same in all accounts.
    elsewhere: { code: 'OK' },
  });

const ofTwoVersions = (entities: SampleEntities, name: string) => entities.policyOfTwoVersions(name);

const custom = { PolicyType: 'Custom' };

const policies: Readonly<Record<string, Prepare>> = {
  CreatePolicy: makingNamed('policy', 'PolicyName', { PolicyDocument: allowing('oss:GetObject', '*') }),
  GetPolicy: onPolicy(custom),
  'GetPolicy of the system': onSystemPolicy(),
  ListPolicies: onAll('policy'),
  DeletePolicy: onPolicy(),
  'DeletePolicy with all that goes with it': onPolicy({ CascadingDelete: 'true' }, async (entities, name) => {
    await entities.policyOfTwoVersions(name);
    await entities.tagged('policy', name);
    const { UserName, UserPrincipalName } = await entities.user(name);
    await entities.do('2015-05-01', 'AttachPolicyToUser', { UserName, PolicyName: name, ...custom });
    await entities.do('2019-08-15', 'DeleteUser', { UserPrincipalName });
  }),
  UpdatePolicyDescription: onPolicy({ NewDescription: 'changed' }),
  CreatePolicyVersion: onPolicy({ PolicyDocument: allowing('oss:PutObject', '*') }),
  GetPolicyVersion: onPolicy({ ...custom, VersionId: 'v1' }),
  'GetPolicyVersion of the system': onSystemPolicy({ VersionId: 'v1' }),
  ListPolicyVersions: onPolicy(custom),
  DeletePolicyVersion: onPolicy({ VersionId: 'v2' }, ofTwoVersions),
  SetDefaultPolicyVersion: onPolicy({ VersionId: 'v2' }, ofTwoVersions),
  ListEntitiesForPolicy: onPolicy(custom, async (entities, name) => {
    await entities.policy(name);
    await entities.user(name);
    await entities.do('2015-05-01', 'AttachPolicyToUser', { UserName: name, PolicyName: name, ...custom });
  }),
};

const holders = ['User', 'Group', 'Role'] as const;

const makeHolder = (
  entities: SampleEntities,
  holder: (typeof holders)[number],
  name: string,
): Promise<unknown> =>
  holder === 'User' ? entities.user(name) : holder === 'Group' ? entities.group(name) : entities.role(name);

const attachments: Readonly<Record<string, Prepare>> = Object.fromEntries(
  holders.flatMap((holder): [string, Prepare][] => {
    const kind = holder.toLowerCase();
    const parameters = (name: string) => ({ [`${holder}Name`]: name, PolicyName: name, ...custom });
    const make = async (entities: SampleEntities, name: string) => {
      await makeHolder(entities, holder, name);
      await entities.policy(name);
    };
    const attached = async (entities: SampleEntities, name: string) => {
      await make(entities, name);
      await entities.do('2015-05-01', `AttachPolicyTo${holder}`, parameters(name));
    };
    const on = (entities: SampleEntities, name: string) => [
      entities.arn(`${kind}/${name}`),
      entities.arn(`policy/${name}`),
    ];
    return [
      [
        `AttachPolicyTo${holder}`,
        async (entities, name) => {
          await make(entities, name);
          return { parameters: parameters(name), on: on(entities, name) };
        },
      ],
      [
        `AttachPolicyTo${holder} of the system`,
        async (entities, name) => {
          await makeHolder(entities, holder, name);
          const system = { PolicyName: 'ReadOnlyAccess', PolicyType: 'System' };
          return {
            parameters: { [`${holder}Name`]: name, ...system },
            on: [entities.arn(`${kind}/${name}`), 'acs:ram:*:system:policy/ReadOnlyAccess'],
            elsewhere: { code: `EntityNotExist.${holder}` },
          };
        },
      ],
      [
        `DetachPolicyFrom${holder}`,
        async (entities, name) => {
          await attached(entities, name);
          return { parameters: parameters(name), on: on(entities, name) };
        },
      ],
      [
        `ListPoliciesFor${holder}`,
        async (entities, name) => {
          await attached(entities, name);
          return { parameters: { [`${holder}Name`]: name }, on: [entities.arn(`${kind}/${name}`)] };
        },
      ],
    ];
  }),
);

const account: Readonly<Record<string, Prepare>> = {
  GetAccountAlias: onAccount(),
  SetAccountAlias: async (entities) => ({
    parameters: { AccountAlias: `alias-of-${entities.prefix}` },
    on: [entities.arn('*')],
    elsewhere: {
      code: 'EntityAlreadyExists.AccountAlias',
      parameters: { AccountAlias: entities.account.accountId },
    },
  }),
  ClearAccountAlias: onAccount(),
  GetPasswordPolicy: onAccount(),
  SetPasswordPolicy: onAccount({ MinimumPasswordLength: '9' }),
  GetSecurityPreference: onAccount(),
  SetSecurityPreference: onAccount({ EnableSaveMFATicket: 'true' }),
  DecodeDiagnosticMessage: async (entities, name) => ({
    parameters: { EncodedDiagnosticMessage: await entities.diagnosticMessage(name) },
    on: [entities.arn('*')],
  }),
};

const tagging =
  (ResourceType: 'role' | 'policy', more: Readonly<Record<string, string>>): Prepare =>
  async (entities, name) => {
    await (ResourceType === 'role' ? entities.role(name) : entities.policy(name));
    await entities.tagged(ResourceType, name);
    return {
      parameters: { ResourceType, ResourceNames: JSON.stringify([name]), ...more },
      on: [entities.arn(`${ResourceType}/${name}`)],
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

/** Successful request for each operation of RAM; the text after the operation's name distinguishes several of one. */
export const PREPARED_RAM: Readonly<Record<string, Prepare>> = {
  ...users,
  ...groups,
  ...roles,
  ...policies,
  ...attachments,
  ...account,
  ...tags,
};
