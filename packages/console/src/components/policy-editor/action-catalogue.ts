/** Service with its actions, as in `packages/catalogue/data/actions.jsonl`. */
export interface ServiceActions {
  /** Prefix of its actions. */
  readonly code: string;
  readonly name: { readonly en: string; readonly zh?: string };
  /** Whether `actions` has all operations of the service, so that another name is probably an error. */
  readonly complete: boolean;
  readonly actions: readonly string[];
}

/** Parses the file of the catalogue: a service a line, as JSON. */
export function parseServices(lines: string): readonly ServiceActions[] {
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ServiceActions);
}

/** Action of a policy that its service does not have. */
export interface UnknownAction {
  readonly action: string;
  /** Known action with the most similar name. */
  readonly suggestion: string | undefined;
}

/** Access level of an action. */
export type AccessLevel = 'list' | 'read' | 'write';

/** Access levels in the order in which they are offered. */
export const ACCESS_LEVELS: readonly AccessLevel[] = ['list', 'read', 'write'];

/** A name less alike than this is no help to the reader. */
const LEAST_LIKENESS = 0.6;

/** Types of resources whose ARNs Claviger's own operations use. */
const RESOURCE_TYPES: Readonly<Record<string, readonly string[]>> = {
  ram: ['user', 'group', 'role', 'policy', 'saml-provider', 'oidc-provider', 'mfa'],
  sts: ['role'],
};

/**
 * Returns the access level that the name of an action suggests; the published list has none. Names without one of the
 * prefixes count as writing.
 */
export function accessLevelOf(action: string): AccessLevel {
  if (/^(?:List|Describe|Query|Search|Lookup)/.test(action)) return 'list';
  return /^(?:Get|Check|Head|Validate|Simulate|Decode|Export|Preview)/.test(action) ? 'read' : 'write';
}

/** Returns ARN patterns for the resources of a service, the most general last. */
export function resourcePatterns(service: string, accountId: string): readonly string[] {
  // Assuming a role is authorised on the role, which is a resource of RAM.
  const owner = service === 'sts' ? 'ram' : service;
  const types = RESOURCE_TYPES[service] ?? [];
  return [...types.map((type) => `${type}/*`), '*'].map((rest) => `acs:${owner}:*:${accountId}:${rest}`);
}

/** Returns the actions of a policy text that are not in the catalogue. Patterns and unlisted services are not judged. */
export function unknownActions(text: string, services: readonly ServiceActions[]): readonly UnknownAction[] {
  const found = new Map<string, UnknownAction>();
  for (const action of actionsIn(text)) {
    const [code = '', name = '', ...more] = action.split(':');
    if (more.length > 0 || !/^[\w-]+$/.test(name)) continue;
    const service = services.find((each) => each.code === code.toLowerCase());
    if (!service?.complete) continue;
    const lower = name.toLowerCase();
    if (service.actions.some((each) => each.toLowerCase() === lower)) continue;
    const near = nearestName(name, service.actions);
    found.set(action.toLowerCase(), { action, suggestion: near && `${service.code}:${near}` });
  }
  return [...found.values()];
}

/** Returns the name that has most pairs of neighbouring letters in common with another (Dice's coefficient). */
function nearestName(unknown: string, names: readonly string[]): string | undefined {
  const pairs = pairsOf(unknown);
  let best: { readonly name: string; readonly likeness: number } | undefined;
  for (const name of names) {
    const others = pairsOf(name);
    const common = [...others].filter((pair) => pairs.has(pair)).length;
    const likeness = (2 * common) / (pairs.size + others.size);
    if (likeness >= LEAST_LIKENESS && likeness > (best?.likeness ?? 0)) best = { name, likeness };
  }
  return best?.name;
}

function pairsOf(name: string): ReadonlySet<string> {
  const lower = name.toLowerCase();
  return new Set(Array.from({ length: Math.max(0, lower.length - 1) }, (_, at) => lower.slice(at, at + 2)));
}

function actionsIn(text: string): readonly string[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return [];
  }
  const statements = (document as { readonly Statement?: unknown } | null)?.Statement;
  return [statements]
    .flat()
    .filter((statement) => typeof statement === 'object' && statement !== null)
    .flatMap((statement) => {
      const { Action, NotAction } = statement as { readonly Action?: unknown; readonly NotAction?: unknown };
      return [Action, NotAction].flat();
    })
    .filter((action) => typeof action === 'string');
}
