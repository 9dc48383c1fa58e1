import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeForm, decodeParameters, SignatureError } from './index.ts';

describe('decoding parameters', () => {
  test('reads what URLSearchParams writes', () => {
    const names = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(fc.dictionary(names, fc.string({ unit: 'grapheme' })), (pairs) => {
        const encoded = new URLSearchParams(Object.entries(pairs)).toString();
        assert.deepEqual([...decodeParameters(encoded)], Object.entries(pairs));
        assert.deepEqual([...decodeForm(Buffer.from(encoded))], Object.entries(pairs));
      }),
    );
  });

  test('takes a missing value for an empty one, and nothing between ampersands for nothing', () => {
    assert.deepEqual(
      [...decodeParameters('a&b=&&c=1=2&')],
      [
        ['a', ''],
        ['b', ''],
        ['c', '1=2'],
      ],
    );
    assert.deepEqual([...decodeParameters('')], []);
    assert.deepEqual([...decodeForm(new Uint8Array(0))], []);
  });

  test('reads characters that a form has unescaped', () => {
    assert.deepEqual([...decodeForm(Buffer.from('Name=中 文+1'))], [['Name', '中 文 1']]);
  });

  test('keeps names that objects have of their own', () => {
    assert.equal(decodeParameters('__proto__=1&constructor=2').get('__proto__'), '1');
    assert.equal(decodeParameters('a=1').get('toString'), undefined);
  });

  test('names the parameter that stands twice', () => {
    assert.throws(
      () => decodeParameters('a=1&b=2&%61=3'),
      (error: unknown) =>
        error instanceof SignatureError &&
        error.code === 'InvalidParameter.Duplicate' &&
        error.message.endsWith('`a` stands twice.'),
    );
  });
});
