/** Headers of throttled requests: every throttling refusal of a guard tells when to retry, and no other one does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalHeaders } from '../src/decision.ts';
import { GUARD_REFUSALS } from '../src/guard-refusal.ts';
import { ownRefusal, refused } from '../src/http/refusal.ts';

const codes = Object.keys(GUARD_REFUSALS) as (keyof typeof GUARD_REFUSALS)[];

test('every throttling refusal has Retry-After in seconds and x-acs-retry-after in milliseconds', () => {
  const throttling = codes.filter((code) => /^(?:Throttling|ServiceUnavailable)/.test(code));
  assert.ok(throttling.length >= 5);
  for (const code of throttling) {
    const refusal = refused(ownRefusal(code), 'orders.example.com', undefined);
    for (const [retryAfterSeconds, seconds, milliseconds] of [
      [undefined, '1', '1000'],
      [60, '60', '60000'],
      // The newest Python client ignores what is not above 0.
      [0, '1', '1'],
    ] as const) {
      const headers = refusalHeaders({ ...refusal, retryAfterSeconds });
      assert.deepEqual(
        [headers['retry-after'], headers['x-acs-retry-after']],
        [seconds, milliseconds],
        `${code} ${retryAfterSeconds}`,
      );
    }
  }
});

test('no other refusal has them', () => {
  for (const code of codes.filter((each) => !/^(?:Throttling|ServiceUnavailable)/.test(each))) {
    const headers = refusalHeaders(refused(ownRefusal(code), 'orders.example.com', undefined));
    assert.deepEqual([headers['retry-after'], headers['x-acs-retry-after']], [undefined, undefined], code);
  }
});
