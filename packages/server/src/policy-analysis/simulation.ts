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

/** A simulated request and its principal. */
export interface SimulatedRequest {
  readonly accountId: string;
  readonly principal: Principal;
  /** `everything` only for the root. */
  readonly policies: readonly PermissionPolicy[] | 'everything';
  readonly action: string;
  readonly resource: string;
  /** The trust policy of the role for AssumeRole, where both policies must allow; `undefined` for other requests. */
  readonly trust: StoredTrust | undefined;
  /** ms since the epoch */
  readonly now: number;
  readonly sourceAddress: string;
  /** The named network that the address belongs to. */
  readonly vpcId?: string | undefined;
  readonly secure: boolean;
  readonly mfaPresent: boolean | undefined;
  /** Condition keys of the action, in lower case. */
  readonly conditions: ReadonlyMap<string, string | readonly string[]>;
}

/** A statement that names the action, with its position in the document. */
export interface SimulatedStatement extends CandidateStatement {
  /** Whether this statement decided. */
  readonly decisive: boolean;
  readonly line: number;
  readonly endLine: number;
}

/** The decision, and the statements it is based on. */
export interface Simulation {
  readonly effect: Decision['effect'];
  readonly statements: readonly SimulatedStatement[];
  /** Number of further statements that name the action. */
  readonly leftOut: number;
  /** The documents of the statements. */
  readonly documents: readonly {
    readonly name: string;
    readonly type: string;
    readonly version?: string | undefined;
    readonly text: string;
  }[];
}

/** Name of a role's trust policy in decisions. */
const TRUST_POLICY = { name: 'AssumeRolePolicyDocument', type: 'Trust' } as const;

/**
 * Decides a simulated request exactly as a real one: with the same compiled policies, request conditions and
 * engine. It has no decision logic of its own.
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
    return {
      effect: own.effect,
      ...statementsOf(own, documents),
      documents: relevantDocuments(own, documents),
    };
  }
  const theirs = explainTrust(compileTrust(trust, TRUST_POLICY), {
    action: 'sts:AssumeRole',
    principal: trustPrincipal(asked.principal),
    conditions,
  });
  const trustDocument = { ...TRUST_POLICY, text: trust.assume_role_policy };
  const ownPart = statementsOf(own, documents);
  const theirPart = statementsOf(theirs, [trustDocument]);
  return {
    effect: combineEffects(own.effect, theirs.effect),
    statements: [...ownPart.statements, ...theirPart.statements],
    leftOut: ownPart.leftOut + theirPart.leftOut,
    documents: [...relevantDocuments(own, documents), trustDocument],
  };
}

/** Returns the principal with the tags from the conditions; with its own tags if there are none. */
function withGivenTags({ principal, conditions }: SimulatedRequest): Principal {
  const family = 'acs:principaltag/';
  const given = [...conditions]
    .filter(([key]) => key.startsWith(family))
    .map(([key, value]) => [key.slice(family.length), [value].flat()] as const);
  if (given.length === 0 || principal.type === 'root' || principal.type === 'guard') return principal;
  return { ...principal, tags: new Map(given) };
}

/** Combines the decisions of AssumeRole: the caller's policies and the role's trust policy must both allow. */
function combineEffects(own: Decision['effect'], theirs: Decision['effect']): Decision['effect'] {
  if (own === 'ExplicitDeny' || theirs === 'ExplicitDeny') return 'ExplicitDeny';
  return own === 'Allow' && theirs === 'Allow' ? 'Allow' : 'ImplicitDeny';
}

/** Returns the given conditions, and the one that RAM operations add. */
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

/** Returns the documents with a statement that names the action. */
function relevantDocuments({ candidates }: Explanation, documents: readonly Document[]): readonly Document[] {
  const named = new Set(candidates.map(({ policy }) => keyOf(policy)));
  return documents.filter((document) => named.has(keyOf(document)));
}

const keyOf = ({ name, type }: { readonly name: string; readonly type: string }): string => `${type} ${name}`;
