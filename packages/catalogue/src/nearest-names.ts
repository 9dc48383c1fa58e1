import { findSystemPolicy, systemPolicyKey, systemPolicyKeys } from './system-policies.ts';

/** A name less alike than this is no help to the reader. */
const LEAST_LIKENESS = 0.6;

/** Size of a set of pairs of letters; two pairs seldom share a place in it. */
const PLACES = 4096;

/**
 * Returns the names of the system policies that are most like an unknown one, the most alike first.
 *
 * Likeness is the share of common pairs of neighbouring letters (Dice's coefficient), which takes under a millisecond
 * for all names; edit distances take ten times as long. Of names that are as alike, one with the same beginning comes
 * first.
 *
 * @param name an unknown name
 * @param limit maximum number of names
 */
export function nearestNames(name: string, limit: number): readonly string[] {
  const unknown = systemPolicyKey(name);
  const start = startOf(unknown);
  const pairs = new Uint8Array(PLACES);
  for (let at = start; at + 1 < unknown.length; at++) pairs[placeOf(unknown, at)] = 1;
  const alike: { readonly key: string; readonly rank: number }[] = [];
  for (const key of systemPolicyKeys()) {
    const keyStart = startOf(key);
    let common = 0;
    for (let at = keyStart; at + 1 < key.length; at++) common += pairs[placeOf(key, at)]!;
    const likeness = (2 * common) / (unknown.length - start - 1 + (key.length - keyStart - 1));
    if (likeness >= LEAST_LIKENESS)
      alike.push({ key, rank: likeness + commonStart(unknown, key) / key.length });
  }
  return alike
    .sort((a, b) => b.rank - a.rank || (a.key < b.key ? -1 : 1))
    .slice(0, limit)
    .flatMap(({ key }) => findSystemPolicy(key)?.name ?? []);
}

/** Returns where a name begins to differ from others: after the prefix that nearly all have. */
const startOf = (key: string): number => (key.startsWith('aliyun') ? 'aliyun'.length : 0);

const placeOf = (key: string, at: number): number =>
  (key.charCodeAt(at) * 61 + key.charCodeAt(at + 1)) % PLACES;

/** Returns how many letters two names have in common at their beginning. */
function commonStart(some: string, other: string): number {
  let at = 0;
  while (at < some.length && some[at] === other[at]) at++;
  return at;
}
