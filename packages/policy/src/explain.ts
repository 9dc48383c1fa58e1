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

/** Evaluation of one condition. */
export interface ConditionOutcome {
  readonly operator: string;
  readonly key: string;
  /** As written in the policy. */
  readonly operands: readonly string[];
  /** Values of the policy variables among the operands; undefined if the request lacks one. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Values in the request; undefined if the key is absent. */
  readonly requestValues: readonly string[] | undefined;
  readonly holds: boolean;
}

/** Statement that covers the action of the request, and why it applied or not. */
export interface CandidateStatement {
  readonly policy: PolicyName;
  readonly statement: number;
  /** Path in its policy document: `$.Statement[2]`. */
  readonly path: string;
  readonly effect: Effect;
  readonly applies: boolean;
  /** Whether it covers the resource; in a trust policy, the principal. */
  readonly namesResource: boolean;
  readonly conditions: readonly ConditionOutcome[];
  /** Why the statement cannot be evaluated; a Deny denies then, an Allow does not allow. */
  readonly unreadable: readonly PolicyFault[] | undefined;
  /** One sentence. */
  readonly reason: string;
}

/** Maximum number of candidates in an explanation. */
const CANDIDATES_LISTED = 500;

/**
 * Decision with its reasons. The decision is computed at once; the candidates on first access, from the same
 * request, whose conditions must not change before.
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

  /** Policy that decided; undefined if none did. */
  get policy(): PolicyName | undefined {
    return this.decision.policy;
  }

  /** Index of the deciding statement in its policy, from 0; undefined if none decided. */
  get statement(): number | undefined {
    return this.decision.statement;
  }

  /** Path of the deciding statement in its policy document: `$.Statement[2]`. */
  get path(): string | undefined {
    return this.statement === undefined ? undefined : pathOf(this.statement);
  }

  /** Statements that cover the action, in the order of the policies; at most 500. */
  get candidates(): readonly CandidateStatement[] {
    this.#candidates ??= this.#listCandidates();
    return this.#candidates.listed;
  }

  /** Number of candidates beyond the limit. */
  get candidatesLeftOut(): number {
    this.#candidates ??= this.#listCandidates();
    return this.#candidates.leftOut;
  }

  /** Explanation in one sentence, for the caller. */
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

/** Decides as `decide`, with reasons. They are computed only when read, since that visits all statements. */
export function explain(policies: CompiledPolicies, request: AccessRequest): Explanation {
  return new Explanation(decide(policies, request), () => {
    const inquiry = inquiryOf(request);
    return listCandidates(policies.statements, inquiry, (statement) =>
      statement.namesResource(inquiry.resource, inquiry.conditions),
    );
  });
}

/** Decides as `decideWithSessionPolicy`, with the reasons of both sides. */
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

/** Decides as `decideTrust`, with reasons. */
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
