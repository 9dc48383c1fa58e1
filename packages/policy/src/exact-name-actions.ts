import type { ActionClause } from './pattern-pool.ts';

/**
 * Actions that return material to verify other principals' signatures, folded to lower case. An Allow
 * statement covers them only by their full name: `*`, `claviger:*` and `NotAction` were not written with them
 * in mind. A Deny statement covers them by any pattern.
 */
const EXACT_NAME_ACTIONS: ReadonlySet<string> = new Set([
  'claviger:replicatecredentials',
  'claviger:reportaccesskeyusage',
  'claviger:verifyrequestsignature',
]);

/** Whether an Allow statement has to name an action in full. @param action folded to lower case */
export function needsExactName(action: string): boolean {
  // Fast path, since it is called once per decision: nearly every action ends here, before hashing.
  return action.startsWith('claviger:') && EXACT_NAME_ACTIONS.has(action);
}

/** Whether a clause lists the full name of an action. @param action folded to lower case */
export function namesExactly(clause: ActionClause, action: string): boolean {
  return (
    !clause.negated &&
    clause.patterns.some((pattern) => pattern.isLiteral && pattern.literalPrefix === action)
  );
}
