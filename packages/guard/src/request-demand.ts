import type { ParsedSignature } from '@claviger/signature';
import type { Demand, Identity } from './guard.ts';
import { type GuardRefusal, type GuardRefusalCode, refuse } from './guard-refusal.ts';
import { methodOverride, methodRefusal } from './method-override.ts';
import { firstHeader, readHeader } from './request-headers.ts';
import { queryProblem } from './service-map/request-query.ts';
import type { Route } from './service-map/route.ts';
import type { FoundRoute } from './service-map/route-tree.ts';
import { foldingProblem } from './service-map/text-folding.ts';
import { type RequestValues, sourceName, type ValueSource, valueFrom } from './service-map/value-source.ts';

/** Headers that ROA 1.0 signs besides those that begin with `x-acs-`. */
const SIGNED_BY_ROA: ReadonlySet<string> = new Set(['accept', 'content-md5', 'content-type', 'date']);

/**
 * Returns the demand of a request: the action of its route, on the resource that its values name, under the
 * conditions of the route.
 *
 * @param found the route, with the values of the path
 * @param signature of the request, verified
 * @param identity sender
 * @param rawHeaders name, value, name, value …, as received
 * @returns a refusal if a value is missing, ambiguous or not signed
 */
export function demandOf(
  { route, path }: FoundRoute,
  signature: ParsedSignature,
  { accessKeyId, principal }: Identity,
  rawHeaders: readonly string[],
): Demand | GuardRefusal {
  const { action } = route;
  const other = otherAction(action, signature, rawHeaders);
  if (other !== undefined) {
    return refuse('InvalidParameter.Action', accessKeyId, { named: other.slice(0, 64), action });
  }
  const override = methodOverride(signature.parameters, signature.request.method);
  if (override !== undefined && !route.query.some(({ name }) => name === override)) {
    return methodRefusal(override, accessKeyId);
  }
  const values = readValues(route, path, signature, rawHeaders, accessKeyId);
  if ('refused' in values) return values;
  const folded = foldedValue(route, values);
  if (folded !== undefined) return refuse(folded.code, accessKeyId, { reason: folded.reason });
  const resource = route.resource.fill(principal.accountId, values);
  if (!resource.ok) return refuse('MissingParameter', accessKeyId, { name: resource.missing });
  const { caseSensitive } = route;
  if (route.conditions.length === 0) return { action, resource: resource.arn, caseSensitive };
  const conditions = new Map<string, string>();
  for (const { key, from } of route.conditions) {
    const value = from.in === 'value' ? from.name : valueFrom(from, values);
    if (value !== undefined) conditions.set(key, value);
  }
  return { action, resource: resource.arn, conditions, caseSensitive };
}

/**
 * Returns the action that a request names, if it is not that of its route: a service that dispatches on the
 * name would do something else than was decided on.
 */
function otherAction(
  action: string,
  signature: ParsedSignature,
  rawHeaders: readonly string[],
): string | undefined {
  const parameter = signature.parameters.get('Action');
  if (parameter !== undefined && !isNameOf(action, parameter)) return parameter;
  // All schemes except RPC 1.0 sign the header.
  const header =
    signature.scheme === 'RPC-HMAC-SHA1' ? firstHeader(rawHeaders, 'x-acs-action') : signature.action;
  return header === undefined || isNameOf(action, header) ? undefined : header;
}

/**
 * Whether a name is that of an action, which is prefixed with the code of its service. An empty one names no
 * other action.
 */
function isNameOf(action: string, name: string): boolean {
  if (name === '') return true;
  return action.endsWith(name) && action.charCodeAt(action.length - name.length - 1) === 0x3a;
}

/** Reads the values that a route is decided by; refuses a request with an ambiguous or unsigned one. */
function readValues(
  route: Route,
  path: readonly string[],
  signature: ParsedSignature,
  rawHeaders: readonly string[],
  accessKeyId: string,
): RequestValues | GuardRefusal {
  const query = signature.query;
  if (route.query.length > 0) {
    const reason = queryProblem(
      signature.request.target,
      query,
      signature.parameters,
      firstHeader(rawHeaders, 'content-type'),
      signature.request.body !== undefined,
      route.query,
    );
    if (reason !== undefined) return refuse('InvalidParameter.Query', accessKeyId, { reason });
  }
  if (route.headers.length === 0) return { path, query, headers: undefined };
  let headers: Map<string, string> | undefined;
  for (const name of route.headers) {
    const reading = readHeader(rawHeaders, name);
    if (!reading.ok) return refuse('InvalidParameter.Header', accessKeyId, { reason: reading.problem });
    if (reading.value === undefined) continue;
    if (!isSigned(signature, name)) {
      const reason = `has the unsigned header \`${name}\`, which must be signed here`;
      return refuse('InvalidParameter.Header', accessKeyId, { reason });
    }
    headers ??= new Map();
    headers.set(name, reading.value);
  }
  return { path, query, headers };
}

/**
 * Returns the first value of a request that a service could fold into another one: see {@link
 * foldingProblem}. Such a service would act on another resource than the one that was decided on.
 */
function foldedValue(
  { sources, caseSensitive }: Route,
  values: RequestValues,
): { readonly code: GuardRefusalCode; readonly reason: string } | undefined {
  for (const source of sources) {
    const value = valueFrom(source, values);
    const problem = value === undefined ? undefined : foldingProblem(value, caseSensitive);
    if (problem === undefined) continue;
    return { code: FOLDED_IN[source.in], reason: `has in \`${sourceName(source)}\` ${problem}` };
  }
  return undefined;
}

const FOLDED_IN = {
  path: 'InvalidParameter.Path',
  query: 'InvalidParameter.Query',
  header: 'InvalidParameter.Header',
} as const satisfies Record<ValueSource['in'], GuardRefusalCode>;

/** Whether a signature covers a header of the request. */
function isSigned(signature: ParsedSignature, name: string): boolean {
  switch (signature.scheme) {
    case 'ACS3-HMAC-SHA256':
    case 'ACS3-HMAC-SM3':
    case 'ACS3-RSA-SHA256':
    case 'ACS4-HMAC-SHA256':
    case 'ACS4-HMAC-SM3':
      return signature.signedHeaders.includes(name);
    case 'ROA-HMAC-SHA1':
      return name.startsWith('x-acs-') || SIGNED_BY_ROA.has(name);
    case 'RPC-HMAC-SHA1':
    case 'anonymous':
    case 'bearer':
      return false;
  }
}
