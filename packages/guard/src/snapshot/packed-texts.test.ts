import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { packTexts, unpackFlags, unpackTexts } from './packed-texts.ts';

describe('packed texts', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary-ascii' }),
    // Any two bytes, so halves of characters too.
    fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes)),
    fc.constantFrom('', 'ÿ', 'Ā', '密钥', 'x'.repeat(126), 'x'.repeat(127), 'é'.repeat(20_000)),
  );

  test('come back as they were, wherever they lie: empty, long, none, or no Unicode at all', () => {
    fc.assert(
      fc.property(
        fc.nat(127),
        fc.array(fc.option(text), { maxLength: 6 }),
        fc.nat(9),
        (flags, texts, before) => {
          const packed = packTexts(flags, texts);
          const memory = Buffer.concat([Buffer.alloc(before, 0xff), packed, Buffer.from('behind')]);
          assert.equal(unpackFlags(memory, before), flags);
          assert.deepEqual(unpackTexts(memory, before, before + packed.length, texts.length), texts);
        },
      ),
    );
  });

  test('take a byte each beside their characters, and one more for all', () => {
    assert.equal(packTexts(0, ['200000000000000001', 'secret', null, null]).length, 1 + 4 + 18 + 6);
  });
});
