import { type TagValues, tagValues } from '../tag-values.ts';

/**
 * Tags as the control plane sends them, ready for conditions.
 * @param list key, value, key, value …
 * @returns undefined when there are none
 */
export function tagsOfList(list: readonly string[]): TagValues | undefined {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < list.length; at += 2) pairs.push([list[at]!, list[at + 1]!]);
  return tagValues(pairs);
}
