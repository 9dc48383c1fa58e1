/** What the command line says, without a process for each word: the exit codes are those of the process. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { settingDescriptions } from '@claviger/server';
import { program } from '../src/main.ts';
import { claviger, freshDirectory } from './claviger.ts';
import { Screen, type Surroundings, type } from './typed.ts';

/** The words of every command that does something, found in the program itself. */
function everyCommand(): string[][] {
  const found: string[][] = [];
  const walk = (command: ReturnType<typeof program>, words: string[]) => {
    if (words.length > 0) found.push(words);
    for (const child of command.commands) walk(child, [...words, child.name()]);
  };
  walk(program({ out: new Screen(), err: new Screen(), environment: {} }), []);
  return found;
}

const sequence = '\u001b[';

describe('the command line', () => {
  test('every command explains itself, on the way of what was asked for', async () => {
    const commands = everyCommand();
    assert.ok(commands.length >= 10, String(commands));
    for (const words of [[], ...commands]) {
      const { status, out, err } = await type([...words, '--help']);
      assert.deepEqual([status, err], [0, ''], words.join(' '));
      assert.match(out, new RegExp(`^Usage: claviger ${words.join(' ')}`.trimEnd()));
      assert.match(out, /^Exit codes: 0 done, 1 refused or failed, 2 wrong usage or configuration\.$/m);
    }
    const { status, out } = claviger(['--help']);
    assert.equal(status, 0);
    for (const [name = ''] of commands) assert.match(out, new RegExp(`^ +${name} `, 'm'));
    assert.match(claviger(['--version']).out, /^\d+\.\d+\.\d+\n$/);
  });

  test('serve shows every setting with its environment variable; secrets have no flag', async () => {
    const { out } = await type(['serve', '--help']);
    for (const { name, variable } of settingDescriptions) {
      const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} `;
      assert.ok(out.includes(variable), variable);
      const isSecret = name === 'masterKey' || name === 'vaultToken';
      assert.equal(out.includes(flag), !isSecret, flag);
    }
    const { status, err } = await type(['serve', '--master-key', 'c2VjcmV0']);
    assert.equal(status, 2);
    assert.ok(!err.includes('c2VjcmV0'), 'what was taken for a secret is not repeated');
  });

  test('a wrong word is named, and exits with 2', async () => {
    for (const [words, named] of [
      [[], 'Usage: claviger'],
      [['account'], 'Usage: claviger account'],
      [['fly'], 'fly'],
      [['serve', '--colour', 'red'], '--colour'],
      [['serve', '--port'], '--port'],
      [['account', 'sell'], 'sell'],
      [['account', 'create'], '--name'],
      [['account', 'create', '--name', 'n'.repeat(65)], '64 characters'],
      [['account', 'disable'], 'account-id'],
      [['root-access-key', 'create'], '--account'],
      [['root-password', 'reset'], '--account'],
      [['sessions', 'revoke'], '--role'],
      [['sessions', 'revoke', '--role', 'a', '--user', 'b'], '--user'],
    ] as const) {
      const { status, out, err } = await type(words);
      assert.deepEqual([status, out], [2, ''], words.join(' '));
      assert.ok(err.includes(named), `${named} in: ${err}`);
      assert.match(err, /--help/, words.join(' '));
    }
    assert.equal(claviger([]).status, 2);
  });

  test('a wrong flag or environment variable is named, and exits with 2 before anything is made', async () => {
    const directory = freshDirectory();
    for (const [words, environment, key] of [
      [['--port', 'http'], {}, '--port'],
      [['--port', '70000'], {}, '--port'],
      [[], { CLAVIGER_PORT: '70000' }, 'CLAVIGER_PORT'],
      [['--public-url', 'keys.example.com'], {}, '--public-url'],
      [[], { CLAVIGER_PUBLIC_URL: 'https://keys.example.com/console' }, 'CLAVIGER_PUBLIC_URL'],
      [['--database', 'mysql://host'], {}, '--database'],
      [[], { CLAVIGER_DATABASE: 'mysql://host' }, 'CLAVIGER_DATABASE'],
      [['--redis', 'memcached://host'], {}, '--redis'],
      [['--tls', 'yes'], {}, '--tls'],
      [[], { CLAVIGER_AUDIT: 'never' }, 'CLAVIGER_AUDIT'],
      [['--log-level', 'loud'], {}, '--log-level'],
      [['--cached-credentials', '0'], {}, '--cached-credentials'],
      [['--tls-cert', 'cert.pem'], {}, '--tls-key'],
      [['--tls-key', 'key.pem'], {}, '--tls-cert'],
      [['--master-key-provider', 'paper'], {}, '--master-key-provider'],
      [['--master-key-provider', 'environment'], {}, 'CLAVIGER_MASTER_KEY'],
      [['--master-key-provider', 'environment'], { CLAVIGER_MASTER_KEY: 'short' }, 'CLAVIGER_MASTER_KEY'],
      // Whoever sets it believes that it is in use.
      [[], { CLAVIGER_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') }, 'CLAVIGER_MASTER_KEY'],
      [['--host', ''], {}, '--host'],
      [['--master-key-provider', 'vault'], {}, 'CLAVIGER_VAULT_ADDRESS'],
      [['--trusted-proxies', '10.0.0.0/8,banana'], {}, '--trusted-proxies'],
      [[], { CLAVIGER_TRUSTED_PROXIES: '0.0.0.0/0' }, 'CLAVIGER_TRUSTED_PROXIES'],
    ] as const) {
      for (const command of [['serve'], ['serve', '--init']]) {
        const { status, err } = await type([...command, '--data', directory, ...words], { environment });
        assert.equal(status, 2, err);
        assert.ok(err.startsWith(`error: ${key}:`), `${key} in: ${err}`);
        assert.equal(err.trimEnd().split('\n').length, 1, err);
      }
    }
    const { err } = await type(['serve', '--data', directory, '--port', 'http']);
    assert.equal(err, 'error: --port: must be a whole number, 0 to 65535\n');
    assert.ok(!existsSync(directory));
  });

  test('a flag wins over its environment variable', async () => {
    const directory = freshDirectory();
    const { status, out, err } = await type(['init', '--data', directory, '--json'], {
      environment: { CLAVIGER_DATA: join(directory, 'elsewhere') },
    });
    assert.equal(status, 0, err);
    assert.ok(existsSync(join(directory, 'claviger.db')) && !existsSync(join(directory, 'elsewhere')));
    assert.equal(out.split('\n').length, 2, 'one line of JSON');
    assert.ok(JSON.parse(out));
  });

  test('every command that needs an installation says how to make one, and makes none', async () => {
    const directory = freshDirectory();
    for (const words of [
      ['serve', '--port', '0'],
      ['account', 'list'],
      ['account', 'create', '--name', 'staging'],
      ['account', 'disable', '1000000000000000'],
      ['account', 'enable', '1000000000000000'],
      ['root-access-key', 'create', '--account', '1000000000000000', '--accept-risk'],
      ['root-password', 'reset', '--account', '1000000000000000'],
      ['sessions', 'revoke', '--role', 'deploy'],
      ['master-key', 'rotate'],
    ]) {
      const { status, out, err } = await type([...words, '--data', directory]);
      assert.deepEqual([status, out], [1, ''], words.join(' '));
      assert.match(err, /claviger init --data/, words.join(' '));
      assert.ok(!existsSync(directory));
    }
  });

  test('there are colours on a terminal, and none elsewhere or with NO_COLOR', async () => {
    const init = async (surroundings: Surroundings) => {
      const made = await type(['init', '--data', freshDirectory()], surroundings);
      assert.equal(made.status, 0, made.err);
      return made.out;
    };
    assert.ok((await init({ isTTY: true })).includes(sequence));
    assert.ok(!(await init({ isTTY: false })).includes(sequence));
    assert.ok(!(await init({ isTTY: true, environment: { NO_COLOR: '1' } })).includes(sequence));
    const warned = ['root-access-key', 'create', '--account', '1000000000000000'];
    assert.ok((await type(warned, { isTTY: true })).err.includes(sequence));
    assert.ok(!(await type(warned, { isTTY: true, environment: { NO_COLOR: '1' } })).err.includes(sequence));
    assert.ok(!(await type(warned)).err.includes(sequence));
    const { out, err } = claviger(['root-access-key', 'create', '--account', '1000000000000000']);
    assert.ok(!`${out}${err}`.includes(sequence), 'the process itself writes to a pipe here');
  });
});
