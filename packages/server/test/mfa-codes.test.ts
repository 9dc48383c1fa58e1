import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { codeAt, findAcceptedPair, findAcceptedStep, stepAt } from '../src/mfa/one-time-code.ts';
import { enrolmentAddress } from '../src/mfa/virtual-device.ts';

/** Secret of RFC 6238's appendix B for SHA-1: the text `12345678901234567890`. */
const seed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

/** Seconds since the epoch, and the code of eight digits; six-digit codes are its last six. */
const vectors = [
  [59, '94287082'],
  [1111111109, '07081804'],
  [1111111111, '14050471'],
  [1234567890, '89005924'],
  [2000000000, '69279037'],
  [20000000000, '65353130'],
] as const;

/** Computes a code by RFC 4226, without the library. */
function codeByHand(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = mac.at(-1)! & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

describe('one-time codes', () => {
  for (const [seconds, code] of vectors) {
    test(`equal the test vector of RFC 6238 at ${seconds} s`, () => {
      assert.equal(codeAt(seed, stepAt(seconds * 1000)), code.slice(-6));
    });
  }

  test('equal RFC 4226 at every step', () => {
    for (let step = 0; step < 500; step++) {
      assert.equal(codeAt(seed, step), codeByHand('12345678901234567890', step));
    }
  });

  test('are valid within one step either way only', () => {
    const now = 1_700_000_010_000;
    const step = stepAt(now);
    for (const at of [step - 1, step, step + 1]) {
      assert.equal(findAcceptedStep(seed, codeAt(seed, at), now, -1), at);
    }
    for (const at of [step - 2, step + 2]) {
      assert.equal(findAcceptedStep(seed, codeAt(seed, at), now, -1), undefined);
    }
  });

  test('are accepted once; an earlier code is refused after a later one', () => {
    const now = 1_700_000_010_000;
    const step = stepAt(now);
    assert.equal(findAcceptedStep(seed, codeAt(seed, step), now, step), undefined);
    assert.equal(findAcceptedStep(seed, codeAt(seed, step - 1), now, step), undefined);
    assert.equal(findAcceptedStep(seed, codeAt(seed, step + 1), now, step), step + 1);
  });

  test('bind a device if they are two consecutive ones, in order, of now', () => {
    const now = 1_700_000_010_000;
    const step = stepAt(now);
    const pair = (first: number, second: number, after = -1) =>
      findAcceptedPair(seed, codeAt(seed, first), codeAt(seed, second), now, after);
    for (const first of [step - 2, step - 1, step, step + 1]) {
      assert.equal(pair(first, first + 1), first + 1);
    }
    assert.equal(pair(step - 3, step - 2), undefined);
    assert.equal(pair(step + 2, step + 3), undefined);
    assert.equal(pair(step, step - 1), undefined);
    assert.equal(pair(step, step), undefined);
    assert.equal(pair(step - 1, step + 1), undefined);
    assert.equal(pair(step - 1, step, step - 1), undefined);
  });

  test('have six digits', () => {
    const now = 59_000;
    for (const code of ['', '28708', '2870822', '28708２', 'abcdef', '287082 ']) {
      assert.equal(findAcceptedStep(seed, code, now, -1), undefined);
    }
  });

  test('are set up in authenticator apps by an otpauth URI', () => {
    const address = new URL(enrolmentAddress(seed, 'phone@1234.onaliyun.com'));
    assert.equal(address.protocol, 'otpauth:');
    assert.equal(address.host, 'totp');
    assert.equal(decodeURIComponent(address.pathname), '/Claviger:phone@1234.onaliyun.com');
    assert.deepEqual(Object.fromEntries(address.searchParams), {
      issuer: 'Claviger',
      secret: seed,
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
  });
});
