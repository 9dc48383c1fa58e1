import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { HmacState, prepareHmacState } from './sha256-state.ts';
import { SigningKey } from './signing-key.ts';
import { signatureHoldsFor } from './verify.ts';

test('a prepared key computes the same MAC as node:crypto, for every length of key and message', () => {
  for (let keyLength = 0; keyLength <= 64; keyLength++) {
    const key = randomBytes(keyLength);
    const hmac = new HmacState(prepareHmacState(key));
    for (const length of [0, 1, 55, 56, 63, 64, 65, 81, 119, 120, 128, 1000 + keyLength]) {
      const message = randomBytes(length).toString('latin1');
      const expected = createHmac('sha256', key).update(message, 'latin1');
      assert.equal(hmac.digest(message, 'hex'), expected.digest('hex'), `${keyLength} ${length}`);
    }
  }
});

test('a wiped key verifies nothing', () => {
  const hmac = new HmacState(prepareHmacState(Buffer.from('testsecret')));
  const before = hmac.digest('message', 'hex');
  assert.notEqual(before, '');
  hmac.wipe();
  assert.equal(hmac.digest('message', 'hex'), '');
});

test('no signature is valid under a wiped key: neither that of an all-zero state nor an empty one', () => {
  const key = SigningKey.fromAcs3Verifier(prepareHmacState(Buffer.from('testsecret')));
  const stringToSign = 'ACS3-HMAC-SHA256\nmessage';
  const holds = (signature: string) =>
    signatureHoldsFor(key, { scheme: 'ACS3-HMAC-SHA256', stringToSign, signature });
  assert.ok(holds(new HmacState(prepareHmacState(Buffer.from('testsecret'))).digest(stringToSign, 'hex')));
  key.wipe();
  assert.ok(!holds(new HmacState(Buffer.alloc(64)).digest(stringToSign, 'hex')));
  assert.ok(!holds(''));
  assert.ok(!key.canVerify('ACS3-HMAC-SHA256'));
});

test('no signature is valid under an unknown key', () => {
  const key = SigningKey.fromNothing();
  for (const scheme of ['ACS3-HMAC-SHA256', 'RPC-HMAC-SHA1', 'ACS3-RSA-SHA256'] as const) {
    assert.ok(!signatureHoldsFor(key, { scheme, stringToSign: 'message', signature: '' }), scheme);
  }
});
