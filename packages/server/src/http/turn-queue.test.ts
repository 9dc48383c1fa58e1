import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TurnBounds, TurnQueue } from './turn-queue.ts';

interface Asked {
  readonly name: string;
  /** Verified callers have an account, others a network. */
  readonly group: string;
  readonly isVerified?: boolean;
  readonly lane?: string;
  readonly bytes?: number;
  /** Time that the turn takes, ms. */
  readonly ms?: number;
  /** Finishes in its turn; otherwise when `finish` is called. */
  readonly isLong?: boolean;
}

/** A queue whose clock and event loop are the test's. */
class Bench {
  readonly queue: TurnQueue;
  readonly started: string[] = [];
  readonly dropped: string[] = [];
  readonly gone = new Set<string>();
  /** Called with each turn that is started or dropped. */
  answered: (name: string) => void = () => {};
  readonly #finishers = new Map<string, () => void>();
  #now = 0;
  #afterTurn: (() => void)[] = [];
  #afterRead: (() => void)[] = [];

  constructor(bounds: Partial<TurnBounds> = {}) {
    this.queue = new TurnQueue(bounds, {
      now: () => this.#now,
      afterTurn: (callback) => this.#afterTurn.push(callback),
      afterRead: (callback) => this.#afterRead.push(callback),
    });
  }

  enter({ name, group, isVerified = false, lane = '', bytes = 1, ms = 1, isLong = false }: Asked): void {
    this.queue.enter({
      isVerified,
      group,
      lane,
      bytes,
      isWanted: () => !this.gone.has(name),
      start: () => {
        this.started.push(name);
        this.answered(name);
        this.#now += ms;
        return isLong ? new Promise((resolve) => this.#finishers.set(name, resolve)) : Promise.resolve();
      },
      drop: () => {
        this.dropped.push(name);
        this.answered(name);
      },
    });
  }

  get now(): number {
    return this.#now;
  }

  pass(ms: number): void {
    this.#now += ms;
  }

  finish(name: string): void {
    this.#finishers.get(name)?.();
  }

  /** Lets one turn end and, when the slice is used up, the event loop read; then the next turn has begun. */
  async step(): Promise<void> {
    // Promises of finished turns.
    await new Promise((resolve) => setImmediate(resolve));
    const turns = this.#afterTurn.splice(0);
    for (const callback of turns) callback();
    if (turns.length === 0) for (const callback of this.#afterRead.splice(0)) callback();
  }

  async drain(): Promise<readonly string[]> {
    for (let steps = 0; steps < 1000; steps++) await this.step();
    return this.started;
  }
}

const many = (count: number, asked: Asked): Asked[] =>
  Array.from({ length: count }, (_, at) => ({ ...asked, name: `${asked.name}${at}` }));

test('a request is started at once when none is under way', () => {
  const bench = new Bench();
  bench.enter({ name: 'only', group: '192.0.2.1' });
  assert.deepEqual(bench.started, ['only']);
});

test('a verified caller waits for one turn of a flood, not for the flood', async () => {
  const bench = new Bench();
  for (const asked of many(24, { name: 'flood', group: '192.0.2.1' })) bench.enter(asked);
  bench.enter({ name: 'call', group: 'account', isVerified: true, lane: 'key' });
  const started = await bench.drain();
  assert.equal(started.indexOf('call'), 1);
  assert.equal(started.length, 25);
});

test('two callers of one account take turns, however many requests one of them has waiting', async () => {
  const bench = new Bench();
  const flood = { name: 'flood', group: 'account', isVerified: true, lane: 'leaked key' };
  for (const asked of many(10, flood)) bench.enter(asked);
  for (const asked of many(3, { ...flood, name: 'call', lane: 'other key' })) bench.enter(asked);
  const started = await bench.drain();
  assert.deepEqual(started.slice(0, 6), ['flood0', 'call0', 'flood1', 'call1', 'flood2', 'call2']);
});

test('networks take turns, however many requests one of them has waiting', async () => {
  const bench = new Bench();
  for (const asked of many(10, { name: 'flood', group: '192.0.2.1' })) bench.enter(asked);
  for (const asked of many(2, { name: 'call', group: '198.51.100.1' })) bench.enter(asked);
  const started = await bench.drain();
  assert.deepEqual(started.slice(0, 4), ['flood0', 'call0', 'flood1', 'call1']);
});

test('accounts take turns, however many callers one of them has', async () => {
  const bench = new Bench();
  const flood = many(10, { name: 'flood', group: 'one', isVerified: true });
  for (const asked of flood) bench.enter({ ...asked, lane: asked.name });
  for (const asked of many(2, { name: 'call', group: 'other', isVerified: true, lane: 'key' })) {
    bench.enter(asked);
  }
  const started = await bench.drain();
  assert.deepEqual(started.slice(0, 4), ['flood0', 'call0', 'flood1', 'call1']);
});

test('networks of unverified callers, however many, get as much time as the verified ones', async () => {
  const bench = new Bench();
  for (const asked of many(20, { name: 'flood', group: '' })) bench.enter({ ...asked, group: asked.name });
  const call = { name: 'call', group: 'account', isVerified: true, lane: 'key' };
  for (const asked of many(5, call)) bench.enter(asked);
  const started = await bench.drain();
  assert.deepEqual(
    started.slice(0, 10).filter((name) => name.startsWith('call')),
    ['call0', 'call1', 'call2', 'call3', 'call4'],
  );
});

test('turns are shared by the time that they take: who has used much waits until others have, too', async () => {
  const bench = new Bench();
  for (const asked of many(3, { name: 'slow', group: '192.0.2.1', ms: 5 })) bench.enter(asked);
  for (const asked of many(6, { name: 'quick', group: '198.51.100.1' })) bench.enter(asked);
  const started = await bench.drain();
  assert.deepEqual(started.slice(0, 7), [
    'slow0',
    ...many(5, { name: 'quick', group: '' }).map((a) => a.name),
    'slow1',
  ]);
});

test('idle time is not saved up', async () => {
  const bench = new Bench();
  bench.enter({ name: 'early', group: '198.51.100.1', isLong: true });
  await bench.step();
  for (const asked of many(10, { name: 'flood', group: '192.0.2.1' })) bench.enter(asked);
  for (let steps = 0; steps < 8; steps++) await bench.step();
  const before = bench.started.length;
  for (const asked of many(10, { name: 'late', group: '198.51.100.1' })) bench.enter(asked);
  for (let steps = 0; steps < 12; steps++) await bench.step();
  const since = bench.started.slice(before);
  const late = since.filter((name) => name.startsWith('late')).length;
  assert.ok(late <= since.length / 2 + 1, since.join());
});

test('the event loop reads what has arrived after each slice of work', async () => {
  const bench = new Bench({ sliceMs: 2 });
  for (const asked of many(4, { name: 'flood', group: '192.0.2.1' })) bench.enter(asked);
  await bench.step();
  await bench.step();
  assert.deepEqual(bench.started, ['flood0', 'flood1']);
  bench.enter({ name: 'read meanwhile', group: '198.51.100.1' });
  assert.equal(bench.started.length, 2);
  await bench.step();
  assert.equal(bench.started[2], 'read meanwhile');
});

test('one caller has at most so many requests under way, and others are served meanwhile', async () => {
  const bench = new Bench({ underWayPerLane: 2 });
  for (const asked of many(3, { name: 'long', group: '192.0.2.1', isLong: true })) bench.enter(asked);
  bench.enter({ name: 'other', group: '198.51.100.1' });
  assert.deepEqual(await bench.drain(), ['long0', 'other', 'long1']);
  bench.finish('long1');
  assert.deepEqual(await bench.drain(), ['long0', 'other', 'long1', 'long2']);
});

test('when too many wait, the newest of the busiest caller are dropped', async () => {
  const bench = new Bench({ waiting: 3 });
  for (const asked of many(5, { name: 'flood', group: '192.0.2.1' })) bench.enter(asked);
  assert.deepEqual(bench.dropped, ['flood4']);
  bench.enter({ name: 'call', group: '198.51.100.1' });
  assert.deepEqual(bench.dropped, ['flood4', 'flood3']);
  assert.equal(bench.queue.dropped, 2);
  assert.ok((await bench.drain()).includes('call'));
});

test('what waits is bounded in bytes, too', () => {
  const bench = new Bench({ waitingBytes: 1000 });
  bench.enter({ name: 'served', group: '192.0.2.1', bytes: 900 });
  bench.enter({ name: 'waits', group: '192.0.2.1', bytes: 900 });
  bench.enter({ name: 'too much', group: '192.0.2.1', bytes: 900 });
  assert.deepEqual(bench.dropped, ['too much']);
});

test('a request whose client has gone is dropped in its turn, and nothing of it stays', async () => {
  const bench = new Bench();
  for (const asked of many(3, { name: 'call', group: '192.0.2.1' })) bench.enter(asked);
  bench.gone.add('call1');
  assert.deepEqual(await bench.drain(), ['call0', 'call2']);
  assert.deepEqual(bench.dropped, ['call1']);
  assert.equal(bench.queue.dropped, 0);
  assert.equal(bench.queue.waiting, 0);
  assert.equal(bench.queue.lanes, 0);
});

/** A caller that sends twice what can be served: each step of 1 ms brings two turns. */
async function overload(bench: Bench, steps: number, firstStep = 0): Promise<void> {
  for (let at = firstStep; at < firstStep + steps; at++) {
    for (const half of ['a', 'b']) bench.enter({ name: `${at}${half}`, group: 'account', isVerified: true });
    // The turn, and the event loop's read after it.
    await bench.step();
    await bench.step();
  }
}

const step = (name: string | undefined) => Number.parseInt(name ?? '', 10);

test('a burst is served whole and in order, however long its last request waits', async () => {
  const bench = new Bench({ overloadWaitMs: 100, overloadAfterMs: 1000 });
  for (const asked of many(900, { name: '', group: 'account', isVerified: true })) bench.enter(asked);
  const started = await bench.drain();
  await bench.drain();
  assert.deepEqual(started, [...Array(900).keys()].map(String));
  assert.deepEqual(bench.dropped, []);
});

test('a stop of the whole process is no overload, however busy a caller keeps the queue', async () => {
  const bench = new Bench({ overloadWaitMs: 100, overloadAfterMs: 1000 });
  let sent = 50;
  bench.answered = () => bench.enter({ name: String(sent++), group: 'account', isVerified: true });
  for (const asked of many(50, { name: '', group: 'account', isVerified: true })) bench.enter(asked);
  for (let steps = 0; steps < 6000; steps++) {
    await bench.step();
    if (steps % 2000 === 1999) bench.pass(400);
  }
  assert.ok(bench.started.length > 2900);
  assert.deepEqual(bench.dropped, []);
});

test('under overload the newest are served at once and the others refused in time; it ends with the load', async () => {
  const bench = new Bench({ overloadWaitMs: 100, overloadAfterMs: 1000 });
  await overload(bench, 3000);
  assert.ok(bench.queue.waiting <= 210, `${bench.queue.waiting} wait`);
  // Of the last thousand that were started none had waited: each came in one of the steps just before.
  const lastStarted = bench.started.slice(-1000).map(step);
  assert.ok(lastStarted.every((at, index) => index === 0 || at > (lastStarted[index - 1] ?? 0) - 5));
  // What was refused had waited 100 ms, and not much longer.
  assert.ok(bench.dropped.length > 1500);
  assert.ok(step(bench.dropped.at(-1)) > 2800);

  const { length: served } = bench.started;
  await bench.drain();
  assert.equal(bench.queue.waiting, 0);
  assert.ok(bench.started.length - served <= 210);
  bench.pass(2001);
  await overload(bench, 50, 4000);
  await bench.drain();
  assert.deepEqual(
    bench.started.slice(-100).map(step),
    Array.from({ length: 100 }, (_, at) => 4000 + Math.floor(at / 2)),
    'in order again',
  );
});

test('an overload that pauses until nothing waits is one overload', async () => {
  const bench = new Bench({ overloadWaitMs: 100, overloadAfterMs: 1000 });
  const sent = new Map<string, number>();
  let next: number[] = [...Array(400).keys()];
  const waited: number[] = [];
  bench.answered = (name) => {
    next.push(step(name) + 400);
    const isStarted = bench.started.at(-1) === name;
    if (isStarted && bench.now > 2000) waited.push(bench.now - (sent.get(name) ?? 0));
  };
  for (let steps = 0; steps < 12_000; steps++) {
    // A pause now and then, in which all that wait are served or refused.
    const isPaused = steps % 4000 > 3400;
    const due = isPaused ? [] : next;
    if (!isPaused) next = [];
    for (const at of due) {
      sent.set(String(at), bench.now);
      bench.enter({ name: String(at), group: 'account', isVerified: true });
    }
    await bench.step();
    if (isPaused && steps % 4000 === 3999) assert.equal(bench.queue.waiting, 0);
  }
  assert.ok(waited.length > 1000);
  // Those served in a pause have waited; in order, most would have.
  assert.ok(waited.filter((ms) => ms > 10).length < waited.length / 20);
  assert.ok(Math.max(...waited) <= 13);
});

test('overload of one caller refuses nothing of another', async () => {
  const bench = new Bench({ overloadWaitMs: 100, overloadAfterMs: 1000 });
  for (let at = 0; at < 20; at++) {
    await overload(bench, 100, at * 100);
    bench.enter({ name: `other${at}`, group: 'other account', isVerified: true });
  }
  await bench.drain();
  assert.equal(bench.started.filter((name) => name.startsWith('other')).length, 20);
});
