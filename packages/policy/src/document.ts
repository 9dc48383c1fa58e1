import type { PolicyFault } from './fault.ts';

/**
 * Use of a policy. An `identity` policy is attached to a user, group or role; a `session` policy narrows one
 * temporary credential; both name resources and no principal. A `trust` policy is the resource policy of a
 * role: it names principals and no resource.
 */
export type PolicyKind = 'identity' | 'trust' | 'session';

/** Effect of a statement on the requests that it covers. */
export type Effect = 'Allow' | 'Deny';

/** Policy as written: parsed, validated and frozen, not compiled. */
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
  /** Only in trust policies; absent if unreadable. */
  readonly principals?: PrincipalClause;
  /** All must be true. Empty if the statement has no condition. */
  readonly conditions: readonly Condition[];
  /**
   * Why this statement cannot be evaluated. `parsePolicy` never returns such a statement; `readStoredPolicy`
   * does, for a text that was readable, or seemed so, when it was stored.
   */
  readonly unreadable?: readonly PolicyFault[];
}

/** `Action` or `NotAction`, `Resource` or `NotResource`: the patterns, and whether they are exclusions. */
export interface PatternClause {
  readonly negated: boolean;
  readonly patterns: readonly string[];
}

/** Trusted entities of a trust policy, as written. */
export interface PrincipalClause {
  readonly ram: readonly string[];
  readonly service: readonly string[];
  readonly federated: readonly string[];
}

/** One operator on one key. The values are alternatives. */
export interface Condition {
  /** As written, with set prefix and suffix: `ForAnyValue:StringLikeIfExists`. */
  readonly operator: string;
  /** As written; compared case-insensitively. */
  readonly key: string;
  /** As text: a JSON number as spelled, a JSON boolean as `true` or `false`. */
  readonly values: readonly string[];
}
