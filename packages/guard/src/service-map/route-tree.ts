import type { TemplateSegment } from './path-template.ts';
import { type RequestPath, type UnclearPath, unclear } from './request-path.ts';
import type { Route } from './route.ts';
import { foldAll } from './text-folding.ts';

/** A place in the tree of one method: what may follow, by the next segment. */
class Node {
  readonly literals = new Map<string, Node>();
  /** Literals of routes that are not case-sensitive, folded; undefined while there are none. */
  caselessLiterals: Set<string> | undefined;
  parameter: Node | undefined;
  /** The route whose `{name+}` begins here. */
  rest: Route | undefined;
  /** The route that ends here. */
  route: Route | undefined;

  /** The place behind a parameter; made when it is not there yet. */
  anything(): Node {
    this.parameter ??= new Node();
    return this.parameter;
  }

  /** The place behind a literal; made when it is not there yet. */
  literal(text: string, isCaseSensitive: boolean): Node {
    if (!isCaseSensitive) {
      this.caselessLiterals ??= new Set();
      this.caselessLiterals.add(foldAll(text));
    }
    let node = this.literals.get(text);
    if (node === undefined) {
      node = new Node();
      this.literals.set(text, node);
    }
    return node;
  }
}

/** A route that was found, with the decoded values of its path. */
export interface FoundRoute {
  readonly kind: 'found';
  readonly route: Route;
  /** By their place in the template. */
  readonly path: readonly string[];
}

/** What the tree says of a path. */
export type RouteSearch =
  | FoundRoute
  | { readonly kind: 'unmapped' }
  /** A segment is the encoded spelling of a literal: servers differ in whether that is the literal. */
  | UnclearPath;

const UNMAPPED: RouteSearch = Object.freeze({ kind: 'unmapped' });

/**
 * Routes by method and path segment. A search walks the segments once; a literal goes before a parameter and a
 * parameter before the rest of the path. How many routes there are makes no difference to it.
 */
export class RouteTree {
  readonly #methods = new Map<string, Node>();

  /**
   * @param segments of the route's template
   * INVARIANT: no route that is there already matches the same requests
   */
  add(route: Route, segments: readonly TemplateSegment[]): void {
    let node = this.#methods.get(route.method) ?? new Node();
    this.#methods.set(route.method, node);
    for (const segment of segments) {
      if (segment.kind === 'rest') {
        node.rest = route;
        return;
      }
      node = segment.kind === 'parameter' ? node.anything() : node.literal(segment.text, route.caseSensitive);
    }
    node.route = route;
  }

  /** Finds the route of a request. */
  find(method: string, path: RequestPath): RouteSearch {
    const root = this.#methods.get(method);
    if (root === undefined) return UNMAPPED;
    const values: string[] = [];
    return search(root, path, 0, values) ?? UNMAPPED;
  }
}

function search(node: Node, path: RequestPath, at: number, values: string[]): RouteSearch | undefined {
  const { segments } = path;
  if (at === segments.length) {
    return node.route === undefined ? undefined : { kind: 'found', route: node.route, path: values };
  }
  const segment = segments[at]!;
  const literal = node.literals.get(segment);
  if (literal !== undefined) {
    if (path.encoded?.[at] === true)
      return unclear(
        `has \`${segment}\` with characters that need not be encoded, as some servers do not see`,
      );
    const found = search(literal, path, at + 1, values);
    if (found !== undefined) return found;
  } else if (node.caselessLiterals?.has(foldAll(segment))) {
    return unclear(`has \`${segment}\`, which the service does not tell from a literal in another case`);
  }
  // Only the last segment may be empty, and that is the slash at the end, which no parameter takes.
  if (segment === '') return undefined;
  if (node.parameter !== undefined) {
    values.push(segment);
    const found = search(node.parameter, path, at + 1, values);
    if (found !== undefined) return found;
    values.pop();
  }
  if (node.rest === undefined || segments.at(-1) === '') return undefined;
  values.push(segments.slice(at).join('/'));
  return { kind: 'found', route: node.rest, path: values };
}
