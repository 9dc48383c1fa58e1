import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { RecordTable } from './record-table.ts';

/** What a table is used for holds bytes; these tests hold texts, which are easier to read. */
const bytes = (text: string) => Buffer.from(text);
const text = (memory: Buffer, from: number, to: number) => memory.toString('utf8', from, to);

describe('a table of records', () => {
  test('does what a Map does, whatever is set, replaced and removed in which order', () => {
    const key = fc.oneof(
      fc.constantFrom('a', 'b', '', 'é', '\0'),
      fc.string({ maxLength: 3, unit: 'binary-ascii' }),
    );
    const step = fc.record({ key, value: fc.option(fc.string({ unit: 'binary' })) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const table = new RecordTable();
        const map = new Map<string, string>();
        for (const { key, value } of steps) {
          if (value === null) assert.equal(table.delete(key), map.delete(key));
          else {
            // A lone surrogate has no bytes of its own.
            table.set(key, bytes(value.toWellFormed()));
            map.set(key, value.toWellFormed());
          }
          assert.equal(table.get(key, text), map.get(key));
        }
        assert.equal(table.size, map.size);
        for (const [key, value] of map) assert.equal(table.get(key, text), value);
      }),
    );
  });

  test('does so too with thousands of keys, while it grows and what is in it moves', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 20_000 }), (seed, keys) => {
        const table = new RecordTable();
        const map = new Map<string, string>();
        let state = seed;
        /** From 0 to below a bound: a linear congruential generator, of which the upper bits are good. */
        const random = (bound: number) => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return Math.floor((state / 2 ** 32) * bound);
        };
        for (let step = 0; step < 30_000; step++) {
          const key = `key ${random(keys)}`;
          if (random(3) === 0) assert.equal(table.delete(key), map.delete(key));
          else {
            const value = `${step} `.repeat(random(40));
            table.set(key, bytes(value));
            map.set(key, value);
          }
        }
        assert.equal(table.size, map.size);
        for (let at = 0; at < keys; at++) assert.equal(table.get(`key ${at}`, text), map.get(`key ${at}`));
      }),
      { numRuns: 20 },
    );
  });

  test('tells 100,000 keys apart, and forgets half of them, in little more memory than they need', () => {
    const table = new RecordTable();
    const id = (at: number) => `LTAI5t${String(at).padStart(18, '0')}`;
    const value = (at: number) => `value ${at}`.padEnd(80, '.');
    for (let at = 0; at < 100_000; at++) table.set(id(at), bytes(value(at)));
    assert.equal(table.size, 100_000);
    assert.ok(table.bytes < 100_000 * 170, `${table.bytes / 100_000} bytes a key`);
    for (let at = 0; at < 100_000; at += 2) table.delete(id(at));
    for (let at = 0; at < 100_000; at++) {
      assert.equal(table.get(id(at), text), at % 2 === 0 ? undefined : value(at));
    }
  });

  test('does not grow when the same keys come and go', () => {
    const table = new RecordTable();
    let most = 0;
    for (let round = 0; round < 200; round++) {
      for (let at = 0; at < 50; at++) table.set(`key ${at}`, bytes('x'.repeat(1 + ((round + at) % 90))));
      for (let at = 0; at < 50; at++) table.delete(`key ${at}`);
      if (round === 100) most = table.bytes;
    }
    assert.equal(table.size, 0);
    assert.ok(table.bytes <= most * 1.5, `${table.bytes} bytes, ${most} before`);
  });

  test('a key that it cannot hold is refused, and never found', () => {
    const table = new RecordTable();
    assert.throws(() => table.set('密', bytes('value')), RangeError);
    assert.throws(() => table.set('k'.repeat(65_536), bytes('value')), RangeError);
    assert.equal(table.get('密', text), undefined);
    assert.equal(table.delete('密'), false);
  });

  test('nothing is left after it was wiped', () => {
    const table = new RecordTable();
    for (let at = 0; at < 1000; at++) table.set(`key ${at}`, bytes('a secret'));
    for (const _ of table.wipe());
    assert.equal(table.size, 0);
    assert.equal(table.get('key 1', text), undefined);
    table.set('key 1', bytes('another'));
    assert.equal(table.get('key 1', text), 'another');
  });
});
