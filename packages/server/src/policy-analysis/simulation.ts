import type { PermissionPolicy, Principal } from '@claviger/guard';
import { RequestConditions } from '@claviger/guard/internal';
import {
  type CandidateStatement,
  type Decision,
  type Explanation,
  explain,
  explainTrust,
  type JsonPlaces,
  placesInJson,
} from '@claviger/policy';
import type { CompiledPermissions } from '../policies/compiled-permissions.ts';
import { compileTrust, type StoredTrust, trustPrincipal } from '../roles/trusted-identities.ts';
import { conditionOnItself, isUserOrDevice } from '../settings/own-resource.ts';

/** Somebody who might ask, and with what. */
export interface SimulatedRequest {
  readonly accountId: string;
  readonly principal: Principal;
  /** `everything` for the root alone. */
  readonly policies: readonly PermissionPolicy[] | 'everything';
  readonly action: string;
  readonly resource: string;
  /** The role's own half of AssumeRole: both must allow. Undefined when no one role is asked for. */
  readonly trust: StoredTrust | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly sourceAddress: string;
  /** The named network that the address is in. */
  readonly vpcId?: string | undefined;
  readonly secure: boolean;
  readonly mfaPresent: boolean | undefined;
  /** Condition keys of the action, lower-cased. */
  readonly conditions: ReadonlyMap<string, string | readonly string[]>;
}

/** A statement that names the action, and where it stands in its document. */
export interface SimulatedStatement extends CandidateStatement {
  /** Whether it is this one that decided. */
  readonly decisive: boolean;
  readonly line: number;
  readonly endLine: number;
}

/** What would be answered, and why. */
export interface Simulation {
  readonly effect: Decision['effect'];
  readonly statements: readonly SimulatedStatement[];
  /** How many more statements name the action. */
  readonly leftOut: number;
  /** The documents that the statements are of. */
  readonly documents: readonly {
    readonly name: string;
    readonly type: string;
    readonly version?: string | undefined;
    readonly text: string;
  }[];
}

/** How decisions call a role's trust policy. */
const trustPolicy = { name: 'AssumeRolePolicyDocument', type: 'Trust' } as const;

/**
 * What the live road would decide: the same compiled policies, the same conditions of the request, the same engine.
 * Nothing here decides by itself.
 */
export function simulate(permissions: CompiledPermissions, asked: SimulatedRequest): Simulation {
  const principal = withGivenTags(asked);
  const conditions = new RequestConditions({ ...asked, principal }, ownConditions(asked));
  const { policies, trust, action, resource, accountId } = asked;
  if (policies === 'everything') {
    return {
      effect: trust === undefined ? 'Allow' : 'ImplicitDeny',
      statements: [],
      leftOut: 0,
      documents: [],
    };
  }
  const own = explain(permissions.of(accountId, policies), { action, resource, conditions });
  const documents = policies.map(({ name, type, version, text }) => ({ name, type, version, text }));
  if (trust === undefined) {
    return { effect: own.effect, ...statementsOf(own, documents), documents: shown(own, documents) };
  }
  const theirs = explainTrust(compileTrust(trust, trustPolicy), {
    action: 'sts:AssumeRole',
    principal: trustPrincipal(asked.principal),
    conditions,
  });
  const trustDocument = { ...trustPolicy, text: trust.assume_role_policy };
  const ownPart = statementsOf(own, documents);
  const theirPart = statementsOf(theirs, [trustDocument]);
  return {
    effect: both(own.effect, theirs.effect),
    statements: [...ownPart.statements, ...theirPart.statements],
    leftOut: ownPart.leftOut + theirPart.leftOut,
    documents: [...shown(own, documents), trustDocument],
  };
}

/** The principal with the tags that the conditions give it; with its own where they give none. */
function withGivenTags({ principal, conditions }: SimulatedRequest): Principal {
  const family = 'acs:principaltag/';
  const given = [...conditions]
    .filter(([key]) => key.startsWith(family))
    .map(([key, value]) => [key.slice(family.length), [value].flat()] as const);
  if (given.length === 0 || principal.type === 'root' || principal.type === 'guard') return principal;
  return { ...principal, tags: new Map(given) };
}

/** Of AssumeRole: the caller's policies and the role's trust must both allow. */
function both(own: Decision['effect'], theirs: Decision['effect']): Decision['effect'] {
  if (own === 'ExplicitDeny' || theirs === 'ExplicitDeny') return 'ExplicitDeny';
  return own === 'Allow' && theirs === 'Allow' ? 'Allow' : 'ImplicitDeny';
}

/** Those that were given, and the one that the operations of RAM add by themselves. */
function ownConditions({
  principal,
  resource,
  conditions,
}: SimulatedRequest): ReadonlyMap<string, string | readonly string[]> {
  if (principal.type !== 'ram-user' || !isUserOrDevice(resource)) return conditions;
  return new Map([...conditions, conditionOnItself(principal, resource)]);
}

type Document = Simulation['documents'][number];

function statementsOf(
  explanation: Explanation,
  documents: readonly Document[],
): Pick<Simulation, 'statements' | 'leftOut'> {
  const places = new Map<string, JsonPlaces['places']>();
  const { decision } = explanation;
  const statements = explanation.candidates.map((candidate): SimulatedStatement => {
    const key = keyOf(candidate.policy);
    let ofPolicy = places.get(key);
    if (ofPolicy === undefined) {
      const text = documents.find((document) => keyOf(document) === key)?.text ?? '';
      ofPolicy = placesInJson(text).places;
      places.set(key, ofPolicy);
    }
    const { line = 1, endLine = 1 } = ofPolicy.get(candidate.path) ?? {};
    const decisive =
      decision.policy !== undefined &&
      keyOf(decision.policy) === key &&
      decision.statement === candidate.statement;
    return { ...candidate, decisive, line, endLine };
  });
  return { statements, leftOut: explanation.candidatesLeftOut };
}

/** The documents that have a statement which names the action. */
function shown({ candidates }: Explanation, documents: readonly Document[]): readonly Document[] {
  const named = new Set(candidates.map(({ policy }) => keyOf(policy)));
  return documents.filter((document) => named.has(keyOf(document)));
}

const keyOf = ({ name, type }: { readonly name: string; readonly type: string }): string => `${type} ${name}`;
