import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseStrictJson } from './strict-json.ts';

test('a text without repeated names is parsed as by JSON.parse', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (text) => {
      assert.deepEqual(parseStrictJson(text), { ok: true, value: JSON.parse(text) });
    }),
  );
});

test('a repeated name is refused, in any spelling and at any depth', () => {
  const twice = [
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '[{"b":{"a":1,"c":2,"a":3}}]',
    '{"__proto__":1,"__proto__":2}',
  ];
  for (const text of twice) {
    const { ok, problem } = parseStrictJson(text) as { ok: boolean; problem: string };
    assert.equal(ok, false, text);
    assert.match(problem, /stands twice in the same object/);
  }
  assert.equal(parseStrictJson('[{"a":1},{"a":1}]').ok, true);
});

test('invalid JSON and deep nesting are refused without an exception', () => {
  for (const text of [
    '',
    '{',
    '{a:1}',
    '[1,]',
    '1 2',
    '"\u0001"',
    "{'a':1}",
    '['.repeat(40) + ']'.repeat(40),
  ]) {
    assert.equal(parseStrictJson(text).ok, false, text);
  }
});
