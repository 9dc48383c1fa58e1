/** The configuration file of `serve`, its reload, and signals to npm. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { claviger, freePort, serve, temporaryDirectory } from './claviger-process.ts';
import { runInProcess } from './run-in-process.ts';

const COMMAND = fileURLToPath(new URL('../bin/claviger.js', import.meta.url));

/** Resolves when a condition holds, asked after each turn of the event loop. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

describe('a configuration file', () => {
  const directory = temporaryDirectory();
  mkdirSync(directory);
  const file = join(directory, 'claviger.yaml');

  test('has the names and values of flags; flags and variables win', async () => {
    writeFileSync(
      file,
      'data: made-here\nmaster-key-provider: file\nport: 8081\nhosts: [a.example, b.example]\n',
    );
    const { status, err } = await runInProcess(['init', '--config', file, '--json']);
    assert.equal(status, 0, err);
    assert.ok(readFileSync(join(directory, 'made-here', 'claviger.db')).length > 0, 'relative to the file');
    const elsewhere = join(directory, 'elsewhere');
    const environment = { CLAVIGER_CONFIG: file, CLAVIGER_DATA: elsewhere };
    const again = await runInProcess(['init', '--json'], { environment });
    assert.equal(again.status, 0, again.err);
    assert.ok(readFileSync(join(elsewhere, 'claviger.db')).length > 0);
  });

  test('that is invalid is named with its setting and exits with 2, without its content', async () => {
    for (const [text, problem] of [
      ['port: http', /claviger\.yaml: port: invalid value "http": expected a whole number, 0 to 65535/],
      ['prot: 80', /claviger\.yaml: prot: unknown setting/],
      ['hosts: { a: 1 }', /claviger\.yaml: hosts: expected a list/],
      ['port: [1, 2]', /claviger\.yaml: port: expected a single value/],
      [
        'master-key: hunter2',
        /claviger\.yaml: master-key: set it by the environment only: CLAVIGER_MASTER_KEY/,
      ],
      ['vault-token: hunter2', /CLAVIGER_VAULT_TOKEN/],
      ['database: "hunter2', /claviger\.yaml: not valid YAML at line 2/],
      ['database: hunter2', /claviger\.yaml: database: invalid value: expected a postgres:\/\/ URL/],
      ['- hunter2', /claviger\.yaml: expected settings/],
    ] as const) {
      writeFileSync(file, `${text}\n`);
      const { status, err } = await runInProcess(['serve', '--config', file]);
      assert.equal(status, 2, err);
      assert.match(err, problem);
      assert.ok(!err.includes('hunter2'), err);
    }
    const missing = await runInProcess(['serve', '--config', join(directory, 'none.yaml')]);
    assert.deepEqual([missing.status, /cannot be read: no such file/.test(missing.err)], [2, true]);
  });
});

describe('a running server', () => {
  const directory = temporaryDirectory();
  const file = `${directory}.yaml`;

  test('takes changed settings and certificates at SIGHUP and when a file changes; an invalid one changes nothing', async () => {
    claviger(['init', '--data', directory, '--json']);
    const settings = (text: string) => writeFileSync(file, `data: ${directory}\nhosts: [127.0.0.1]\n${text}`);
    settings('');
    const adminPort = await freePort();
    const server = await serve(['--config', file, '--admin-port', String(adminPort)]);
    const metric = async (name: string) => {
      const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
      return text
        .split('\n')
        .find((line) => line.startsWith(name))
        ?.split(' ')
        .at(-1);
    };
    const misdirected = async () =>
      (await fetch(`${server.url}/healthz2`, { headers: { host: 'x' } })).status;
    assert.notEqual(await misdirected(), 421);

    // The file is replaced, as editors and orchestrators do.
    writeFileSync(`${file}.new`, `data: ${directory}\nhosts: [only.example]\nrequest-log: "off"\n`);
    renameSync(`${file}.new`, file);
    await until(() => server.output().includes('"changed":["hosts","requestLog"]'));
    assert.equal(await misdirected(), 421);

    settings('audit: never\n');
    server.process.kill('SIGHUP');
    await until(() => server.output().includes('not reloaded'));
    settings('region: cn-hongkong\n');
    server.process.kill('SIGHUP');
    await until(() => server.output().includes('--region: a change takes effect at a restart only'));
    assert.equal(await misdirected(), 421);
    assert.ok(Number(await metric('claviger_configuration_reloads_total{outcome="refused"}')) >= 1);
    assert.equal(await server.stop('SIGTERM'), 0);
  });

  test('stops when npm, which started it, has handed SIGTERM to its shell only', async () => {
    // npm runs a command with a shell between, and a shell that waits for it does not hand signals on.
    const command = `"${process.execPath}" "${COMMAND}" serve --data "${directory}" --port 0; exit`;
    const { CLAVIGER_DATA: _, ...environment } = process.env;
    const shell = spawn('sh', ['-c', command], {
      env: { ...environment, npm_command: 'exec' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [shell.stdout, shell.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    const ended = Promise.all([once(shell.stdout, 'end'), once(shell.stderr, 'end')]);
    await until(() => output.includes('Claviger serves'));
    shell.kill('SIGTERM');
    // The pipes end when the server has ended.
    await ended;
    assert.match(output, /Stopping: waiting for pending requests/);
  });
});
