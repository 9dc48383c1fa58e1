import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HalfSipHash } from './half-sip-hash.ts';

/** Hashes 0, 1, 2, … (`length` bytes, an even number) and shows the result as the authors' vectors do. */
function hashOfCounting(length: number): string {
  const hash = new HalfSipHash(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7));
  const bytes = Buffer.from(Array.from({ length }, (_, i) => i));
  hash.update(bytes.toString('utf16le'));
  const result = Buffer.alloc(8);
  result.writeUInt32LE(hash.low, 0);
  result.writeUInt32LE(hash.high, 4);
  return result.toString('hex');
}

test("the authors' published vectors for HalfSipHash-2-4-64 hold", () => {
  const published: readonly (readonly [length: number, hash: string])[] = [
    [0, '218d1f59b9b83cc8'],
    [2, '064f39ef7c50eb57'],
    [4, 'd5e78a175be52ea1'],
    [6, 'ce3e91358aa2bc25'],
    [8, 'edfee820bce4858c'],
    [10, '95b0469f06a6f2ee'],
    [12, '7bc71f9faef5c799'],
    [14, '3bb1a870eae8e658'],
    [16, '7336aad25f7bf3b5'],
    [32, '28709d46d811626c'],
    [38, 'cbd92ee724d42109'],
  ];
  for (const [length, hash] of published) assert.equal(hashOfCounting(length), hash, `${length} bytes`);
});

test('another key gives another hash', () => {
  const one = new HalfSipHash(new Uint8Array(8));
  const other = new HalfSipHash(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1));
  one.update('nonce');
  other.update('nonce');
  assert.notDeepEqual([one.high, one.low], [other.high, other.low]);
});

test('a key of another length is refused', () => {
  assert.throws(() => new HalfSipHash(new Uint8Array(16)), RangeError);
});
