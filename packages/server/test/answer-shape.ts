import assert from 'node:assert/strict';
import {
  type DescribedType,
  describedOperations,
  ownDescribedOperations,
} from '../src/api/described-operations.ts';
import type { FinishedCall } from '../src/pipeline/request-pipeline.ts';
import { Secret } from '../src/wire/secret.ts';

const shapes = new Map(
  [...describedOperations(), ...ownDescribedOperations()].map((operation) => [
    `${operation.version} ${operation.name}`,
    operation.response,
  ]),
);

/**
 * Holds every answer that a server under test gives to the shape that RAM's API description has for it: no other
 * field, no other type. A call whose answer differs fails with InternalError, and so does its test.
 */
export function assertAnswerShape({ operation, answer }: FinishedCall): void {
  if (operation === undefined || answer === undefined) return;
  const name = `${operation.version} ${operation.name}`;
  assertShape(answer, shapes.get(name) ?? {}, name);
}

function assertShape(value: unknown, shape: DescribedType, place: string): void {
  if (value === undefined || shape === 'any') return;
  if (typeof shape === 'string') {
    const type = value instanceof Secret ? 'string' : typeof value;
    assert.equal(type, shape, `${place} is a ${type}, not a ${shape}`);
    return;
  }
  if (isList(shape)) {
    assert.ok(Array.isArray(value), `${place} is not a list`);
    for (const [at, item] of value.entries()) assertShape(item, shape[0], `${place}[${at}]`);
    return;
  }
  assert.ok(
    value !== null && typeof value === 'object' && !Array.isArray(value),
    `${place} is not an object`,
  );
  for (const [field, part] of Object.entries(value)) {
    const fieldShape = shape[field] ?? shape['*'];
    assert.ok(fieldShape !== undefined || part === undefined, `${place}.${field} is not in the description`);
    if (fieldShape !== undefined) assertShape(part, fieldShape, `${place}.${field}`);
  }
}

function isList(shape: DescribedType): shape is readonly [DescribedType] {
  return Array.isArray(shape);
}
