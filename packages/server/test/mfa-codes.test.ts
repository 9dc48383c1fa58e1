import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { acceptedPair, acceptedStep, codeAt, stepAt } from '../src/mfa/one-time-code.ts';
import { enrolmentAddress } from '../src/mfa/virtual-device.ts';

/** The secret of RFC 6238's appendix B for SHA-1: the text `12345678901234567890`. */
const seed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

/** Seconds since the epoch, and the code of eight digits; ours are its last six. */
const vectors = [
  [59, '94287082'],
  [1111111109, '07081804'],
  [1111111111, '14050471'],
  [1234567890, '89005924'],
  [2000000000, '69279037'],
  [20000000000, '65353130'],
] as const;

/** RFC 4226 as it is written, without our library. */
function codeByHand(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = mac.at(-1)! & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

describe('one-time codes', () => {
  for (const [seconds, code] of vectors) {
    test(`the test vector of RFC 6238 at ${seconds} s holds`, () => {
      assert.equal(codeAt(seed, stepAt(seconds * 1000)), code.slice(-6));
    });
  }

  test('every step has the code that RFC 4226 gives it', () => {
    for (let step = 0; step < 500; step++) {
      assert.equal(codeAt(seed, step), codeByHand('12345678901234567890', step));
    }
  });

  test('a code is of now within one step either way, and of nothing else', () => {
    const now = 1_700_000_010_000;
    const step = stepAt(now);
    for (const at of [step - 1, step, step + 1]) {
      assert.equal(acceptedStep(seed, codeAt(seed, at), now, -1), at);
    }
    for (const at of [step - 2, step + 2]) {
      assert.equal(acceptedStep(seed, codeAt(seed, at), now, -1), undefined);
    }
  });

  test('a code that was accepted is not accepted again, nor is an earlier one', () => {
    const now = 1_700_000_010_000;
    const step = stepAt(now);
    assert.equal(acceptedStep(seed, codeAt(seed, step), now, step), undefined);
    assert.equal(acceptedStep(seed, codeAt(seed, step - 1), now, step), undefined);
    assert.equal(acceptedStep(seed, codeAt(seed, step + 1), now, step), step + 1);
  });

  test('two codes bind when they are consecutive, in their order, and of now', () => {
    const now = 1_700_000_010_000;
    const step = stepAt(now);
    const pair = (first: number, second: number, after = -1) =>
      acceptedPair(seed, codeAt(seed, first), codeAt(seed, second), now, after);
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

  test('what is not six digits is no code', () => {
    const now = 59_000;
    for (const code of ['', '28708', '2870822', '28708２', 'abcdef', '287082 ']) {
      assert.equal(acceptedStep(seed, code, now, -1), undefined);
    }
  });

  test('authenticator apps learn the seed from an address that they know', () => {
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
