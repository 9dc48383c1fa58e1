import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { after, mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { sql } from 'kysely';
import { SqliteConnection } from '../src/store/sqlite/sqlite-connection.ts';
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import { StoreUnavailable } from '../src/store/store-unavailable.ts';

const directory = mkdtempSync(join(tmpdir(), 'claviger-sqlite-'));
after(() => rmSync(directory, { recursive: true, force: true }));

async function open(name: string) {
  const file = join(directory, name);
  const store = await SqliteStore.open(file, { now: Date.now });
  after(() => store.close());
  return { store, file };
}

const use = (store: SqliteStore, id: string) =>
  store.write(({ queries }) =>
    queries
      .insertInto('access_key_uses')
      .values({ access_key_id: id, service_name: 's', region_id: '', source_ip: '', used_at: 1 })
      .execute(),
  );

test('concurrent writes share a commit; a single one has its own', async () => {
  const { store } = await open('group.db');
  const before = store.commits;
  await Promise.all(Array.from({ length: 16 }, (_, index) => use(store, `at-once-${index}`)));
  assert.equal(store.commits - before, 1);
  await use(store, 'alone');
  await use(store, 'alone-too');
  assert.equal(store.commits - before, 3);
});

test('writers that each wait for their own last write share commits, too', async () => {
  const { store } = await open('writers.db');
  const before = store.commits;
  await Promise.all(
    Array.from({ length: 16 }, async (_, writer) => {
      for (let index = 0; index < 10; index += 1) await use(store, `${writer}-${index}`);
    }),
  );
  assert.equal(store.commits - before, 10);
});

test('a refusal is answered only after the writes it may depend on are committed', async () => {
  const { store } = await open('refusal.db');
  const before = store.commits;
  let commitsAtRefusal = 0;
  await Promise.all([
    use(store, 'first'),
    store
      .write(async () => {
        throw new Error('refused');
      })
      .catch(() => {
        commitsAtRefusal = store.commits;
      }),
  ]);
  assert.equal(commitsAtRefusal, before + 1);
});

test('the file and its journal are readable by their owner only', async () => {
  const { store, file } = await open('mode.db');
  await use(store, 'k');
  const files = readdirSync(directory).filter((name) => name.startsWith('mode.db'));
  assert.ok(files.includes('mode.db-wal'));
  for (const name of files) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name);
  assert.ok(file);
});

test('a commit reaches the disk before it is answered', async () => {
  const { file } = await open('flush.db');
  const database = new DatabaseSync(file);
  assert.deepEqual({ ...database.prepare('PRAGMA journal_mode').get() }, { journal_mode: 'wal' });
  database.close();
  // Flushing is a setting of the connection, so the writer itself is asked.
  const writer = new SqliteConnection(file, 'write');
  assert.deepEqual(writer.all('PRAGMA synchronous'), [{ synchronous: 2 }]);
  assert.deepEqual(writer.all('PRAGMA foreign_keys'), [{ foreign_keys: 1 }]);
  writer.close();
});

test('a write waits while another process holds the file, and reads do not', async () => {
  const { store, file } = await open('held.db');
  const other = new DatabaseSync(file);
  other.exec('begin immediate');
  let written = false;
  const writing = use(store, 'k').then(() => {
    written = true;
  });
  for (let index = 0; index < 5; index += 1) {
    await store.queries.selectFrom('access_key_uses').selectAll().execute();
  }
  assert.equal(written, false);
  other.exec('commit');
  await writing;
  other.close();
});

test('a file that is no database is refused, and left as it is', async () => {
  const file = join(directory, 'not-a.db');
  writeFileSync(file, 'this is not a database, and must not become one'.repeat(30));
  await assert.rejects(SqliteStore.open(file, { now: Date.now }), StoreUnavailable);
  await assert.rejects(
    SqliteStore.open(join(directory, 'no', 'such.db'), { now: Date.now }),
    StoreUnavailable,
  );
});

/** Statement that keeps its thread for a second or so. */
const slowStatement = sql`with recursive numbers (n) as (
  select 1 union all select n + 1 from numbers where n < 1000000
) select count(*) from numbers`;

test('a long transaction keeps no read and no turn of the event loop', async () => {
  const { store } = await open('long-write.db');
  let isWritten = false;
  const writing = store
    .write(({ queries }) => slowStatement.execute(queries))
    .then(() => {
      isWritten = true;
    });
  for (let index = 0; index < 20; index += 1) {
    await store.queries.selectFrom('access_key_uses').selectAll().execute();
    await nextTurn();
  }
  assert.equal(isWritten, false);
  await writing;
});

test('long reads keep neither short reads nor writes', async () => {
  const { store } = await open('long-read.db');
  await use(store, 'before');
  let isRead = false;
  const reading = slowStatement.execute(store.longQueries).then(() => {
    isRead = true;
  });
  await use(store, 'meanwhile');
  await store.queries.selectFrom('access_key_uses').selectAll().execute();
  assert.equal(isRead, false);
  await reading;
  const rows = await store.longQueries.selectFrom('access_key_uses').select('access_key_id').execute();
  assert.deepEqual(
    rows.map((row) => row.access_key_id),
    ['before', 'meanwhile'],
  );
  await assert.rejects(
    store.longQueries.deleteFrom('access_key_uses').execute(),
    /attempt to write a readonly database/,
  );
});

test('a read sees nothing of a transaction that is not committed', async () => {
  const { store } = await open('uncommitted.db');
  const seen: number[] = [];
  const count = async () =>
    seen.push((await store.queries.selectFrom('access_key_uses').selectAll().execute()).length);
  await store.write(async ({ queries }) => {
    await queries
      .insertInto('access_key_uses')
      .values({ access_key_id: 'k', service_name: 's', region_id: '', source_ip: '', used_at: 1 })
      .execute();
    await count();
  });
  await count();
  assert.deepEqual(seen, [0, 1]);
});

test('when the thread of the writer ends, its writes are refused, and the next has another thread', async () => {
  const { store } = await open('ended.db');
  const threads = new Set<Worker>();
  const post = mock.method(Worker.prototype, 'postMessage', function (this: Worker, message: unknown) {
    threads.add(this);
    post.mock.restore();
    this.postMessage(message);
  });
  await use(store, 'before');
  const [thread] = threads;
  const refused = store.write(({ queries }) => slowStatement.execute(queries));
  await Promise.all([thread!.terminate(), assert.rejects(refused, StoreUnavailable)]);
  await use(store, 'after');
  const rows = await store.queries.selectFrom('access_key_uses').select('access_key_id').execute();
  assert.deepEqual(
    rows.map((row) => row.access_key_id),
    ['after', 'before'],
  );
});
