/**
 * What is known about a request beyond its action and its resource. Keys are asked for in lower case
 * (`acs:sourceip`). A `Map` with lower-case keys will do. An empty array counts as a missing key.
 */
export interface ConditionContext {
  get(lowerCaseKey: string): string | readonly string[] | undefined;
}

/** The values of a key; undefined when the request does not have it. */
export function valuesOf(conditions: ConditionContext, key: string): string | readonly string[] | undefined {
  const found = conditions.get(key);
  if (typeof found === 'string') return found;
  // A caller in plain JavaScript may hand in something else: it is then no value at all.
  return Array.isArray(found) && found.length > 0 ? found : undefined;
}

/** The value of a key which is to stand in for a policy variable: there must be exactly one. */
export function onlyValueOf(conditions: ConditionContext, key: string): string | undefined {
  const found = valuesOf(conditions, key);
  if (typeof found === 'string') return found;
  const only: unknown = found?.length === 1 ? found[0] : undefined;
  return typeof only === 'string' ? only : undefined;
}
