import type { PolicyKind } from './document.ts';
import { foldCase } from './letter-case.ts';
import { TAGGED_RESOURCE_ACTIONS } from './tagged-resource-actions.ts';
import { matchWildcard } from './wildcard.ts';

/** Definition of a condition key: the only place that says where its value comes from. */
export interface ConditionKey {
  readonly type: 'string' | 'IP address' | 'date' | 'boolean';
  /** Where the value comes from, as in the documentation's table. */
  readonly source: string;
  /** When a request does not have the key, as in the documentation's table. */
  readonly absent: string;
  /** Actions whose requests have it; undefined: all. */
  readonly actions?: readonly string[];
  /** Kinds of policies that are evaluated with it; undefined: all. */
  readonly kinds?: readonly PolicyKind[];
  /** Principals of a trust policy for which it is filled; undefined: all. */
  readonly principal?: 'RAM' | 'Federated';
}

/** Keys of every request, whatever its action; filled by the guard, for the control plane and services. */
export const REQUEST_CONDITION_KEYS = {
  'acs:SourceIp': {
    type: 'IP address',
    source: 'address of the client: of the connection, or what a trusted proxy says',
    absent: 'never; a client on a Unix socket has an empty one, which is in no network',
  },
  'acs:CurrentTime': {
    type: 'date',
    source: 'clock of the server or guard, UTC, whole seconds',
    absent: 'never',
  },
  'acs:SecureTransport': {
    type: 'boolean',
    source: 'whether the connection is TLS, or a trusted proxy says so',
    absent: 'never',
  },
  'acs:MFAPresent': {
    type: 'boolean',
    source:
      'whether a second factor was shown at the sign-in of the console session, or of the one that opened the STS session',
    absent:
      'calls signed by an AccessKey, STS sessions that an AccessKey or an identity provider opened, federated AssumeRole calls',
  },
  'acs:PrincipalARN': {
    type: 'string',
    source:
      'ARN of the caller, as GetCallerIdentity shows it; in federated AssumeRole calls of the session that is asked for. A session `…:assumed-role/NAME/SESSION` is also compared as its role: `acs:ram::ACCOUNT:role/NAME`, as named and in lower case',
    absent: 'never',
  },
  'acs:PrincipalTag/': {
    type: 'string',
    source: 'tags of the calling user, or of the role of a session',
    absent: 'the caller does not have the tag; the account root, which has no tags',
  },
  'acs:SourceVpc': {
    type: 'string',
    source: 'name of the network of `--vpc` (gateway: `vpc`) that the address of the client is in',
    absent: 'the address is in no named network',
  },
  'acs:VpcSourceIp': {
    type: 'IP address',
    source: 'address of the client, when it is in a network of `--vpc`',
    absent: 'the address is in no named network',
  },
} as const satisfies Readonly<Record<string, ConditionKey>>;

/** Key of {@link REQUEST_CONDITION_KEYS}, in lower case. */
export type RequestConditionKey = Lowercase<keyof typeof REQUEST_CONDITION_KEYS>;

/** Actions whose `Tag` parameters become `acs:RequestTag/…`. */
const TAGGING_ACTIONS = ['ram:CreatePolicy', 'ram:CreateRole', 'ram:CreateUser', 'ram:TagResources'];

/** Actions whose requests say what the trust policy of a role is to be, or use the trust of a stored role. */
const TRUST_ACTIONS = ['ram:CreateRole', 'ram:UpdateRole', 'ram:AttachPolicyToRole'];

const TRUST_SOURCE =
  'the trust policy that the role has after the call: of the request, or the stored one if the call does not change it; several values';

const samlKey = (source: string) =>
  ({
    type: 'string',
    source,
    absent: 'everywhere else',
    actions: ['sts:AssumeRole', 'sts:AssumeRoleWithSAML'],
    kinds: ['trust'],
    principal: 'Federated',
  }) as const;

const oidcKey = (source: string) =>
  ({
    type: 'string',
    source,
    absent: 'everywhere else',
    actions: ['sts:AssumeRole', 'sts:AssumeRoleWithOIDC'],
    kinds: ['trust'],
    principal: 'Federated',
  }) as const;

/** Keys that an operation fills from its parameters, its target, or an identity provider. */
export const OPERATION_CONDITION_KEYS = {
  'acs:RequestTag/': {
    type: 'string',
    source:
      '`Tag` parameters of the request, which need `ram:TagResources` also where something is made with them; services behind guards: `conditions` of the service map',
    absent: 'the request has no such tag; all other actions',
    actions: TAGGING_ACTIONS,
  },
  'acs:ResourceTag/': {
    type: 'string',
    source:
      'tags of the user, role or policy that the action is on; services behind guards: `conditions` of the service map',
    absent: 'the resource does not have the tag; actions on no single user, role or policy; system policies',
    actions: TAGGED_RESOURCE_ACTIONS,
  },
  'sts:ExternalId': {
    type: 'string',
    source: '`ExternalId` of AssumeRole',
    absent: 'the parameter is not given; all other actions',
    actions: ['sts:AssumeRole'],
    principal: 'RAM',
  },
  'sts:SourceIdentity': {
    type: 'string',
    source:
      'source identity of the session that is asked for: of the calling session, which cannot be changed, else `SourceIdentity` of AssumeRole; for a session by a SAML assertion, its attribute `SourceIdentity`',
    absent: 'none is given; sessions by OIDC tokens; all other actions',
    actions: ['sts:AssumeRole', 'sts:AssumeRoleWithSAML'],
  },
  'ram:TrustedPrincipalTypes': {
    type: 'string',
    source: `\`RAM\`, \`Service\` and \`Federated\`, each if an Allow names such a principal in ${TRUST_SOURCE}`,
    absent: 'no Allow names a principal; the role does not exist; all other actions',
    actions: TRUST_ACTIONS,
  },
  'ram:ServiceNames': {
    type: 'string',
    source: `services, in lower case, that an Allow names in ${TRUST_SOURCE}. \`ACCOUNT@SERVICE\` counts as itself and as \`SERVICE\``,
    absent: 'no Allow names a service; the role does not exist; all other actions',
    actions: TRUST_ACTIONS,
  },
  'ram:ServiceName': {
    type: 'string',
    source: 'service of the service-linked role, such as `polardb.aliyuncs.com`',
    absent: 'the role to delete is no service-linked role; all other actions',
    actions: ['ram:CreateServiceLinkedRole', 'ram:DeleteServiceLinkedRole'],
  },
  'ram:ActsOnItself': {
    type: 'boolean',
    source: 'whether the calling user, or its own MFA device, is what the action is on',
    absent: 'the caller is no user; actions on no single user or MFA device',
  },
  'saml:recipient': samlKey('`Recipient` of the assertion'),
  'saml:iss': samlKey('`Issuer` of the assertion'),
  'saml:sub': samlKey('`NameID` of the assertion'),
  'saml:sub_type': samlKey('format of the `NameID`: `persistent`, `transient` or the URI'),
  'oidc:iss': oidcKey('`iss` of the token'),
  'oidc:aud': oidcKey('`aud` of the token; several values'),
  'oidc:sub': oidcKey('`sub` of the token'),
} satisfies Readonly<Record<string, ConditionKey>>;

/** Key of {@link OPERATION_CONDITION_KEYS}, in lower case. */
export type OperationConditionKey = Lowercase<keyof typeof OPERATION_CONDITION_KEYS>;

/** Keys of RAM that are never filled here. */
export const UNFILLED_CONDITION_KEYS = {
  'acs:PrincipalRDId': {
    type: 'string',
    source: 'nothing: there is no resource directory here',
    absent: 'always',
    actions: [],
  },
  'acs:PrincipalRDPath': {
    type: 'string',
    source: 'nothing: there is no resource directory here',
    absent: 'always',
    actions: [],
  },
  'acs:Service': {
    type: 'string',
    source: 'nothing: RAM has it for `ram:PassRole`, and no operation here passes a role to a service',
    absent: 'always',
    actions: [],
  },
} as const satisfies Readonly<Record<string, ConditionKey>>;

/** Products whose actions this system serves itself, and whose condition keys are all in the tables above. */
const OWN_PRODUCTS = ['ram', 'ims', 'sts', 'actiontrail', 'claviger'];
const OWN_NAMESPACES = [...OWN_PRODUCTS, 'acs', 'saml', 'oidc'];

const KEYS_BY_NAME: ReadonlyMap<string, ConditionKey> = new Map(
  Object.entries({ ...REQUEST_CONDITION_KEYS, ...OPERATION_CONDITION_KEYS, ...UNFILLED_CONDITION_KEYS }).map(
    ([name, key]): [string, ConditionKey] => [foldCase(name), key],
  ),
);

/** Returns the entry of a key, or of its family, such as `acs:RequestTag/`. @param key in any case */
export function conditionKeyNamed(key: string): ConditionKey | undefined {
  const folded = foldCase(key);
  const family = /^acs:[a-z]+tag\//.exec(folded)?.[0];
  return KEYS_BY_NAME.get(family ?? folded);
}

/** Use of a condition key in a statement. */
export interface ConditionKeyUse {
  readonly key: string;
  readonly kind: PolicyKind;
  /** Patterns of `Action`; undefined for `NotAction`, which covers nearly everything. */
  readonly actions: readonly string[] | undefined;
  /** Kinds of principals that the statement of a trust policy names. */
  readonly principals?: ReadonlySet<'RAM' | 'Federated' | 'Service'>;
}

/**
 * Whether a request that a statement covers can have a condition key.
 *
 * Keys of other products are filled by service maps, which only define keys of their own service; they count
 * as filled when an action pattern can match that service.
 */
export function canBeFilled({ key, kind, actions, principals }: ConditionKeyUse): boolean {
  const entry = conditionKeyNamed(key);
  const folded = foldCase(key);
  const namespace = folded.slice(0, folded.indexOf(':'));
  const patterns = actions?.map(foldCase);
  const productNamed = (product: string) =>
    patterns === undefined ||
    patterns.some((pattern) => pattern === '*' || matchWildcard(productOf(pattern), product));
  if (entry === undefined) return !OWN_NAMESPACES.includes(namespace) && productNamed(namespace);
  if (entry.kinds !== undefined && !entry.kinds.includes(kind)) return false;
  if (kind === 'trust' && entry.principal !== undefined && principals?.has(entry.principal) === false) {
    return false;
  }
  if (entry.actions === undefined || (patterns === undefined && entry.actions.length > 0)) return true;
  if (entry.actions.some((action) => patterns?.some((pattern) => matchWildcard(pattern, foldCase(action))))) {
    return true;
  }
  // A service map may fill both kinds of tags for the actions of its service.
  return (
    namespace === 'acs' &&
    entry.actions.length > 0 &&
    patterns?.some((pattern) => !OWN_PRODUCTS.includes(productOf(pattern))) === true
  );
}

/** Returns the part of an action pattern before its colon. */
function productOf(pattern: string): string {
  const colon = pattern.indexOf(':');
  return colon < 0 ? pattern : pattern.slice(0, colon);
}
