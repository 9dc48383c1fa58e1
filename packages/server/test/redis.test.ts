import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { NoncesUnavailable, RedisNonces } from '@claviger/guard/redis';

const command = ['valkey-server', 'redis-server'].find((name) => spawnSync(name, ['--version']).status === 0);
const skip =
  command === undefined &&
  'NOT TESTED: there is no valkey-server or redis-server on this machine; --redis is untested here';
if (skip) console.error(skip);

describe('nonces in Redis', { skip }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-redis-'));
  let server: ChildProcess;
  let url: string;
  const now = Date.now();
  const soon = now + 60_000;

  before(async () => {
    const port = await freePort();
    url = `redis://127.0.0.1:${port}`;
    server = spawn(command ?? '', ['--port', String(port), '--save', '', '--dir', directory], {
      stdio: 'ignore',
    });
  });

  after(async () => {
    const gone = once(server, 'exit');
    server.kill();
    await gone;
    rmSync(directory, { recursive: true });
  });

  test('that one node has seen are refused by another', async () => {
    const one = new RedisNonces(url, () => {});
    const other = new RedisNonces(url, () => {});
    await untilReady(one);
    assert.equal(await one.use('LTAI1', 'n', soon, now), 'first');
    assert.equal(await other.use('LTAI1', 'n', soon, now), 'seen');
    assert.equal(await other.use('LTAI2', 'n', soon, now), 'first', 'another key has nonces of its own');
    one.close();
    other.close();
  });

  test('used many times at once are accepted exactly once', async () => {
    const nonces = new RedisNonces(url, () => {});
    await untilReady(nonces);
    const uses = await Promise.all(Array.from({ length: 50 }, () => nonces.use('LTAI3', 'n', soon, now)));
    assert.equal(uses.filter((use) => use === 'first').length, 1);
    assert.deepEqual([nonces.isConnected, nonces.failures], [true, 0]);
    nonces.close();
  });

  test('refuse every request while Redis does not answer; no message contains its password', async () => {
    const said: string[] = [];
    const nonces = new RedisNonces(`redis://user:hunter2@127.0.0.1:${await freePort()}`, (line) =>
      said.push(line),
    );
    await assert.rejects(nonces.use('LTAI1', 'n', soon, now), (error: Error) => {
      assert.ok(error instanceof NoncesUnavailable);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
    assert.deepEqual([nonces.isConnected, nonces.failures], [false, 1]);
    assert.doesNotMatch(said.join(), /hunter2/);
    nonces.close();
  });
});

async function untilReady(nonces: RedisNonces): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await nonces.ready();
      return;
    } catch (error) {
      if (tries === 50) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
