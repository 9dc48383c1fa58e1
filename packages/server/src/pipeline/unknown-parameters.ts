import { nearestName } from '../wire/nearest-name.ts';
import type { ParameterMap, WireParameters } from '../wire/parameter.ts';
import { PROTOCOL_PARAMETERS } from '../wire/protocol-parameters.ts';
import type { Warnings } from '../wire/warnings.ts';
import type { AnyOperation } from './operation.ts';

/** Syntax of a parameter name. Text of any other form is not repeated: it may be a value without its name. */
const PARAMETER_NAME = /^[A-Za-z][\w.-]{0,63}$/;

const ITEM = /^[1-9]\d{0,3}(?:\.(.+))?$/;

/** Part of a JSON Schema that holds the names of a list. */
interface ListSchema {
  readonly type?: unknown;
  readonly items?: { readonly properties?: Readonly<Record<string, unknown>> };
}

/**
 * Adds a warning for each parameter that an operation does not know and therefore ignores, as RAM does. Without it, a
 * mistyped name would be a restriction that is silently not set.
 * @param parameters decoded, of query and form; their values are not repeated
 */
export function warnOfUnknownParameters(
  warnings: Warnings,
  operation: AnyOperation,
  parameters: WireParameters,
): void {
  for (const [name, value] of parameters) {
    if (PROTOCOL_PARAMETERS.has(name)) continue;
    const parameter = Object.hasOwn(operation.input, name) ? operation.input[name] : undefined;
    if (parameter === undefined) {
      warnOfName(warnings, operation.input, name);
    } else {
      const fields = (parameter.schema as ListSchema).items?.properties;
      if (fields !== undefined) warnOfFields(warnings, name, fields, value);
    }
  }
}

function warnOfName(warnings: Warnings, input: ParameterMap, name: string): void {
  const dot = name.indexOf('.');
  const head = dot < 0 ? name : name.slice(0, dot);
  const list = Object.hasOwn(input, head) ? (input[head]?.schema as ListSchema) : undefined;
  if (dot < 0 || list?.type !== 'array') {
    const near = warnings.isFull
      ? undefined
      : nearestName(head, [...Object.keys(input), ...PROTOCOL_PARAMETERS]);
    warnings.add(ignored(name, near && near + name.slice(head.length)));
    return;
  }
  const match = ITEM.exec(name.slice(dot + 1));
  // The list itself refuses an item without a valid number.
  if (match === null) return;
  const field = match[1];
  const fields = list.items?.properties;
  if (field === undefined || (fields !== undefined && Object.hasOwn(fields, field))) return;
  const near = fields && nearestName(field, Object.keys(fields));
  warnings.add(ignored(name, near && name.slice(0, -field.length) + near));
}

/** Adds the warnings of a list of objects that is written as one JSON array. */
function warnOfFields(
  warnings: Warnings,
  name: string,
  fields: Readonly<Record<string, unknown>>,
  value: string,
): void {
  for (const item of jsonItems(value)) {
    if (warnings.isFull) return;
    if (item === null || typeof item !== 'object') continue;
    for (const field of Object.keys(item)) {
      if (Object.hasOwn(fields, field) || warnings.isFull) continue;
      const near = nearestName(field, Object.keys(fields));
      warnings.add(ignored(`${name}.${field}`, near && `${name}.${near}`));
    }
  }
}

/** Returns the items of a JSON array; none for any other text, which the parameter itself refuses. */
function jsonItems(text: string): readonly unknown[] {
  if (!text.startsWith('[')) return [];
  try {
    return JSON.parse(text) as readonly unknown[];
  } catch {
    return [];
  }
}

function ignored(name: string, near: string | undefined): string {
  if (!PARAMETER_NAME.test(name)) return 'a parameter was ignored: its name is not valid';
  const suggestion = near === undefined ? '' : `, did you mean ${near}?`;
  return `unknown parameter ${name} was ignored${suggestion}`;
}
