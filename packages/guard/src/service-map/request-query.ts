import { readBodyType } from '../body-type.ts';

/** Query parameter that a route is decided by. */
export interface DecisiveParameter {
  readonly name: string;
  /** Equal to that of all names that frameworks may read as this one. */
  readonly stem: string;
}

/**
 * Maximum number of parameters: parsers of queries stop at 1,000 (Node, PHP, Tomcat, Jetty); half of that.
 */
const MAXIMUM_PARAMETERS = 500;

/** Prepares names for comparison with those of requests. */
export function decisiveParameters(names: readonly string[]): DecisiveParameter[] {
  return names.map((name) => ({ name, stem: stemOf(name) }));
}

/**
 * Returns what makes the parameters of a request ambiguous, if its route is decided by some of the query.
 *
 * A route that is decided by the parameter `channel` must not be passed with `Channel`, `channel[]`,
 * `[channel]` or `channel.0`, which some frameworks read as `channel`; nor with a `channel` in the form of
 * the body, which some merge with the query; nor with one after a semicolon, at which some split, or after so
 * many others that some ignore it.
 *
 * @param target as received
 * @param query decoded, without repeated names
 * @param parameters those of query and form together
 * @param contentType of the body; undefined if absent
 * @param isBodyInSight whether `parameters` includes the form of the body
 * @param decisive those that the route is decided by; at least one
 * @returns predicate of "the query of the request"; undefined if unambiguous
 */
export function queryProblem(
  target: string,
  query: ReadonlyMap<string, string>,
  parameters: ReadonlyMap<string, string>,
  contentType: string | undefined,
  isBodyInSight: boolean,
  decisive: readonly DecisiveParameter[],
): string | undefined {
  if (target.includes(';')) return 'has a `;`, which some servers take for a `&`: write `%3B`';
  if (contentType !== undefined) {
    const { kind, isUtf8 } = readBodyType(contentType);
    if (kind === 'multipart' || (kind === 'form' && !isBodyInSight)) {
      return 'decides here, and some servers merge it with the form in the body';
    }
    if (!isUtf8) return 'decides here, and some servers read it in the `charset` of the body';
  }
  if (parameters.size > MAXIMUM_PARAMETERS) {
    return `has more than ${MAXIMUM_PARAMETERS} parameters, of which some servers ignore the last`;
  }
  for (const name of parameters.keys()) {
    if (decisive.some((each) => each.name === name)) {
      if (query.has(name)) continue;
      return `lacks the parameter \`${shown(name)}\`, which is in the form of the body instead`;
    }
    const stem = stemOf(name);
    const bare = stem.replace(DROPPED_BEFORE, '');
    if (decisive.some((each) => isOf(each, stem) || isOf(each, bare))) {
      return `has the parameter \`${shown(name)}\`, which some servers take for another one`;
    }
  }
  return undefined;
}

/**
 * Prefixes of names that frameworks ignore: `[` of Express and Rack, `?` of parsers of whole queries, `!` and
 * `_` of Spring, blanks of PHP.
 */
const DROPPED_BEFORE = /^[.?!]+/;

function isOf({ stem }: DecisiveParameter, name: string): boolean {
  return name === stem || name.startsWith(`${stem}.`);
}

/**
 * Returns the stem of a name; names that frameworks may confuse have the same one: PHP ends a name at NUL.
 */
function stemOf(name: string): string {
  const end = name.indexOf('\0');
  const plain = end < 0 ? name : name.slice(0, end);
  return plain
    .trim()
    .toLowerCase()
    .replaceAll(/[ +_[\]]/g, '.');
}

/** Shortens an untrusted name for a message. */
function shown(name: string): string {
  return name.slice(0, 64);
}
