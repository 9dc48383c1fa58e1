import type { PolicyFault } from './fault.ts';

/**
 * Where a policy is used. An `identity` policy is attached to a user, group or role; a `session` policy
 * narrows one temporary credential; both name resources and no principal. A `trust` policy is the resource
 * policy of a role: it names principals and no resource.
 */
export type PolicyKind = 'identity' | 'trust' | 'session';

/** What a statement says about the requests that it covers. */
export type Effect = 'Allow' | 'Deny';

/** A policy as written: parsed, checked and frozen, with nothing resolved yet. */
export interface PolicyDocument {
  readonly version: '1';
  readonly kind: PolicyKind;
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly effect: Effect;
  readonly actions: PatternClause;
  /** Absent in trust policies. */
  readonly resources?: PatternClause;
  /** Present in trust policies only; absent there when it could not be read. */
  readonly principals?: PrincipalClause;
  /** All of them must hold. Empty when the statement has no condition. */
  readonly conditions: readonly Condition[];
  /**
   * Why this statement cannot be evaluated as written. `parsePolicy` never returns such a statement; only
   * `readStoredPolicy` does, for a text that was stored when it still was (or seemed) readable.
   */
  readonly unreadable?: readonly PolicyFault[];
}

/** `Action` or `NotAction`, `Resource` or `NotResource`: the patterns, and whether they name what is left out. */
export interface PatternClause {
  readonly negated: boolean;
  readonly patterns: readonly string[];
}

/** The trusted entities of a trust policy, as written. */
export interface PrincipalClause {
  readonly ram: readonly string[];
  readonly service: readonly string[];
  readonly federated: readonly string[];
}

/** One operator over one key. The values are alternatives. */
export interface Condition {
  /** With its set prefix and its suffix, as written: `ForAnyValue:StringLikeIfExists`. */
  readonly operator: string;
  /** As written; compared without regard to case. */
  readonly key: string;
  /** As text: a JSON number as it was spelled, a JSON boolean as `true` or `false`. */
  readonly values: readonly string[];
}
