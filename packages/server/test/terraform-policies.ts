/** Requests for policies, roles and attachments, as Terraform's provider sends them. */
import {
  type Json,
  ram,
  ramWithRegion,
  type TerraformRead,
  type TerraformRequest,
  type TerraformResource,
  type TerraformUpdate,
} from './terraform-resource.ts';

const TAGS = [{ Key: 'team', Value: 'platform' }];
const CHANGED_TAGS = [{ Key: 'stage', Value: 'test' }];

const policyDocument = (action: string) =>
  JSON.stringify({ Version: '1', Statement: [{ Effect: 'Allow', Action: [action], Resource: ['*'] }] });

const trustPolicy = (service: string) =>
  JSON.stringify({
    Statement: [
      {
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Principal: { RAM: [], Service: [`${service}.aliyuncs.com`] },
      },
    ],
    Version: '1',
  });

const readTags = (type: string): TerraformRead => ({
  ...ram('ListTagResources', { ResourceType: type, ResourceNames: '["<id>"]' }),
  attributes: {
    tag_keys: 'TagResources[].TagKey',
    tag_values: 'TagResources[].TagValue',
  },
});

const changeTags = (type: string): TerraformUpdate => ({
  requests: [
    // The provider sends the keys in both forms.
    ram('UntagResources', {
      ResourceNames: '["<id>"]',
      ResourceType: type,
      'TagKey.1': 'team',
      TagKeys: '["team"]',
    }),
    ram('TagResources', {
      ResourceNames: '["<id>"]',
      ResourceType: type,
      Tag: JSON.stringify(CHANGED_TAGS),
    }),
  ],
  changes: { tag_keys: ['stage'], tag_values: ['test'] },
});

const newVersion = (number: number): TerraformUpdate => ({
  requests: [
    ram('CreatePolicyVersion', {
      PolicyName: '<id>',
      SetAsDefault: 'true',
      PolicyDocument: policyDocument(`oss:Get${number}`),
      RotateStrategy: 'DeleteOldestNonDefaultVersionWhenLimitExceeded',
    }),
  ],
  changes: {
    policy_document: policyDocument(`oss:Get${number}`),
    version_id: `v${number}`,
    default_version: `v${number}`,
  },
});

const policy: TerraformResource = {
  name: 'alicloud_ram_policy',
  create: [
    ram('CreatePolicy', {
      PolicyName: 'tf-policy',
      Description: 'made by Terraform',
      PolicyDocument: policyDocument('oss:Get1'),
      Tag: JSON.stringify(TAGS),
    }),
  ],
  id: '<Policy.PolicyName>',
  read: [
    {
      ...ram('GetPolicy', { PolicyName: '<id>', PolicyType: 'Custom' }),
      attributes: {
        policy_document: 'DefaultPolicyVersion.PolicyDocument',
        version_id: 'DefaultPolicyVersion.VersionId',
        create_time: 'Policy.CreateDate',
        description: 'Policy.Description',
        policy_name: 'Policy.PolicyName',
        default_version: 'Policy.DefaultVersion',
        attachment_count: 'Policy.AttachmentCount',
        type: 'Policy.PolicyType',
      },
      gone: ['EntityNotExist.Policy'],
    },
    readTags('policy'),
  ],
  created: {
    policy_document: policyDocument('oss:Get1'),
    version_id: 'v1',
    description: 'made by Terraform',
    policy_name: 'tf-policy',
    default_version: 'v1',
    attachment_count: 0,
    type: 'Custom',
    tag_keys: ['team'],
    tag_values: ['platform'],
  },
  updates: [
    {
      requests: [ram('UpdatePolicyDescription', { PolicyName: '<id>', NewDescription: 'changed' })],
      changes: { description: 'changed' },
    },
    {
      requests: [ram('UpdatePolicyDescription', { PolicyName: '<id>', NewDescription: '' })],
      changes: { description: '' },
    },
    changeTags('policy'),
    // The sixth version replaces the oldest one.
    ...[2, 3, 4, 5, 6].map(newVersion),
  ],
  isImportable: true,
  // With `force`.
  destroy: [
    {
      ...ram('ListEntitiesForPolicy', { PolicyName: '<id>', PolicyType: 'Custom' }),
      lists: ['Users.User', 'Groups.Group', 'Roles.Role'],
    },
    {
      ...ram('ListPolicyVersions', { PolicyName: '<id>', PolicyType: 'Custom' }),
      lists: ['PolicyVersions.PolicyVersion'],
    },
    ...[2, 3, 4, 5].map((number) =>
      ram('DeletePolicyVersion', { PolicyName: '<id>', VersionId: `v${number}` }),
    ),
    ram('DeletePolicy', { PolicyName: '<id>', CascadingDelete: 'true' }),
  ],
};

const changeRole = (changes: Readonly<Record<string, string>>) =>
  ram('UpdateRole', { RoleName: '<id>', ...changes });

const role: TerraformResource = {
  name: 'alicloud_ram_role',
  create: [
    ram('CreateRole', {
      RoleName: 'tf-role',
      Description: 'made by Terraform',
      MaxSessionDuration: '3600',
      Tag: JSON.stringify(TAGS),
      AssumeRolePolicyDocument: trustPolicy('ecs'),
    }),
  ],
  id: '<Role.RoleName>',
  read: [
    {
      ...ram('GetRole', { RoleName: '<id>' }),
      attributes: {
        arn: 'Role.Arn',
        assume_role_policy_document: 'Role.AssumeRolePolicyDocument',
        create_time: 'Role.CreateDate',
        description: 'Role.Description',
        max_session_duration: 'Role.MaxSessionDuration',
        role_id: 'Role.RoleId',
        role_name: 'Role.RoleName',
      },
      gone: ['EntityNotExist.Role'],
    },
    readTags('role'),
  ],
  created: {
    arn: 'acs:ram::<account.accountId>:role/tf-role',
    assume_role_policy_document: trustPolicy('ecs'),
    description: 'made by Terraform',
    max_session_duration: 3600,
    role_name: 'tf-role',
    tag_keys: ['team'],
    tag_values: ['platform'],
  },
  updates: [
    { requests: [changeRole({ NewDescription: 'changed' })], changes: { description: 'changed' } },
    { requests: [changeRole({ NewDescription: '' })], changes: { description: '' } },
    { requests: [changeRole({ NewMaxSessionDuration: '7200' })], changes: { max_session_duration: 7200 } },
    {
      requests: [changeRole({ NewAssumeRolePolicyDocument: trustPolicy('fc') })],
      changes: { assume_role_policy_document: trustPolicy('fc') },
    },
    changeTags('role'),
  ],
  isImportable: true,
  // With `force`.
  destroy: [
    { ...ram('ListPoliciesForRole', { RoleName: '<id>' }), lists: ['Policies.Policy'] },
    ram('DeleteRole', { RoleName: '<id>' }),
  ],
};

function attachment(
  to: 'User' | 'Group' | 'Role',
  policyType: 'Custom' | 'System',
  before: TerraformRequest,
): TerraformResource {
  const entity = `${to}Name`;
  const policyName = policyType === 'System' ? 'AliyunECSFullAccess' : 'tf-policy';
  const createPolicy = ram('CreatePolicy', {
    PolicyName: 'tf-policy',
    PolicyDocument: policyDocument('oss:Get'),
  });
  const created: Readonly<Record<string, Json>> = { policy_name: policyName, policy_type: policyType };
  return {
    name: `alicloud_ram_${to.toLowerCase()}_policy_attachment of a ${policyType.toLowerCase()} policy`,
    before: policyType === 'System' ? [before] : [before, createPolicy],
    create: [
      ram(`AttachPolicyTo${to}`, { PolicyType: policyType, PolicyName: policyName, [entity]: 'tf-entity' }),
    ],
    id: `${to.toLowerCase()}:${policyName}:${policyType}:tf-entity`,
    read: [
      {
        ...ram(`ListPoliciesFor${to}`, { [entity]: '<id.3>' }),
        find: { list: 'Policies.Policy', where: { PolicyName: '<id.1>', PolicyType: '<id.2>' } },
        attributes: { policy_name: 'PolicyName', policy_type: 'PolicyType' },
        gone: [`EntityNotExist.${to}`],
      },
    ],
    created,
    updates: [],
    isImportable: true,
    destroy: [
      ram(`DetachPolicyFrom${to}`, { PolicyType: '<id.2>', PolicyName: '<id.1>', [entity]: '<id.3>' }),
    ],
  };
}

const attachments = (['Custom', 'System'] as const).flatMap((type) => [
  attachment('User', type, ramWithRegion('CreateUser', { UserName: 'tf-entity' })),
  attachment('Group', type, ram('CreateGroup', { GroupName: 'tf-entity' })),
  attachment(
    'Role',
    type,
    ram('CreateRole', { RoleName: 'tf-entity', AssumeRolePolicyDocument: trustPolicy('ecs') }),
  ),
]);

/** Policies, roles and attachments. */
export const TERRAFORM_POLICIES: readonly TerraformResource[] = [policy, role, ...attachments];
