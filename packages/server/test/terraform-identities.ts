/** Requests for users, their keys and login profiles, groups and memberships, as Terraform's provider sends them. */
import { ims, ram, ramWithRegion, type TerraformRead, type TerraformResource } from './terraform-resource.ts';

const PASSWORD = 'correct horse 42';

const readUser: readonly TerraformRead[] = [
  {
    ...ramWithRegion('ListUsers', { MaxItems: '100' }),
    find: { list: 'Users.User', where: { UserId: '<id>' } },
    attributes: {},
  },
  {
    ...ramWithRegion('GetUser', { UserName: '<found.UserName>' }),
    attributes: {
      id: 'User.UserId',
      name: 'User.UserName',
      display_name: 'User.DisplayName',
      mobile: 'User.MobilePhone',
      email: 'User.Email',
      comments: 'User.Comments',
    },
    gone: ['EntityNotExist.User'],
  },
];

const changeUser = (changes: Readonly<Record<string, string>>, name = 'tf-user') =>
  ram('UpdateUser', { UserName: name, NewUserName: name, ...changes });

const user: TerraformResource = {
  name: 'alicloud_ram_user',
  create: [
    ramWithRegion('CreateUser', {
      UserName: 'tf-user',
      DisplayName: 'Terraform user',
      MobilePhone: '86-18688888888',
      Email: 'tf-user@example.com',
      Comments: 'made by Terraform',
    }),
  ],
  id: '<User.UserId>',
  read: readUser,
  created: {
    name: 'tf-user',
    display_name: 'Terraform user',
    mobile: '86-18688888888',
    email: 'tf-user@example.com',
    comments: 'made by Terraform',
  },
  updates: [
    { requests: [changeUser({ NewDisplayName: 'Renamed' })], changes: { display_name: 'Renamed' } },
    { requests: [changeUser({ NewMobilePhone: '' })], changes: { mobile: '' } },
    { requests: [changeUser({ NewEmail: '' })], changes: { email: '' } },
    { requests: [changeUser({ NewComments: '' })], changes: { comments: '' } },
    {
      requests: [ram('UpdateUser', { UserName: 'tf-user', NewUserName: 'tf-user-2' })],
      changes: { name: 'tf-user-2' },
    },
    { requests: [changeUser({ NewDisplayName: '' }, 'tf-user-2')], changes: { display_name: '' } },
  ],
  isImportable: true,
  // With `force`, which first removes all that the user has.
  destroy: [
    { ...ramWithRegion('ListAccessKeys', { UserName: 'tf-user-2' }), lists: ['AccessKeys.AccessKey'] },
    { ...ramWithRegion('ListPoliciesForUser', { UserName: 'tf-user-2' }), lists: ['Policies.Policy'] },
    { ...ramWithRegion('ListGroupsForUser', { UserName: 'tf-user-2' }), lists: ['Groups.Group'] },
    ramWithRegion('DeleteLoginProfile', { UserName: 'tf-user-2' }, ['EntityNotExist.User.LoginProfile']),
    ram('UnbindMFADevice', { UserName: 'tf-user-2' }, ['EntityNotExist', 'EntityNotExist.User.MFADevice']),
    ramWithRegion('DeleteUser', { UserName: 'tf-user-2' }),
  ],
};

const readKey = (parameters: Readonly<Record<string, string>>): TerraformRead => ({
  ...ram('ListAccessKeys', parameters),
  find: { list: 'AccessKeys.AccessKey', where: { AccessKeyId: '<id>' } },
  attributes: { create_time: 'CreateDate', status: 'Status' },
  gone: ['EntityNotExist.User'],
});

const changeKey = (status: string, user: Readonly<Record<string, string>>) =>
  ram('UpdateAccessKey', { UserAccessKeyId: '<id>', Status: status, ...user });

const accessKey: TerraformResource = {
  name: 'alicloud_ram_access_key',
  before: [ramWithRegion('CreateUser', { UserName: 'tf-user' })],
  create: [ram('CreateAccessKey', { UserName: 'tf-user' })],
  id: '<AccessKey.AccessKeyId>',
  read: [readKey({ UserName: 'tf-user' })],
  created: { status: 'Active' },
  updates: [
    { requests: [changeKey('Inactive', { UserName: 'tf-user' })], changes: { status: 'Inactive' } },
    { requests: [changeKey('Active', { UserName: 'tf-user' })], changes: { status: 'Active' } },
  ],
  isImportable: false,
  destroy: [ram('DeleteAccessKey', { UserAccessKeyId: '<id>', UserName: 'tf-user' })],
};

const ownAccessKey: TerraformResource = {
  name: 'alicloud_ram_access_key without user_name',
  create: [ram('CreateAccessKey')],
  id: '<AccessKey.AccessKeyId>',
  // The read sends the name that is not set; the other requests leave it out.
  read: [readKey({ UserName: '' })],
  created: { status: 'Active' },
  updates: [{ requests: [changeKey('Inactive', {})], changes: { status: 'Inactive' } }],
  isImportable: false,
  destroy: [ram('DeleteAccessKey', { UserAccessKeyId: '<id>' })],
};

const keyPolicy = (status: string, ...addresses: readonly string[]) =>
  JSON.stringify({
    Version: 1,
    Status: status,
    Statements: addresses.length === 0 ? [] : [{ Type: 'ClassicWhiteList', IPList: addresses }],
  });

const setKeyPolicy = (policy: string) =>
  ims('SetAccessKeyPolicy', {
    UserAccessKeyId: '<id.1>',
    UserPrincipalName: '<id.0>',
    AccessKeyPolicy: policy,
  });

const accessKeyPolicy: TerraformResource = {
  name: 'alicloud_ram_access_key_policy',
  before: [
    ramWithRegion('CreateUser', { UserName: 'tf-user' }),
    ram('CreateAccessKey', { UserName: 'tf-user' }),
  ],
  create: [
    ims('SetAccessKeyPolicy', {
      UserAccessKeyId: '<AccessKey.AccessKeyId>',
      AccessKeyPolicy: keyPolicy('Active', '10.0.0.1/32'),
      UserPrincipalName: 'tf-user@<account.domain>',
    }),
  ],
  id: 'tf-user@<account.domain>:<AccessKey.AccessKeyId>',
  read: [
    {
      ...ims('GetAccessKeyPolicy', { UserAccessKeyId: '<id.1>', UserPrincipalName: '<id.0>' }),
      attributes: { access_key_policy: 'AccessKeyPolicy' },
      gone: ['EntityNotExist.AccessKeyPolicy'],
      goneIf: { access_key_policy: ['', '{}', keyPolicy('Inactive')] },
    },
  ],
  created: { access_key_policy: keyPolicy('Active', '10.0.0.1/32') },
  updates: [
    {
      requests: [setKeyPolicy(keyPolicy('Active', '10.0.0.2/32'))],
      changes: { access_key_policy: keyPolicy('Active', '10.0.0.2/32') },
    },
    {
      requests: [setKeyPolicy(keyPolicy('Inactive', '10.0.0.2/32'))],
      changes: { access_key_policy: keyPolicy('Inactive', '10.0.0.2/32') },
    },
  ],
  isImportable: true,
  destroy: [setKeyPolicy(keyPolicy('Inactive'))],
};

// Every update sends the password again.
const changeProfile = (changes: Readonly<Record<string, string>>) =>
  ram('UpdateLoginProfile', { UserName: '<id>', Password: PASSWORD, ...changes });

const loginProfile: TerraformResource = {
  name: 'alicloud_ram_login_profile',
  before: [ramWithRegion('CreateUser', { UserName: 'tf-user' })],
  create: [
    ram('CreateLoginProfile', {
      UserName: 'tf-user',
      PasswordResetRequired: 'false',
      MFABindRequired: 'false',
      Password: PASSWORD,
    }),
  ],
  id: '<LoginProfile.UserName>',
  read: [
    {
      ...ram('GetLoginProfile', { UserName: '<id>' }),
      attributes: {
        create_time: 'LoginProfile.CreateDate',
        mfa_bind_required: 'LoginProfile.MFABindRequired',
        password_reset_required: 'LoginProfile.PasswordResetRequired',
        user_name: 'LoginProfile.UserName',
      },
      gone: ['EntityNotExist.User.LoginProfile'],
    },
  ],
  created: { mfa_bind_required: false, password_reset_required: false, user_name: 'tf-user' },
  updates: [
    {
      requests: [changeProfile({ PasswordResetRequired: 'true' })],
      changes: { password_reset_required: true },
    },
    { requests: [changeProfile({ MFABindRequired: 'true' })], changes: { mfa_bind_required: true } },
    {
      requests: [changeProfile({ PasswordResetRequired: 'false' })],
      changes: { password_reset_required: false },
    },
  ],
  isImportable: true,
  destroy: [ram('DeleteLoginProfile', { UserName: '<id>' })],
};

const group: TerraformResource = {
  name: 'alicloud_ram_group',
  create: [ram('CreateGroup', { GroupName: 'tf-group', Comments: 'made by Terraform' })],
  id: '<Group.GroupName>',
  read: [
    {
      ...ram('GetGroup', { GroupName: '<id>' }),
      attributes: {
        comments: 'Group.Comments',
        create_time: 'Group.CreateDate',
        group_name: 'Group.GroupName',
      },
      gone: ['EntityNotExist.Group'],
    },
  ],
  created: { comments: 'made by Terraform', group_name: 'tf-group' },
  updates: [
    {
      requests: [ram('UpdateGroup', { GroupName: '<id>', NewComments: 'changed' })],
      changes: { comments: 'changed' },
    },
    // Comments that are cleared are left out.
    { requests: [ram('UpdateGroup', { GroupName: '<id>' })], changes: {} },
  ],
  isImportable: true,
  // With `force`.
  destroy: [
    { ...ram('ListUsersForGroup', { GroupName: '<id>' }), lists: ['Users.User'] },
    { ...ram('ListPoliciesForGroup', { GroupName: '<id>' }), lists: ['Policies.Policy'] },
    ram('DeleteGroup', { GroupName: '<id>' }),
  ],
};

const member = (operation: string, user: string, ignored: readonly string[] = []) =>
  ramWithRegion(operation, { UserName: user, GroupName: 'tf-group' }, ignored);

const groupMembership: TerraformResource = {
  name: 'alicloud_ram_group_membership',
  before: [
    ram('CreateGroup', { GroupName: 'tf-group' }),
    ...['tf-user-1', 'tf-user-2', 'tf-user-3'].map((name) => ramWithRegion('CreateUser', { UserName: name })),
  ],
  create: [member('AddUserToGroup', 'tf-user-1'), member('AddUserToGroup', 'tf-user-2')],
  id: 'tf-group',
  read: [
    {
      ...ramWithRegion('ListUsersForGroup', { GroupName: '<id>' }),
      attributes: { user_names: 'Users.User[].UserName' },
      gone: ['EntityNotExist.Group'],
      goneIf: { user_names: [[]] },
    },
  ],
  created: { user_names: ['tf-user-1', 'tf-user-2'] },
  updates: [
    {
      requests: [
        member('RemoveUserFromGroup', 'tf-user-1', ['EntityNotExist']),
        member('AddUserToGroup', 'tf-user-3'),
      ],
      changes: { user_names: ['tf-user-2', 'tf-user-3'] },
    },
  ],
  isImportable: true,
  destroy: [member('RemoveUserFromGroup', 'tf-user-2'), member('RemoveUserFromGroup', 'tf-user-3')],
};

const userGroupAttachment: TerraformResource = {
  name: 'alicloud_ram_user_group_attachment',
  before: [
    ram('CreateGroup', { GroupName: 'tf-group' }),
    ramWithRegion('CreateUser', { UserName: 'tf-user' }),
    ram('AddUserToGroup', { UserName: 'tf-user', GroupName: 'tf-group' }),
  ],
  // A user that is a member already is taken for attached.
  create: [
    ram('AddUserToGroup', { UserName: 'tf-user', GroupName: 'tf-group' }, ['EntityAlreadyExists.User.Group']),
  ],
  id: 'tf-group:tf-user',
  read: [
    {
      ...ram('ListUsersForGroup', { GroupName: '<id.0>' }),
      find: { list: 'Users.User', where: { UserName: '<id.1>' } },
      attributes: { user_name: 'UserName' },
    },
  ],
  created: { user_name: 'tf-user' },
  updates: [],
  isImportable: true,
  destroy: [ram('RemoveUserFromGroup', { UserName: '<id.1>', GroupName: '<id.0>' })],
};

/** Users, keys, login profiles, groups and memberships. */
export const TERRAFORM_IDENTITIES: readonly TerraformResource[] = [
  user,
  accessKey,
  ownAccessKey,
  accessKeyPolicy,
  loginProfile,
  group,
  groupMembership,
  userGroupAttachment,
];
