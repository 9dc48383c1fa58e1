import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RefusalLimit } from './refusal-limit.ts';

const time = Date.UTC(2026, 10, 24, 8);
const address = (number: number) => `203.0.${number >> 8}.${number & 255}`;

/** Returns how many of `count` refusals are written. */
function written(limit: RefusalLimit, count: number, source: string, at: number): number {
  let admitted = 0;
  for (let number = 0; number < count; number++) if (limit.admits(source, at)) admitted += 1;
  return admitted;
}

describe('refusals of unauthenticated callers', () => {
  test('are written one by one up to sixty, then one a second; the rest is counted', () => {
    const limit = new RefusalLimit();
    assert.equal(written(limit, 1000, '203.0.113.7', time), 60);
    assert.equal(written(limit, 10, '203.0.113.7', time + 999), 0);
    assert.equal(written(limit, 10, '203.0.113.7', time + 1000), 1);
    assert.equal(written(limit, 100, '203.0.113.7', time + 31_000), 30);
    assert.equal(written(limit, 100, '203.0.113.7', time + 3_600_000), 60);
    assert.deepEqual(limit.takeCounted(), [
      {
        identity: { type: 'unknown', accountId: '', principalId: '', userName: '' },
        source: '203.0.113.7',
        count: 940 + 10 + 9 + 70 + 40,
        from: time,
        until: time + 3_600_000,
      },
    ]);
    assert.deepEqual(limit.takeCounted(), []);
  });

  test('of one source leave room for those of another', () => {
    const limit = new RefusalLimit();
    written(limit, 1000, '203.0.113.7', time);
    assert.equal(written(limit, 60, '203.0.113.8', time), 60);
    assert.deepEqual(
      limit.takeCounted().map(({ source }) => source),
      ['203.0.113.7'],
    );
  });

  test('of one IPv6 /64 block are of one source', () => {
    const limit = new RefusalLimit();
    for (let number = 0; number < 60; number++)
      assert.ok(limit.admits(`2001:db8:1:2::${number.toString(16)}`, time));
    assert.ok(!limit.admits('2001:db8:1:2:ffff:ffff:ffff:ffff', time));
    assert.ok(limit.admits('2001:db8:1:3::1', time));
    assert.deepEqual(
      limit.takeCounted().map(({ source }) => source),
      ['2001:db8:1:2::/64'],
    );
  });

  test('of many sources together are bounded, and so is the memory for them', () => {
    const limit = new RefusalLimit();
    let admitted = 0;
    for (let number = 0; number < 50_000; number++) if (limit.admits(address(number), time)) admitted += 1;
    assert.equal(admitted, 1000);
    // One more after fifty milliseconds.
    assert.ok(!limit.admits(address(50_001), time + 49));
    assert.ok(limit.admits(address(50_001), time + 50));
    const counted = limit.takeCounted();
    assert.equal(counted.length, 257);
    const [together] = counted;
    assert.deepEqual([together?.source, together?.count], ['', 50_000 - 1000 - 256 + 1]);
  });

  test('are neither admitted nor shut out for good by a clock that is set back', () => {
    const limit = new RefusalLimit();
    written(limit, 60, '203.0.113.7', time);
    assert.ok(!limit.admits('203.0.113.7', time - 3_600_000));
    assert.ok(limit.admits('203.0.113.7', time - 3_600_000 + 1000));
  });

  test('without an address are of one source', () => {
    const limit = new RefusalLimit();
    assert.equal(written(limit, 100, '', time), 60);
  });

  test('that name keys of an account have a rate of their own, and are counted for that account', () => {
    const limit = new RefusalLimit();
    // Refusals without an account use up the shared rate.
    for (let number = 0; number < 2000; number++) limit.admits(address(number), time);
    limit.takeCounted();
    let admitted = 0;
    for (let number = 3000; number < 3500; number++) {
      if (!limit.admitsSource(address(number), time)) continue;
      if (limit.admitsFor('1000000000000001', address(number), time)) admitted += 1;
    }
    assert.equal(admitted, 200);
    const counted = limit.takeCounted();
    assert.ok(
      counted.some(({ identity, count }) => identity.accountId === '1000000000000001' && count === 1),
    );
    assert.equal(
      counted.reduce((sum, { count }) => sum + count, 0),
      300,
    );
    assert.ok(limit.admitsFor('1000000000000002', address(4000), time), 'another account has its own');
  });
});
