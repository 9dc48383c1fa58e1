import { readBodyType } from '../body-type.ts';

/** A query parameter that a route is decided by. */
export interface DecisiveParameter {
  readonly name: string;
  /** What frameworks may take for it has the same. */
  readonly stem: string;
}

/** Parsers of queries stop after so many at the earliest: of 1,000 in Node, PHP, Tomcat and Jetty, half. */
const MAXIMUM_PARAMETERS = 500;

/** Makes names ready to be compared with those of requests. */
export function decisiveParameters(names: readonly string[]): DecisiveParameter[] {
  return names.map((name) => ({ name, stem: stemOf(name) }));
}

/**
 * What about the parameters of a request could be read in two ways, when its route is decided by some of the query.
 *
 * A route that is decided by the parameter `channel` must not be passed with `Channel`, `channel[]`, `[channel]` or
 * `channel.0`, which frameworks here and there take for `channel` as well; nor with a `channel` in the form of the
 * body, which some put together with the query; nor with one behind a semicolon, at which some cut, or behind so many
 * others that some do not read it.
 *
 * @param target as it stood on the wire
 * @param query decoded; no name stands twice in it
 * @param parameters those of query and form together
 * @param contentType of the body; undefined when it has none
 * @param isBodyInSight whether the form of the body is among `parameters`
 * @param decisive those that the route is decided by; at least one
 * @returns what follows "the query of the request"; undefined when everything is clear
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
      return 'decides here, and some servers put it together with the form in the body';
    }
    if (!isUtf8) return 'decides here, and some servers read it by the `charset` of the body';
  }
  if (parameters.size > MAXIMUM_PARAMETERS) {
    return `has more than ${MAXIMUM_PARAMETERS} parameters, of which some servers do not read the last`;
  }
  for (const name of parameters.keys()) {
    if (decisive.some((each) => each.name === name)) {
      if (query.has(name)) continue;
      return `lacks the parameter \`${shown(name)}\`, which stands in the form of the body instead`;
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
 * What frameworks leave away before a name: `[` of Express and Rack, `?` of parsers of whole queries, `!` and `_` of
 * Spring, blanks of PHP.
 */
const DROPPED_BEFORE = /^[.?!]+/;

function isOf({ stem }: DecisiveParameter, name: string): boolean {
  return name === stem || name.startsWith(`${stem}.`);
}

/** Names that frameworks may take for one another have the same stem: PHP ends a name at NUL. */
function stemOf(name: string): string {
  const end = name.indexOf('\0');
  const plain = end < 0 ? name : name.slice(0, end);
  return plain
    .trim()
    .toLowerCase()
    .replaceAll(/[ +_[\]]/g, '.');
}

/** A name that a stranger chose, short enough for a message. */
function shown(name: string): string {
  return name.slice(0, 64);
}
