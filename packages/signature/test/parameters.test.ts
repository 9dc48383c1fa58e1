import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeForm, decodeParameters, parseSignature, SignatureError } from '../src/index.ts';

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

  test('takes a missing value for an empty one, and ignores empty pairs', () => {
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

  test('accepts unescaped characters in a form', () => {
    assert.deepEqual([...decodeForm(Buffer.from('Name=中 文+1'))], [['Name', '中 文 1']]);
  });

  test('keeps names that are properties of Object.prototype', () => {
    assert.equal(decodeParameters('__proto__=1&constructor=2').get('__proto__'), '1');
    assert.equal(decodeParameters('a=1').get('toString'), undefined);
  });

  test('names the repeated parameter', () => {
    assert.throws(
      () => decodeParameters('a=1&b=2&%61=3'),
      (error: unknown) =>
        error instanceof SignatureError &&
        error.code === 'InvalidParameter.Duplicate' &&
        error.message.endsWith('`a` occurs twice.'),
    );
  });

  test('refuses more than a thousand, in query and form together, before looking up any name', () => {
    const many = (count: number, prefix: string) =>
      Array.from({ length: count }, (_, at) => `${prefix}${at}=`).join('&');
    assert.equal(decodeParameters(many(1000, 'a')).size, 1000);
    const refused = (error: unknown) =>
      error instanceof SignatureError &&
      error.code === 'InvalidParameter.TooMany' &&
      error.httpStatus === 400;
    // The rest is not even decoded.
    assert.throws(() => decodeParameters(`${many(1001, 'a')}&%`), refused);
    assert.throws(() => decodeForm(Buffer.from(many(100_000, 'a'))), refused);
    assert.throws(() => decodeForm(Buffer.from(`${many(1002, 'a')}\xff`, 'latin1')), refused);
    const request = (inQuery: number, inForm: number) => ({
      method: 'POST',
      target: `/?${many(inQuery, 'q')}`,
      rawHeaders: ['content-type', 'application/x-www-form-urlencoded'],
      body: Buffer.from(many(inForm, 'f')),
    });
    assert.equal(parseSignature(request(500, 500)).parameters.size, 1000);
    assert.throws(() => parseSignature(request(501, 500)), refused);
  });
});
