/**
 * What about the names of a request's query parameters could be read in two ways. A route that is decided by the
 * parameter `channel` must not be passed with `Channel`, `channel[]` or `channel.0`, which frameworks here and
 * there take for `channel` as well.
 *
 * @param query decoded; no name stands twice in it
 * @param used names that the route is decided by
 * @returns the name in question; undefined when there is none
 */
export function ambiguousName(
  query: ReadonlyMap<string, string>,
  used: readonly string[],
): string | undefined {
  for (const name of query.keys()) {
    if (used.includes(name)) continue;
    const stem = stemOf(name);
    if (used.some((each) => stemOf(each) === stem || stem.startsWith(`${stemOf(each)}.`))) return name;
  }
  return undefined;
}

/** Names that frameworks may take for one another have the same stem. */
function stemOf(name: string): string {
  const bracket = name.indexOf('[');
  const plain = bracket < 0 ? name : name.slice(0, bracket);
  return plain.trim().toLowerCase().replaceAll(/[ +_]/g, '.');
}
