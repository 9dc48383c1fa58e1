import assert from 'node:assert/strict';
import { answerShapes } from '../src/api/described-operations.ts';
import type { AnyOperation } from '../src/pipeline/operation.ts';
import type { FinishedCall } from '../src/pipeline/request-pipeline.ts';
import { type AnswerShape, isListShape, isOptionalField, wordsOf } from '../src/wire/answer-shape.ts';
import { Secret } from '../src/wire/secret.ts';

const shapeOf = answerShapes();

/**
 * Checks every answer of a server under test against its description: every field that may not be absent, no other
 * field, no other type. A call whose answer differs fails with InternalError, and so does its test.
 */
export function assertAnswerShape({ operation, answer }: FinishedCall): void {
  if (operation === undefined || answer === undefined) return;
  // `RequestId` is added when the answer is encoded.
  assertBodyShape(operation, operation.access === 'stream' ? answer : { ...answer, RequestId: '' });
}

/** Checks the body of a success against the description of its operation. */
export function assertBodyShape(operation: AnyOperation, body: Readonly<Record<string, unknown>>): void {
  assertShape(body, shapeOf(operation), `${operation.version} ${operation.name}`);
}

function assertShape(value: unknown, shape: AnswerShape, place: string): void {
  if (shape === 'any') return;
  if (typeof shape === 'string') {
    const words = wordsOf(shape);
    if (words !== undefined) {
      assert.ok(words.includes(String(value)), `${place} is "${value}", not one of ${shape}`);
      return;
    }
    const type = value instanceof Secret ? 'string' : typeof value;
    assert.equal(type, shape, `${place} is a ${type}, not a ${shape}`);
    return;
  }
  if (isListShape(shape)) {
    assert.ok(Array.isArray(value), `${place} is not a list`);
    for (const [at, item] of value.entries()) assertShape(item, shape[0], `${place}[${at}]`);
    return;
  }
  assert.ok(
    value !== null && typeof value === 'object' && !Array.isArray(value),
    `${place} is not an object`,
  );
  const fields = value as Readonly<Record<string, unknown>>;
  for (const [field, part] of Object.entries(fields)) {
    const partShape = shape[field] ?? shape[`${field}?`] ?? shape['*'];
    assert.ok(partShape !== undefined || part === undefined, `${place}.${field} is not in the description`);
    if (partShape !== undefined && part !== undefined) assertShape(part, partShape, `${place}.${field}`);
  }
  for (const field of Object.keys(shape)) {
    if (field === '*' || isOptionalField(field)) continue;
    assert.ok(fields[field] !== undefined, `${place}.${field} is absent, and described as always present`);
  }
}
