import assert from 'node:assert/strict';
import { chmodSync, closeSync, copyFileSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { temporaryDirectory } from './claviger-process.ts';
import { runInProcess } from './run-in-process.ts';

interface Check {
  readonly Name: string;
  readonly Status: 'ok' | 'warning' | 'failed';
  readonly Message: string;
  readonly Remedy?: string;
}

async function doctor(data: string, ...more: string[]): Promise<{ status: number | null; checks: Check[] }> {
  const { status, out, err } = await runInProcess(['doctor', '--data', data, '--json', ...more]);
  assert.notEqual(out, '', err);
  const { Checks, Healthy } = JSON.parse(out) as { Checks: Check[]; Healthy: boolean };
  assert.equal(Healthy, status === 0);
  for (const { Status, Remedy } of Checks) assert.equal(Remedy === undefined, Status === 'ok');
  return { status, checks: Checks };
}

const notOk = (checks: readonly Check[]) =>
  checks.filter(({ Status }) => Status !== 'ok').map(({ Name, Status }) => `${Name} ${Status}`);

async function installed(): Promise<string> {
  const data = temporaryDirectory();
  const { status, err } = await runInProcess(['init', '--data', data]);
  assert.equal(status, 0, err);
  return data;
}

describe('claviger doctor', () => {
  test('a new installation is healthy, and lacks a backup only', async () => {
    const data = await installed();
    const { status, checks } = await doctor(data);
    assert.equal(status, 0);
    assert.deepEqual(notOk(checks), ['backup warning']);
    const text = await runInProcess(['doctor', '--data', data]);
    assert.match(text.out, /^ok +installation +1 account in /);
  });

  test('no installation, a foreign master key, open files and a clock that went back are found', async () => {
    const none = await doctor(temporaryDirectory());
    assert.equal(none.status, 1);
    assert.ok(notOk(none.checks).includes('database failed'));

    const data = await installed();
    copyFileSync(join(await installed(), 'master.key'), join(data, 'master.key'));
    chmodSync(data, 0o755);
    const database = new DatabaseSync(join(data, 'claviger.db'));
    database.prepare('insert into housekeeping_rounds (begun_at) values (?)').run(Date.now() + 3_600_000);
    database.close();
    const { status, checks } = await doctor(data);
    assert.equal(status, 1);
    assert.deepEqual(notOk(checks), [
      'master key failed',
      'clock failed',
      'backup warning',
      'file modes warning',
    ]);
  });

  test('an overwritten page of the file is found', async () => {
    const data = await installed();
    const file = join(data, 'claviger.db');
    const database = new DatabaseSync(file);
    const { page } = database
      .prepare(
        "select rootpage as page from sqlite_schema where name = 'roles_name' or tbl_name = 'roles' and type = 'index' limit 1",
      )
      .get() as { page: number };
    const { page_size: size } = database.prepare('PRAGMA page_size').get() as { page_size: number };
    database.close();
    assert.ok(statSync(file).size >= page * size);
    const descriptor = openSync(file, 'r+');
    writeSync(descriptor, Buffer.alloc(size, 0xa5), 0, size, (page - 1) * size);
    closeSync(descriptor);
    const { status, checks } = await doctor(data);
    assert.equal(status, 1);
    assert.ok(notOk(checks).includes('integrity failed'), JSON.stringify(checks));
  });
});

describe('claviger upgrade --check', () => {
  test('names missing migrations, and refuses a database of a newer version', async () => {
    const data = await installed();
    const check = ['upgrade', '--check', '--data', data, '--json'];
    assert.deepEqual(JSON.parse((await runInProcess(check)).out).Pending, []);
    const database = new DatabaseSync(join(data, 'claviger.db'));
    const { name } = database.prepare('select max(name) as name from migrations').get() as { name: string };
    database.prepare('delete from migrations where name = ?').run(name);
    const earlier = await runInProcess(check);
    assert.equal(earlier.status, 0);
    assert.deepEqual(JSON.parse(earlier.out).Pending, [name]);
    database.prepare("insert into migrations (name, applied_at) values (?, 0), ('9999-newer', 0)").run(name);
    database.close();
    const newer = await runInProcess(check);
    assert.equal(newer.status, 1);
    assert.equal(JSON.parse(newer.out).CanServe, false);
    assert.equal((await runInProcess(['upgrade', '--data', data])).status, 2);
  });
});
