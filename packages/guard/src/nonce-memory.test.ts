import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NonceMemory, type NonceMemoryOptions } from './nonce-memory.ts';

const minute = 60_000;
const noon = Date.UTC(2026, 10, 24, 12);
const seed = new Uint8Array(16);

function memory(options?: NonceMemoryOptions): NonceMemory {
  return new NonceMemory({ seed, ...options });
}

test('a nonce is accepted once', () => {
  const nonces = memory();
  assert.equal(nonces.use('key', 'nonce', noon + 15 * minute, noon), 'first');
  assert.equal(nonces.use('key', 'nonce', noon + 15 * minute, noon), 'seen');
  assert.equal(nonces.size, 1);
});

test('a nonce that comes back under another timestamp is seen', () => {
  for (const shift of [-29, -15, -1, 1, 15, 29]) {
    const nonces = memory();
    assert.equal(nonces.use('key', 'nonce', noon + 30 * minute, noon), 'first');
    assert.equal(nonces.use('key', 'nonce', noon + (30 + shift) * minute, noon), 'seen', `${shift} minutes`);
  }
});

test('a nonce is remembered until the last moment at which it would be accepted', () => {
  for (let offset = 0; offset < 30; offset++) {
    const nonces = memory();
    const expiresAt = noon + (30 + offset) * minute;
    assert.equal(nonces.use('key', 'nonce', expiresAt, expiresAt - 30 * minute), 'first');
    for (let now = expiresAt - 30 * minute; now <= expiresAt; now += minute) {
      assert.equal(nonces.use('key', 'nonce', now + 15 * minute, now), 'seen');
    }
  }
});

test('a nonce is forgotten 15 minutes after its expiry at the latest, and its memory with it', () => {
  const nonces = memory();
  nonces.use('key', 'nonce', noon + 15 * minute, noon);
  assert.equal(nonces.use('key', 'nonce', noon + 45 * minute, noon + 30 * minute), 'first');
  nonces.use('key', 'another', noon + 120 * minute, noon + 105 * minute);
  assert.equal(nonces.size, 1);
});

test('nonces of different keys do not touch each other', () => {
  const nonces = memory();
  assert.equal(nonces.use('key', 'nonce', noon, noon), 'first');
  assert.equal(nonces.use('kez', 'nonce', noon, noon), 'first');
  assert.equal(nonces.use('ke', 'ynonce', noon, noon), 'first');
  assert.equal(nonces.use('', 'keynonce', noon, noon), 'first');
});

test('every character of a nonce counts', () => {
  const nonces = memory();
  for (const nonce of [
    '',
    'a',
    'A',
    'aa',
    'a\0',
    '\0a',
    'ab',
    'ba',
    'é',
    'e\u0301',
    '😀',
    '\ud83d',
    'a'.repeat(300),
  ]) {
    assert.equal(nonces.use('key', nonce, noon, noon), 'first', JSON.stringify(nonce));
    assert.equal(nonces.use('key', nonce, noon, noon), 'seen', JSON.stringify(nonce));
  }
});

test('a full memory refuses new nonces and forgets none', () => {
  const nonces = memory({ maxNonces: 3 });
  const expiresAt = noon + 15 * minute;
  for (const nonce of ['a', 'b', 'c']) assert.equal(nonces.use('key', nonce, expiresAt, noon), 'first');
  assert.equal(nonces.use('key', 'd', expiresAt, noon), 'full');
  for (const nonce of ['a', 'b', 'c']) assert.equal(nonces.use('key', nonce, expiresAt, noon), 'seen');
  assert.equal(nonces.size, 3);
  assert.equal(nonces.use('key', 'd', expiresAt + 30 * minute, noon + 30 * minute), 'first');
});

test('a nonce that was used before a restart is seen after it', () => {
  const nonces = memory();
  assert.equal(nonces.remember('key', 'nonce', noon + 15 * minute), 'first');
  assert.equal(nonces.use('key', 'nonce', noon + 16 * minute, noon), 'seen');
});

test('a clock that is set back does not open what was closed', () => {
  const nonces = memory();
  nonces.use('key', 'nonce', noon + 14 * minute, noon);
  nonces.use('key', 'later', noon + 75 * minute, noon + 60 * minute);
  assert.equal(nonces.use('key', 'nonce', noon + 14 * minute, noon), 'seen');
  assert.equal(nonces.use('key', 'never used', noon + 14 * minute, noon), 'seen');
});

test('an expiry that is no number is never a first use', () => {
  assert.equal(memory().use('key', 'nonce', Number.NaN, noon), 'seen');
});

test('200,000 nonces are told apart, in 16 bytes each at most', () => {
  const nonces = memory();
  const total = 200_000;
  for (let i = 0; i < total; i++) {
    assert.equal(nonces.use('key', `nonce-${i}`, noon + 15 * minute, noon), 'first');
  }
  for (let i = 0; i < total; i++) {
    assert.equal(nonces.use('key', `nonce-${i}`, noon + 15 * minute, noon), 'seen');
  }
  assert.equal(nonces.size, total);
  assert.ok(nonces.bytes <= 16 * total, `${nonces.bytes / total} bytes a nonce`);
});

test('it agrees with a plain map of expiries: seen while valid, first when never used or long expired', () => {
  const request = fc.record({
    key: fc.constantFrom('LTAI1', 'LTAI2'),
    nonce: fc.integer({ min: 0, max: 12 }).map(String),
    // How far the signed timestamp is from the clock, and how far the clock goes on before the next request.
    skew: fc.integer({ min: -15 * minute, max: 15 * minute }),
    step: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12 * minute })),
  });
  fc.assert(
    fc.property(fc.array(request, { minLength: 20, maxLength: 120 }), (requests) => {
      const nonces = memory();
      const expiries = new Map<string, number>();
      let now = noon;
      for (const { key, nonce, skew, step } of requests) {
        const expiresAt = now + skew + 15 * minute;
        const used = expiries.get(`${key} ${nonce}`);
        const answer = nonces.use(key, nonce, expiresAt, now);
        if (used === undefined || used + 15 * minute <= now) assert.equal(answer, 'first');
        else if (now <= used) assert.equal(answer, 'seen');
        if (answer === 'first') expiries.set(`${key} ${nonce}`, expiresAt);
        now += step;
      }
    }),
    { numRuns: 300 },
  );
});
