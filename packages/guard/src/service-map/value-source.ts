/** A part of a request that a resource or a condition key gets its value from. */
export type ValueSource =
  | { readonly in: 'path'; readonly name: string; readonly index: number; readonly isRest: boolean }
  | { readonly in: 'query'; readonly name: string }
  /** The name is in lower case. */
  | { readonly in: 'header'; readonly name: string };

/** What is known of a request when a route has been found for it. */
export interface RequestValues {
  /** The decoded path parameters, by their place in the template. */
  readonly path: readonly string[];
  readonly query: ReadonlyMap<string, string>;
  /** By lower-case name; undefined when the route asks for none. */
  readonly headers: ReadonlyMap<string, string> | undefined;
}

/** The value that a source has in a request; undefined when the request lacks it. */
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

/** How a source is called in a map and in messages: `path.orderId`, `query.channel`, `header.x-acs-tenant`. */
export function sourceName(source: ValueSource): string {
  return `${source.in}.${source.name}`;
}

/**
 * Reads `path.NAME`, `query.NAME` or `header.NAME`.
 *
 * @param parameters names of the path's parameters, in their order
 * @param restIndex which of them takes the rest of the path; -1 when none does
 * @returns why it cannot be read, when it cannot
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
          problem: `\`${name}\` is no name of a query parameter: letters, digits, \`_\`, \`-\`, \`.\``,
        };
      }
      return { in: 'query', name };
    case 'header': {
      const lower = name.toLowerCase();
      if (!/^[a-z0-9-]{1,128}$/.test(lower)) {
        return { problem: `\`${name}\` is no name of a header: letters, digits, \`-\`` };
      }
      return { in: 'header', name: lower };
    }
    default:
      return { problem: `\`${text}\` is none of \`path.NAME\`, \`query.NAME\`, \`header.NAME\`` };
  }
}
