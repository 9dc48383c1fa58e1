import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Change } from '../store/store.ts';
import { ChangeQueue } from './change-queue.ts';
import { DependencyNames } from './dependency-name.ts';

/** Creates a queue of the account `1`, with functions that report changes to it. */
function listening() {
  let listener: (change: Change) => void = () => {};
  const store = {
    follow(added: (change: Change) => void) {
      listener = added;
      return () => {
        listener = () => {};
      };
    },
  };
  const queue = new ChangeQueue(store, '1', new DependencyNames(new Uint8Array(32)));
  return { queue, hear: (change: Change) => listener(change) };
}

const many = 60_000;

describe('a queue of changes for a guard', () => {
  it('holds each changed entity once, and entities of other accounts by their dependency name only', () => {
    const { queue, hear } = listening();
    for (let at = 0; at < 3; at += 1) hear({ accountId: '1', topic: 'user', subject: 'alice' });
    hear({ accountId: '2', topic: 'user', subject: 'bob' });
    const { changes, stale, all } = queue.take(10);
    assert.deepEqual(changes, [{ accountId: '1', topic: 'user', subject: 'alice' }]);
    assert.equal(stale.length, 2);
    assert.equal(all, true);
  });

  it('is emptied on overrun: a guard that does not read takes no memory', () => {
    for (const accountId of ['1', '2']) {
      const { queue, hear } = listening();
      for (let at = 0; at < many; at += 1) hear({ accountId, topic: 'user', subject: `user-${at}` });
      assert.equal(queue.overrun, true);
      assert.deepEqual(queue.take(many), { changes: [], stale: [], all: true });
      queue.close();
    }
  });

  it('is emptied when the node has missed changes', () => {
    const { queue, hear } = listening();
    hear({ accountId: '1', topic: 'user', subject: 'alice' });
    hear({ accountId: '1', topic: 'everything', subject: '' });
    hear({ accountId: '1', topic: 'user', subject: 'bob' });
    assert.equal(queue.overrun, true);
    assert.deepEqual(queue.take(many).changes, []);
  });
});
