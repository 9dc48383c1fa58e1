import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { healthRoute, type Readiness, readyRoute } from '../src/http/health.ts';
import type { ReceivedRequest, Route } from '../src/http/listener.ts';
import type { Store } from '../src/store/store.ts';
import { eachDatabase } from './databases.ts';

async function ask(route: Route): Promise<[status: number, body: unknown]> {
  const answer = await route({} as ReceivedRequest);
  assert.equal(answer?.headers['content-type'], 'application/json;charset=utf-8');
  return [answer.status, JSON.parse(String(answer.body))];
}

describe('/healthz', () => {
  it('answers while the process serves', async () => {
    assert.deepEqual(await ask(healthRoute), [200, { status: 'ok' }]);
  });
});

const HEALTHY = {
  audit: { writable: true },
  maxStalenessMs: 60_000,
  now: Date.now,
  maxClockDifferenceMs: 60_000,
};

eachDatabase((name, { open }) => {
  async function ready(change: (store: Store) => Partial<Readiness> = () => ({})) {
    const store = await open();
    return ask(readyRoute({ store, ...HEALTHY, ...change(store) }));
  }

  describe('/readyz', () => {
    it('answers 200 while the database and the audit log work', async () => {
      assert.deepEqual(await ready(), [200, { status: 'ok' }]);
    });

    it('reports that the audit log cannot be written', async () => {
      const answer = await ready(() => ({ audit: { writable: false } }));
      assert.deepEqual(answer, [503, { status: 'unavailable', reason: 'audit' }]);
    });

    it('reports that the node is stale', async () => {
      const answer = await ready(({ kind, queries }) => ({
        store: { kind, queries, staleness: () => 60_001 },
      }));
      assert.deepEqual(answer, [503, { status: 'unavailable', reason: 'staleness' }]);
    });

    it('reports that the master key does not open the data keys', async () => {
      assert.deepEqual(await ready(() => ({ opensDataKeys: async () => true })), [200, { status: 'ok' }]);
      const answer = await ready(() => ({ opensDataKeys: async () => false }));
      assert.deepEqual(answer, [503, { status: 'unavailable', reason: 'master-key' }]);
    });

    it('reports that the shared nonce store does not answer', async () => {
      const up = { ready: async () => {} };
      assert.deepEqual(await ready(() => ({ nonces: up })), [200, { status: 'ok' }]);
      const down = { ready: () => Promise.reject(new Error('away')) };
      const silent = { ready: () => new Promise<void>(() => {}) };
      for (const nonces of [down, silent]) {
        const answer = await ready(() => ({ nonces, timeoutMs: nonces === silent ? 1 : 2000 }));
        // With so short a limit the database may be the first that is late.
        const reason = (answer[1] as { reason: string }).reason;
        assert.ok(nonces === silent ? ['nonces', 'database'].includes(reason) : reason === 'nonces', reason);
      }
    });

    it('reports that the clock differs from that of the database server', async () => {
      const answer = await ready(() => ({ now: () => Date.now() + 120_000 }));
      assert.deepEqual(
        answer,
        // The clock of an embedded database is that of the machine.
        name === 'SQLite' ? [200, { status: 'ok' }] : [503, { status: 'unavailable', reason: 'clock' }],
      );
    });

    it('reports that the database is unreachable', async () => {
      const store = await open();
      await store.close();
      const answer = await ask(readyRoute({ store, ...HEALTHY }));
      assert.deepEqual(answer, [503, { status: 'unavailable', reason: 'database' }]);
    });

    it('does not wait for a database that does not answer', async () => {
      const never = {
        selectFrom: () => never,
        select: () => never,
        limit: () => never,
        execute: () => new Promise(() => {}),
      };
      const store = {
        kind: 'sqlite' as const,
        queries: never as unknown as Store['queries'],
        staleness: () => 0,
      };
      const answer = await ready(() => ({ store, timeoutMs: 1 }));
      assert.deepEqual(answer, [503, { status: 'unavailable', reason: 'database' }]);
    });
  });
});
