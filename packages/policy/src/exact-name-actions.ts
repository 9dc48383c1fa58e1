import type { ActionClause } from './pattern-pool.ts';

/**
 * Actions that hand out what verifies other principals' signatures. An Allow statement reaches them only by their whole
 * name: neither `*` nor `claviger:*` nor `NotAction` was written with them in mind. A Deny statement reaches them by any
 * pattern. Folded to lower case.
 */
const EXACT_NAME_ACTIONS: ReadonlySet<string> = new Set([
  'claviger:replicatecredentials',
  'claviger:reportaccesskeyusage',
  'claviger:verifyrequestsignature',
]);

/** Whether an Allow statement has to name an action exactly. @param action folded to lower case */
export function needsExactName(action: string): boolean {
  // Asked once in each decision: nearly every action ends here, before anything is hashed.
  return action.startsWith('claviger:') && EXACT_NAME_ACTIONS.has(action);
}

/** Whether a clause has the whole name of an action among its patterns. @param action folded to lower case */
export function namesExactly(clause: ActionClause, action: string): boolean {
  return (
    !clause.negated &&
    clause.patterns.some((pattern) => pattern.isLiteral && pattern.literalPrefix === action)
  );
}
