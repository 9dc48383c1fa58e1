import { CandidateIndex } from './candidate-index.ts';
import type { PolicyName } from './decision.ts';
import type { PolicyDocument } from './document.ts';
import { PatternPool } from './pattern-pool.ts';
import { CompiledStatement } from './statement.ts';

/** Policy with the name that decisions report. */
export interface NamedPolicy extends PolicyName {
  readonly document: PolicyDocument;
}

/** Compiled set of policies. Immutable; may be shared between requests. */
export interface CompiledPolicies {
  /** All statements, in the order given. */
  readonly statements: readonly CompiledStatement[];
  readonly denies: CandidateIndex;
  readonly allows: CandidateIndex;
}

/**
 * Compiles a set of policies, usually all policies of one principal and its groups. The cost grows with their
 * size; that of a decision does not.
 */
export function compilePolicies(policies: readonly NamedPolicy[]): CompiledPolicies {
  const pool = new PatternPool();
  const statements = policies.flatMap((policy) => compileStatements(policy, pool));
  return {
    statements,
    denies: new CandidateIndex(statements.filter((statement) => statement.effect !== 'Allow')),
    allows: new CandidateIndex(
      statements.filter((statement) => statement.effect === 'Allow' && statement.isReadable),
    ),
  };
}

function compileStatements(policy: NamedPolicy, pool: PatternPool): CompiledStatement[] {
  const { name, type, version } = policy;
  const policyName = Object.freeze({ name, type, ...(version === undefined ? {} : { version }) });
  return policy.document.statements.map(
    (source, index) => new CompiledStatement(source, policyName, index, pool),
  );
}
