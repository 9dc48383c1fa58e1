import type { Operation } from '../src/pipeline/operation.ts';
import type { UserEntity } from './sample-entities.ts';

/** Kind of entity that a parameter names; `inner` is a part of an entity that another parameter names. */
export type NamedKind =
  | 'user'
  | 'login name'
  | 'user id'
  | 'group'
  | 'role'
  | 'role ARN'
  | 'policy'
  | 'saml-provider'
  | 'oidc-provider'
  | 'device'
  | 'application'
  | 'principal'
  | 'inner';

/**
 * Parameters by which a request names an entity that policies can deny. A parameter of an operation that is neither
 * here nor in `NAMES_NOTHING` fails the test: add it to one of them.
 */
export const NAMED_KINDS: Readonly<Record<string, NamedKind>> = {
  UserName: 'user',
  NewUserName: 'user',
  UserPrincipalName: 'login name',
  NewUserPrincipalName: 'login name',
  ResourcePrincipalName: 'login name',
  UserId: 'user id',
  ResourceId: 'user id',
  GroupName: 'group',
  NewGroupName: 'group',
  RoleName: 'role',
  RoleArn: 'role ARN',
  PolicyName: 'policy',
  SAMLProviderName: 'saml-provider',
  OIDCProviderName: 'oidc-provider',
  SerialNumber: 'device',
  AppId: 'application',
  PrincipalName: 'principal',
  UserAccessKeyId: 'inner',
  AppSecretId: 'inner',
  ServiceCredentialId: 'inner',
  PasskeyId: 'inner',
  VersionId: 'inner',
};

/** Parameters that name no entity that policies can deny, or none that exists before the call. */
export const NAMES_NOTHING: ReadonlySet<string> = new Set(
  `
  Status AllowConsoleLogin NewAllowConsoleLogin ServiceName CustomSuffix UserNamePrefix Search OrderBy Descending Note UnusedDays OlderThanDays ExpiresWithinDays Unrestricted Hours RoleAccount AccessKeyPolicy DefaultDomainName AppName DisplayName AppType ProtocolVersion RedirectUris SecretRequired
  AccessTokenValidity RefreshTokenValidity PredefinedScopes RequiredScopes IsMultiTenant NewDisplayName NewRedirectUris
  NewSecretRequired NewAccessTokenValidity NewRefreshTokenValidity NewPredefinedScopes NewRequiredScopes
  NewIsMultiTenant Scopes SourceType Comments NewComments Marker MaxItems IssuerUrl Description ClientIds Fingerprints
  IssuanceLimitTime NewDescription ClientId Fingerprint EncodedSAMLMetadataDocument AuthnSignAlgo
  NewEncodedSAMLMetadataDocument SsoEnabled MetadataDocument AuxiliaryDomain SsoLoginWithDomain NextToken
  GovernanceItemType PasswordResetRequired MFABindRequired Password OldPassword NewPassword VirtualMFADeviceName
  AuthenticationCode1 AuthenticationCode2 PasskeyName VerifyType MobilePhone Email HardExpire InitialPasswordAge
  InterceptRiskPasswordOnApi MaxLoginAttemps MaxPasswordAge MinimumPasswordDifferentCharacter MinimumPasswordLength
  PasswordNotContainUserName PasswordReusePrevention RequireLowercaseCharacters RequireNumbers RequireSymbols
  RequireUppercaseCharacters AllowUserToChangePassword AllowUserToLoginWithPasskey AllowUserToManageAccessKeys
  AllowUserToManageMFADevices AllowUserToManagePersonalDingTalk AllowUserToManageServiceCredentials
  EnableSaveMFATicket EnforceMFAForLogin LoginNetworkMasks LoginSessionDuration MFAOperationForLogin
  MaxIdleDaysForAccessKeys MaxIdleDaysForUsers OperationForRiskLogin VerificationTypes ServiceCredentialName ServiceName
  CredentialAgeDays AllUsers MaxResults ResourceType Tag TagKey All PageSize Filter NewEmail NewMobilePhone
  AccountAlias HardExpiry PolicyDocument PolicyType CascadingDelete SetAsDefault RotateStrategy ResourceGroupId
  AssumeRolePolicyDocument MaxSessionDuration NewAssumeRolePolicyDocument NewMaxSessionDuration
  AllowUserToManagePublicKeys TagKeys RoleSessionName DurationSeconds Policy ExternalId SourceIdentity
  EncodedDiagnosticMessage NameList IncludeShadowTrails IncludeOrganizationTrail LookupAttribute StartTime EndTime Direction AccessKey ExpireDate Days Name
  PublicKey SessionAccessKeyId SessionToken PrincipalType SimulatedAction SimulatedResource Conditions Uses Kind Cursor
  CredentialChangesNeedMFA PresignedIdentityAllowed RoleSessionsEndWithAccessKey Target SignerAccessKeyId SignerSecurityToken Scheme StringsToSign RequestSignature ScopeDate
  ScopeRegion ScopeProduct SignedNonce SignedTime GuardName GuardVersion Services ProtectedServices AcceptUnsolicited Response Code1 Code2 SessionId
  `
    .trim()
    .split(/\s+/),
);

/** Parameter with a JSON list of names, of roles or policies by `ResourceType`. */
const listed = 'ResourceNames';

/** Returns whether a parameter is classified. */
export const isClassified = (parameter: string): boolean =>
  parameter === listed || Object.hasOwn(NAMED_KINDS, parameter) || NAMES_NOTHING.has(parameter);

/** Another spelling by which a request names the same entity, or seems to. */
export interface Spelling {
  readonly what: string;
  /** Complete request. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether the server finds the entity by it. */
  readonly finds: boolean;
}

/** Request that names an entity. */
export interface NamingRequest {
  readonly operation: Operation;
  readonly parameters: Readonly<Record<string, string>>;
  /** Parameters that name a new entity: in another spelling they name another one. */
  readonly makes: readonly string[];
  /** Returns the user of that name by all its names. */
  readonly user: (name: string) => UserEntity | undefined;
}

/** Named entity of a request: its type, as in resources, and the spellings of the request. */
export interface NamedEntity {
  readonly parameter: string;
  /** Pattern of its resources. */
  readonly resource: RegExp;
  readonly spellings: readonly Spelling[];
}

const upper = (text: string): string => text.toUpperCase();
const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** Returns texts that look the same or normalise to the same; none of them finds an entity. */
function lookalikes(name: string): readonly (readonly [string, string])[] {
  const wide = name.replace(/[!-~]/g, (char) => String.fromCodePoint((char.codePointAt(0) ?? 0) + 0xfee0));
  return [
    ['full-width', wide],
    ['with a Kelvin sign or a long s', name.replace(/k/i, '\u212a').replace(/s/i, '\u017f')],
    ['with a combining mark', `${name}\u0301`],
    ['with a zero-width joiner', `${name}\u200d`],
    ['with a trailing dot', `${name}.`],
    ['with a trailing blank', `${name} `],
    ['percent-encoded', name.replace(/^./, (char) => `%${char.charCodeAt(0).toString(16)}`)],
    ['with a NUL', `${name}\u0000`],
  ].filter((pair): pair is [string, string] => pair[1] !== name);
}

/** Returns spellings of a case-insensitive name. */
const ofName = (name: string): readonly (readonly [string, string, boolean])[] => [
  ['in capitals', upper(name), true],
  ['with a capital', capital(name), true],
  ...lookalikes(name).map(([what, text]): [string, string, boolean] => [what, text, false]),
];

/** Returns spellings of an id, or of a case-sensitive name. */
const ofExactName = (name: string): readonly (readonly [string, string, boolean])[] => [
  ['in capitals', upper(name), false],
  ['with leading zeros', `00${name}`, false],
  ...lookalikes(name).map(([what, text]): [string, string, boolean] => [what, text, false]),
];

function ofLoginName(loginName: string): readonly (readonly [string, string, boolean])[] {
  const [name = '', domain = ''] = loginName.split('@');
  return [
    ['in capitals', upper(loginName), true],
    ['with a domain in capitals', `${name}@${upper(domain)}`, true],
    ['with the alias for a domain', `${name}@${domain.replace(/\.onaliyun\.com$/, '')}`, true],
    ['with a dot after the domain', `${loginName}.`, false],
    ['without a domain', name, false],
    ['of another domain', `${name}@example.com`, false],
    ...lookalikes(name).map(([what, text]): [string, string, boolean] => [what, `${text}@${domain}`, false]),
  ];
}

const ofDevice = (serial: string): readonly (readonly [string, string, boolean])[] => {
  const name = serial.slice(serial.indexOf('/') + 1);
  return [
    ['with a region', serial.replace('acs:ram::', 'acs:ram:*:'), true],
    ['by another region', serial.replace('acs:ram::', 'acs:ram:cn-hangzhou:'), true],
    ['by its name', name, false],
    ['in capitals', serial.replace(name, upper(name)), false],
  ];
};

const ofRoleArn = (arn: string): readonly (readonly [string, string, boolean])[] => {
  const name = arn.slice(arn.indexOf('/') + 1);
  return [
    ['in capitals', arn.replace(name, upper(name)), true],
    ['with a region', arn.replace('acs:ram::', 'acs:ram:*:'), true],
    ['by its name', name, false],
    ...lookalikes(name).map(([what, text]): [string, string, boolean] => [
      what,
      arn.replace(name, text),
      false,
    ]),
  ];
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Returns the spellings of the entities that a request names, each entity by one of its parameters. */
export function namedEntities(request: NamingRequest): readonly NamedEntity[] {
  const { parameters } = request;
  return Object.keys(parameters).flatMap((given) => {
    const parameter = given.replace(/\.\d+$/, '');
    if (parameter === listed) return [listedNames(request)];
    const kind = NAMED_KINDS[parameter];
    if (kind === undefined || kind === 'inner') return [];
    const thing = namedThing(request, given, parameter, kind);
    if (!request.makes.includes(parameter)) return [thing];
    return [{ ...thing, spellings: thing.spellings.filter(({ finds }) => finds) }];
  });
}

function namedThing(
  request: NamingRequest,
  given: string,
  parameter: string,
  kind: Exclude<NamedKind, 'inner'>,
): NamedEntity {
  const { parameters } = request;
  const value = parameters[given] ?? '';
  const spelled = (texts: readonly (readonly [string, string, boolean])[]) =>
    texts.map(([what, text, finds]) => ({ what, finds, parameters: { ...parameters, [given]: text } }));
  const thing = (type: string, name: string, spellings: readonly Spelling[]): NamedEntity => ({
    parameter,
    resource: new RegExp(`:${type}/${escaped(name)}$`),
    spellings: [{ what: 'as it is stored', parameters, finds: true }, ...spellings],
  });
  switch (kind) {
    case 'user':
    case 'group':
    case 'role':
    case 'saml-provider':
    case 'oidc-provider':
      return thing(kind, value, spelled(ofName(value)));
    case 'policy': {
      // Custom policies are found by their exact names.
      const isSystem = parameters['PolicyType'] === 'System';
      const spellings = spelled(ofName(value));
      return thing(kind, value, isSystem ? spellings : spellings.map((one) => ({ ...one, finds: false })));
    }
    case 'login name': {
      const name = value.split('@')[0] ?? '';
      return thing('user', name, [...spelled(ofLoginName(value)), ...byId(request, given, name)]);
    }
    case 'user id': {
      const user = request.user(value);
      return thing('user', user?.UserName ?? value, spelled(ofExactName(value)));
    }
    case 'role ARN':
      return thing('role', value.slice(value.indexOf('/') + 1), spelled(ofRoleArn(value)));
    case 'device':
      return thing('mfa', value.slice(value.indexOf('/') + 1), spelled(ofDevice(value)));
    case 'application':
      return thing('application', value, spelled(ofExactName(value)));
    case 'principal': {
      const domain = request.user(value)?.UserPrincipalName.split('@')[1];
      const withDomain =
        domain === undefined ? [] : ofLoginName(`${value}@${domain}`).filter(([, , finds]) => finds);
      return thing('(?:user|role)', value, spelled([...ofName(value), ...withDomain]));
    }
  }
}

/** Returns the same request with the id of the user, if the operation accepts it instead of the login name. */
function byId({ operation, parameters, user }: NamingRequest, given: string, name: string): Spelling[] {
  const known = user(name);
  if (known === undefined || given !== 'UserPrincipalName' || !('UserId' in operation.input)) return [];
  const { [given]: _, ...others } = parameters;
  return [{ what: 'by its id', finds: true, parameters: { ...others, UserId: known.UserId } }];
}

function listedNames({ parameters }: NamingRequest): NamedEntity {
  const names = JSON.parse(parameters[listed] ?? '[]') as readonly string[];
  const name = names[0] ?? '';
  const isPolicy = parameters['ResourceType'] === 'policy';
  const spellings = ofName(name).map(([what, text, finds]) => ({
    what,
    finds: finds && !isPolicy,
    parameters: { ...parameters, [listed]: JSON.stringify([text]) },
  }));
  return {
    parameter: listed,
    resource: new RegExp(`:${parameters['ResourceType']}/${escaped(name)}$`),
    spellings: [{ what: 'as it is stored', parameters, finds: true }, ...spellings],
  };
}
