import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRateLimit } from './rate-limit.ts';
import { TokenBuckets } from './token-buckets.ts';

const noon = Date.UTC(2026, 10, 24, 12);

function buckets(rate: string, maximum?: number): TokenBuckets {
  const limit = parseRateLimit(rate);
  assert.ok(limit);
  return new TokenBuckets(limit, maximum);
}

/** Takes a token if there is one. */
function call(made: TokenBuckets, owner: string, now: number): boolean {
  const isThere = made.waitFor(owner, now) === 0;
  if (isThere) made.take(owner, now);
  return isThere;
}

test('a rate is so many calls in a second, a minute or an hour, and as many at once unless a burst is set', () => {
  assert.deepEqual(parseRateLimit('100/s'), { intervalMs: 10, burst: 100 });
  assert.deepEqual(parseRateLimit('6000/m burst 1'), { intervalMs: 10, burst: 1 });
  assert.deepEqual(parseRateLimit('1/h burst 24'), { intervalMs: 3_600_000, burst: 24 });
});

test('a bucket lets through what a plain bucket of tokens lets through', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('1/s', '3/s', '7/s burst 2', '60/m burst 5', '1/h burst 3'),
      fc.array(fc.nat({ max: 2000 }), { maxLength: 200 }),
      (rate, pauses) => {
        const { intervalMs, burst } = parseRateLimit(rate)!;
        const made = buckets(rate);
        let now = noon;
        let tokens = burst;
        for (const pause of pauses) {
          now += pause;
          tokens = Math.min(burst, tokens + pause / intervalMs);
          const isThere = tokens > 1 - 1e-6;
          assert.equal(call(made, 'key', now), isThere, `${rate} after ${now - noon} ms`);
          if (isThere) tokens -= 1;
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('within any time no more calls pass than the burst and what the time earns', () => {
  const made = buckets('10/s burst 20');
  let passed = 0;
  for (let now = noon; now < noon + 60_000; now += 3) if (call(made, 'key', now)) passed++;
  assert.ok(passed <= 20 + 600, String(passed));
  assert.ok(passed >= 600, String(passed));
});

test('what has to be waited is exactly enough', () => {
  const made = buckets('3/s burst 2');
  call(made, 'key', noon);
  call(made, 'key', noon);
  const wait = made.waitFor('key', noon);
  assert.ok(wait > 333 && wait < 334);
  assert.equal(call(made, 'key', noon + Math.floor(wait)), false);
  assert.equal(call(made, 'key', noon + Math.ceil(wait)), true);
});

test('owners that have not called for a while are forgotten, so memory holds only those that have', () => {
  const made = buckets('10/s');
  for (let owner = 0; owner < 50_000; owner++) call(made, `key${owner}`, noon + owner);
  // A bucket of ten is full again after 100 ms: some 100 owners at a time are not.
  assert.ok(made.size < 400, String(made.size));
});

test('owners beyond the maximum wait, rather than pass uncounted or push others out', () => {
  const made = buckets('1/h', 3);
  for (const owner of ['a', 'b', 'c']) assert.equal(call(made, owner, noon), true);
  assert.equal(call(made, 'd', noon), false);
  assert.equal(call(made, 'a', noon), false);
  assert.equal(made.size, 3);
  assert.equal(call(made, 'd', noon + 3_600_000), true);
});

test('a clock that is set back does not admit a caller that has to wait', () => {
  const made = buckets('1/m');
  assert.equal(call(made, 'key', noon), true);
  assert.equal(call(made, 'key', noon - 3_600_000), false);
  assert.equal(call(made, 'key', noon + 60_000), true);
});

test('a clock that is set back neither fills buckets nor empties them', () => {
  const made = buckets('1/s burst 5');
  for (let calls = 0; calls < 5; calls++) made.take('key', noon);
  const before = noon - 3_600_000;
  assert.equal(made.missing('key', before), 5);
  assert.equal(made.waitFor('key', before), 1000);
  assert.equal(made.tryTake('key', before), false);
  assert.equal(made.take('key', before), 0);
  assert.equal(made.tryTake('key', before + 1000), true);
});

test('tokens are taken together or not at all, and never more than the burst', () => {
  const made = buckets('1/s burst 5');
  assert.equal(made.tryTake('key', noon, 6), false);
  assert.equal(made.tryTake('key', noon, 3), true);
  assert.equal(made.tryTake('key', noon, 3), false);
  assert.equal(made.waitFor('key', noon, 3), 1000);
  assert.equal(made.tryTake('key', noon, 2), true);
  assert.equal(made.missing('key', noon + 500), 4.5);
});

test('what is given back is what was taken, so that an empty bucket gains nothing', () => {
  const made = buckets('1/s burst 2');
  made.take('key', noon);
  made.giveBack('key', made.take('key', noon));
  assert.equal(made.missing('key', noon), 1);
  made.take('key', noon);
  made.giveBack('key', made.take('key', noon));
  assert.equal(made.missing('key', noon), 2);
});

test('where owners can be made up, the ones heard of longest ago are forgotten', () => {
  const made = new TokenBuckets(parseRateLimit('1/h')!, 100, 'forget');
  for (let owner = 0; owner < 10_000; owner++) assert.equal(made.tryTake(`owner${owner}`, noon), true);
  assert.ok(made.size <= 100, String(made.size));
  assert.equal(made.tryTake('owner9999', noon), false);
  assert.equal(made.tryTake('owner0', noon), true);
});
