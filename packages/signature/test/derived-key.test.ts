import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { SignatureError, SigningKey } from '../src/index.ts';

test('who knows the secret derives the same key for a label, another one for another label or secret', () => {
  const key = SigningKey.fromSecret('testsecret').derive('one');
  const expected = createHmac('sha256', 'testsecret').update('claviger derived key\none').digest();
  assert.deepEqual(key, expected);
  assert.notDeepEqual(SigningKey.fromSecret('testsecret').derive('two'), key);
  assert.notDeepEqual(SigningKey.fromSecret('testsecret2').derive('one'), key);
});

test('from a public key nothing is derived: everybody has it', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = SigningKey.fromPublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString());
  assert.throws(() => key.derive('one'), SignatureError);
});
