/** Leases and sweeps: one node at a time, in portions, and stoppable. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lease } from '../src/store/lease.ts';
import { sweep } from '../src/store/sweep.ts';
import { eachDatabase } from './databases.ts';

eachDatabase((name, { open }) => {
  test(`one node has a lease, until it is released or has ended (${name})`, async () => {
    const store = await open();
    let now = Date.UTC(2026, 10, 24);
    const take = () => Lease.take(store, 'work', () => now);
    const first = await take();
    assert.ok(first);
    assert.equal(await take(), undefined);
    await first.release();
    const second = await take();
    assert.ok(second);
    // Its node was killed.
    now += 5 * 60_000 + 1;
    const third = await take();
    assert.ok(third);
    // The node was not killed after all: it must not end the lease of the other.
    await second.release();
    assert.equal(await take(), undefined);
    // A clock that is set back by a day must not keep the work for a day.
    now -= 24 * 60 * 60_000;
    const fourth = await take();
    assert.ok(fourth);
    await fourth.release();
    await third.release();
  });
});

test('a sweep takes more rows while portions are short, and stops between two', async () => {
  const portions: number[] = [];
  let left = 200;
  const work = async (rows: number) => {
    portions.push(rows);
    const done = Math.min(rows, left);
    left -= done;
    return done;
  };
  assert.equal(await sweep(50, work, () => portions.length === 2), portions[0]! + portions[1]!);
  const first = portions.length;
  await sweep(50, work);
  assert.equal(left, 0);
  assert.ok(portions.length > first);
  assert.ok(portions.every((rows) => rows <= 50));
});
