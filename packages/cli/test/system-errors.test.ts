/** Messages for errors of the operating system: files, addresses, closed output. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../src/main.ts';
import { claviger, temporaryDirectory } from './claviger-process.ts';
import { CapturedOutput, runInProcess } from './run-in-process.ts';

const COMMAND = fileURLToPath(new URL('../bin/claviger.js', import.meta.url));
const ENVIRONMENT = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tEXAMPLEKEYID000001',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'ExampleSecret0000000000000001',
};

/** Runs a command in a shell, where `claviger` is this command. */
function shell(script: string) {
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', `set -o pipefail; ${script}`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], NODE: process.execPath, COMMAND, ...ENVIRONMENT },
  });
  return { status, out: stdout, err: stderr };
}

describe('a file that cannot be read', () => {
  const directory = dirname(temporaryDirectory());
  const missing = join(directory, 'missing.txt');
  const request = join(directory, 'request.txt');
  writeFileSync(request, 'GET / HTTP/1.1\nHost: a\n\n');

  for (const [words, named] of [
    [['verify', missing], `error: ${missing} cannot be read: no such file or directory`],
    [['verify', directory], `error: ${directory} cannot be read: it is a directory`],
    [['verify', join(request, 'x')], 'a part of the path is not a directory'],
    [['verify', '--curl', missing], `${missing} cannot be read: no such file or directory`],
    [['verify', '--har', missing], `${missing} cannot be read: no such file or directory`],
    [['verify', request, '--server-says', `@${missing}`], `--server-says: ${missing} cannot be read`],
    [['sign', 'POST', 'http://a/', '-d', `@${missing}`], `--data: ${missing} cannot be read`],
    [['call', 'POST', 'http://a/', '-d', `@${directory}`], `--data: ${directory} cannot be read`],
    [['call', 'GET', 'https://a/', '--ca', missing], `--ca: ${missing} cannot be read`],
    [['call', 'GET', 'https://a/', '--ca', request], `--ca: ${request} contains no PEM certificate`],
    [['sign', 'GET', 'http://a/', '--profile', 'x'], '--profile: '],
  ] as const) {
    test(`is named with the reason, as invalid usage: ${words.map((word) => word.split('/').at(-1)).join(' ')}`, async () => {
      const { status, out, err } = await runInProcess(words, {
        environment: { ...ENVIRONMENT, HOME: directory },
      });
      assert.deepEqual([status, out], [2, ''], err);
      assert.ok(err.includes(named), err);
      assert.doesNotMatch(err, /E[A-Z]{4,}:|, open|\n.*at /);
      assert.equal(err.trimEnd().split('\n').length, 1, err);
    });
  }

  test('is one JSON object with --json', async () => {
    const { status, out } = await runInProcess(['verify', missing, '--json']);
    assert.equal(status, 2);
    assert.deepEqual(JSON.parse(out), {
      error: { code: 'ENOENT', message: `${missing} cannot be read: no such file or directory` },
    });
    const noKey = await runInProcess(['sign', 'GET', 'http://a/', '--json']);
    assert.equal(noKey.status, 2);
    assert.equal((JSON.parse(noKey.out) as { error: { code: string } }).error.code, 'access-key');
  });

  test('is named when it is standard input', async () => {
    const input = new Readable({
      read() {
        this.destroy(
          Object.assign(new Error('EISDIR: illegal operation'), { code: 'EISDIR', syscall: 'read' }),
        );
      },
    });
    for (const words of [['verify'], ['sign', 'POST', 'http://a/', '-d', '@-']]) {
      const [out, err] = [new CapturedOutput(), new CapturedOutput()];
      assert.equal(await run(words, { out, err, environment: ENVIRONMENT, input }), 2);
      assert.equal(err.text, 'error: standard input cannot be read: it is a directory\n');
    }
  });
});

describe('a data directory that cannot be used', () => {
  test('is named with the reason', async () => {
    const directory = dirname(temporaryDirectory());
    const file = join(directory, 'file');
    writeFileSync(file, 'text');
    for (const words of [['init'], ['serve', '--init'], ['account', 'list']]) {
      const itself = await runInProcess([...words, '--data', file]);
      assert.equal(itself.status, 1);
      assert.match(itself.err, /^error: .*file( cannot be read)?: it is not a directory\n$/);
      const { status, out, err } = await runInProcess([...words, '--data', join(file, 'data')]);
      assert.deepEqual([status, out], [1, ''], words.join(' '));
      assert.ok(err.includes(file), err);
      assert.doesNotMatch(err, /E[A-Z]{4,}:|\n +at /, words.join(' '));
    }
  });
});

describe('a database or a master key that cannot be opened', () => {
  test('is named with the reason', async () => {
    const directory = dirname(temporaryDirectory());
    const taken = join(directory, 'taken');
    mkdirSync(join(taken, 'claviger.db'), { recursive: true });
    const file = await runInProcess(['init', '--data', taken]);
    assert.equal(file.status, 1);
    assert.match(file.err, /claviger\.db cannot be opened: it is a directory\n$/);

    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    const url = `postgres://claviger:secret-word@127.0.0.1:${port}/claviger`;
    const server = await runInProcess(['init', '--data', join(directory, 'pg'), '--database', url]);
    assert.equal(server.status, 1);
    assert.match(server.err, /^error: the database server cannot be used: connect ECONNREFUSED /);
    assert.doesNotMatch(server.err, /secret-word/);

    const elsewhere = join(directory, 'elsewhere');
    const key = { CLAVIGER_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') };
    const made = await runInProcess(['init', '--data', elsewhere, '--master-key-provider', 'environment'], {
      environment: key,
    });
    assert.equal(made.status, 0, made.err);
    const without = await runInProcess(['account', 'list', '--data', elsewhere]);
    assert.equal(without.status, 1);
    assert.match(without.err, /master\.key cannot be read: no such file or directory\n$/);
  });
});

describe('an address that the server cannot listen on', () => {
  test('is named with the reason and what to do', async () => {
    const data = temporaryDirectory();
    assert.equal((await runInProcess(['init', '--data', data])).status, 0);
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    after(() => other.close());
    const { port } = other.address() as { port: number };
    const used = await runInProcess(['serve', '--data', data, '--port', String(port)]);
    assert.equal(used.status, 1);
    assert.match(
      used.err,
      new RegExp(
        `127.0.0.1:${port} is in use(?: by \\S+ \\(process ${process.pid}\\))?: ` +
          'stop the process that listens there, or choose another port with --port, such as --port \\d+\n',
      ),
    );
    for (const [host, reason] of [
      ['192.0.2.1', 'not an address of this machine'],
      ['nohost.invalid', 'unknown host name'],
    ] as const) {
      const { status, err } = await runInProcess([
        'serve',
        '--data',
        data,
        '--port',
        '0',
        '--host',
        host,
        '--hosts',
        '*',
      ]);
      assert.equal(status, 1);
      assert.match(err, new RegExp(`^error: ${host}(:0)?: ${reason}`, 'm'));
    }
    mkdirSync(join(data, 'guard'));
    const file = join(data, 'guard', 'gateway.yaml');
    writeFileSync(
      join(data, 'guard', 'map.yaml'),
      "service: a\nroutes: [{ route: 'GET /', action: Get, resource: a }]\n",
    );
    for (const name of ['gateway', 'forward-auth']) {
      const own =
        name === 'gateway' ? 'upstreams: { a: { urls: [http://127.0.0.1:1] } }' : "proxies: ['127.0.0.1']";
      const service = name === 'gateway' ? '{ map: map.yaml, upstream: a }' : '{ map: map.yaml }';
      writeFileSync(
        file,
        `listen: 127.0.0.1:${port}\nsource: { server: 'http://127.0.0.1:1' }\n${own}\nservices: [${service}]\n`,
      );
      const { status, err } = claviger([name, '--config', file], {
        CLAVIGER_GUARD_ACCESS_KEY_ID: 'a',
        CLAVIGER_GUARD_ACCESS_KEY_SECRET: 'b',
      });
      assert.equal(status, 1, err);
      assert.match(
        err,
        new RegExp(`^error: 127.0.0.1:${port}: address in use: stop the process that listens there`, 'm'),
      );
    }
  });
});

describe('closed output', () => {
  test('does not end a command and is not an error', () => {
    for (const script of [
      '"$NODE" "$COMMAND" --help | true',
      '"$NODE" "$COMMAND" serve --help | head -1',
      '"$NODE" "$COMMAND" sign GET http://a/ | head -1',
    ]) {
      const { status, err } = shell(script);
      assert.deepEqual([status, err], [0, ''], script);
    }
    const wrong = shell('"$NODE" "$COMMAND" 2>&1 | true');
    assert.deepEqual([wrong.status, wrong.err], [2, '']);
    const failed = shell('"$NODE" "$COMMAND" call GET http://127.0.0.1:1/ --json | true');
    assert.equal(failed.status, 1, 'the exit code is that of the command');
  });

  test('is not the same as a full disk, which is reported', {
    skip: !existsSync('/dev/full') && 'needs /dev/full',
  }, async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [COMMAND, '--help'], { stdio: ['ignore', full, 'pipe'] });
    let err = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (err += text));
    const [code] = (await once(child, 'close')) as [number];
    closeSync(full);
    assert.deepEqual([code, err], [1, 'error: cannot write to standard output: no space left\n']);
  });
});
