import { caller, making, type Naming, onAccount, onAll, onUser, type Prepare } from './prepared-request.ts';
import { password, samlMetadata, type Things, type UserThing } from './sample-entities.ts';

const byLoginName: Naming = 'UserPrincipalName';

const withKey = async (things: Things, user: UserThing) => ({ UserAccessKeyId: await things.key(user) });

const noRestriction = '{"Version":1,"Status":"Inactive","Statements":[]}';

const accessKeys: Readonly<Record<string, Prepare>> = {
  CreateAccessKey: onUser(byLoginName),
  ListAccessKeys: onUser(byLoginName, async (things, user) => {
    await things.key(user);
    return {};
  }),
  UpdateAccessKey: onUser(byLoginName, async (things, user) => ({
    ...(await withKey(things, user)),
    Status: 'Inactive',
  })),
  DeleteAccessKey: onUser(byLoginName, withKey),
  GetAccessKeyLastUsed: onUser(byLoginName, withKey),
  SetAccessKeyPolicy: onUser(byLoginName, async (things, user) => ({
    ...(await withKey(things, user)),
    AccessKeyPolicy: noRestriction,
  })),
  GetAccessKeyPolicy: onUser(byLoginName, withKey),
  SetAccessKeyPolicyForAccount: onAccount({ AccessKeyPolicy: noRestriction }),
  GetAccessKeyPolicyForAccount: onAccount(),
};

const recycledKey = async (things: Things, user: UserThing) => ({
  UserAccessKeyId: await things.recycledKey(user),
});

const recycledUser = (things: Things, name: string) => things.recycledUser(name);

/** All users and the name that it had: another may bear that by now. */
const onRecycledUser =
  (parameters: (user: UserThing, keyId: string) => Record<string, string>, of?: 'bin of its keys'): Prepare =>
  async (things, name) => {
    const user = await things.user(name);
    const keyId = await things.recycledKey(user);
    await things.do('2015-05-01', 'DeleteUser', { UserName: name });
    return {
      parameters: parameters(user, keyId),
      on: [things.arn('user/*'), things.arn(`user/${name}`)],
      shown: [things.arn(of === undefined ? 'user/*' : `user/${user.UserId}`)],
    };
  };

const recycleBin: Readonly<Record<string, Prepare>> = {
  ListAccessKeysInRecycleBin: onUser('UserId', async (things, user) => {
    await things.recycledKey(user);
    return {};
  }),
  'ListAccessKeysInRecycleBin of a recycled user': onRecycledUser(
    ({ UserId }) => ({ UserId }),
    'bin of its keys',
  ),
  GetAccessKeyInfoInRecycleBin: async (things, name) => ({
    parameters: await recycledKey(things, await things.user(name)),
    on: [things.arn(`user/${name}`)],
    shown: [things.arn('user/*')],
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
  ListUsersInRecycleBin: async (things, name) => {
    await recycledUser(things, name);
    return { parameters: {}, on: [things.arn('user/*')] };
  },
  'ListUsersInRecycleBin by login name': async (things, name) => {
    const { UserPrincipalName } = await recycledUser(things, name);
    return {
      parameters: { Filter: `UserPrincipalName eq ${UserPrincipalName}` },
      on: [things.arn('user/*')],
      // A filter that fits nobody.
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
  SetDefaultDomain: async (things, name) => ({
    parameters: { DefaultDomainName: `${name}.onaliyun.com` },
    on: [things.arn('*')],
    elsewhere: {
      code: 'EntityAlreadyExists.AccountAlias',
      parameters: { DefaultDomainName: things.account.domain },
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
  GetCredentialReport: async (things) => {
    await things.do('2019-08-15', 'GenerateCredentialReport');
    return { parameters: {}, on: [things.arn('*')] };
  },
  GetAccountSecurityPracticeReport: onAccount(),
  GenerateGovernanceReport: onAccount(),
  ...Object.fromEntries(
    ['GetGovernanceReportStatus', 'ListRecentGovernanceMetrics', 'GetGovernanceItemReport'].map((name) => [
      name,
      async (things) => {
        await things.do('2019-08-15', 'GenerateGovernanceReport');
        return {
          parameters: name === 'GetGovernanceItemReport' ? { GovernanceItemType: 'OldAccessKey' } : {},
          on: [things.arn('*')],
        };
      },
    ]) satisfies [string, Prepare][],
  ),
};

/** A request about an application of the account, by its id, in its resource too. */
const onApplication =
  (
    more: (things: Things, appId: string) => Promise<Record<string, string>> = async () => ({}),
    make: (things: Things, name: string) => Promise<string> = (things, name) => things.application(name),
  ): Prepare =>
  async (things, name) => {
    const AppId = await make(things, name);
    return {
      parameters: { AppId, ...(await more(things, AppId)) },
      on: [things.arn(`application/${AppId}`)],
    };
  };

const withAppSecret = async (things: Things, appId: string) => ({
  AppSecretId: await things.appSecret(appId),
});

const installed = async (things: Things, name: string) => {
  const AppId = await things.application(name);
  await things.do('2019-08-15', 'ProvisionApplication', { AppId });
  return AppId;
};

const installedOfVendor = async (things: Things, name: string) => {
  const AppId = await things.foreignApplication(name);
  await things.do('2019-08-15', 'ProvisionExternalApplication', { AppId });
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
  ListAppSecretIds: onApplication(async (things, appId) => {
    await things.appSecret(appId);
    return {};
  }),
  ProvisionApplication: onApplication(),
  DeprovisionApplication: onApplication(undefined, installed),
  GetApplicationProvisionInfo: onApplication(undefined, installed),
  ListApplicationProvisionInfos: onAll('application'),
  ProvisionExternalApplication: async (things, name) => {
    const AppId = await things.foreignApplication(name);
    return {
      parameters: { AppId },
      on: [things.arn(`application/${AppId}`)],
      // Everybody may install the vendor's; what others may not install is not there.
      elsewhere: {
        code: 'EntityNotExist.Application',
        parameters: { AppId: await things.application(name) },
      },
    };
  },
  DeprovisionExternalApplication: onApplication(undefined, installedOfVendor),
  GetExternalApplication: onApplication(undefined, installedOfVendor),
  ListExternalApplications: onAll('application'),
};

const withGroup = async (things: Things, _: UserThing, name: string) => ({
  GroupName: await things.group(name),
});

const both =
  (prepare: Prepare): Prepare =>
  async (things, name) => {
    const prepared = await prepare(things, name);
    return { ...prepared, on: [...prepared.on, things.arn(`group/${name}`)] };
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
  async (things, name) => {
    await (kind === 'SAML' ? things.samlProvider(name) : things.oidcProvider(name));
    return {
      parameters: { [`${kind}ProviderName`]: name, ...more },
      on: [things.arn(`${kind.toLowerCase()}-provider/${name}`)],
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
  RemoveFingerprintFromOIDCProvider: async (things, name) => ({
    parameters: { OIDCProviderName: await things.oidcProvider(name), Fingerprint: things.fingerprint },
    on: [things.arn(`oidc-provider/${name}`)],
  }),
};

const withProfile = (things: Things, name: string) => things.userWithProfile(name);

const withDevice = (things: Things, name: string) => things.userWithDevice(name);

const withPasskey = async (things: Things, user: UserThing) => ({ PasskeyId: await things.passkey(user) });

const withContact = async (things: Things, { UserPrincipalName }: UserThing) => {
  const contact = { VerifyType: 'sms', MobilePhone: '86-18688880000' };
  await things.do('2019-08-15', 'SetVerificationInfo', { UserPrincipalName, ...contact });
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
  BindMFADevice: onUser(byLoginName, async (things, _, name) => ({ ...(await things.device(name)) })),
  UnbindMFADevice: onUser(byLoginName, undefined, withDevice),
  DisableVirtualMFA: onUser(byLoginName, undefined, withDevice),
  GetUserMFAInfo: onUser(byLoginName, undefined, withDevice),
  ListPasskeys: onUser(byLoginName, async (things, user) => {
    await things.passkey(user);
    return {};
  }),
  UpdatePasskey: onUser(byLoginName, async (things, user) => ({
    ...(await withPasskey(things, user)),
    PasskeyName: 'changed',
  })),
  DeletePasskey: onUser(byLoginName, withPasskey),
  SetVerificationInfo: onUser(byLoginName, async () => ({ VerifyType: 'email', Email: 'a@example.com' })),
  GetVerificationInfo: onUser(byLoginName, async (things, user) => {
    await withContact(things, user);
    return {};
  }),
  UnbindVerification: onUser(byLoginName, withContact),
};

const withCredential = async (things: Things, user: UserThing) => ({
  ServiceCredentialId: await things.serviceCredential(user),
});

const serviceCredentials: Readonly<Record<string, Prepare>> = {
  CreateServiceCredential: onUser(byLoginName, async () => ({
    ServiceCredentialName: 'made',
    ServiceName: 'dashscope.aliyuncs.com',
  })),
  GetServiceCredential: onUser(byLoginName, withCredential),
  ListServiceCredentials: onUser(byLoginName, async (things, user) => {
    await things.serviceCredential(user);
    return {};
  }),
  'ListServiceCredentials of all users': onAll('user', { AllUsers: 'true' }),
  UpdateServiceCredential: onUser(byLoginName, async (things, user) => ({
    ...(await withCredential(things, user)),
    Status: 'Inactive',
  })),
  DeleteServiceCredential: onUser(byLoginName, withCredential),
};

const taggedUser =
  (parameters: (user: UserThing) => Readonly<Record<string, string>>): Prepare =>
  async (things, name) => {
    const user = await things.user(name);
    await things.do('2019-08-15', 'TagResources', {
      'ResourceId.1': user.UserId,
      'Tag.1.Key': 'owner',
      'Tag.1.Value': things.mark,
    });
    const shown = [things.arn(`user/${user.UserId}`)];
    return { parameters: parameters(user), on: [things.arn(`user/${name}`)], shown };
  };

const users: Readonly<Record<string, Prepare>> = {
  CreateUser: async (things, name) => ({
    parameters: { UserPrincipalName: `${name}@${things.account.domain}`, DisplayName: 'made' },
    on: [things.arn('user/*')],
    makes: ['UserPrincipalName'],
    // The domain is not that of the other account.
    elsewhere: { code: 'InvalidParameter.UserPrincipalName.Format' },
  }),
  GetUser: onUser(byLoginName),
  'GetUser by id': onUser('UserId'),
  'GetUser by key': async (things, name) => ({
    parameters: { UserAccessKeyId: await things.key(await things.user(name)) },
    on: [things.arn(`user/${name}`)],
    shown: [things.arn('user/*')],
  }),
  UpdateUser: onUser(byLoginName, async () => ({ NewDisplayName: 'changed' })),
  'UpdateUser with a new name': async (things, name) => {
    const { UserId } = await things.user(name);
    return {
      parameters: { UserId, NewUserPrincipalName: `${name}-new@${things.account.domain}` },
      on: [things.arn(`user/${name}`), things.arn(`user/${name}-new`)],
      shown: [things.arn(`user/${UserId}`)],
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

/** A request for each operation of IMS that succeeds; what follows the operation's name tells several of one apart. */
export const preparedIms: Readonly<Record<string, Prepare>> = {
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
