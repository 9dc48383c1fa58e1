/** Generates the description of Claviger's own operations from their declarations, in the form of RAM's files. */
import { answerShapes } from '../src/api/described-operations.ts';
import { implementedOperations } from '../src/claviger.ts';
import type { AnswerShape } from '../src/wire/answer-shape.ts';

const VERSION = '2026-11-24';

type Schema = Readonly<Record<string, unknown>>;

/** Text of `claviger-2026-11-24.json`. */
export function ownDescriptionText(): string {
  const shapeOf = answerShapes();
  const own = [...implementedOperations().all()]
    .filter((operation) => operation.version === VERSION)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const operations = own.map((operation) => {
    const parameters = Object.entries(operation.input).map(([name, { required, schema }]) => [
      name,
      { type: shapeOfSchema(schema), required },
    ]);
    return [operation.name, { parameters: Object.fromEntries(parameters), response: shapeOf(operation) }];
  });
  const description = {
    product: 'Claviger',
    version: VERSION,
    operations: Object.fromEntries(operations),
  };
  return `${JSON.stringify(description, undefined, 1)}\n`;
}

/** A parameter's JSON Schema as a shape. */
function shapeOfSchema(schema: Schema): AnswerShape {
  const words = schema['enum'];
  if (Array.isArray(words) && words.length > 1) return words.join('|');
  switch (schema['type']) {
    case 'integer':
      return 'number';
    case 'array':
      return [shapeOfSchema(schema['items'] as Schema)];
    case 'object':
      return Object.fromEntries(
        Object.entries(schema['properties'] as Readonly<Record<string, Schema>>).map(([name, property]) => [
          name,
          shapeOfSchema(property),
        ]),
      );
    default:
      return String(schema['type'] ?? 'any');
  }
}
