import { foldCase } from '@claviger/policy';

/**
 * Values of tags by key in lower case, as condition keys such as `acs:PrincipalTag/team` are looked up. Tag
 * keys that differ in letter case only share one entry.
 */
export type TagValues = ReadonlyMap<string, readonly string[]>;

/**
 * Converts tags for conditions.
 *
 * @param tags key and value of each
 * @returns undefined if empty
 */
export function tagValues(tags: Iterable<readonly [key: string, value: string]>): TagValues | undefined {
  const values = new Map<string, string[]>();
  for (const [key, value] of tags) {
    const folded = foldCase(key);
    const known = values.get(folded);
    if (known === undefined) values.set(folded, [value]);
    else known.push(value);
  }
  return values.size === 0 ? undefined : values;
}
