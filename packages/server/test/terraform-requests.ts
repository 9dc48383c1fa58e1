/** Requests of every RAM and IMS resource and data source of Terraform's provider for Alibaba Cloud. */
import { samlMetadata } from './sample-entities.ts';
import { TERRAFORM_IDENTITIES } from './terraform-identities.ts';
import { TERRAFORM_POLICIES } from './terraform-policies.ts';
import {
  ims,
  ram,
  ramWithRegion,
  type TerraformDataSource,
  type TerraformResource,
} from './terraform-resource.ts';
import { TERRAFORM_SETTINGS } from './terraform-settings.ts';

/** Resources of the provider; left out is `alicloud_ram_role_attachment`, which calls ECS alone. */
export const TERRAFORM_RESOURCES: readonly TerraformResource[] = [
  ...TERRAFORM_IDENTITIES,
  ...TERRAFORM_POLICIES,
  ...TERRAFORM_SETTINGS,
];

const TRUST_POLICY = JSON.stringify({
  Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: ['ecs.aliyuncs.com'] } }],
  Version: '1',
});

const POLICY_DOCUMENT = JSON.stringify({
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: 'oss:Get*', Resource: '*' }],
});

const whileTruncated = { parameter: 'Marker', field: 'IsTruncated', until: 'false' } as const;
const whileMarked = { parameter: 'Marker', field: 'Marker', until: 'absent' } as const;

/** Data sources that read a list, with more entries than one page where the provider asks for pages. */
export const TERRAFORM_DATA_SOURCES: readonly TerraformDataSource[] = [
  {
    name: 'alicloud_ram_users',
    request: ramWithRegion('ListUsers', { MaxItems: '1000' }),
    list: 'Users.User',
    field: 'UserName',
    next: whileTruncated,
    users: 1001,
  },
  {
    name: 'alicloud_ram_groups',
    request: ramWithRegion('ListGroups', { MaxItems: '1000' }),
    list: 'Groups.Group',
    field: 'GroupName',
    next: whileTruncated,
    entries: { count: 101, name: 'tf-<n>', create: ram('CreateGroup', { GroupName: 'tf-<n>' }) },
  },
  {
    name: 'alicloud_ram_roles',
    request: ram('ListRoles', { MaxItems: '50' }),
    list: 'Roles.Role',
    field: 'RoleName',
    next: whileTruncated,
    entries: {
      count: 51,
      name: 'tf-<n>',
      create: ram('CreateRole', { RoleName: 'tf-<n>', AssumeRolePolicyDocument: TRUST_POLICY }),
    },
  },
  {
    name: 'alicloud_ram_policies',
    request: ram('ListPolicies', { MaxItems: '50', PolicyType: 'Custom' }),
    list: 'Policies.Policy',
    field: 'PolicyName',
    next: whileTruncated,
    entries: {
      count: 51,
      name: 'tf-<n>',
      create: ram('CreatePolicy', { PolicyName: 'tf-<n>', PolicyDocument: POLICY_DOCUMENT }),
    },
  },
  {
    name: 'alicloud_ram_policies of both types',
    request: ram('ListPolicies', { MaxItems: '50' }),
    list: 'Policies.Policy',
    field: 'PolicyName',
    next: whileTruncated,
  },
  {
    // MaxResults is not a parameter of the operation: the page is the default one.
    name: 'alicloud_ram_system_policys',
    request: ram('ListPolicies', { PolicyType: 'System', MaxResults: '50' }),
    list: 'Policies.Policy',
    field: 'PolicyName',
    next: whileMarked,
  },
  {
    name: 'alicloud_ram_saml_providers',
    request: ims('ListSAMLProviders', { MaxItems: '50' }),
    list: 'SAMLProviders.SAMLProvider',
    field: 'SAMLProviderName',
    next: whileMarked,
    entries: {
      count: 51,
      name: 'tf-<n>',
      create: ims('CreateSAMLProvider', {
        SAMLProviderName: 'tf-<n>',
        EncodedSAMLMetadataDocument: samlMetadata,
      }),
    },
  },
  {
    // MaxResults and NextToken are not parameters of the operation either: one page of at most 100 is read.
    name: 'alicloud_ims_oidc_providers',
    request: ims('ListOIDCProviders', { MaxResults: '50' }),
    list: 'OIDCProviders.OIDCProvider',
    field: 'OIDCProviderName',
    next: { parameter: 'NextToken', field: 'NextToken', until: 'absent' },
    entries: {
      count: 51,
      name: 'tf-<n>',
      create: ims('CreateOIDCProvider', {
        OIDCProviderName: 'tf-<n>',
        IssuerUrl: 'https://tf-<n>.example.com',
        ClientIds: 'client',
        Fingerprints: '1'.repeat(40),
      }),
    },
  },
];
