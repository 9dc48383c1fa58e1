import type { DecisiveParameter } from './request-query.ts';
import type { ResourceTemplate } from './resource-template.ts';
import type { ValueSource } from './value-source.ts';

/** A value of the request, or always the same text: a tag that all resources of a route have. */
export type ConditionSource = ValueSource | { readonly in: 'value'; readonly name: string };

/** Where a condition key of a route gets its value from. */
export interface RouteCondition {
  /** In lower case, as conditions are looked up: `orders:channel`. */
  readonly key: string;
  readonly from: ConditionSource;
}

/** One kind of request that a service answers, and what it needs. */
export interface Route {
  /** Upper case. */
  readonly method: string;
  /** The path template as it was written, `/orders/{orderId}`. */
  readonly template: string;
  /** Names of the path's parameters, in their order. */
  readonly parameters: readonly string[];
  /** With the service's code, `orders:GetOrder`. */
  readonly action: string;
  readonly resource: ResourceTemplate;
  /** Whether the service tells upper from lower case in the values that the resource is made of. */
  readonly caseSensitive: boolean;
  readonly conditions: readonly RouteCondition[];
  /** What resource and conditions are made of. */
  readonly sources: readonly ValueSource[];
  /** The query parameters that resource and conditions are made of. */
  readonly query: readonly DecisiveParameter[];
  /** Names of such headers, in lower case. */
  readonly headers: readonly string[];
}
