import type { ServiceMapFault } from './map-fault.ts';
import type { PathTemplate } from './path-template.ts';
import { readRequestPath } from './request-path.ts';
import type { Route } from './route.ts';
import { type RouteSearch, RouteTree } from './route-tree.ts';

/** Route with its parsed template. */
export interface MappedRoute {
  readonly route: Route;
  readonly template: PathTemplate;
}

/**
 * Meaning of the requests to a service: the action and resource of each. Created by `parseServiceMap` or
 * `serviceMapFromOpenApi`; immutable.
 */
export class ServiceMap {
  /** Code of the service, `orders`. */
  readonly service: string;
  /** Region of the service's resources; `*` if they have none. */
  readonly region: string;
  readonly routes: readonly Route[];
  /** Warnings about a valid map, in the order of the text. */
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
   * Returns the route of a request.
   *
   * @param method in upper case
   * @param target as received
   * @returns the route with the values of its path, `unmapped`, or why the path is ambiguous
   */
  match(method: string, target: string): RouteSearch {
    const path = readRequestPath(target);
    return path.ok ? this.#tree.find(method, path) : path;
  }
}
