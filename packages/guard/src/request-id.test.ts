import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newRequestId } from './request-id.ts';

test('a request id is a random UUID of version 4 in upper case, and each another one', () => {
  const ids = new Set(Array.from({ length: 2000 }, newRequestId));
  assert.equal(ids.size, 2000);
  for (const id of ids)
    assert.match(id, /^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/);
});

test('every bit of it that is free is as often set as not', () => {
  const counts = new Array<number>(128).fill(0);
  for (let made = 0; made < 4000; made++) {
    const bits = BigInt(`0x${newRequestId().replaceAll('-', '')}`);
    for (let bit = 0; bit < 128; bit++) counts[bit]! += Number((bits >> BigInt(bit)) & 1n);
  }
  const fixed: number[] = counts.filter((count) => count === 0 || count === 4000);
  assert.equal(fixed.length, 6);
  // Eight standard deviations: never by chance.
  for (const count of counts) assert.ok(fixed.includes(count) || Math.abs(count - 2000) < 256, String(count));
});
