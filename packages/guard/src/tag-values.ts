import { foldCase } from '@claviger/policy';

/**
 * Values of tags by their keys in lower case, as condition keys such as `acs:PrincipalTag/team` are looked up. Tag keys
 * that differ in case alone have one entry with both values.
 */
export type TagValues = ReadonlyMap<string, readonly string[]>;

/**
 * Makes tags ready for conditions.
 * @param tags key and value of each
 * @returns undefined when there are none
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
