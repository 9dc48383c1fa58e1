import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compareBytes, percentDecode, percentEncode, sortByBytes } from './percent-encoding.ts';

const text = fc.string({ unit: 'grapheme' });

describe('percent-encoding', () => {
  test('leaves letters, digits and -_.~ unescaped, and writes escapes in upper case', () => {
    assert.equal(percentEncode('AZaz09-_.~'), 'AZaz09-_.~');
    assert.equal(percentEncode(" !'()*+/:=@%"), '%20%21%27%28%29%2A%2B%2F%3A%3D%40%25');
    assert.equal(percentEncode('a中b*c🔑'), 'a%E4%B8%ADb%2Ac%F0%9F%94%91');
  });

  test('agrees with encodeURIComponent, except for the five marks that it leaves', () => {
    fc.assert(
      fc.property(text, (value) => {
        const expected = encodeURIComponent(value).replace(
          /[!'()*]/g,
          (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
        );
        assert.equal(percentEncode(value), expected);
      }),
    );
  });

  test('round-trips', () => {
    fc.assert(fc.property(text, (value) => assert.equal(percentDecode(percentEncode(value)), value)));
  });

  test('decodes what decodeURIComponent decodes, and throws where it throws', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '%41',
        '%2f',
        '%E4%B8%AD',
        '%',
        '%4',
        '%zz',
        '%C0%AF',
        '%ED%A0%80',
        '%00',
        '%g1',
        '%1g',
        '中',
      ),
      fc.string({ maxLength: 2 }),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const value = pieces.join('');
        assert.equal(outcome(percentDecode, value), outcome(decodeURIComponent, value));
      }),
      { numRuns: 2000 },
    );
  });

  test('orders names by their UTF-8 bytes', () => {
    const unit = fc.constantFrom('a', 'B', '\u007f', '\u0080', '中', '\ud7ff', '\ue000', '\uffff', '🔑');
    const name = fc.string({ unit });
    fc.assert(
      fc.property(name, name, (a, b) => {
        assert.equal(Math.sign(compareBytes(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
    assert.deepEqual(sortByBytes(['🔑', '～', 'b', 'B']), ['B', 'b', '～', '🔑']);
  });
});

function outcome(decode: (value: string) => string, value: string): string {
  try {
    return `decoded ${decode(value)}`;
  } catch (error) {
    return `threw ${(error as Error).name}`;
  }
}
