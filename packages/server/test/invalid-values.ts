import { password, samlMetadata } from './sample-entities.ts';

/**
 * Form of a text parameter: `name` without blanks, characters with a meaning elsewhere, or characters beyond ASCII;
 * `line` any printable text on one line; `text` the same on several lines; `other` limited by its own list of wrong
 * values only.
 */
type Form = 'name' | 'line' | 'text' | 'other';

/** Facts about a text parameter beside the operation's declaration. */
export interface TextFact {
  readonly form: Form;
  /** Valid value. */
  readonly right: string;
  /** Invalid values beside those that its form forbids; each is refused as this parameter's fault. */
  readonly wrong?: readonly string[];
  /** Reason that any value of valid length is accepted. */
  readonly takesAnything?: string;
  /** The parameter is required, but may be empty. */
  readonly emptyIsMeant?: true;
}

const name = (right: string, ...wrong: string[]): TextFact => ({ form: 'name', right, wrong });

const line = (right: string, ...wrong: string[]): TextFact => ({ form: 'line', right, wrong });

const multiline: TextFact = { form: 'text', right: 'said' };

const other = (right: string, ...wrong: string[]): TextFact => ({ form: 'other', right, wrong });

const anything = (right: string, takesAnything: string): TextFact => ({
  form: 'other',
  right,
  takesAnything,
});

const encode = (text: string) => Buffer.from(text).toString('base64url');

const policy = (...statements: unknown[]) => JSON.stringify({ Version: '1', Statement: statements });

const notJson = [
  'x',
  '{',
  '{}',
  '[]',
  '"x"',
  '1',
  'null',
  '{"Version":"1"}',
  '{"Version":"1","Statement":{}}',
];

const identityPolicy = other(
  policy({ Effect: 'Allow', Action: 'ram:GetUser', Resource: '*' }),
  ...notJson,
  policy(),
  policy({}),
  policy({ Effect: 'Maybe', Action: 'ram:GetUser', Resource: '*' }),
  policy({ Effect: 'Allow', Action: 'ram:GetUser' }),
  policy({ Effect: 'Allow', Action: 'ram:GetUser', Resource: '*', Principal: { RAM: ['*'] } }),
  policy({
    Effect: 'Allow',
    Action: 'ram:GetUser',
    Resource: '*',
    Condition: { Near: { 'acs:SourceIp': 'x' } },
  }),
);

const trustPolicy = other(
  policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: ['ecs.aliyuncs.com'] } }),
  ...notJson,
  policy({ Effect: 'Allow', Action: 'sts:AssumeRole' }),
  policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Absent: ['x'] } }),
  policy({ Effect: 'Allow', Action: 'ram:GetUser', Resource: '*' }),
);

const metadata = other(
  samlMetadata,
  'not Base64!',
  encode('not XML'),
  encode('<x/>'),
  encode('<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>'),
);

const secondsOfDay = other(
  '2099-01-02T03:04:05Z',
  'yesterday',
  '2099-01-02',
  '2099-01-02 03:04:05',
  '2099-01-02T03:04:05+08:00',
  '2099-01-02T03:04:05.678Z',
  '2099-13-02T03:04:05Z',
  '2099-02-30T03:04:05Z',
  '2099-01-02T25:04:05Z',
);

const loginName = name(
  'existing@example.onaliyun.com',
  'existing',
  '@example',
  'existing@',
  'a@b@c',
  '*@example.com',
);

const digits = name('200000000000000009', 'x', '-1', '1.5', '0x10', '１２');

const emailAddress = other(
  'a@example.com',
  'a',
  'a@b',
  '@b.c',
  'a@',
  'a b@c.d',
  'a@b .c',
  'a@b@c.d',
  'a@b.c\n',
);

const phone = name('86-18688880000', '18688880000', '+86-18688880000', '86-1', '86-x', '86_18688880000');

const providerName = name('corp', '-corp', 'corp_', '.', 'a/b');

const newPassword = line(password, 'short1', 'onlyletters', '1234567890');

const token = (...wrong: string[]) => other('', 'x', 'AAAA', encode('m9:x'), encode('m1'), ...wrong);

const scopes = other('openid', 'nonsense', 'openid;nonsense', 'openid nonsense', 'OpenID');

const uris = other(
  'https://app.example.com/callback',
  'x',
  'javascript:alert(1)',
  'http://app.example.com',
  'https://a@app.example.com',
  'https://app.example.com/#x',
  'https://app.example.com; ftp://x',
  `https://${'x'.repeat(510)}`,
  Array.from({ length: 21 }, (_, at) => `https://app.example.com/${at}`).join(';'),
);

const sessionPolicy = other(identityPolicy.right, ...(identityPolicy.wrong ?? []));

const addresses = (Status: string, ...IPList: string[]) =>
  JSON.stringify({ Version: 1, Status, Statements: [{ Type: 'ClassicWhiteList', IPList }] });

const networkPolicy = other(
  addresses('Inactive', '203.0.113.1'),
  'x',
  '{}',
  '[]',
  'null',
  '{"Status":"Active","Statements":null}',
  '{"Version":2,"Status":"Active","Statements":[]}',
  '{"Status":"Active","Statements":[],"More":1}',
  '{"Status":"Active","Statements":[{"Type":"GreyList","IPList":["203.0.113.1"]}]}',
  addresses('Sometimes', '203.0.113.1'),
  addresses('Active', '203.0.113.256'),
  addresses('Active', '203.0.113.0/33'),
  addresses('Active', 'example.com'),
  addresses('Active'),
);

/** Facts of each text parameter, by its name; by `operation parameter` where one differs. */
export const TEXT_FACTS: Readonly<Record<string, TextFact>> = {
  AccessKey: name('LTAI5tSampleSampleSample', 'LTAI_x', '../x'),
  AccessKeyPolicy: networkPolicy,
  AccountAlias: name('sample-alias', 'ab', 'Ab-c', '-abc', 'abc-', 'a--b', 'a_b', 'a.b'),
  AppId: digits,
  AppName: name('sample', 'a/b', 'a:b'),
  AppSecretId: name('2efd5004-005c-4f05-83c6-5b1dd1760000', '../x', 'a_b'),
  AssumeRolePolicyDocument: trustPolicy,
  AuthenticationCode1: name('123456', '12345', '1234567', 'abcdef', '１２３４５６'),
  AuthenticationCode2: name('654321', '65432', '6543210', 'abcdef', '-12345'),
  AuxiliaryDomain: name('example.com', 'example', '.com', 'example.', 'exa_mple.com'),
  Conditions: other(
    '{"acs:SourceIp":"203.0.113.1"}',
    'x',
    '[]',
    '1',
    'null',
    '{"a":null}',
    '{"a":{}}',
    '{"a":[1]}',
    '{"a":"b"',
  ),
  ClientId: name('sample', '-x', 'a,b'),
  ClientIds: name('one,two', ',', 'one,,two', 'one,-two', `one,${'x'.repeat(129)}`),
  Comments: multiline,
  DefaultDomainName: name(
    'sample.onaliyun.com',
    'sample',
    'sample.example.com',
    '.onaliyun.com',
    'a..onaliyun.com',
  ),
  Description: multiline,
  DisplayName: line('sample'),
  Email: emailAddress,
  EncodedDiagnosticMessage: other('', 'x', 'AAAA', '{}'),
  EncodedSAMLMetadataDocument: metadata,
  EndTime: secondsOfDay,
  ExpireDate: { ...secondsOfDay, emptyIsMeant: true },
  ExternalId: name('id', 'x', 'a|b', 'a#b'),
  Filter: other(
    'UserPrincipalName eq a@example.onaliyun.com',
    'x',
    'UserPrincipalName ne a@b',
    'UserPrincipalName eq a',
    'UserId eq 1',
    "UserPrincipalName eq 'a@b'",
    'UserPrincipalName eq a@b or true',
  ),
  Fingerprint: name('902ef2deeb3c5b13ea4c3d5193629309e231ae55', 'a:b', 'a-b'),
  Fingerprints: name('aa,bb', ',', 'aa,,bb', 'aa:bb'),
  GroupName: name('sample', 'a/b', 'a:b', 'a,b', 'a@b'),
  GuardName: name('edge', '-x', '.x', 'a/b', 'a:b'),
  IssuerUrl: other(
    'https://idp.example.com',
    'x',
    'idp.example.com',
    'http://idp.example.com',
    'ftp://idp.example.com',
    'https://u:p@idp.example.com',
    'https://idp.example.com?x=1',
    'https://idp.example.com#x',
    'https://idp example.com',
    'https://idp.example.com\n',
    'file:///etc/passwd',
  ),
  LoginNetworkMasks: other(
    '203.0.113.0/24;2001:db8::/32',
    'x',
    '203.0.113',
    '203.0.113.256',
    '203.0.113.0/33',
    '203.0.113.0/-1',
    '203.0.113.0/24/24',
    '203.0.113.1;',
    '203.0.113.1,203.0.113.2',
    '2001:db8::/129',
    'fe80::1%eth0',
    Array.from({ length: 41 }, (_, at) => `10.0.0.${at}`).join(';'),
  ),
  Marker: token(encode('m1:\0')),
  MetadataDocument: metadata,
  MobilePhone: phone,
  NewAssumeRolePolicyDocument: trustPolicy,
  NewComments: multiline,
  NewDescription: multiline,
  NewDisplayName: line('sample'),
  NewEmail: emailAddress,
  NewEncodedSAMLMetadataDocument: metadata,
  NewGroupName: name('sample', 'a/b', 'a:b', 'a,b', 'a@b'),
  NewMobilePhone: phone,
  NewPassword: newPassword,
  NewPredefinedScopes: scopes,
  NewRedirectUris: uris,
  NewRequiredScopes: anything(
    'openid',
    'RAM does nothing with one that is not among the application’s scopes',
  ),
  NewUserName: name('sample', 'a/b', 'a:b', 'a,b', 'a@b'),
  NewUserPrincipalName: loginName,
  NameList: line('claviger-audit'),
  NextToken: token(),
  OIDCProviderArn: other(
    'acs:ram::1234567890123456:oidc-provider/corp',
    'x',
    'corp',
    'acs:ram::1234567890123456:oidc-provider/',
    'acs:ram::123:oidc-provider/corp',
    'acs:ram::1234567890123456:saml-provider/corp',
    'acs:ram:*:*:oidc-provider/corp',
  ),
  OIDCProviderName: providerName,
  OIDCToken: anything(
    'abcd',
    'what it proves is looked at when all else is in order: AuthenticationFail.OIDCToken',
  ),
  OldPassword: { form: 'line', right: password },
  PasskeyId: name('PASSKEY-sample', '../x', 'a.b'),
  PasskeyName: line('laptop'),
  Password: newPassword,
  Policy: sessionPolicy,
  PolicyDocument: identityPolicy,
  PolicyName: name('sample', 'a.b', 'a_b', 'a/b', 'system:x'),
  'ValidatePolicyDocument PolicyDocument': anything('{}', 'what is wrong with it is the answer'),
  PredefinedScopes: scopes,
  PrincipalName: anything('existing', 'an impossible name is unknown'),
  PublicKey: name('x'.repeat(43), 'x', 'A'.repeat(43), `${'x'.repeat(42)}=`, `${'x'.repeat(42)}/`),
  RedirectUris: uris,
  RequiredScopes: anything('openid', 'RAM does nothing with one that is not among the application’s scopes'),
  ResourceGroupId: other('', 'rg-x', 'x', '*'),
  ResourceId: digits,
  ResourceNames: name('sample', 'a_b', 'a/b', 'a:b'),
  ResourcePrincipalName: loginName,
  RoleArn: name(
    'acs:ram::1234567890123456:role/sample',
    'x',
    'sample',
    'acs:ram::1234567890123456:role/',
    'acs:ram::1234567890123456:user/sample',
    'acs:ram::123:role/sample',
    'acs:ram::1234567890123456:role/a/b',
    'acs:ram:*:*:role/sample',
    `acs:ram::1234567890123456:role/${'a'.repeat(65)}`,
  ),
  RoleName: name('sample', 'a/b', 'a:b', 'a_b', 'a@b'),
  CustomSuffix: name('sample', 'a/b', 'a_b'),
  RoleSessionName: name('sample', 'x', 'a/b', 'a:b'),
  SAMLAssertion: anything(
    'abcd',
    'what it proves is looked at when all else is in order: AuthenticationFail.SAMLAssertion',
  ),
  SAMLProviderArn: other(
    'acs:ram::1234567890123456:saml-provider/corp',
    'x',
    'corp',
    'acs:ram::1234567890123456:saml-provider/',
    'acs:ram::123:saml-provider/corp',
    'acs:ram::1234567890123456:oidc-provider/corp',
    'acs:ram:*:*:saml-provider/corp',
  ),
  SAMLProviderName: providerName,
  Scopes: scopes,
  SerialNumber: name(
    'acs:ram::1234567890123456:mfa/sample',
    'x',
    'sample',
    'acs:ram::1234567890123456:mfa/',
    'acs:ram::1234567890123456:user/sample',
    'acs:ram::x:mfa/sample',
    'acs:ram::1234567890123456:mfa/a/b',
  ),
  ServiceCredentialId: name('SCSampleSampleSample', '../x', 'a-b'),
  Search: anything('sample', 'a text that is in no name finds nothing'),
  UserNamePrefix: name('sample', 'a/b', 'a:b', 'a@b'),
  Note: line('nightly build'),
  'SearchAccessKeys Search': line('nightly build'),
  'SearchAccessKeys Marker': other(
    encode('k1:1764547200000:LTAI5tExisting0000000000'),
    'x',
    encode('k1:x:y'),
  ),
  ServiceCredentialName: name('sample', 'a/b', 'a:b'),
  ServiceName: name('dashscope.aliyuncs.com', 'a/b', 'a:b', 'https://x'),
  'GetAccessKeyLastUsedEvents ServiceName': line('Ims'),
  'GetAccessKeyLastUsedIps ServiceName': line('Ims'),
  'GetAccessKeyLastUsedResources ServiceName': line('Ims'),
  SimulatedAction: name('ram:GetUser', 'GetUser', 'ram:', ':GetUser', 'ram:Get:User', 'ram/GetUser'),
  SimulatedResource: anything('acs:ram:*:1234567890123456:user/existing', 'policies match it as a text'),
  SourceIdentity: name('existing', 'x', 'a/b', 'a:b'),
  StartTime: secondsOfDay,
  'Tag.Key': line('owner', 'acs:x', 'aliyunx', 'https://x', 'see http://x'),
  'Tag.Value': line('existing', 'acs:x', 'http://x'),
  TagKey: line('owner'),
  TagKeys: line('owner'),
  'LookupAttribute.Key': other('EventName', 'x', 'eventname', '__proto__', 'constructor', 'toString'),
  'LookupAttribute.Value': anything('CreateUser', 'events are looked up by what they hold, whatever that is'),
  SessionAccessKeyId: name('STS.Sample', 'LTAI_x', '../x'),
  SessionToken: anything('x', 'what it is worth is the answer'),
  'Uses.AccessKeyId': name('LTAI5tSampleSampleSample', 'LTAI_x', '../x'),
  'Uses.ServiceName': name('orders', 'a/b', 'a:b', 'a.b'),
  'Uses.RegionId': line('cn-hangzhou'),
  'Uses.SourceIp': anything('203.0.113.1', 'what is no address is noted as none'),
  UserAccessKeyId: name('LTAI5tSampleSampleSample', 'LTAI_x', '../x'),
  UserId: digits,
  UserName: name('sample', 'a/b', 'a:b', 'a,b', 'a@b'),
  UserPrincipalName: loginName,
  VersionId: name('v1', '1', 'v', 'v0', 'V1', 'v1.0', 'v-1', 'v01', 'latest'),
  VirtualMFADeviceName: name('sample', 'a/b', 'a:b'),
};

/**
 * Characters that no name has: blanks, line and text ends, quotes, wildcards, markup, other scripts, invisible ones.
 */
const FORBIDDEN_IN_NAMES = [
  ' ',
  '\t',
  '\n',
  '\0',
  "'",
  '"',
  ';',
  '*',
  '?',
  '%',
  '<',
  '\\',
  '$',
  'ä',
  '日',
  '🔑',
  '\u200b',
  '\u202e',
];

/** Unprintable characters. */
const FORBIDDEN_IN_TEXT = ['\0', '\u0007', '\u001b', '\u007f', '\u0085'];

const forbidden: Readonly<Record<Form, readonly string[]>> = {
  name: FORBIDDEN_IN_NAMES,
  line: [...FORBIDDEN_IN_TEXT, '\n', '\r', '\t'],
  text: FORBIDDEN_IN_TEXT,
  other: ['\0'],
};

/** Returns texts that are invalid for a parameter, but not by their length. */
export function invalidTexts({ form, right, wrong = [], takesAnything }: TextFact): readonly string[] {
  const inside = forbidden[form].map((sign) => `${right.slice(0, 1)}${sign}${right.slice(1)}`);
  return takesAnything === undefined ? [...inside, ...wrong] : [`${right}\0`];
}

/** Returns texts that are no number, or out of bounds. */
export function invalidIntegers(schema: Readonly<Record<string, unknown>>): readonly string[] {
  const offered = schema['enum'] as readonly number[] | undefined;
  const minimum = Number(schema['minimum'] ?? Math.min(...(offered ?? [])));
  const maximum = Number(schema['maximum'] ?? Math.max(...(offered ?? [])));
  const between = offered === undefined ? [] : [String(minimum + 1)];
  return [
    ...['x', '1.5', '1e2', '0x10', ' 1', '1 ', '+1', '１', '[]', '1\0', '9'.repeat(30), 'NaN', 'Infinity'],
    ...[String(minimum - 1), String(maximum + 1), '-1', `-${maximum}`],
    ...between,
  ];
}

/** Returns words that are nearly one of a choice. */
export function invalidWords(words: readonly string[]): readonly string[] {
  const [first = ''] = words;
  const swapped = first === first.toLowerCase() ? first.toUpperCase() : first.toLowerCase();
  return ['nonsense', `${first} `, ` ${first}`, `${first}x`, first.slice(1), `${first}\0`, '[]', '*'].concat(
    swapped === first ? [] : [swapped],
  );
}

/** Invalid booleans. */
export const INVALID_BOOLEANS: readonly string[] = [
  'yes',
  '1',
  '0',
  'truefalse',
  'true ',
  'null',
  '[]',
  'true\0',
];
