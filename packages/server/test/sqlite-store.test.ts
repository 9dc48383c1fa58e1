import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { after } from 'node:test';
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
