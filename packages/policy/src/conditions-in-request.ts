/**
 * Condition values of a request. Keys are looked up in lower case (`acs:sourceip`); a `Map` with lower-case
 * keys is sufficient. An empty array counts as absent.
 */
export interface ConditionContext {
  get(lowerCaseKey: string): string | readonly string[] | undefined;
}

/** Returns the values of a key; `undefined` if absent. */
export function valuesOf(conditions: ConditionContext, key: string): string | readonly string[] | undefined {
  const found = conditions.get(key);
  if (typeof found === 'string') return found;
  // An untyped caller may pass something else: it counts as absent.
  return Array.isArray(found) && found.length > 0 ? found : undefined;
}

/** Returns the value for a policy variable; `undefined` unless there is exactly one. */
export function onlyValueOf(conditions: ConditionContext, key: string): string | undefined {
  const found = valuesOf(conditions, key);
  if (typeof found === 'string') return found;
  const only: unknown = found?.length === 1 ? found[0] : undefined;
  return typeof only === 'string' ? only : undefined;
}
