/** `claviger backup`, `restore` and `migrate`: the drills that docs/operations/backup.md describes. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { claviger, freePort, serve, temporaryDirectory } from './claviger-process.ts';
import { officialClients } from './official-clients.ts';
import { runInProcess } from './run-in-process.ts';

/** Imported by URL: the compiler does not rewrite relative imports across projects. */
const { serverAddress, command: sql } = (await import(
  new URL('../../server/test/databases.ts', import.meta.url).href
)) as {
  serverAddress(): Promise<string>;
  command(url: string, statement: string): Promise<void>;
};

interface Made {
  readonly AccountId: string;
  readonly RootLoginName: string;
  readonly RootPassword: string;
  readonly AccessKeyId: string;
  readonly AccessKeySecret: string;
}

interface Keys {
  readonly recipient: string;
  readonly identityFile: string;
}

async function writeIdentity(directory: string): Promise<Keys> {
  const identity = await generateX25519Identity();
  const identityFile = join(directory, 'backup.key');
  mkdirSync(directory, { recursive: true });
  writeFileSync(identityFile, `# for tests\n${identity}\n`, { mode: 0o600 });
  return { recipient: await identityToRecipient(identity), identityFile };
}

async function init(data: string): Promise<Made> {
  const { status, out, err } = await runInProcess(['init', '--data', data, '--json']);
  assert.equal(status, 0, err);
  return JSON.parse(out) as Made;
}

async function done(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { status, out, err } = await runInProcess(words, { environment });
  assert.equal(status, 0, `${words.join(' ')}: ${err}`);
  return out;
}

async function refused(words: readonly string[], message: RegExp, environment = {}): Promise<void> {
  const { status, err } = await runInProcess(words, { environment });
  assert.equal(status, 1, words.join(' '));
  assert.match(err, message);
}

/** Returns the step after the password of the root. */
async function signIn(url: string, { RootLoginName, RootPassword }: Made): Promise<unknown> {
  const form = new URLSearchParams({
    Action: 'SignIn',
    Version: '2026-11-24',
    Format: 'JSON',
    LoginName: RootLoginName,
    Password: RootPassword,
  });
  const answer = await fetch(url, { method: 'POST', body: form });
  return ((await answer.json()) as { readonly Step?: string }).Step;
}

describe('drill', () => {
  test('SQLite is migrated to PostgreSQL beside a server, backed up, and restored elsewhere: keys sign, the root signs in', async () => {
    const directory = temporaryDirectory();
    const data = join(directory, 'first');
    const keys = await writeIdentity(directory);
    const made = await init(data);
    const server = await serverAddress();
    const database = `backup_${randomBytes(8).toString('hex')}`;
    await sql(server, `create database ${database}`);
    const url = Object.assign(new URL(server), { pathname: `/${database}` }).href;
    try {
      const onPostgres = { CLAVIGER_DATABASE: url };
      const migrate = ['migrate', '--from', 'sqlite', '--to', 'postgres', '--data', data];

      const first = await serve(['--data', data]);
      const admin = officialClients(first.url, made);
      await admin.callRpc('2015-05-01', 'CreateUser', { UserName: 'before' });
      await done(migrate, onPostgres);
      await admin.callRpc('2015-05-01', 'CreateUser', { UserName: 'meanwhile' });
      await refused([...migrate, '--finish'], /a server uses the source/, onPostgres);
      await refused(['account', 'list', '--data', data], /unfinished copy/, onPostgres);
      await first.stop('SIGTERM');
      const finished = JSON.parse(await done([...migrate, '--finish', '--json'], onPostgres));
      assert.ok(finished.Finished && finished.Written > 0 && finished.Written < finished.Rows);

      const adminPort = await freePort();
      const second = await serve(['--data', data, '--admin-port', String(adminPort)], onPostgres);
      const moved = officialClients(second.url, made);
      await moved.callRpc('2015-05-01', 'GetUser', { UserName: 'meanwhile' });
      await moved.callRpc('2015-05-01', 'CreateUser', { UserName: 'on-postgres' });
      const file = join(directory, 'claviger.age');
      const backup = ['backup', '--data', data, '--recipient', keys.recipient, '--include-master-key'];
      await done([...backup, '--output', file], onPostgres);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.ok(!readFileSync(file).includes(made.AccessKeyId), 'nothing is in the clear');
      await moved.callRpc('2015-05-01', 'CreateUser', { UserName: 'after-backup' });
      // A scrape tells what was known at the one before.
      let scraped: RegExpExecArray | null = null;
      while (scraped === null) {
        const metrics = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
        scraped = /^claviger_backup_last_completion_timestamp_seconds (\S+)$/m.exec(metrics);
      }
      assert.ok(Math.abs(Number(scraped[1]) - Date.now() / 1000) < 3600);
      await second.stop('SIGTERM');

      const other = join(directory, 'another', 'machine');
      await done(['restore', '--data', other, '--input', file, '--identity', keys.identityFile]);
      assert.equal(statSync(join(other, 'master.key')).mode & 0o777, 0o600);
      const third = await serve(['--data', other]);
      const restored = officialClients(third.url, made);
      assert.equal((await restored.sts.getCallerIdentity()).body?.accountId, made.AccountId);
      await restored.callRpc('2015-05-01', 'GetUser', { UserName: 'on-postgres' });
      await assert.rejects(restored.callRpc('2015-05-01', 'GetUser', { UserName: 'after-backup' }));
      assert.equal(await signIn(third.url, made), 'NewPassword');
      await restored.callRpc('2015-05-01', 'CreateUser', { UserName: 'in-restored' });
      await third.stop('SIGTERM');
      const counts = new DatabaseSync(join(other, 'claviger.db'), { readOnly: true });
      const counted = counts.prepare("select row_count from row_counts where counted = 'users'").get();
      counts.close();
      assert.deepEqual({ ...counted }, { row_count: 5 });
      const events = await done(['audit', '--data', other]);
      for (const name of ['MigrateDatabase', 'CreateBackup', 'RestoreBackup']) {
        assert.equal(events.includes(name), name !== 'CreateBackup', `event ${name}`);
      }

      // And into PostgreSQL again, empty this time.
      await sql(server, `drop database ${database} with (force)`);
      await sql(server, `create database ${database}`);
      copyFileSync(join(other, 'master.key'), join(directory, 'master.key'));
      const again = ['restore', '--data', directory, '--input', file, '--identity', keys.identityFile];
      await done(again, onPostgres);
      await refused(again, /an installation in that database already/, onPostgres);
      await done(['account', 'create', '--data', directory, '--name', 'more'], onPostgres);
    } finally {
      await sql(server, `drop database if exists ${database} with (force)`);
    }
  });
});

describe('claviger backup and restore', () => {
  const directory = temporaryDirectory();
  const data = join(directory, 'data');
  const target = join(directory, 'target');
  const file = join(directory, 'one.age');
  let keys: Keys;
  let restore: readonly string[];

  test('a backup needs encryption, and an existing file is not replaced', async () => {
    keys = await writeIdentity(directory);
    restore = ['restore', '--data', target, '--input', file, '--identity', keys.identityFile];
    await init(data);
    const words = ['backup', '--data', data, '--output', file];
    await refused(words, /always encrypted: set CLAVIGER_BACKUP_PASSPHRASE, or give --recipient/);
    await refused(words, /too short/, { CLAVIGER_BACKUP_PASSPHRASE: 'short' });
    await refused([...words, '--recipient', 'age1nothing'], /invalid recipient "age1nothing"/);
    assert.ok(!existsSync(file));
    await done([...words, '--recipient', keys.recipient]);
    await refused([...words, '--recipient', keys.recipient], /exists already/);
  });

  test('a restore without the master key says where it belongs, and works once it is there', async () => {
    await refused(restore, /without the master key: put the key file at .*master\.key/);
    assert.ok(!existsSync(target));
    mkdirSync(target);
    await init(join(directory, 'foreign'));
    copyFileSync(join(directory, 'foreign', 'master.key'), join(target, 'master.key'));
    await refused(restore, /the master key does not open the data of account/);
    copyFileSync(join(data, 'master.key'), join(target, 'master.key'));
    const checked = JSON.parse(await done([...restore, '--dry-run', '--json']));
    assert.deepEqual([checked.Restored, checked.Accounts, checked.MasterKey], [false, 1, 'not included']);
    assert.deepEqual(readdirSync(target), ['master.key'], 'a dry run writes nothing');
    await done(restore);
    await refused(restore, /there is an installation in .* already/);
  });

  test('a cut or foreign file and a wrong key are refused', async () => {
    const fresh = join(directory, 'fresh');
    const cut = join(directory, 'cut.age');
    copyFileSync(file, cut);
    truncateSync(cut, statSync(cut).size - 40);
    const from = (input: string) => ['restore', '--data', fresh, '--input', input];
    await refused([...from(cut), '--identity', keys.identityFile], /damaged or cut/);
    const other = await writeIdentity(join(directory, 'other'));
    await refused([...from(file), '--identity', other.identityFile], /wrong passphrase or identity/);
    await refused([...from(keys.identityFile), '--identity', keys.identityFile], /not a backup/);
    await refused(from(file), /set CLAVIGER_BACKUP_PASSPHRASE, or give --identity/);
    assert.ok(!existsSync(join(fresh, 'claviger.db')));
  });

  test('a folder keeps the newest backups, and no other file is removed', async () => {
    const folder = join(directory, 'folder');
    mkdirSync(folder);
    for (const name of ['claviger-20200101T000000Z.age', 'claviger-20210101T000000Z.age', 'notes.age'])
      writeFileSync(join(folder, name), 'old');
    await done(['backup', '--data', data, '--output', folder, '--recipient', keys.recipient, '--keep', '2']);
    const names = readdirSync(folder).sort();
    assert.equal(names.length, 3);
    assert.deepEqual([names[0], names[2]], ['claviger-20210101T000000Z.age', 'notes.age']);
  });

  test('a bucket takes, lists, removes and gives backups, by signed requests', async () => {
    const objects = new Map<string, Buffer>([['claviger/claviger-20200101T000000Z.age', Buffer.from('old')]]);
    const storage = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      assert.match(
        request.headers.authorization ?? '',
        /^AWS4-HMAC-SHA256 Credential=id\/.*\/s3\/aws4_request/,
      );
      const url = new URL(request.url ?? '', 'http://storage');
      const key = url.pathname.slice('/bucket/'.length);
      if (request.method === 'PUT') objects.set(key, Buffer.concat(chunks));
      if (request.method === 'DELETE') objects.delete(key);
      const listed = [...objects.keys()].map((name) => `<Contents><Key>${name}</Key></Contents>`).join('');
      response.end(key === '' ? `<ListBucketResult>${listed}</ListBucketResult>` : objects.get(key));
    }).listen(0, '127.0.0.1');
    await once(storage, 'listening');
    try {
      const { port } = storage.address() as AddressInfo;
      const environment = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
      const endpoint = ['--s3-endpoint', `http://127.0.0.1:${port}`];
      const words = ['backup', '--data', data, '--output', 's3://bucket/claviger', '--keep', '1'];
      const result = JSON.parse(
        await done([...words, ...endpoint, '--recipient', keys.recipient, '--json'], environment),
      );
      assert.equal(result.Removed, 1);
      assert.deepEqual([...objects.keys()], [result.Backup.replace('s3://bucket/', '')]);
      await done(
        ['restore', '--data', target, '--input', result.Backup, '--identity', keys.identityFile, '--dry-run']
          .map((word) => (word === target ? join(directory, 'from-bucket') : word))
          .concat(endpoint),
        environment,
      ).catch((error: Error) => assert.match(error.message, /without the master key/));
    } finally {
      storage.closeAllConnections();
      storage.close();
    }
  });

  test('a passphrase opens a backup in a process of its own', async () => {
    const environment = { CLAVIGER_BACKUP_PASSPHRASE: 'a passphrase for tests' };
    const output = join(directory, 'passphrase.age');
    const made = claviger(
      ['backup', '--data', data, '--output', output, '--include-master-key'],
      environment,
    );
    assert.equal(made.status, 0, made.err);
    assert.match(made.err, /The master key is included: who opens this backup has every secret/);
    const fresh = join(directory, 'by-passphrase');
    const read = ['restore', '--data', fresh, '--input', output, '--dry-run'];
    assert.match(await done(read, environment), /It is complete, and the master key opens it/);
  });
});
