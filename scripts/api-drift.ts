/** Compares what published clients have with the API description of the server. */
import type { ClientOperations } from './client-operations.ts';

/** Something that a client has and the description does not. */
export interface Drift {
  readonly product: string;
  readonly operation: string;
  /** A parameter or a field of the answer; absent: the whole operation is unknown. */
  readonly parameter?: string;
  readonly field?: string;
}

/** Drift that was looked at, with the reason why it is left as it is. The operation `*` stands for every operation. */
export interface ReviewedDrift extends Drift {
  readonly reason: string;
}

/** API description of one product, `packages/server/api-description/*.json`. */
export interface DescribedProduct {
  readonly product: string;
  readonly version: string;
  readonly operations: Readonly<
    Record<string, { readonly parameters: Readonly<Record<string, unknown>>; readonly response: unknown }>
  >;
}

/** Returns what a client has beyond the description, sorted. */
export function driftOf(described: DescribedProduct, client: ClientOperations): readonly Drift[] {
  const drifts: Drift[] = [];
  for (const [operation, { parameters, fields }] of client) {
    const { product } = described;
    const known = described.operations[operation];
    if (known === undefined) {
      drifts.push({ product, operation });
      continue;
    }
    const knownParameters = parameterNames(known.parameters);
    const knownFields = namesIn(known.response);
    for (const parameter of parameters)
      if (!knownParameters.has(parameter)) drifts.push({ product, operation, parameter });
    for (const field of fields) if (!knownFields.has(field)) drifts.push({ product, operation, field });
  }
  return drifts.toSorted((a, b) => (describeDrift(a) < describeDrift(b) ? -1 : 1));
}

/** Returns a drift as a line: `Ram GetRole: field AllowConsoleLogin`. */
export function describeDrift({ product, operation, parameter, field }: Drift): string {
  const part =
    parameter !== undefined
      ? `: parameter ${parameter}`
      : field !== undefined
        ? `: field ${field}`
        : ': operation';
  return `${product} ${operation}${part}`;
}

/** Splits drifts into those that are reviewed and those that are new, and names reviewed ones that no client has. */
export function reviewDrifts(
  drifts: readonly Drift[],
  reviewed: readonly ReviewedDrift[],
): { readonly unknown: readonly string[]; readonly stale: readonly string[] } {
  const found = new Map(drifts.map((drift) => [describeDrift(drift), drift]));
  const accepted = new Set(reviewed.map(describeDrift));
  const met = new Set<string>();
  const unknown: string[] = [];
  for (const [line, drift] of found) {
    const lines = [line, describeDrift({ ...drift, operation: '*' })].filter((each) => accepted.has(each));
    if (lines.length === 0) unknown.push(line);
    for (const each of lines) met.add(each);
  }
  return { unknown, stale: [...accepted].filter((line) => !met.has(line)) };
}

/** Names of parameters, with the fields of those that are lists of objects. */
function parameterNames(parameters: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const names = new Set(Object.keys(parameters));
  for (const parameter of Object.values(parameters)) {
    for (const name of namesIn((parameter as { readonly type?: unknown }).type)) names.add(name);
  }
  return names;
}

/** Names of all fields of a form, nested ones included; a name ends in `?` where the field may be absent. */
function namesIn(form: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) add(item);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        names.add(name.replace(/\?$/, ''));
        add(inner);
      }
    }
  };
  add(form);
  return names;
}
