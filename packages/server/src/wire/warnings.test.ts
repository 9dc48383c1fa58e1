import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Warnings } from './warnings.ts';

function headerOf(texts: readonly string[]): string | undefined {
  const warnings = new Warnings();
  for (const text of texts) warnings.add(text);
  return warnings.headerValue;
}

test('no warnings make no header', () => assert.equal(headerOf([]), undefined));

test('any texts make a bounded header of printable ASCII, which decodes to the texts', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 400 }), { minLength: 1 }),
      (texts) => {
        const value = headerOf(texts)!;
        assert.match(value, /^[\x20-\x7e]+$/);
        assert.ok(value.length <= 2048 + 20, String(value.length));
        const parts = value.split('; ');
        const left = Number(/^(\d+) more$/.exec(parts.at(-1)!)?.[1] ?? 0);
        const decoded = (left > 0 ? parts.slice(0, -1) : parts).map(decodeURIComponent);
        assert.ok(decoded.length <= 10);
        const expected = texts.map((text) => text.slice(0, 300).toWellFormed());
        for (const text of decoded) assert.ok(expected.includes(text));
        assert.equal(new Set(decoded).size, decoded.length);
        if (left === 0) assert.deepEqual(new Set(decoded), new Set(expected));
      },
    ),
    { numRuns: 500 },
  );
});

test('the same warning twice is one', () => {
  assert.equal(headerOf(['name is ignored', 'name is ignored']), 'name is ignored');
});

test('what does not fit is counted', () => {
  const texts = Array.from({ length: 1000 }, (_, at) => `warning ${at}`);
  assert.match(headerOf(texts)!, /^warning 0; .*; warning 9; 990 more$/);
});
