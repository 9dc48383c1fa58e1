/** Body of an error response in the form of RAM. */
export interface ErrorResponse {
  readonly code: string;
  readonly message: string;
  readonly requestId?: string;
  /** Set when a policy denied the request. */
  readonly denial?: Denial;
}

interface Denial {
  readonly action: string;
  readonly resource?: string;
  readonly principal?: string;
  readonly isExplicit: boolean;
  readonly bySessionPolicy: boolean;
}

/** Matches the message of a denial by RAM: `… Resource: acs:… Action: ram:ListUsers`. */
const RESOURCE_AND_ACTION = /Resource: (\S+) Action: (\S+)/;

/** Reads the body of an error response. @returns undefined when it is not in the form of RAM */
export function readErrorResponse(body: string): ErrorResponse | undefined {
  const fields = readJson(body) ?? readXml(body);
  const code = textOf(fields?.['Code']);
  const message = textOf(fields?.['Message']);
  if (fields === undefined || code === undefined || message === undefined) return undefined;
  const requestId = textOf(fields['RequestId']);
  const denial = readDenial(message, fields['AccessDeniedDetail']);
  return {
    code,
    message,
    ...(requestId === undefined ? {} : { requestId }),
    ...(denial === undefined ? {} : { denial }),
  };
}

/** Returns lines that name the missing permission, its principal, the reason, and a statement that would allow it. */
export function denialLines({ action, resource, principal, isExplicit, bySessionPolicy }: Denial): string[] {
  const missing = resource === undefined ? action : `${action} on ${resource}`;
  const policies = bySessionPolicy
    ? 'the session policy of the token'
    : 'a policy attached to it or its groups';
  return [
    `  missing   ${missing}`,
    ...(principal === undefined ? [] : [`  for       ${principal}`]),
    ...(isExplicit
      ? [`  why       ${policies} has a Deny that applies; an Allow cannot override it`]
      : [
          `  why       nothing in ${policies} allows it`,
          `  to allow  ${JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource ?? '*' })}`,
        ]),
  ];
}

function readDenial(message: string, detail: unknown): Denial | undefined {
  const [, resource, named] = RESOURCE_AND_ACTION.exec(message) ?? [];
  const fields = (typeof detail === 'object' && detail !== null ? detail : {}) as Readonly<
    Record<string, unknown>
  >;
  const action = textOf(fields['AuthAction']) ?? named;
  if (action === undefined) return undefined;
  const principal = principalOf(fields);
  return {
    action,
    ...(resource === undefined ? {} : { resource }),
    ...(principal === undefined ? {} : { principal }),
    isExplicit: fields['NoPermissionType'] === 'ExplicitDeny',
    bySessionPolicy: fields['PolicyType'] === 'SessionPolicy',
  };
}

function principalOf(fields: Readonly<Record<string, unknown>>): string | undefined {
  const name = textOf(fields['AuthPrincipalDisplayName']);
  const account = textOf(fields['AuthPrincipalOwnerId']);
  if (name === undefined || account === undefined) return undefined;
  const kind = fields['AuthPrincipalType'] === 'AssumedRoleUser' ? 'role' : 'RAM user';
  return `${kind} ${name} of account ${account}`;
}

function readJson(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Reads an XML error. Those of Claviger and RAM are flat except for `AccessDeniedDetail`. */
function readXml(body: string): Readonly<Record<string, unknown>> | undefined {
  if (!/<Error[\s>]/.test(body)) return undefined;
  const field = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
  const names = ['AuthAction', 'NoPermissionType', 'PolicyType', 'AuthPrincipalType'];
  names.push('AuthPrincipalDisplayName', 'AuthPrincipalOwnerId');
  return {
    Code: field('Code'),
    Message: field('Message')?.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
    RequestId: field('RequestId'),
    AccessDeniedDetail: Object.fromEntries(names.map((name) => [name, field(name)])),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
