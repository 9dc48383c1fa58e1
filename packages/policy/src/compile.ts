import { CandidateIndex } from './candidate-index.ts';
import type { PolicyName } from './decision.ts';
import type { PolicyDocument } from './document.ts';
import { PatternPool } from './pattern-pool.ts';
import { CompiledStatement } from './statement.ts';

/** A policy with the name by which decisions shall refer to it. */
export interface NamedPolicy extends PolicyName {
  readonly document: PolicyDocument;
}

/** A set of policies, ready to decide. Never changes; may be shared between requests. */
export interface CompiledPolicies {
  /** All statements, in the order in which they were given. */
  readonly statements: readonly CompiledStatement[];
  readonly denies: CandidateIndex;
  readonly allows: CandidateIndex;
}

/**
 * Makes a set of policies ready, usually all those of one principal: its own and those of its groups. The work
 * grows with their size; deciding afterwards does not.
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
