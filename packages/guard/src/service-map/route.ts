import type { DecisiveParameter } from './request-query.ts';
import type { ResourceTemplate } from './resource-template.ts';
import type { ValueSource } from './value-source.ts';

/** A value of the request, or a constant text: a tag that all resources of a route have. */
export type ConditionSource = ValueSource | { readonly in: 'value'; readonly name: string };

/** Source of a condition key of a route. */
export interface RouteCondition {
  /** In lower case, as conditions are looked up: `orders:channel`. */
  readonly key: string;
  readonly from: ConditionSource;
}

/** Kind of requests that a service answers, and the demand of each. */
export interface Route {
  /** Upper case. */
  readonly method: string;
  /** Path template as written, `/orders/{orderId}`. */
  readonly template: string;
  /** Names of the path's parameters, in order. */
  readonly parameters: readonly string[];
  /** With the service's code, `orders:GetOrder`. */
  readonly action: string;
  readonly resource: ResourceTemplate;
  /** Whether the service distinguishes letter case in the values of the resource. */
  readonly caseSensitive: boolean;
  readonly conditions: readonly RouteCondition[];
  /** Sources of resource and conditions. */
  readonly sources: readonly ValueSource[];
  /** Query parameters among the sources. */
  readonly query: readonly DecisiveParameter[];
  /** Names of headers among the sources, in lower case. */
  readonly headers: readonly string[];
}
