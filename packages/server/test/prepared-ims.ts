import { caller, making, type Naming, onAccount, onAll, onUser, type Prepare } from './prepared-request.ts';
import { password, type SampleEntities, samlMetadata, type UserEntity } from './sample-entities.ts';

const byLoginName: Naming = 'UserPrincipalName';

const withKey = async (entities: SampleEntities, user: UserEntity) => ({
  UserAccessKeyId: await entities.key(user),
});

const noRestriction = '{"Version":1,"Status":"Inactive","Statements":[]}';

const accessKeys: Readonly<Record<string, Prepare>> = {
  CreateAccessKey: onUser(byLoginName),
  ListAccessKeys: onUser(byLoginName, async (entities, user) => {
    await entities.key(user);
    return {};
  }),
  UpdateAccessKey: onUser(byLoginName, async (entities, user) => ({
    ...(await withKey(entities, user)),
    Status: 'Inactive',
  })),
  DeleteAccessKey: onUser(byLoginName, withKey),
  GetAccessKeyLastUsed: onUser(byLoginName, withKey),
  SetAccessKeyPolicy: onUser(byLoginName, async (entities, user) => ({
    ...(await withKey(entities, user)),
    AccessKeyPolicy: noRestriction,
  })),
  GetAccessKeyPolicy: onUser(byLoginName, withKey),
  SetAccessKeyPolicyForAccount: onAccount({ AccessKeyPolicy: noRestriction }),
  GetAccessKeyPolicyForAccount: onAccount(),
};

const recycledKey = async (entities: SampleEntities, user: UserEntity) => ({
  UserAccessKeyId: await entities.recycledKey(user),
});

const recycledUser = (entities: SampleEntities, name: string) => entities.recycledUser(name);

/** All users, and the former name of the user: another user may have it by now. */
const onRecycledUser =
  (
    parameters: (user: UserEntity, keyId: string) => Record<string, string>,
    of?: 'bin of its keys',
  ): Prepare =>
  async (entities, name) => {
    const user = await entities.user(name);
    const keyId = await entities.recycledKey(user);
    await entities.do('2015-05-01', 'DeleteUser', { UserName: name });
    return {
      parameters: parameters(user, keyId),
      on: [entities.arn('user/*'), entities.arn(`user/${name}`)],
      shown: [entities.arn(of === undefined ? 'user/*' : `user/${user.UserId}`)],
    };
  };

const recycleBin: Readonly<Record<string, Prepare>> = {
  ListAccessKeysInRecycleBin: onUser('UserId', async (entities, user) => {
    await entities.recycledKey(user);
    return {};
  }),
  'ListAccessKeysInRecycleBin of a recycled user': onRecycledUser(
    ({ UserId }) => ({ UserId }),
    'bin of its keys',
  ),
  GetAccessKeyInfoInRecycleBin: async (entities, name) => ({
    parameters: await recycledKey(entities, await entities.user(name)),
    on: [entities.arn(`user/${name}`)],
    shown: [entities.arn('user/*')],
  }),
  RestoreAccessKeyFromRecycleBin: onUser('UserId', recycledKey),
  DeleteAccessKeyInRecycleBin: onUser('UserId', recycledKey),
  'DeleteAccessKeyInRecycleBin of a recycled user': onRecycledUser(
    ({ UserId }, UserAccessKeyId) => ({
      UserId,
      UserAccessKeyId,
    }),
    'bin of its keys',
  ),
  ListUsersInRecycleBin: async (entities, name) => {
    await recycledUser(entities, name);
    return { parameters: {}, on: [entities.arn('user/*')] };
  },
  'ListUsersInRecycleBin by login name': async (entities, name) => {
    const { UserPrincipalName } = await recycledUser(entities, name);
    return {
      parameters: { Filter: `UserPrincipalName eq ${UserPrincipalName}` },
      on: [entities.arn('user/*')],
      // A filter that matches no user.
      elsewhere: { code: 'OK' },
    };
  },
  GetUserInRecycleBin: onRecycledUser(({ UserId }) => ({ UserId })),
  'GetUserInRecycleBin by key': onRecycledUser((_, UserAccessKeyId) => ({ UserAccessKeyId })),
  RestoreUserFromRecycleBin: onRecycledUser(({ UserId }) => ({ UserId })),
  DeleteUserInRecycleBin: onRecycledUser(({ UserId }) => ({ UserId })),
};

const account: Readonly<Record<string, Prepare>> = {
  GetAccountSummary: onAccount(),
  GetDefaultDomain: onAccount(),
  SetDefaultDomain: async (entities, name) => ({
    parameters: { DefaultDomainName: `${name}.onaliyun.com` },
    on: [entities.arn('*')],
    elsewhere: {
      code: 'EntityAlreadyExists.AccountAlias',
      parameters: { DefaultDomainName: entities.account.domain },
    },
  }),
  GetAccountMFAInfo: onAccount(),
  GetPasswordPolicy: onAccount(),
  SetPasswordPolicy: onAccount({ MinimumPasswordLength: '10' }),
  GetSecurityPreference: onAccount(),
  SetSecurityPreference: onAccount({ EnableSaveMFATicket: 'true' }),
  GetUserSsoSettings: onAccount(),
  SetUserSsoSettings: onAccount({ MetadataDocument: samlMetadata, SsoEnabled: 'true' }),
  GenerateCredentialReport: onAccount(),
  GetCredentialReport: async (entities) => {
    await entities.do('2019-08-15', 'GenerateCredentialReport');
    return { parameters: {}, on: [entities.arn('*')] };
  },
  GetAccountSecurityPracticeReport: onAccount(),
  GenerateGovernanceReport: onAccount(),
  ...Object.fromEntries(
    ['GetGovernanceReportStatus', 'ListRecentGovernanceMetrics', 'GetGovernanceItemReport'].map((name) => [
      name,
      async (entities) => {
        await entities.do('2019-08-15', 'GenerateGovernanceReport');
        return {
          parameters: name === 'GetGovernanceItemReport' ? { GovernanceItemType: 'OldAccessKey' } : {},
          on: [entities.arn('*')],
        };
      },
    ]) satisfies [string, Prepare][],
  ),
};

/** Prepares a request about an application of the account, by its id, also in its resource. */
const onApplication =
  (
    more: (entities: SampleEntities, appId: string) => Promise<Record<string, string>> = async () => ({}),
    make: (entities: SampleEntities, name: string) => Promise<string> = (entities, name) =>
      entities.application(name),
  ): Prepare =>
  async (entities, name) => {
    const AppId = await make(entities, name);
    return {
      parameters: { AppId, ...(await more(entities, AppId)) },
      on: [entities.arn(`application/${AppId}`)],
    };
  };

const withAppSecret = async (entities: SampleEntities, appId: string) => ({
  AppSecretId: await entities.appSecret(appId),
});

const installed = async (entities: SampleEntities, name: string) => {
  const AppId = await entities.application(name);
  await entities.do('2019-08-15', 'ProvisionApplication', { AppId });
  return AppId;
};

const installedOfVendor = async (entities: SampleEntities, name: string) => {
  const AppId = await entities.foreignApplication(name);
  await entities.do('2019-08-15', 'ProvisionExternalApplication', { AppId });
  return AppId;
};

const applications: Readonly<Record<string, Prepare>> = {
  CreateApplication: making('application', 'AppName', { DisplayName: 'made', AppType: 'ServerApp' }),
  GetApplication: onApplication(),
  UpdateApplication: onApplication(async () => ({ NewDisplayName: 'changed' })),
  DeleteApplication: onApplication(),
  ListApplications: onAll('application'),
  ListPredefinedScopes: onAll('application'),
  CreateAppSecret: onApplication(),
  GetAppSecret: onApplication(withAppSecret),
  DeleteAppSecret: onApplication(withAppSecret),
  ListAppSecretIds: onApplication(async (entities, appId) => {
    await entities.appSecret(appId);
    return {};
  }),
  ProvisionApplication: onApplication(),
  DeprovisionApplication: onApplication(undefined, installed),
  GetApplicationProvisionInfo: onApplication(undefined, installed),
  ListApplicationProvisionInfos: onAll('application'),
  ProvisionExternalApplication: async (entities, name) => {
    const AppId = await entities.foreignApplication(name);
    return {
      parameters: { AppId },
      on: [entities.arn(`application/${AppId}`)],
      // Every account may install the vendor's; closed ones are answered as unknown.
      elsewhere: {
        code: 'EntityNotExist.Application',
        parameters: { AppId: await entities.application(name) },
      },
    };
  },
  DeprovisionExternalApplication: onApplication(undefined, installedOfVendor),
  GetExternalApplication: onApplication(undefined, installedOfVendor),
  ListExternalApplications: onAll('application'),
};

const withGroup = async (entities: SampleEntities, _: UserEntity, name: string) => ({
  GroupName: await entities.group(name),
});

const both =
  (prepare: Prepare): Prepare =>
  async (entities, name) => {
    const prepared = await prepare(entities, name);
    return { ...prepared, on: [...prepared.on, entities.arn(`group/${name}`)] };
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

const groups: Readonly<Record<string, Prepare>> = {
  CreateGroup: making('group', 'GroupName'),
  GetGroup: onGroup(),
  UpdateGroup: onGroup({ NewComments: 'changed' }),
  DeleteGroup: onGroup(),
  ListGroups: onAll('group'),
  AddUserToGroup: both(onUser(byLoginName, withGroup)),
  RemoveUserFromGroup: both(onUser(byLoginName, async (_, __, name) => ({ GroupName: name }), member)),
  ListUsersForGroup: onGroup({}, member),
  ListGroupsForUser: onUser(byLoginName, undefined, member),
};

const onProvider =
  (kind: 'SAML' | 'OIDC', more: Readonly<Record<string, string>> = {}): Prepare =>
  async (entities, name) => {
    await (kind === 'SAML' ? entities.samlProvider(name) : entities.oidcProvider(name));
    return {
      parameters: { [`${kind}ProviderName`]: name, ...more },
      on: [entities.arn(`${kind.toLowerCase()}-provider/${name}`)],
    };
  };

const providers: Readonly<Record<string, Prepare>> = {
  CreateSAMLProvider: making('saml-provider', 'SAMLProviderName', {
    EncodedSAMLMetadataDocument: samlMetadata,
  }),
  GetSAMLProvider: onProvider('SAML'),
  UpdateSAMLProvider: onProvider('SAML', { NewDescription: 'changed' }),
  DeleteSAMLProvider: onProvider('SAML'),
  ListSAMLProviders: onAll('saml-provider'),
  CreateOIDCProvider: making('oidc-provider', 'OIDCProviderName', (name) => ({
    IssuerUrl: `https://${name}.example.com`,
  })),
  GetOIDCProvider: onProvider('OIDC'),
  UpdateOIDCProvider: onProvider('OIDC', { NewDescription: 'changed' }),
  DeleteOIDCProvider: onProvider('OIDC'),
  ListOIDCProviders: onAll('oidc-provider'),
  AddClientIdToOIDCProvider: onProvider('OIDC', { ClientId: 'another' }),
  RemoveClientIdFromOIDCProvider: onProvider('OIDC', { ClientId: 'client' }),
  AddFingerprintToOIDCProvider: onProvider('OIDC', {
    Fingerprint: '902ef2deeb3c5b13ea4c3d5193629309e231ae55',
  }),
  RemoveFingerprintFromOIDCProvider: async (entities, name) => ({
    parameters: { OIDCProviderName: await entities.oidcProvider(name), Fingerprint: entities.fingerprint },
    on: [entities.arn(`oidc-provider/${name}`)],
  }),
};

const withProfile = (entities: SampleEntities, name: string) => entities.userWithProfile(name);

const withDevice = (entities: SampleEntities, name: string) => entities.userWithDevice(name);

const withPasskey = async (entities: SampleEntities, user: UserEntity) => ({
  PasskeyId: await entities.passkey(user),
});

const withContact = async (entities: SampleEntities, { UserPrincipalName }: UserEntity) => {
  const contact = { VerifyType: 'sms', MobilePhone: '86-18688880000' };
  await entities.do('2019-08-15', 'SetVerificationInfo', { UserPrincipalName, ...contact });
  return contact;
};

const signIn: Readonly<Record<string, Prepare>> = {
  CreateLoginProfile: onUser(byLoginName, async () => ({ Password: password })),
  GetLoginProfile: onUser(byLoginName, undefined, withProfile),
  UpdateLoginProfile: onUser(byLoginName, async () => ({ Status: 'Inactive' }), withProfile),
  DeleteLoginProfile: onUser(byLoginName, undefined, withProfile),
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
  BindMFADevice: onUser(byLoginName, async (entities, _, name) => ({ ...(await entities.device(name)) })),
  UnbindMFADevice: onUser(byLoginName, undefined, withDevice),
  DisableVirtualMFA: onUser(byLoginName, undefined, withDevice),
  GetUserMFAInfo: onUser(byLoginName, undefined, withDevice),
  ListPasskeys: onUser(byLoginName, async (entities, user) => {
    await entities.passkey(user);
    return {};
  }),
  UpdatePasskey: onUser(byLoginName, async (entities, user) => ({
    ...(await withPasskey(entities, user)),
    PasskeyName: 'changed',
  })),
  DeletePasskey: onUser(byLoginName, withPasskey),
  SetVerificationInfo: onUser(byLoginName, async () => ({ VerifyType: 'email', Email: 'a@example.com' })),
  GetVerificationInfo: onUser(byLoginName, async (entities, user) => {
    await withContact(entities, user);
    return {};
  }),
  UnbindVerification: onUser(byLoginName, withContact),
};

const withCredential = async (entities: SampleEntities, user: UserEntity) => ({
  ServiceCredentialId: await entities.serviceCredential(user),
});

const serviceCredentials: Readonly<Record<string, Prepare>> = {
  CreateServiceCredential: onUser(byLoginName, async () => ({
    ServiceCredentialName: 'made',
    ServiceName: 'dashscope.aliyuncs.com',
  })),
  GetServiceCredential: onUser(byLoginName, withCredential),
  ListServiceCredentials: onUser(byLoginName, async (entities, user) => {
    await entities.serviceCredential(user);
    return {};
  }),
  'ListServiceCredentials of all users': onAll('user', { AllUsers: 'true' }),
  UpdateServiceCredential: onUser(byLoginName, async (entities, user) => ({
    ...(await withCredential(entities, user)),
    Status: 'Inactive',
  })),
  DeleteServiceCredential: onUser(byLoginName, withCredential),
};

const taggedUser =
  (parameters: (user: UserEntity) => Readonly<Record<string, string>>): Prepare =>
  async (entities, name) => {
    const user = await entities.user(name);
    await entities.do('2019-08-15', 'TagResources', {
      'ResourceId.1': user.UserId,
      'Tag.1.Key': 'owner',
      'Tag.1.Value': entities.mark,
    });
    const shown = [entities.arn(`user/${user.UserId}`)];
    return { parameters: parameters(user), on: [entities.arn(`user/${name}`)], shown };
  };

const users: Readonly<Record<string, Prepare>> = {
  CreateUser: async (entities, name) => ({
    parameters: { UserPrincipalName: `${name}@${entities.account.domain}`, DisplayName: 'made' },
    on: [entities.arn('user/*')],
    makes: ['UserPrincipalName'],
    // The domain is not that of the other account.
    elsewhere: { code: 'InvalidParameter.UserPrincipalName.Format' },
  }),
  GetUser: onUser(byLoginName),
  'GetUser by id': onUser('UserId'),
  'GetUser by key': async (entities, name) => ({
    parameters: { UserAccessKeyId: await entities.key(await entities.user(name)) },
    on: [entities.arn(`user/${name}`)],
    shown: [entities.arn('user/*')],
  }),
  UpdateUser: onUser(byLoginName, async () => ({ NewDisplayName: 'changed' })),
  'UpdateUser with a new name': async (entities, name) => {
    const { UserId } = await entities.user(name);
    return {
      parameters: { UserId, NewUserPrincipalName: `${name}-new@${entities.account.domain}` },
      on: [entities.arn(`user/${name}`), entities.arn(`user/${name}-new`)],
      shown: [entities.arn(`user/${UserId}`)],
      makes: ['NewUserPrincipalName'],
      elsewhere: { code: 'InvalidParameter.NewUserPrincipalName.Format' },
    };
  },
  DeleteUser: onUser(byLoginName),
  'DeleteUser by id': onUser('UserId'),
  ListUsers: onAll('user'),
  ListUserBasicInfos: onAll('user'),
  TagResources: taggedUser(({ UserId }) => ({
    'ResourceId.1': UserId,
    'Tag.1.Key': 'colour',
    'Tag.1.Value': 'red',
  })),
  'TagResources by login name': taggedUser(({ UserPrincipalName }) => ({
    'ResourcePrincipalName.1': UserPrincipalName,
    'Tag.1.Key': 'colour',
    'Tag.1.Value': 'red',
  })),
  UntagResources: taggedUser(({ UserId }) => ({ 'ResourceId.1': UserId, 'TagKey.1': 'owner' })),
  ListTagResources: taggedUser(({ UserId }) => ({ 'ResourceId.1': UserId })),
  'ListTagResources of all users': onAll('user'),
};

/** Successful request for each operation of IMS; the text after the operation's name distinguishes several of one. */
export const PREPARED_IMS: Readonly<Record<string, Prepare>> = {
  ...accessKeys,
  ...recycleBin,
  ...account,
  ...applications,
  ...groups,
  ...providers,
  ...signIn,
  ...serviceCredentials,
  ...users,
};
