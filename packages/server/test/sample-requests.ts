import type { Operation } from '../src/pipeline/operation.ts';

const document = (statement: object) =>
  JSON.stringify({ Version: '1', Statement: [{ Effect: 'Allow', ...statement }] });

/** Valid value for each parameter that some operation requires. */
const values: Readonly<Record<string, string>> = {
  AppId: '4123456789012345678',
  AppSecretId: '2efd5004-005c-4f05-83c6-5b1dd1760000',
  AppType: 'WebApp',
  ServiceCredentialId: 'SCSampleSampleSample',
  ServiceCredentialName: 'sample',
  AuthenticationCode1: '123456',
  AuthenticationCode2: '654321',
  NewPassword: 'correct horse 42',
  OldPassword: 'correct horse 41',
  PasskeyId: 'PASSKEY-sample',
  PasskeyName: 'sample',
  Password: 'correct horse 42',
  SerialNumber: 'acs:ram::1234567890123456:mfa/sample',
  VerifyType: 'sms',
  VirtualMFADeviceName: 'sample',
  AccessKey: 'LTAI5tSampleSampleSample',
  AccessKeyPolicy: '{"Status":"Inactive","Statements":[]}',
  AccountAlias: 'sample-alias',
  AssumeRolePolicyDocument: document({
    Action: 'sts:AssumeRole',
    Principal: { RAM: ['acs:ram::1234567890123456:root'] },
  }),
  DefaultDomainName: 'sample.onaliyun.com',
  DisplayName: 'sample',
  EncodedDiagnosticMessage: 'sample',
  GovernanceItemType: 'RootAccessKey',
  GroupName: 'sample',
  OIDCProviderName: 'sample',
  IssuerUrl: 'https://idp.example.com',
  ClientId: 'sample',
  Fingerprint: '902ef2deeb3c5b13ea4c3d5193629309e231ae55',
  SAMLProviderName: 'sample',
  EncodedSAMLMetadataDocument: 'PHNhbXBsZS8+',
  NewDescription: 'sample',
  PolicyDocument: document({ Action: 'ram:GetUser', Resource: '*' }),
  PolicyName: 'sample',
  PolicyType: 'Custom',
  ResourceNames: '["sample"]',
  ResourceType: 'role',
  RoleArn: 'acs:ram::1234567890123456:role/sample',
  RoleName: 'sample',
  RoleSessionName: 'sample',
  ServiceName: 'Ram',
  Status: 'Inactive',
  Tag: '[{"Key":"sample","Value":"sample"}]',
  TagKeys: '["sample"]',
  UserAccessKeyId: 'LTAI5tSampleSampleSample',
  UserId: '200000000000000009',
  UserName: 'sample',
  UserPrincipalName: 'sample@1234567890123456.onaliyun.com',
  VersionId: 'v1',
};

/** Parameters that operations need beside the required ones: one of several, mostly. */
const also: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '2019-08-15 CreateServiceCredential': { UserPrincipalName: 'sample@1234567890123456.onaliyun.com' },
  '2019-08-15 GetServiceCredential': { UserPrincipalName: 'sample@1234567890123456.onaliyun.com' },
  '2019-08-15 ListServiceCredentials': { UserPrincipalName: 'sample@1234567890123456.onaliyun.com' },
  '2019-08-15 UpdateServiceCredential': { UserPrincipalName: 'sample@1234567890123456.onaliyun.com' },
  '2019-08-15 DeleteServiceCredential': { UserPrincipalName: 'sample@1234567890123456.onaliyun.com' },
  '2019-08-15 GetUserMFAInfo': { UserPrincipalName: 'sample@1234567890123456.onaliyun.com' },
  '2019-08-15 ListPasskeys': { UserPrincipalName: 'sample@1234567890123456.onaliyun.com' },
  '2019-08-15 UpdatePasskey': { UserPrincipalName: 'sample@1234567890123456.onaliyun.com' },
  '2019-08-15 DeletePasskey': { UserPrincipalName: 'sample@1234567890123456.onaliyun.com' },
  '2019-08-15 GetVerificationInfo': { UserPrincipalName: 'sample@1234567890123456.onaliyun.com' },
  '2019-08-15 SetVerificationInfo': {
    UserPrincipalName: 'sample@1234567890123456.onaliyun.com',
    MobilePhone: '86-18688880000',
  },
  '2019-08-15 UnbindVerification': {
    UserPrincipalName: 'sample@1234567890123456.onaliyun.com',
    MobilePhone: '86-18688880000',
  },
  '2015-05-01 GetUserMFAInfo': { UserName: 'sample' },
  '2019-08-15 GetUser': { UserPrincipalName: 'sample@1234567890123456.onaliyun.com' },
  '2019-08-15 UpdateUser': { UserId: '200000000000000009', NewDisplayName: 'sample' },
  '2019-08-15 DeleteUser': { UserId: '200000000000000009' },
  '2019-08-15 GetUserInRecycleBin': { UserId: '200000000000000009' },
  '2019-08-15 TagResources': {
    'ResourceId.1': '200000000000000009',
    'Tag.1.Key': 'sample',
    'Tag.1.Value': 'sample',
  },
  '2019-08-15 UntagResources': { 'ResourceId.1': '200000000000000009', 'TagKey.1': 'sample' },
  '2019-08-15 ListTagResources': { 'ResourceId.1': '200000000000000009' },
  '2015-05-01 CreateServiceLinkedRole': { ServiceName: 'polardb.aliyuncs.com' },
  '2015-05-01 GetServiceLinkedRoleTemplate': { ServiceName: 'polardb.aliyuncs.com' },
  '2015-05-01 ListTagResources': { ResourceNames: '["sample"]' },
};

/**
 * Returns a valid request for an operation, which names entities that need not exist.
 * @throws Error if a required parameter has no sample value yet: add it here
 */
export function sampleRequest(operation: Operation): Readonly<Record<string, string>> {
  const extra = also[`${operation.version} ${operation.name}`] ?? {};
  const sample: Record<string, string> = { ...extra };
  for (const [name, parameter] of Object.entries(operation.input)) {
    const isGiven = Object.keys(extra).some((given) => given === name || given.startsWith(`${name}.`));
    if (!parameter.required || isGiven) continue;
    const value = values[name];
    if (value === undefined) {
      throw new Error(`give ${name} of ${operation.version} ${operation.name} a value in sample-requests.ts`);
    }
    sample[name] = value;
  }
  return sample;
}
