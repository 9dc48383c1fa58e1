/** What the body of a refusal says, as far as it is of the form that RAM has. */
export interface RefusedAnswer {
  readonly code: string;
  readonly message: string;
  readonly requestId?: string;
  /** What a policy did not allow. */
  readonly denied?: Denied;
}

interface Denied {
  readonly action: string;
  readonly resource?: string;
  readonly principal?: string;
  readonly isExplicit: boolean;
  readonly bySessionPolicy: boolean;
}

/** The text of RAM's denials: `… Resource: acs:… Action: ram:ListUsers`. */
const RESOURCE_AND_ACTION = /Resource: (\S+) Action: (\S+)/;

/** Reads the body of an answer that is no success. @returns undefined when it is of another form */
export function readRefusedAnswer(body: string): RefusedAnswer | undefined {
  const fields = readJson(body) ?? readXml(body);
  const code = textOf(fields?.['Code']);
  const message = textOf(fields?.['Message']);
  if (fields === undefined || code === undefined || message === undefined) return undefined;
  const requestId = textOf(fields['RequestId']);
  const denied = readDenial(message, fields['AccessDeniedDetail']);
  return {
    code,
    message,
    ...(requestId === undefined ? {} : { requestId }),
    ...(denied === undefined ? {} : { denied }),
  };
}

/** What a denial lacks, a line each, for a person who can do something about it. */
export function linesOfDenial({
  action,
  resource,
  principal,
  isExplicit,
  bySessionPolicy,
}: Denied): string[] {
  const missing = resource === undefined ? action : `${action} on ${resource}`;
  const policies = bySessionPolicy
    ? 'the session policy of the token'
    : 'a policy attached to it or its groups';
  return [
    `  missing   ${missing}`,
    ...(principal === undefined ? [] : [`  for       ${principal}`]),
    ...(isExplicit
      ? [`  why       ${policies} has a Deny that applies; no Allow helps against it`]
      : [
          `  why       nothing in ${policies} allows it`,
          `  to allow  ${JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource ?? '*' })}`,
        ]),
  ];
}

function readDenial(message: string, detail: unknown): Denied | undefined {
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

/** Claviger's and RAM's errors in XML are flat but for one element. */
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
