/** A disk without space left: here a limit on the size of files, which SQLite meets with the same kind of error. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { claviger, freePort, serve, temporaryDirectory } from './claviger-process.ts';
import { officialClients } from './official-clients.ts';

const COMMAND = fileURLToPath(new URL('../bin/claviger.js', import.meta.url));
const RAM = '2015-05-01';
const skip = process.platform === 'win32' && 'needs ulimit';

/** Words that run the command with a limit on the size of each file, in KiB. */
const limited = (kibibytes: number, words: readonly string[]) =>
  ['-c', `ulimit -f ${kibibytes}; exec "$@"`, 'bash', process.execPath, COMMAND, ...words] as const;

/** Starts a server with other standard streams or limits, and waits until it is ready. */
async function start(
  command: string,
  words: readonly string[],
  port: number,
  standardError: 'pipe' | number = 'pipe',
): Promise<ChildProcess> {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', standardError] });
  after(() => child.kill('SIGKILL'));
  child.stderr?.resume();
  const ended = once(child, 'exit').then(([code]) => assert.fail(`the server ended with ${code}`));
  await Promise.race([once(child.stdout!.setEncoding('utf8'), 'data'), ended]);
  ended.catch(() => {});
  assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
  return child;
}

describe('a full disk', { skip }, () => {
  test('at the first start is one sentence and code 1, and the start can be repeated', () => {
    const data = temporaryDirectory();
    const made = spawnSync('bash', limited(16, ['init', '--data', data]), { encoding: 'utf8' });
    assert.equal(made.status, 1, made.stderr);
    assert.match(made.stderr, /^error: .*\n$/);
    assert.doesNotMatch(made.stderr, /^ {4}at /m, 'no stack');
    const again = claviger(['init', '--data', data, '--json']);
    assert.equal(again.status, 0, again.err);
  });

  test('under a server refuses changes with 503, goes on answering reads, and ends no process', async () => {
    const data = temporaryDirectory();
    const made = JSON.parse(claviger(['init', '--data', data, '--json']).out);
    const size = Math.ceil(statSync(join(data, 'claviger.db')).size / 1024);
    const port = await freePort();
    const words = ['serve', '--data', data, '--port', String(port)];
    const child = await start('bash', limited(size + 256, words), port);
    const admin = officialClients(`http://127.0.0.1:${port}`, made);
    const created: string[] = [];
    let refusal: { code?: string; data?: { statusCode?: number } } | undefined;
    while (refusal === undefined) {
      const UserName = `user-${created.length}`;
      try {
        await admin.callRpc(RAM, 'CreateUser', { UserName });
        created.push(UserName);
      } catch (error) {
        refusal = error as typeof refusal;
      }
    }
    assert.equal(refusal?.code, 'ServiceUnavailable');
    const { Users } = (await admin.callRpc(RAM, 'ListUsers', { MaxItems: 1000 })) as {
      Users: { User: { UserName: string }[] };
    };
    for (const name of created) assert.ok(Users.User.some(({ UserName }) => UserName === name));
    assert.equal(child.exitCode, null);
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
    const later = await serve(['--data', data]);
    const again = officialClients(later.url, made);
    await again.callRpc(RAM, 'CreateUser', { UserName: 'later' });
    for (const UserName of created) await again.callRpc(RAM, 'GetUser', { UserName });
    assert.equal(await later.stop('SIGTERM'), 0);
  });

  test('under the log ends no server', { skip: !existsSync('/dev/full') && 'needs /dev/full' }, async () => {
    const data = temporaryDirectory();
    const made = JSON.parse(claviger(['init', '--data', data, '--json']).out);
    const port = await freePort();
    const full = openSync('/dev/full', 'w');
    const words = [COMMAND, 'serve', '--data', data, '--port', String(port), '--log-level', 'debug'];
    const child = await start(process.execPath, words, port, full);
    closeSync(full);
    for (let call = 0; call < 3; call += 1) {
      await officialClients(`http://127.0.0.1:${port}`, made).sts.getCallerIdentity();
      // A reload writes to the log at once.
      child.kill('SIGHUP');
    }
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    assert.deepEqual(await gone, [0, null]);
  });
});
