import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RecentLookups } from './recent-lookups.ts';

describe('keys that were recently looked up', () => {
  test('a key is known from the second time on', () => {
    const asked = new RecentLookups(16);
    assert.deepEqual(
      [asked.isRepeated('a'), asked.isRepeated('a'), asked.isRepeated('a')],
      [false, true, true],
    );
  });

  test('keys that are asked for once each are not taken for each other', () => {
    const asked = new RecentLookups(1024);
    const again = Array.from({ length: 100_000 }, (_, at) => asked.isRepeated(`LTAI5t${at}`));
    assert.equal(again.filter(Boolean).length, 0);
  });

  test('of 1,000 keys in turn nearly all are known the second time, though many others come between', () => {
    const asked = new RecentLookups(16_384);
    const keys = Array.from({ length: 1000 }, (_, at) => `LTAI5t${at}`);
    for (const key of keys) asked.isRepeated(key);
    for (let at = 0; at < 1000; at++) asked.isRepeated(`another ${at}`);
    assert.ok(keys.filter((key) => asked.isRepeated(key)).length > 800);
  });
});
