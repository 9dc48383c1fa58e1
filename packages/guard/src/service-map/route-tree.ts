import type { TemplateSegment } from './path-template.ts';
import { type RequestPath, type UnclearPath, unclear } from './request-path.ts';
import type { Route } from './route.ts';
import { foldAll } from './text-folding.ts';

/** Node of the tree of one method: the children by the next segment. */
class Node {
  readonly literals = new Map<string, Node>();
  /** Folded literals of case-insensitive routes; undefined before the first one. */
  caselessLiterals: Set<string> | undefined;
  parameter: Node | undefined;
  /** Route whose `{name+}` begins here. */
  rest: Route | undefined;
  /** Route that ends here. */
  route: Route | undefined;

  /** Returns the child for a parameter; creates it if absent. */
  anything(): Node {
    this.parameter ??= new Node();
    return this.parameter;
  }

  /** Returns the child for a literal; creates it if absent. */
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

/** Route with the decoded values of its path. */
export interface FoundRoute {
  readonly kind: 'found';
  readonly route: Route;
  /** By position in the template. */
  readonly path: readonly string[];
}

/** Result of a search. */
export type RouteSearch =
  | FoundRoute
  | { readonly kind: 'unmapped' }
  /** A segment is the encoded spelling of a literal: servers disagree whether that is the literal. */
  | UnclearPath;

const UNMAPPED: RouteSearch = Object.freeze({ kind: 'unmapped' });

/**
 * Routes by method and path segment. A search visits each segment once, whatever the number of routes; a
 * literal has precedence over a parameter, and a parameter over the rest of the path.
 */
export class RouteTree {
  readonly #methods = new Map<string, Node>();

  /**
   * Adds a route. INVARIANT: no existing route matches the same requests.
   *
   * @param segments of the route's template
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
      return unclear(`has \`${segment}\` with needlessly encoded characters, as some servers do not see`);
    const found = search(literal, path, at + 1, values);
    if (found !== undefined) return found;
  } else if (node.caselessLiterals?.has(foldAll(segment))) {
    return unclear(
      `has \`${segment}\`, which the service does not distinguish from a literal in another letter case`,
    );
  }
  // Only the last segment may be empty: the slash at the end, which no parameter matches.
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
