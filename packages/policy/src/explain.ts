import type { CompiledPolicies } from './compile.ts';
import { type ConditionContext, onlyValueOf, valuesOf } from './conditions-in-request.ts';
import {
  type AccessRequest,
  decide,
  decideWithSessionPolicy,
  inquiryOf,
  type SessionDecision,
} from './decide.ts';
import type { Decision, PolicyName } from './decision.ts';
import type { Condition, Effect } from './document.ts';
import type { PolicyFault } from './fault.ts';
import { foldCase } from './letter-case.ts';
import type { CompiledStatement, Inquiry } from './statement.ts';
import { readTemplate } from './template.ts';
import { type CompiledTrust, decideTrust, type TrustRequest, trustInquiryOf } from './trust.ts';

/** What one condition was compared with, and how that came out. */
export interface ConditionOutcome {
  readonly operator: string;
  readonly key: string;
  /** As written in the policy. */
  readonly operands: readonly string[];
  /** What the policy variables among the operands stood for; undefined for one that the request lacks. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The values in the request; undefined when it has no such key. */
  readonly requestValues: readonly string[] | undefined;
  readonly holds: boolean;
}

/** A statement which names the action of the request, and why it did or did not apply. */
export interface CandidateStatement {
  readonly policy: PolicyName;
  readonly statement: number;
  /** The place in its policy document: `$.Statement[2]`. */
  readonly path: string;
  readonly effect: Effect;
  readonly applies: boolean;
  /** Whether it names the resource; in a trust policy, the principal. */
  readonly namesResource: boolean;
  readonly conditions: readonly ConditionOutcome[];
  /** Why the statement cannot be evaluated; a Deny then denies all the same, an Allow does not allow. */
  readonly unreadable: readonly PolicyFault[] | undefined;
  /** One sentence. */
  readonly reason: string;
}

/** How many candidates an explanation lists. */
const CANDIDATES_LISTED = 500;

/**
 * A decision and its reasons. The decision is there at once; the candidates are worked out when they are first
 * asked for, from the same request, whose conditions must not change until then.
 */
export class Explanation {
  readonly decision: Decision;
  readonly #listCandidates: () => { listed: readonly CandidateStatement[]; leftOut: number };
  #candidates: { listed: readonly CandidateStatement[]; leftOut: number } | undefined;

  constructor(
    decision: Decision,
    listCandidates: () => { listed: readonly CandidateStatement[]; leftOut: number },
  ) {
    this.decision = decision;
    this.#listCandidates = listCandidates;
  }

  get effect(): Decision['effect'] {
    return this.decision.effect;
  }

  /** The policy that decided; undefined when none did. */
  get policy(): PolicyName | undefined {
    return this.decision.policy;
  }

  /** The deciding statement's place in its policy, counted from 0; undefined when none decided. */
  get statement(): number | undefined {
    return this.decision.statement;
  }

  /** The place of the deciding statement in its policy document: `$.Statement[2]`. */
  get path(): string | undefined {
    return this.statement === undefined ? undefined : pathOf(this.statement);
  }

  /** The statements which name the action, in the order of the policies; the first 500. */
  get candidates(): readonly CandidateStatement[] {
    this.#candidates ??= this.#listCandidates();
    return this.#candidates.listed;
  }

  /** How many candidates are not listed. */
  get candidatesLeftOut(): number {
    this.#candidates ??= this.#listCandidates();
    return this.#candidates.leftOut;
  }

  /** One sentence for the one who was refused, or allowed. */
  get summary(): string {
    const { effect, policy, path } = this;
    const where = `\`${path}\` of the ${policy?.type} policy \`${policy?.name}\``;
    if (effect === 'Allow') return `allowed by ${where}`;
    if (effect === 'ExplicitDeny') return `denied by ${where}`;
    const { candidates } = this;
    if (candidates.length === 0) return 'denied, since no statement names the action';
    const [only] = candidates;
    return candidates.length === 1
      ? `denied, since the one statement that names the action does not apply: ${only!.reason}`
      : `denied, since none of the ${candidates.length + this.candidatesLeftOut} statements that name the action applies`;
  }
}

/**
 * Decides as `decide` does, and can say why. It costs what the decision costs; the details cost more, and only
 * when they are looked at, since they go through all statements.
 */
export function explain(policies: CompiledPolicies, request: AccessRequest): Explanation {
  return new Explanation(decide(policies, request), () => {
    const inquiry = inquiryOf(request);
    return listCandidates(policies.statements, inquiry, (statement) =>
      statement.namesResource(inquiry.resource, inquiry.conditions),
    );
  });
}

/** As `decideWithSessionPolicy`, with the reasons of either side. */
export function explainWithSessionPolicy(
  identity: CompiledPolicies,
  session: CompiledPolicies | undefined,
  request: AccessRequest,
): { decision: SessionDecision; identity: Explanation; session: Explanation | undefined } {
  return {
    decision: decideWithSessionPolicy(identity, session, request),
    identity: explain(identity, request),
    session: session && explain(session, request),
  };
}

/** As `decideTrust`, with the reasons. */
export function explainTrust(trust: CompiledTrust, request: TrustRequest): Explanation {
  return new Explanation(decideTrust(trust, request), () => {
    const admitting = new Set(
      trust.statements.filter(({ admits }) => admits(request.principal)).map(({ statement }) => statement),
    );
    return listCandidates(
      trust.statements.map(({ statement }) => statement),
      trustInquiryOf(request),
      (statement) => admitting.has(statement),
      'principal',
    );
  });
}

function listCandidates(
  statements: readonly CompiledStatement[],
  inquiry: Inquiry,
  namesObject: (statement: CompiledStatement) => boolean,
  object: 'resource' | 'principal' = 'resource',
): { listed: readonly CandidateStatement[]; leftOut: number } {
  const listed: CandidateStatement[] = [];
  let leftOut = 0;
  for (const statement of statements) {
    if (!statement.namesAction(inquiry.action)) continue;
    if (listed.length < CANDIDATES_LISTED) {
      listed.push(describe(statement, namesObject(statement), inquiry, object));
    } else {
      leftOut++;
    }
  }
  return { listed, leftOut };
}

function describe(
  statement: CompiledStatement,
  namesResource: boolean,
  inquiry: Inquiry,
  object: string,
): CandidateStatement {
  const conditions = statement.conditions.map(({ source, key, holds }, index): ConditionOutcome => {
    const found = valuesOf(inquiry.conditions, key);
    return {
      operator: source.operator,
      key: source.key,
      operands: source.values,
      variables: variablesOf(source, inquiry.conditions),
      requestValues: typeof found === 'string' ? [found] : found,
      holds: holds.call(statement.conditions[index]!, inquiry.conditions),
    };
  });
  const applies = namesResource && statement.conditionsHold(inquiry.conditions);
  const { policy, statement: index } = statement.decision;
  return {
    policy: policy!,
    statement: index!,
    path: pathOf(index!),
    effect: statement.effect,
    applies,
    namesResource,
    conditions,
    unreadable: statement.isReadable ? undefined : (statement.source.unreadable ?? []),
    reason: reasonOf(statement, applies, namesResource, conditions, object),
  };
}

function reasonOf(
  statement: CompiledStatement,
  applies: boolean,
  namesResource: boolean,
  conditions: readonly ConditionOutcome[],
  object: string,
): string {
  if (!namesResource) return `it does not name the ${object}`;
  const failed = conditions.find((condition) => !condition.holds);
  if (failed !== undefined) {
    const values = failed.requestValues?.map((value) => `\`${value}\``).join(', ');
    return values === undefined
      ? `its condition \`${failed.operator}\` asks for \`${failed.key}\`, which the request does not have`
      : `its condition \`${failed.operator}\` on \`${failed.key}\` does not hold for ${values}`;
  }
  if (!statement.isReadable) {
    const why = statement.source.unreadable?.[0]?.problem;
    const because = why === undefined ? 'it cannot be evaluated' : `it cannot be evaluated: ${why}`;
    return applies ? `${because}; a Deny then denies` : `${because}; an Allow then does not allow`;
  }
  return `it names the action and the ${object}, and its conditions hold`;
}

function variablesOf(
  condition: Condition,
  conditions: ConditionContext,
): Readonly<Record<string, string | undefined>> {
  const variables: [string, string | undefined][] = [];
  for (const value of condition.values) {
    const reading = readTemplate(value, false);
    if (!reading.ok) continue;
    for (const part of reading.template) {
      if (part.kind === 'variable') variables.push([part.key, onlyValueOf(conditions, foldCase(part.key))]);
    }
  }
  return Object.fromEntries(variables);
}

function pathOf(statement: number): string {
  return `$.Statement[${statement}]`;
}
