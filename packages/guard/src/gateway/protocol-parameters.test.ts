import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { targetWithoutProtocolParameters, withoutProtocolParameters } from './protocol-parameters.ts';

describe('the parameters of a signature', () => {
  for (const [before, after] of [
    ['a=b', 'a=b'],
    ['a=b&Signature=x&c=d', 'a=b&c=d'],
    ['Signature=x', ''],
    ['Sign%61ture=x&a=%2f', 'a=%2f'],
    [
      'AccessKeyId=1&SecurityToken=2&Timestamp=3&SignatureNonce=4&SignatureMethod=5&SignatureVersion=6&a',
      'a',
    ],
    ['SignatureType=&Action=GetOrder&Version=1&Format=JSON', 'Action=GetOrder&Version=1&Format=JSON'],
    ['signature=x&Signatures=y', 'signature=x&Signatures=y'],
    ['a=Signature%3Dx', 'a=Signature%3Dx'],
    ['&&a=b&', '&&a=b&'],
    ['+Signature=x', '+Signature=x'],
  ] as const) {
    it(`${before} → ${after}`, () => {
      assert.equal(withoutProtocolParameters(before), after);
    });
  }

  it('leave no question mark behind', () => {
    assert.equal(targetWithoutProtocolParameters('/orders?Signature=x'), '/orders');
    assert.equal(targetWithoutProtocolParameters('/orders'), '/orders');
    assert.equal(targetWithoutProtocolParameters('/orders?'), '/orders?');
    assert.equal(targetWithoutProtocolParameters('/orders?a=b&Signature=x'), '/orders?a=b');
  });
});
