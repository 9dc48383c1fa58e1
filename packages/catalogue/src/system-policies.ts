import { readDataLines } from './data-file.ts';

/**
 * Principals that a system policy is meant for: `service`, all of them; `service-role`, roles that a service assumes;
 * `service-linked-role`, the one role that RAM makes for a service.
 */
export type SystemPolicyType = 'service' | 'service-role' | 'service-linked-role';

/**
 * Origin of a policy document.
 *
 * - `published`: Alibaba Cloud's documentation shows it.
 * - `derived`: made from the name by an evident rule: `AliyunECIFullAccess` is all actions of `eci`.
 * - `own`: Claviger's, since the published one is unknown and would not cover Claviger's own actions.
 * - `unpublished`: the name is known, the document is not; this one allows an action that no service has.
 */
export type DocumentBasis = 'published' | 'derived' | 'own' | 'unpublished';

/** A policy that Alibaba Cloud defines for all accounts. */
export interface SystemPolicy {
  /** As published, letter case included. */
  readonly name: string;
  readonly type: SystemPolicyType;
  readonly basis: DocumentBasis;
  /** Current version, `v3`; `v1` if it is not known. */
  readonly version: string;
  /** Day of the first version, `2016-01-25`; `undefined` if it is not known. */
  readonly created: string | undefined;
  /** Day of the current version; `undefined` if it is not known. */
  readonly updated: string | undefined;
  /** Page of Alibaba Cloud's documentation: the path below `help/en/`; `undefined` for names without a page. */
  readonly source: string | undefined;
  /** The policy document, JSON. */
  readonly document: string;
}

/** A line of `data/system-policies.jsonl` without its last field, the document. */
interface Facts {
  readonly name: string;
  readonly type: SystemPolicyType;
  readonly basis: DocumentBasis;
  readonly version?: string;
  readonly created?: string;
  readonly updated?: string;
  readonly source?: string;
}

/**
 * Document of a policy whose own is not known: it allows an action that no service has. A document without a statement
 * is not valid, and the policy language reads an invalid one as a denial of everything.
 */
export const EMPTY_DOCUMENT = JSON.stringify(
  {
    Version: '1',
    Statement: [{ Effect: 'Allow', Action: 'unpublished:None', Resource: 'acs:unpublished:*:*:none' }],
  },
  undefined,
  2,
);

const DOCUMENT_FIELD = ',"document":';

/** Lines by key. A line is parsed on demand, its document apart from the rest: a list of policies needs none. */
let linesByKey: ReadonlyMap<string, string> | undefined;

const policiesByKey = new Map<string, SystemPolicy>();

/** Returns the key under which names of policies are compared: they differ in more than letter case. */
export const systemPolicyKey = (name: string): string => name.toLowerCase();

/** Returns the keys of all system policies, sorted. */
export function systemPolicyKeys(): Iterable<string> {
  return lines().keys();
}

/** Finds a system policy by its name, in any letter case; `undefined` if absent. */
export function findSystemPolicy(name: string): SystemPolicy | undefined {
  const key = systemPolicyKey(name);
  const known = policiesByKey.get(key);
  if (known !== undefined) return known;
  const line = lines().get(key);
  if (line === undefined) return undefined;
  const policy = readPolicy(line);
  policiesByKey.set(key, policy);
  return policy;
}

function readPolicy(line: string): SystemPolicy {
  const at = line.indexOf(DOCUMENT_FIELD);
  const facts = JSON.parse(at < 0 ? line : `${line.slice(0, at)}}`) as Facts;
  const compact = at < 0 ? EMPTY_DOCUMENT : line.slice(at + DOCUMENT_FIELD.length, -1);
  let document: string | undefined;
  return {
    name: facts.name,
    type: facts.type,
    basis: facts.basis,
    version: facts.version ?? 'v1',
    created: facts.created,
    updated: facts.updated,
    source: facts.source,
    get document() {
      document ??= JSON.stringify(JSON.parse(compact), undefined, 2);
      return document;
    },
  };
}

function lines(): ReadonlyMap<string, string> {
  linesByKey ??= new Map(
    readDataLines('system-policies').map((line) => [systemPolicyKey(nameIn(line)), line] as const),
  );
  return linesByKey;
}

/** Returns the name in a line without parsing it: the name is the first field, and names need no escapes. */
function nameIn(line: string): string {
  const start = '{"name":"'.length;
  return line.slice(start, line.indexOf('"', start));
}
