import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LastUsed } from '../src/access-keys/last-used.ts';
import type { Store } from '../src/store/store.ts';
import { StoreUnavailable } from '../src/store/store-unavailable.ts';
import { eachDatabase } from './databases.ts';

const time = Date.UTC(2026, 10, 24, 8);
const key = 'LTAI5tExampleExampleExam';

eachDatabase((_, { open }) => {
  async function opened() {
    const real = await open();
    const state = { away: false, writes: 0 };
    const store: Store = {
      kind: real.kind,
      queries: real.queries,
      longQueries: real.longQueries,
      follow: (listener) => real.follow(listener),
      knownRevision: () => real.knownRevision(),
      staleness: () => real.staleness(),
      isCurrent: (maxStalenessMs) => real.isCurrent(maxStalenessMs),
      load: () => real.load(),
      close: () => real.close(),
      write: async (work) => {
        state.writes += 1;
        if (state.away) throw new StoreUnavailable('away');
        return real.write(work);
      },
    };
    const fires: (() => void)[] = [];
    const logged: string[] = [];
    const node = () =>
      new LastUsed({
        store,
        timer: (callback) => {
          fires.push(callback);
          return () => fires.splice(fires.indexOf(callback), 1);
        },
        log: (message) => logged.push(message),
      });
    return { store, state, fires, logged, lastUsed: node(), otherNode: node() };
  }

  it('a key that was never used has no last use', async () => {
    const { store, lastUsed } = await opened();
    assert.equal(await lastUsed.latest(store.queries, key), undefined);
  });

  it('a use can be read at once, before it is written', async () => {
    const { store, state, lastUsed } = await opened();
    lastUsed.note(key, 'Ims', 'cn-hangzhou', '203.0.113.7', time);
    assert.deepEqual(await lastUsed.latest(store.queries, key), {
      usedAt: time,
      serviceName: 'Ims',
      regionId: 'cn-hangzhou',
      sourceIp: '203.0.113.7',
    });
    assert.equal(state.writes, 0);
  });

  it('uses are written together, one row for each service', async () => {
    const { store, state, lastUsed, otherNode } = await opened();
    for (let second = 0; second < 100; second += 1) {
      lastUsed.note(key, 'Ims', '', '203.0.113.7', time + second);
      lastUsed.note(key, 'Sts', '', '203.0.113.8', time - second);
      lastUsed.note(`${key}2`, 'Ram', '', '203.0.113.9', time);
    }
    await lastUsed.flush();
    assert.equal(state.writes, 1);
    const rows = await store.queries
      .selectFrom('access_key_uses')
      .selectAll()
      .orderBy('service_name')
      .execute();
    assert.deepEqual(
      rows.map((row) => [row.access_key_id, row.service_name, row.source_ip, row.used_at]),
      [
        [key, 'Ims', '203.0.113.7', time + 99],
        [`${key}2`, 'Ram', '203.0.113.9', time],
        [key, 'Sts', '203.0.113.8', time],
      ],
    );
    assert.equal((await otherNode.latest(store.queries, key))?.serviceName, 'Ims');
  });

  it('a use that another node noted later is not set back', async () => {
    const { store, lastUsed, otherNode } = await opened();
    lastUsed.note(key, 'Ims', 'here', '203.0.113.1', time);
    otherNode.note(key, 'Ims', 'there', '203.0.113.2', time + 1);
    await otherNode.flush();
    await lastUsed.flush();
    assert.deepEqual(await lastUsed.latest(store.queries, key), {
      usedAt: time + 1,
      serviceName: 'Ims',
      regionId: 'there',
      sourceIp: '203.0.113.2',
    });
  });

  it('the latest use is taken from memory and table together', async () => {
    const { store, lastUsed } = await opened();
    lastUsed.note(key, 'Ims', '', '203.0.113.1', time);
    await lastUsed.flush();
    lastUsed.note(key, 'Sts', '', '203.0.113.1', time - 1);
    assert.equal((await lastUsed.latest(store.queries, key))?.serviceName, 'Ims');
    lastUsed.note(key, 'Ram', '', '203.0.113.1', time + 1);
    assert.equal((await lastUsed.latest(store.queries, key))?.serviceName, 'Ram');
  });

  it('the first use starts the timer, and one flush writes all uses', async () => {
    const { store, state, fires, lastUsed } = await opened();
    lastUsed.note(key, 'Ims', '', '', time);
    lastUsed.note(key, 'Sts', '', '', time);
    assert.equal(fires.length, 1);
    fires.shift()?.();
    await lastUsed.flush();
    assert.equal(state.writes, 1);
    assert.equal((await store.queries.selectFrom('access_key_uses').selectAll().execute()).length, 2);
  });

  it('uses are kept while the database is unavailable', async () => {
    const { store, state, lastUsed } = await opened();
    state.away = true;
    lastUsed.note(key, 'Ims', '', '203.0.113.1', time);
    await assert.rejects(lastUsed.flush(), StoreUnavailable);
    lastUsed.note(key, 'Ims', '', '203.0.113.2', time + 1);
    await assert.rejects(lastUsed.flush(), StoreUnavailable);
    state.away = false;
    await lastUsed.close();
    const rows = await store.queries.selectFrom('access_key_uses').selectAll().execute();
    assert.deepEqual(
      rows.map((row) => [row.source_ip, row.used_at]),
      [['203.0.113.2', time + 1]],
    );
  });

  it('a use noted inside a write is flushed outside of it', async () => {
    const { store, fires, logged, lastUsed } = await opened();
    await store.write(async () => {
      lastUsed.note(key, 'Ims', '', '', time);
      fires.shift()?.();
      // The flush starts while the write is still open.
      await nextTurn();
    });
    await lastUsed.flush();
    assert.deepEqual(logged, []);
    assert.equal((await store.queries.selectFrom('access_key_uses').selectAll().execute()).length, 1);
  });

  it('any number of keys is written, with any region that clients send', async () => {
    const { store, lastUsed } = await opened();
    const region = `a\0\ud800${'x'.repeat(1000)}`;
    for (let index = 0; index < 10_000; index += 1) lastUsed.note(`${key}${index}`, 'Ims', region, '', time);
    await lastUsed.flush();
    const { count } = await store.queries
      .selectFrom('access_key_uses')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('region_id', 'like', 'a_x%')
      .executeTakeFirstOrThrow();
    assert.equal(count, 10_000);
  });
});
