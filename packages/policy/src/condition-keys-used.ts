import type { CompiledPolicies } from './compile.ts';
import { foldCase } from './letter-case.ts';

const known = new WeakMap<CompiledPolicies, ReadonlySet<string>>();

/**
 * Whether a set of policies uses a condition key, in a condition or as a policy variable. A caller that has
 * to look a value up, such as the tags of a resource, can skip that otherwise. Computed once per set.
 *
 * @param prefix beginning of the key, in lower case: `acs:resourcetag/`
 */
export function usesConditionKey(policies: CompiledPolicies, prefix: string): boolean {
  let keys = known.get(policies);
  if (keys === undefined) {
    keys = keysOf(policies);
    known.set(policies, keys);
  }
  for (const key of keys) if (key.startsWith(prefix)) return true;
  return false;
}

function keysOf({ statements }: CompiledPolicies): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { source } of statements) {
    const texts = [...(source.resources?.patterns ?? [])];
    for (const { key, values } of source.conditions) {
      keys.add(foldCase(key));
      texts.push(...values);
    }
    for (const text of texts) {
      if (!text.includes('${')) continue;
      for (const [, name = ''] of text.matchAll(/\$\{([^}]*)\}/g)) keys.add(foldCase(name));
    }
  }
  return keys;
}
