import { type TagValues, tagValues } from '../tag-values.ts';

/**
 * Converts tags of the control plane for conditions.
 *
 * @param list key, value, key, value …
 * @returns undefined if empty
 */
export function tagsOfList(list: readonly string[]): TagValues | undefined {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < list.length; at += 2) pairs.push([list[at]!, list[at + 1]!]);
  return tagValues(pairs);
}
