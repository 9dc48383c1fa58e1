import assert from 'node:assert/strict';
import test from 'node:test';
import { inspect } from 'node:util';
import pg from 'pg';
import { openStore } from '../src/store/open-store.ts';
import type { Change, Store } from '../src/store/store.ts';
import { StoreUnavailable } from '../src/store/store-unavailable.ts';
import { command, eachDatabase, serverAddress } from './databases.ts';

const keyChange = (subject: string): Change => ({ accountId: '1', topic: 'access-key', subject });

/** Resolves once `store` reports a change of `subject`. */
function heard(store: Store, subject: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = store.follow((change) => {
      if (change.subject !== subject) return;
      stop();
      resolve();
    });
  });
}

const note = `insert into changes (account_id, topic, subject, changed_at) values ('1', 'access-key', $1, 1)`;

eachDatabase((name, { open, emptyLocation }) => {
  if (name !== 'PostgreSQL') return;

  async function openAt(options: Parameters<typeof open>[0] = {}) {
    const location = await emptyLocation();
    assert.ok(location.kind === 'postgres');
    return { store: await open({ pollMs: 10, ...options }, location), url: location.url };
  }

  test('a change is reported though it commits after one with a higher revision, without a notification', async () => {
    const { store, url } = await openAt();
    const subjects: string[] = [];
    store.follow(({ subject }) => subjects.push(subject));
    const slow = new pg.Client({ connectionString: url });
    const quick = new pg.Client({ connectionString: url });
    await Promise.all([slow.connect(), quick.connect()]);
    await slow.query('begin');
    await slow.query(note, ['given first']);
    const second = heard(store, 'given second');
    await quick.query(note, ['given second']);
    await second;
    assert.deepEqual(subjects, ['given second']);
    const first = heard(store, 'given first');
    await slow.query('commit');
    await first;
    // One that never commits does not block the others.
    await slow.query('begin');
    await slow.query(note, ['never']);
    await slow.query('rollback');
    const third = heard(store, 'third');
    await quick.query(note, ['third']);
    await third;
    assert.deepEqual(subjects, ['given second', 'given first', 'third']);
    await Promise.all([slow.end(), quick.end()]);
  });

  test('a change in progress while a node starts is reported to it', async () => {
    const { store, url } = await openAt();
    const slow = new pg.Client({ connectionString: url });
    await slow.connect();
    await slow.query('begin');
    await slow.query(note, ['under way']);
    await store.write(async ({ changed }) => changed(keyChange('committed')));
    const started = await open({ pollMs: 10 }, { kind: 'postgres', url });
    const late = heard(started, 'under way');
    await slow.query('commit');
    await late;
    await slow.end();
  });

  test('a notification wakes the reader before its next poll', async () => {
    const { store, url } = await openAt();
    // The next poll would be after an hour.
    const other = await open({ pollMs: 3_600_000 }, { kind: 'postgres', url });
    const woken = heard(other, 'k');
    await store.write(async ({ changed }) => changed(keyChange('k')));
    await woken;
  });

  test('sessions that the server has ended are replaced', async () => {
    const { store, url } = await openAt();
    await store.write(async ({ changed }) => changed(keyChange('before')));
    await store.queries.selectFrom('changes').selectAll().execute();
    await endSessions(url);
    await store.write(async ({ changed }) => changed(keyChange('after')));
    const subjects = await store.queries.selectFrom('changes').select('subject').execute();
    assert.deepEqual(
      subjects.map(({ subject }) => subject),
      ['before', 'after'],
    );
  });

  test('a write whose session the server ends between two statements is carried out once, in another session', async () => {
    const { store, url } = await openAt();
    let runs = 0;
    await store.write(async ({ queries, changed }) => {
      runs += 1;
      changed(keyChange('once'));
      // The session is checked out without a query: only its `error` event reports its end.
      if (runs === 1) await endSessionsAndWait(url);
      await queries.selectFrom('users').selectAll().execute();
    });
    assert.equal(runs, 2);
    const subjects = await store.queries.selectFrom('changes').select('subject').execute();
    assert.deepEqual(subjects, [{ subject: 'once' }]);
  });

  test('a write whose every session ends fails, and the process goes on', async () => {
    const { store, url } = await openAt();
    await assert.rejects(
      store.write(async ({ queries }) => {
        await endSessionsAndWait(url);
        await queries.selectFrom('users').selectAll().execute();
      }),
      StoreUnavailable,
    );
    await store.write(async ({ changed }) => changed(keyChange('after')));
  });

  test('a server that ends all sessions during reads and writes ends no process', async () => {
    const { store, url } = await openAt();
    for (let round = 0; round < 5; round += 1) {
      const outcomes = Promise.allSettled(
        Array.from({ length: 8 }, (_, index) =>
          index % 2 === 0
            ? store.write(async ({ queries, changed }) => {
                await queries.selectFrom('users').selectAll().execute();
                changed(keyChange(`round ${round}`));
              })
            : store.queries.selectFrom('users').selectAll().execute(),
        ),
      );
      await endSessionsAndWait(url);
      for (const outcome of await outcomes) {
        if (outcome.status === 'rejected')
          assert.ok(outcome.reason instanceof StoreUnavailable, inspect(outcome.reason));
      }
    }
    await store.write(async ({ changed }) => changed(keyChange('after')));
  });

  test('a node that is cut off reports it, becomes stale, and receives the missed changes afterwards', async () => {
    let now = 1_000_000;
    const logged: string[] = [];
    const { store, url } = await openAt({ now: () => now, log: (message) => logged.push(message) });
    assert.ok(store.staleness() < 60_000);
    const database = new URL(url).pathname.slice(1);
    const server = await serverAddress();
    const missed = new pg.Client({ connectionString: url });
    await missed.connect();
    await command(server, `alter database ${database} allow_connections false`);
    await endSessions(url, missed);
    // Only the remaining client can write now.
    now += 5000;
    await assert.rejects(
      store.write(async () => {}),
      StoreUnavailable,
    );
    await assert.rejects(store.queries.selectFrom('users').selectAll().execute(), StoreUnavailable);
    assert.ok(store.staleness() >= 5000);
    await missed.query(note, ['while it was away']);
    const told = heard(store, 'while it was away');
    await command(server, `alter database ${database} allow_connections true`);
    await told;
    await store.write(async ({ changed }) => changed(keyChange('again')));
    assert.equal(logged.filter((line) => line.includes('cannot be read')).length, 1);
    for (const line of logged) assert.ok(!line.includes('for-tests'), line);
    await missed.end();
  });

  test('a node that was cut off for longer than the log is kept is told that everything may have changed', async () => {
    let now = 1_000_000;
    const { store } = await openAt({ now: () => now });
    const everything = new Promise<Change>((resolve) => store.follow(resolve));
    now += 25 * 60 * 60 * 1000;
    assert.deepEqual(await everything, { accountId: '', topic: 'everything', subject: '' });
  });

  test('a work that hides a failed statement is not committed', async () => {
    const { store } = await openAt();
    await assert.rejects(
      store.write(async ({ queries }) => {
        await queries
          .selectFrom('nothing' as 'users')
          .selectAll()
          .execute()
          .catch(() => {});
      }),
      /hid that/,
    );
    await store.write(async ({ changed }) => changed(keyChange('k')));
  });

  test('a commit is waited for even if the server is set to answer early', async () => {
    const { url } = await openAt();
    const database = new URL(url).pathname.slice(1);
    await command(await serverAddress(), `alter database ${database} set synchronous_commit = off`);
    const store = await open({}, { kind: 'postgres', url });
    const setting = await store.write(async ({ queries }) =>
      queries
        .selectNoFrom(({ fn, val }) => fn<string>('current_setting', [val('synchronous_commit')]).as('value'))
        .executeTakeFirst(),
    );
    assert.deepEqual(setting, { value: 'on' });
  });

  test('no error contains the password', async () => {
    const { url } = await openAt();
    const wrongPassword = new URL(url);
    wrongPassword.password = 'hunter2-secret';
    const addresses = [
      wrongPassword.href,
      'postgres://claviger:hunter2-secret@127.0.0.1:1/nowhere',
      'postgres://claviger:hunter2-secret@:::/broken',
      'mysql://claviger:hunter2-secret@127.0.0.1/wrong-kind',
      `${url}-no-such-database`,
    ];
    for (const address of addresses) {
      await assert.rejects(openStore({ kind: 'postgres', url: address }, { now: Date.now }), (error) => {
        assert.ok(error instanceof StoreUnavailable, inspect(error));
        const shown = inspect(error, { depth: 9, showHidden: true });
        assert.ok(!shown.includes('hunter2') && !shown.includes('for-tests'), shown);
        return true;
      });
    }
  });
});

/** Ends every session of the database at `url`, except that of `spared`. */
async function endSessions(url: string, spared?: pg.Client): Promise<void> {
  const { rows } = spared ? await spared.query('select pg_backend_pid() as pid') : { rows: [{ pid: 0 }] };
  const database = new URL(url).pathname.slice(1);
  await command(
    await serverAddress(),
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}' and pid <> ${rows[0].pid}`,
  );
}

/** Ends every session of the database at `url`, and returns once the server lists none of them. */
async function endSessionsAndWait(url: string): Promise<void> {
  const database = new URL(url).pathname.slice(1);
  const client = new pg.Client({ connectionString: await serverAddress() });
  await client.connect();
  try {
    const of = `from pg_stat_activity where datname = '${database}' and application_name = 'claviger'`;
    const { rows } = await client.query(`select pid, pg_terminate_backend(pid) ${of}`);
    const pids = rows.map(({ pid }) => pid);
    for (;;) {
      const left = await client.query('select 1 from pg_stat_activity where pid = any($1)', [pids]);
      if (left.rows.length === 0) return;
    }
  } finally {
    await client.end();
  }
}
