/** Several hosts in the URL of the database, the size of the pool, and the limits of statements. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import pg from 'pg';
import { openStore } from '../src/store/open-store.ts';
import { StoreUnavailable } from '../src/store/store-unavailable.ts';
import { takeNodeLock } from '../src/store/take-node-lock.ts';
import { eachDatabase } from './databases.ts';
import { RecordedConnection } from './recorded-connection.ts';

eachDatabase((name, { freshLocation, open }) => {
  if (name !== 'PostgreSQL') return;
  const options = { now: Date.now, pollMs: 10 };

  test('of several hosts the one that answers is used, at the start and after it has failed', async () => {
    const location = await freshLocation();
    assert.ok(location.kind === 'postgres');
    const lines = [await RecordedConnection.to(location.url), await RecordedConnection.to(location.url)];
    const [one, two] = lines as [RecordedConnection, RecordedConnection];
    const several = new URL(location.url);
    several.port = new URL(two.url).port;
    const url = several.href.replace('@', `@127.0.0.1:${new URL(one.url).port},`);
    one.down = true;
    const lock = await takeNodeLock(
      { kind: 'postgres', url },
      { sharesNonces: false, whenTaken: 'refuse', log: () => {} },
    );
    assert.ok(lock !== undefined);
    const store = await openStore({ kind: 'postgres', url }, options);
    const readAndWrite = async () => {
      await store.queries.selectFrom('users').select('user_id').execute();
      await store.write(async ({ changed }) => changed({ accountId: '1', topic: 'account', subject: '1' }));
    };
    await readAndWrite();
    for (const [up, down] of [
      [one, two],
      [two, one],
    ] as const) {
      up.down = false;
      down.down = true;
      for (;;) {
        try {
          await readAndWrite();
          break;
        } catch (error) {
          assert.ok(error instanceof StoreUnavailable);
        }
      }
    }
    await store.close();
    await lock.release();
    for (const line of lines) await line.close();
  });

  test('a statement, and the wait for a lock, end at their limits', async () => {
    const location = await freshLocation();
    assert.ok(location.kind === 'postgres');
    const settings = { poolSize: 2, statementTimeoutMs: 200, lockTimeoutMs: 50 };
    const store = await open(options, { ...location, settings });
    await assert.rejects(sql`select pg_sleep(30)`.execute(store.queries), StoreUnavailable);
    const other = new pg.Client({ connectionString: location.url });
    await other.connect();
    await other.query('begin; lock table groups in access exclusive mode');
    await assert.rejects(
      store.write(({ queries }) => queries.selectFrom('groups').selectAll().execute()),
      ({ cause }: Error) => cause instanceof pg.DatabaseError && cause.code === '55P03',
    );
    await other.end();
    assert.deepEqual(
      Object.values(store.load().pools).map(({ max }) => max),
      [2, 2],
    );
  });

  test('a malformed address is refused without its password', async () => {
    for (const url of ['postgres://u:secret@', 'postgres://u:secret@one:port,two/db']) {
      await assert.rejects(openStore({ kind: 'postgres', url }, options), (error: Error) => {
        assert.ok(error instanceof StoreUnavailable);
        assert.match(error.message, /not of the form postgres:/);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      });
    }
  });
});
