import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { SignatureError, SigningKey } from '../src/index.ts';

test('both holders of the secret derive the same key for a label; another label or secret gives another key', () => {
  const key = SigningKey.fromSecret('testsecret').derive('one');
  const expected = createHmac('sha256', 'testsecret').update('claviger derived key\none').digest();
  assert.deepEqual(key, expected);
  assert.notDeepEqual(SigningKey.fromSecret('testsecret').derive('two'), key);
  assert.notDeepEqual(SigningKey.fromSecret('testsecret2').derive('one'), key);
});

test('nothing is derived from a public key: it is not secret', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = SigningKey.fromPublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString());
  assert.throws(() => key.derive('one'), SignatureError);
});
