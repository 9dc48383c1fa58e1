import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FairQueue } from './fair-queue.ts';

/** A queue of which each work is held until it is let go. */
class HeldQueue {
  readonly #queue: FairQueue;
  readonly #running: { readonly name: string; readonly done: () => void }[] = [];
  readonly refused: string[] = [];

  constructor(waitingPerAccount: number) {
    this.#queue = new FairQueue({ concurrency: 1, waitingPerAccount, refusal: 'Throttling.SignIn' });
  }

  add(account: string, source: string, name = `${account}/${source}`): void {
    const work = () => new Promise<void>((resolve) => void this.#running.push({ name, done: resolve }));
    this.#queue.run({ account, source }, work).catch((error: { readonly code: string }) => {
      assert.equal(error.code, 'Throttling.SignIn');
      this.refused.push(name);
    });
  }

  /** Lets everything go, one after the other. @returns the order */
  async drain(): Promise<string[]> {
    const order: string[] = [];
    await turn();
    for (let next = this.#running.shift(); next !== undefined; next = this.#running.shift()) {
      order.push(next.name);
      next.done();
      await turn();
    }
    assert.equal(this.#queue.waiting, 0);
    return order;
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('pieces of long work', () => {
  test('of accounts take turns, and so do the sources within an account', async () => {
    const queue = new HeldQueue(100);
    for (let at = 0; at < 10; at++) queue.add('flooded', 'bot', `bot ${at}`);
    queue.add('flooded', 'office', 'office');
    queue.add('other', 'home', 'home');
    const order = await queue.drain();
    assert.deepEqual(order.slice(0, 4), ['bot 0', 'bot 1', 'home', 'office']);
    assert.equal(order.length, 12);
    assert.deepEqual(queue.refused, []);
  });

  test('wait in a bounded number for an account, and the busiest source gives way', async () => {
    const queue = new HeldQueue(8);
    for (let at = 0; at < 20; at++) queue.add('flooded', 'bot', `bot ${at}`);
    queue.add('flooded', 'office', 'office');
    queue.add('other', 'home', 'home');
    const order = await queue.drain();
    assert.ok(order.includes('office') && order.includes('home'));
    assert.equal(order.length, 1 + 8 + 1);
    assert.equal(queue.refused.length, 12);
    assert.ok(queue.refused.every((name) => name.startsWith('bot')));
  });

  test('that fail make room for the next', async () => {
    const queue = new FairQueue({ concurrency: 1, waitingPerAccount: 1, refusal: 'Throttling.SignIn' });
    const lane = { account: 'a', source: 'b' };
    const failing = Array.from({ length: 2 }, () => queue.run(lane, () => Promise.reject(new Error('x'))));
    for (const each of failing) await assert.rejects(each, { message: 'x' });
    assert.equal(await queue.run(lane, async () => 1), 1);
  });
});
