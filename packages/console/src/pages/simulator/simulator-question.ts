/** Request that the simulator decides, as the address of its page names it. */
export interface SimulatorQuestion {
  /** User or role by its name, or the account root; undefined for a policy text. */
  readonly principal: SimulatedPrincipal | undefined;
  readonly action: string;
  readonly resource: string;
  readonly conditions: readonly RequestCondition[];
}

/** Principal of a simulated request. */
export interface SimulatedPrincipal {
  readonly type: 'ram-user' | 'role' | 'root';
  /** Empty for the account root. */
  readonly name: string;
}

/** Condition key of a simulated request, with its values. */
export interface RequestCondition {
  readonly key: string;
  readonly values: readonly string[];
}

/** Fields of an audit event that name a denied request. */
export interface DeniedEvent {
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly sourceIpAddress?: string;
  readonly userIdentity?: { readonly type?: string; readonly userName?: string };
}

/** Prefix of the query parameters of condition keys: `context.acs:SourceIp=192.0.2.1`. */
const CONTEXT = 'context.';

/** Forms of the messages that name the denied request. */
const DENIED_REQUESTS = [
  / Resource: (?<resource>.+) Action: (?<action>[\w-]+:[\w-]+)$/,
  /^No permission perform (?<action>sts:AssumeRole) on this Role\..*: (?<resource>acs:.+)$/,
];

/**
 * Reads the question from the query of the page: `principal` (`user/NAME`, `role/NAME` or `root`, also as an ARN),
 * `action`, `resource`, and `context.KEY`, once for each value. A parameter that cannot be read is left out.
 */
export function readQuestion(query: URLSearchParams): SimulatorQuestion {
  const keys = new Set([...query.keys()].filter((name) => name.startsWith(CONTEXT) && name !== CONTEXT));
  return {
    principal: readPrincipal(query.get('principal') ?? ''),
    action: query.get('action') ?? '',
    resource: query.get('resource') ?? '',
    conditions: [...keys].map((name) => ({ key: name.slice(CONTEXT.length), values: query.getAll(name) })),
  };
}

/** Returns the query of the page for a question; {@link readQuestion} reads it. */
export function writeQuestion({
  principal,
  action,
  resource,
  conditions,
}: SimulatorQuestion): URLSearchParams {
  const query = new URLSearchParams();
  if (principal !== undefined) query.set('principal', writePrincipal(principal));
  if (action !== '') query.set('action', action);
  if (resource !== '') query.set('resource', resource);
  for (const { key, values } of conditions) {
    if (key !== '') for (const value of values) query.append(CONTEXT + key, value);
  }
  return query;
}

/**
 * Returns the address of the simulator for a denied request in the audit log.
 * @returns undefined for an event that is no denial, or whose message was cut or names no request
 */
export function simulatorAddressOf(event: DeniedEvent): string | undefined {
  const { errorCode, errorMessage = '', sourceIpAddress, userIdentity } = event;
  if (errorCode !== 'NoPermission') return undefined;
  const { resource, action } =
    DENIED_REQUESTS.map((form) => form.exec(errorMessage)?.groups).find(Boolean) ?? {};
  const principal = principalOf(userIdentity?.type, userIdentity?.userName ?? '');
  if (resource === undefined || action === undefined || principal === undefined) return undefined;
  const conditions = sourceIpAddress ? [{ key: 'acs:SourceIp', values: [sourceIpAddress] }] : [];
  return `/simulator?${writeQuestion({ principal, action, resource, conditions })}`;
}

function readPrincipal(text: string): SimulatedPrincipal | undefined {
  const relative = text.replace(/^acs:ram::\d*:/, '');
  if (relative === 'root') return { type: 'root', name: '' };
  const [, type, name = ''] = /^(user|role)\/(.+)$/.exec(relative) ?? [];
  if (type === undefined) return undefined;
  return { type: type === 'user' ? 'ram-user' : 'role', name };
}

function writePrincipal({ type, name }: SimulatedPrincipal): string {
  if (type === 'root') return 'root';
  return `${type === 'ram-user' ? 'user' : 'role'}/${name}`;
}

/** Events name a role session as `ROLE:SESSION`; the names of roles have no colon. */
function principalOf(type: string | undefined, userName: string): SimulatedPrincipal | undefined {
  if (type === 'root-account') return { type: 'root', name: '' };
  if (userName === '') return undefined;
  if (type === 'ram-user') return { type: 'ram-user', name: userName };
  if (type === 'assumed-role') return { type: 'role', name: userName.split(':')[0] ?? '' };
  return undefined;
}
