/** Recovery of a PostgreSQL database to a point in time, as in docs/operations/backup.md. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { initialise, readConfiguration, startClaviger } from '@claviger/server';
import { pino } from 'pino';
import { freePort } from './free-port.ts';
import { KillablePostgres, withClient } from './killable-postgres.ts';
import { type AccessKey, Caller } from './signed-call.ts';

const directory = mkdtempSync(join(tmpdir(), 'claviger-point-in-time-'));
let postgres: KillablePostgres | undefined;

after(async () => {
  await postgres?.killServer();
  rmSync(directory, { recursive: true });
});

test('an installation is recovered to the moment before a mistake, and its keys sign', async () => {
  postgres = KillablePostgres.create(directory, await freePort());
  const server = postgres;
  const archive = join(directory, 'archive');
  mkdirSync(archive);
  // PostgreSQL runs as another user.
  chmodSync(archive, 0o777);
  const settings = join(server.directory, 'postgresql.conf');
  appendFileSync(settings, `archive_mode = on\narchive_command = 'cp %p ${archive}/%f'\n`);
  await server.start();

  const data = join(directory, 'data');
  const configuration = readConfiguration({ data, port: 0, database: server.url }, {});
  const made = await initialise(configuration, { now: Date.now, log: () => {} });
  const key: AccessKey = {
    AccessKeyId: made.accessKeyId,
    AccessKeySecret: made.accessKeySecret.reveal(),
  };
  /** Runs a server on the database, and calls it. */
  const withServer = async <T>(work: (caller: Caller) => Promise<T>): Promise<T> => {
    const claviger = await startClaviger(configuration, pino({ level: 'silent' }));
    const caller = new Caller('node', Number(new URL(claviger.url).port));
    try {
      return await work(caller);
    } finally {
      caller.close();
      await claviger.close();
    }
  };
  const run = (statement: string) => withClient(server.url, (client) => client.query(statement));
  const base = join(directory, 'base');

  await withServer(async (caller) => {
    const create = async (UserName: string) =>
      assert.equal((await caller.call(key, 'CreateUser', { UserName })).status, 200);
    await create('before');
    // The two calls belong to one session.
    await withClient(server.url, async (client) => {
      await client.query("select pg_backup_start('base', true)");
      cpSync(server.directory, base, { recursive: true, filter: (path) => !path.endsWith('.pid') });
      const { rows } = await client.query<{ labelfile: string }>('select * from pg_backup_stop()');
      writeFileSync(join(base, 'backup_label'), rows[0]!.labelfile);
    });
    await create('kept');
    await run("select pg_create_restore_point('before the mistake')");
    await caller.call(key, 'DeleteUser', { UserName: 'kept' });
    await create('mistake');
  });
  await run('select pg_switch_wal()');
  await server.stop();

  renameSync(server.directory, join(directory, 'lost'));
  cpSync(base, server.directory, { recursive: true });
  server.takeOwnership();
  appendFileSync(
    join(server.directory, 'postgresql.conf'),
    `restore_command = 'cp ${archive}/%f %p'
recovery_target_name = 'before the mistake'
recovery_target_action = 'promote'
`,
  );
  writeFileSync(join(server.directory, 'recovery.signal'), '');
  await server.start();
  for (;;) {
    const { rows } = await run('select pg_is_in_recovery() as waits');
    if (!(rows as { waits: boolean }[])[0]!.waits) break;
  }

  await withServer(async (caller) => {
    const { status, body } = await caller.call(key, 'ListUsers');
    assert.equal(status, 200);
    const { User: users } = body['Users'] as { User: { UserName: string }[] };
    assert.deepEqual(users.map(({ UserName }) => UserName).sort(), ['administrator', 'before', 'kept']);
    assert.equal((await caller.call(key, 'CreateUser', { UserName: 'after' })).status, 200);
  });
});
