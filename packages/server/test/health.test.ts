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

eachDatabase((_, { open }) => {
  async function ready(change: (store: Store) => Partial<Readiness> = () => ({})) {
    const store = await open();
    return ask(readyRoute({ store, audit: { writable: true }, maxStalenessMs: 60_000, ...change(store) }));
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
      const answer = await ready(({ queries }) => ({ store: { queries, staleness: () => 60_001 } }));
      assert.deepEqual(answer, [503, { status: 'unavailable', reason: 'staleness' }]);
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

    it('reports that the database is unreachable', async () => {
      const store = await open();
      await store.close();
      const answer = await ask(readyRoute({ store, audit: { writable: true }, maxStalenessMs: 60_000 }));
      assert.deepEqual(answer, [503, { status: 'unavailable', reason: 'database' }]);
    });

    it('does not wait for a database that does not answer', async () => {
      const never = {
        selectFrom: () => never,
        select: () => never,
        limit: () => never,
        execute: () => new Promise(() => {}),
      };
      const store = { queries: never as unknown as Store['queries'], staleness: () => 0 };
      const answer = await ready(() => ({ store, timeoutMs: 1 }));
      assert.deepEqual(answer, [503, { status: 'unavailable', reason: 'database' }]);
    });
  });
});
