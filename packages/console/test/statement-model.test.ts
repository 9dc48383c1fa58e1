import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { changed, readStatements, writeStatements } from '../src/pages/policies/statement-model.ts';

const texts = fc.oneof(fc.string(), fc.array(fc.string(), { maxLength: 3 }));
const statement = fc.record(
  {
    Effect: fc.constantFrom('Allow', 'Deny', 'Perhaps'),
    Action: texts,
    NotAction: texts,
    Resource: texts,
    Condition: fc.oneof(fc.dictionary(fc.string(), fc.dictionary(fc.string(), texts)), fc.jsonValue()),
    Note: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const document = fc.record(
  { Version: fc.string(), Statement: fc.array(statement, { maxLength: 4 }), More: fc.jsonValue() },
  { requiredKeys: ['Statement'] },
);

/** Returns a value after a JSON round trip, which drops keys without a value. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('reading and writing a document keeps its meaning', () => {
  fc.assert(
    fc.property(document, (policy) => {
      const text = JSON.stringify(policy);
      const statements = readStatements(text);
      assert.ok(statements);
      assert.deepEqual(JSON.parse(writeStatements(text, statements)), asJson(policy));
    }),
  );
});

test('an unchanged statement keeps its notation', () => {
  fc.assert(
    fc.property(document, (policy) => {
      for (const read of readStatements(JSON.stringify(policy)) ?? []) {
        if (read.model !== undefined) assert.deepEqual(changed(read, read.model).source, read.source);
      }
    }),
  );
});

test('a changed statement is written and read back', () => {
  const [read] = readStatements('{"Statement":[{"Effect":"Allow","Action":"ram:*","Resource":"*"}]}') ?? [];
  assert.ok(read?.model);
  const model = {
    effect: 'Deny',
    actions: ['ram:GetUser'],
    resources: ['acs:ram:*:*:user/a', 'acs:ram:*:*:user/b'],
    conditions: [{ operator: 'IpAddress', key: 'acs:SourceIp', values: ['10.0.0.0/8'] }],
  } as const;
  const text = writeStatements('{"Version":"1","Statement":[]}', [changed(read, model)]);
  assert.deepEqual(readStatements(text)?.[0]?.model, model);
});

test('a document without a list of statements is not edited', () => {
  for (const text of ['', '{', '[]', '{}', '{"Statement":{}}', '{"Statement":[1]}']) {
    assert.equal(readStatements(text), undefined, text);
  }
});
