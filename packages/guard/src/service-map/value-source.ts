/** Part of a request that a resource or a condition key gets its value from. */
export type ValueSource =
  | { readonly in: 'path'; readonly name: string; readonly index: number; readonly isRest: boolean }
  | { readonly in: 'query'; readonly name: string }
  /** The name is in lower case. */
  | { readonly in: 'header'; readonly name: string };

/** Values of a request with a route. */
export interface RequestValues {
  /** Decoded path parameters, by position in the template. */
  readonly path: readonly string[];
  readonly query: ReadonlyMap<string, string>;
  /** By lower-case name; undefined if the route uses none. */
  readonly headers: ReadonlyMap<string, string> | undefined;
}

/** Returns the value of a source in a request; `undefined` if absent. */
export function valueFrom(source: ValueSource, values: RequestValues): string | undefined {
  switch (source.in) {
    case 'path':
      return values.path[source.index];
    case 'query':
      return values.query.get(source.name);
    case 'header':
      return values.headers?.get(source.name);
  }
}

/**
 * Returns the name of a source in a map and in messages: `path.orderId`, `query.channel`,
 * `header.x-acs-tenant`.
 */
export function sourceName(source: ValueSource): string {
  return `${source.in}.${source.name}`;
}

/**
 * Parses `path.NAME`, `query.NAME` or `header.NAME`.
 *
 * @param parameters names of the path's parameters, in order
 * @param restIndex index of the parameter that matches the rest of the path; -1 if none does
 * @returns the source, or its fault
 */
export function readValueSource(
  text: string,
  parameters: readonly string[],
  restIndex: number,
): ValueSource | { readonly problem: string } {
  const dot = text.indexOf('.');
  const place = text.slice(0, Math.max(dot, 0));
  const name = text.slice(dot + 1);
  switch (place) {
    case 'path': {
      const index = parameters.indexOf(name);
      if (index < 0) return { problem: `the path has no parameter \`${name}\`` };
      return { in: 'path', name, index, isRest: index === restIndex };
    }
    case 'query':
      if (!/^[A-Za-z0-9_.-]{1,128}$/.test(name)) {
        return {
          problem: `\`${name}\` is not a name of a query parameter: expected letters, digits, \`_\`, \`-\`, \`.\``,
        };
      }
      return { in: 'query', name };
    case 'header': {
      const lower = name.toLowerCase();
      if (!/^[a-z0-9-]{1,128}$/.test(lower)) {
        return { problem: `\`${name}\` is not a name of a header: expected letters, digits, \`-\`` };
      }
      return { in: 'header', name: lower };
    }
    default:
      return {
        problem: `\`${text}\` is not a source: expected \`path.NAME\`, \`query.NAME\` or \`header.NAME\``,
      };
  }
}
