import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { parseSignature, SigningKey, signRequest, verifySignature } from '../src/index.ts';

const spki = { type: 'spki', format: 'pem' } as const;
const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;

describe('a signing key', () => {
  test('does not print its secret, used or not', () => {
    const key = SigningKey.fromSecret('testsecret');
    const request = signRequest(
      { method: 'GET', target: '/', headers: [['host', 'a']] },
      { accessKeyId: 'testid', accessKeySecret: 'testsecret' },
      { scheme: 'ACS3-HMAC-SHA256', now: 0, nonce: 'n' },
    );
    const parsed = parseSignature(request);
    assert.ok(parsed.scheme === 'ACS3-HMAC-SHA256');
    verifySignature(request, parsed, key, { now: 0 });
    const shown = [
      inspect(key, { showHidden: true, depth: 9 }),
      inspect({ key }),
      JSON.stringify({ key }),
      String(key),
      JSON.stringify(Object.entries(Object.getOwnPropertyDescriptors(key))),
      inspect(structuredClone(key)),
    ];
    for (const text of shown) assert.doesNotMatch(text, /testsecret|Buffer|HmacKey/);
    assert.equal(JSON.stringify({ key }), '{"key":"[SigningKey]"}');
  });

  test('is never made from an empty secret, with which anyone can sign', () => {
    assert.throws(() => SigningKey.fromSecret(''), TypeError);
  });

  test('accepts an RSA public key of 2048 bits and refuses weaker and other keys', () => {
    const good = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: spki,
      privateKeyEncoding: pkcs8,
    });
    assert.ok(SigningKey.fromPublicKey(good.publicKey));
    const weak = generateKeyPairSync('rsa', {
      modulusLength: 1024,
      publicKeyEncoding: spki,
      privateKeyEncoding: pkcs8,
    });
    const curve = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: spki,
      privateKeyEncoding: pkcs8,
    });
    for (const text of [weak.publicKey, curve.publicKey, good.privateKey, 'testsecret', '']) {
      assert.throws(
        () => SigningKey.fromPublicKey(text),
        (error: unknown) => error instanceof TypeError && (text === '' || !inspect(error).includes(text)),
      );
    }
  });

  test('signs and verifies with a secret that is not ASCII', () => {
    const accessKeySecret = '密钥🔑';
    const request = signRequest(
      { method: 'GET', target: '/', headers: [] },
      { accessKeyId: 'testid', accessKeySecret },
      { scheme: 'RPC-HMAC-SHA1', now: 0, nonce: 'n' },
    );
    const parsed = parseSignature(request);
    assert.ok(parsed.scheme === 'RPC-HMAC-SHA1');
    const verified = verifySignature(request, parsed, SigningKey.fromSecret(accessKeySecret), { now: 0 });
    assert.equal(verified.accessKeyId, 'testid');
  });
});
