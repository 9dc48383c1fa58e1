import type { ServiceMapFault } from './map-fault.ts';
import type { PathTemplate } from './path-template.ts';
import { readRequestPath } from './request-path.ts';
import type { Route } from './route.ts';
import { type RouteSearch, RouteTree } from './route-tree.ts';

/** A route with its template, taken apart. */
export interface MappedRoute {
  readonly route: Route;
  readonly template: PathTemplate;
}

/**
 * What the requests to a service mean: which action each of them is, on which resource. Made by `parseServiceMap`
 * or `serviceMapFromOpenApi`; never changes.
 */
export class ServiceMap {
  /** The service's code, `orders`. */
  readonly service: string;
  /** Of the service's resources; `*` when they have none. */
  readonly region: string;
  readonly routes: readonly Route[];
  /** What the map's author should look at, in the order of the text: it may mean something else than it seems to. */
  readonly warnings: readonly ServiceMapFault[];
  readonly #tree = new RouteTree();

  /** INVARIANT: no two of the routes match the same requests. */
  constructor(
    service: string,
    region: string,
    routes: readonly MappedRoute[],
    warnings: readonly ServiceMapFault[] = [],
  ) {
    this.service = service;
    this.region = region;
    this.warnings = warnings.toSorted((a, b) => a.line - b.line || a.column - b.column);
    this.routes = routes.map(({ route }) => route);
    for (const { route, template } of routes) this.#tree.add(route, template.segments);
  }

  /**
   * Which route a request takes.
   *
   * @param method in upper case
   * @param target as it stood on the wire
   * @returns the route with the values of its path, `unmapped`, or why the path could mean two things
   */
  match(method: string, target: string): RouteSearch {
    const path = readRequestPath(target);
    return path.ok ? this.#tree.find(method, path) : path;
  }
}
