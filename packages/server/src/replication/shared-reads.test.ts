import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Change, Store } from '../store/store.ts';
import { SharedReads } from './shared-reads.ts';

/** Creates shared reads, with a count of the reads made, and functions that report changes and let the time pass. */
function counted() {
  let hear: (change: Change) => void = () => {};
  let expire = () => {};
  const store = {
    queries: undefined as unknown as Store['queries'],
    follow(listener: (change: Change) => void) {
      hear = listener;
      return () => {};
    },
  };
  const shared = new SharedReads(store, (callback) => {
    expire = callback;
    return () => {};
  });
  let made = 0;
  const read = (accountId: string, ...what: readonly unknown[]) =>
    shared.read(accountId, what, () => Promise.resolve(++made));
  return { shared, read, hear: (change: Change) => hear(change), expire: () => expire() };
}

const changeOf = (accountId: string): Change => ({ accountId, topic: 'access-key', subject: 'a key' });

describe('reads shared by replication streams', () => {
  it('are made once for all that ask for the same, and once for each that is different', async () => {
    const { read } = counted();
    assert.deepEqual(
      await Promise.all([read('1', 'users', ['a', 'b']), read('1', 'users', ['a', 'b'])]),
      [1, 1],
    );
    assert.equal(await read('1', 'users', ['a,b']), 2);
    assert.equal(await read('2', 'users', ['a', 'b']), 3);
  });

  it('are made again after each change of their account, and after a loss of changes', async () => {
    const { read, hear } = counted();
    assert.equal(await read('1', 'users'), 1);
    hear(changeOf('2'));
    assert.equal(await read('1', 'users'), 1);
    hear(changeOf('1'));
    assert.equal(await read('1', 'users'), 2);
    hear({ accountId: '', topic: 'everything', subject: '' });
    assert.equal(await read('1', 'users'), 3);
  });

  it('are not shared when a change was heard while they were under way', async () => {
    const { shared, hear } = counted();
    let finish = (_: string) => {};
    const before = shared.read('1', ['users'], () => new Promise<string>((resolve) => (finish = resolve)));
    hear(changeOf('1'));
    const after = shared.read('1', ['users'], () => Promise.resolve('after'));
    finish('before');
    assert.deepEqual(await Promise.all([before, after]), ['before', 'after']);
    assert.equal(await shared.read('1', ['users'], () => Promise.resolve('again')), 'after');
  });

  it('are made again after a failure, and when they are old', async () => {
    const { shared, read, expire } = counted();
    const fail = () => Promise.reject(new Error('the database is away'));
    await assert.rejects(shared.read('1', ['users'], fail), /the database is away/);
    assert.equal(await read('1', 'users'), 1);
    expire();
    assert.equal(await read('1', 'users'), 2);
  });
});
