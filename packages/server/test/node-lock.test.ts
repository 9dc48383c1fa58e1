/** Two servers on the same data that do not share their nonces. */
import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { type Claviger, startClaviger } from '../src/claviger.ts';
import { readConfiguration } from '../src/configuration.ts';
import { initialise } from '../src/installation.ts';
import { MasterKeyUnavailable } from '../src/secrets/master-key.ts';
import { StoreUnavailable } from '../src/store/store-unavailable.ts';
import { takeNodeLock } from '../src/store/take-node-lock.ts';
import { eachDatabase } from './databases.ts';

eachDatabase((name, { freshLocation }) => {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-node-lock-'));
  const running: Claviger[] = [];
  after(async () => {
    for (const each of running) await each.close();
    rmSync(directory, { recursive: true });
  });

  async function installation(folder: string) {
    const location = await freshLocation();
    const database = location.kind === 'postgres' ? { database: location.url } : {};
    const read = (more: object = {}) =>
      readConfiguration({ data: join(directory, folder), port: 0, ...database, ...more }, {});
    await initialise(read(), { now: Date.now, log: () => {} });
    const log: string[] = [];
    const logger = pino({}, { write: (line: string) => void log.push(line) });
    const start = async (more: object = {}) => {
      const server = await startClaviger(read(more), logger);
      running.push(server);
      return server;
    };
    return { start, log };
  }

  test(`a second server is refused, until the first has stopped (${name})`, async () => {
    const { start } = await installation('one');
    const first = await start();
    await assert.rejects(start(), (error: Error) => {
      assert.ok(error instanceof StoreUnavailable);
      assert.match(error.message, /^another server uses .*--unshared-nonces warn/);
      assert.doesNotMatch(error.message, /postgres:/, 'the address may hold a password');
      return true;
    });
    await first.close();
    const second = await start();
    await second.close();
    const third = await start();
    await third.close();
  });

  test(`a start that fails later releases the lock (${name})`, async () => {
    const { start } = await installation('failing');
    const key = join(directory, 'failing', 'master.key');
    renameSync(key, `${key}.away`);
    await assert.rejects(start(), MasterKeyUnavailable);
    renameSync(`${key}.away`, key);
    await (await start()).close();
  });

  test(`the override starts the second, and the log says what that means (${name})`, async () => {
    const { start, log } = await installation('two');
    await start();
    await start({ unsharedNonces: 'warn' });
    assert.ok(log.some((line) => line.includes('a request can be used once at each of them')));
  });
});

eachDatabase((name, { freshLocation }) => {
  test(`nodes that share their nonces start together, and none without among them (${name})`, async () => {
    const location = await freshLocation();
    if (location.kind !== 'postgres') return;
    const take = (sharesNonces: boolean) =>
      takeNodeLock(location, { sharesNonces, whenTaken: 'refuse', log: () => {} });
    const one = await take(true);
    const two = await take(true);
    await assert.rejects(take(false), StoreUnavailable);
    await one?.release();
    await two?.release();
    const alone = await take(false);
    await assert.rejects(take(true), StoreUnavailable);
    await alone?.release();
  });
});
