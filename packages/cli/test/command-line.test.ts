/** Help texts, errors and exit codes of the command line, mostly without a process. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { LIMIT_DEFINITIONS, SETTING_DESCRIPTIONS } from '@claviger/server';
import { program } from '../src/main.ts';
import { ENVIRONMENT_ONLY } from '../src/setting-names.ts';
import { claviger, temporaryDirectory } from './claviger-process.ts';
import { CapturedOutput, type CommandInput, runInProcess } from './run-in-process.ts';

interface Listed {
  readonly words: readonly string[];
  readonly isGroup: boolean;
}

/** Returns every command and group of commands. */
function everyCommand(): Listed[] {
  const found: Listed[] = [];
  const walk = (command: ReturnType<typeof program>, words: string[]) => {
    if (words.length > 0) found.push({ words, isGroup: command.commands.length > 0 });
    for (const child of command.commands) walk(child, [...words, child.name()]);
  };
  walk(program({ out: new CapturedOutput(), err: new CapturedOutput(), environment: {} }), []);
  return found;
}

const ESCAPE_SEQUENCE = '\u001b[';

describe('the command line', () => {
  test('every command has a help text with an example', async () => {
    const commands = everyCommand();
    assert.ok(commands.length >= 10);
    for (const { words, isGroup } of [{ words: [], isGroup: true }, ...commands]) {
      const { status, out, err } = await runInProcess([...words, '--help']);
      assert.deepEqual([status, err], [0, ''], words.join(' '));
      assert.match(out, new RegExp(`^Usage: claviger ${words.join(' ')}`.trimEnd()));
      if (!isGroup) {
        assert.match(out, /\nExamples?:\n {2}.*claviger /, `an example of ${words.join(' ')}`);
      }
      assert.match(out, /^Exit codes: 0 done, 1 refused or failed, 2 invalid usage or configuration\.$/m);
    }
    const { status, out } = claviger(['--help']);
    assert.equal(status, 0);
    for (const {
      words: [name = ''],
    } of commands)
      assert.match(out, new RegExp(`^ +${name} `, 'm'));
    assert.match(claviger(['--version']).out, /^\d+\.\d+\.\d+\n$/);
  });

  test('serve --help lists every setting with its environment variable; secrets have no flag', async () => {
    const { out } = await runInProcess(['serve', '--help']);
    for (const { name, variable } of SETTING_DESCRIPTIONS) {
      const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} `;
      assert.ok(out.includes(variable), variable);
      const isSecret = ENVIRONMENT_ONLY.has(name);
      assert.equal(out.includes(flag), !isSecret, flag);
    }
    const { status, err } = await runInProcess(['serve', '--master-key', 'c2VjcmV0']);
    assert.equal(status, 2);
    assert.ok(!err.includes('c2VjcmV0'), 'the value is not repeated');
  });

  test('serve shows every limit with its default and maximum', async () => {
    const { out } = await runInProcess(['serve', '--help']);
    for (const [name, { byDefault, most }] of Object.entries(LIMIT_DEFINITIONS)) {
      assert.match(out, new RegExp(`^ +${name} +${byDefault} +${most} `, 'm'));
    }
  });

  test('an invalid command line is named and exits with 2', async () => {
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
      [['user', 'show'], 'name'],
      [['completion', 'tcsh'], 'bash, zsh, fish'],
      [['sessions', 'revoke'], '--role'],
      [['sessions', 'revoke', '--role', 'a', '--user', 'b'], '--user'],
    ] as const) {
      const { status, out, err } = await runInProcess(words);
      assert.deepEqual([status, out], [2, ''], words.join(' '));
      assert.ok(err.includes(named), `${named} in: ${err}`);
      assert.match(err, /--help/, words.join(' '));
    }
    assert.equal(claviger([]).status, 2);
  });

  test('a wrong flag or environment variable is named, and exits with 2 before anything is made', async () => {
    const directory = temporaryDirectory();
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
      // A key that is not used is refused.
      [[], { CLAVIGER_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') }, 'CLAVIGER_MASTER_KEY'],
      [['--host', ''], {}, '--host'],
      [['--master-key-provider', 'vault'], {}, 'CLAVIGER_VAULT_ADDRESS'],
      [['--trusted-proxies', '10.0.0.0/8,banana'], {}, '--trusted-proxies'],
      [[], { CLAVIGER_TRUSTED_PROXIES: '0.0.0.0/0' }, 'CLAVIGER_TRUSTED_PROXIES'],
      [['--limits', 'usersPerPlanet=5'], {}, '--limits'],
      [['--limits', 'usersPerAccount=0'], {}, '--limits'],
      [['--limits', 'usersPerAccount=10000001'], {}, '--limits'],
      [['--limits', 'usersPerAccount=many'], {}, '--limits'],
      [['--limits', 'usersPerAccount=5', '--limits', 'usersPerAccount=6'], {}, '--limits'],
      [[], { CLAVIGER_LIMITS: 'usersPerAccount' }, 'CLAVIGER_LIMITS'],
    ] as const) {
      for (const command of [['serve'], ['serve', '--init']]) {
        const { status, err } = await runInProcess([...command, '--data', directory, ...words], {
          environment,
        });
        assert.equal(status, 2, err);
        assert.ok(err.startsWith(`error: ${key}:`), `${key} in: ${err}`);
        assert.equal(err.trimEnd().split('\n').length, 1, err);
      }
    }
    const { err } = await runInProcess(['serve', '--data', directory, '--port', 'http']);
    assert.equal(err, 'error: --port: invalid value "http": expected a whole number, 0 to 65535\n');
    assert.ok(!existsSync(directory));
  });

  test('a flag wins over its environment variable', async () => {
    const directory = temporaryDirectory();
    const { status, out, err } = await runInProcess(['init', '--data', directory, '--json'], {
      environment: { CLAVIGER_DATA: join(directory, 'elsewhere') },
    });
    assert.equal(status, 0, err);
    assert.ok(existsSync(join(directory, 'claviger.db')) && !existsSync(join(directory, 'elsewhere')));
    assert.equal(out.split('\n').length, 2, 'one line of JSON');
    assert.ok(JSON.parse(out));
  });

  test('every command that needs an installation says how to create one, and creates none', async () => {
    const directory = temporaryDirectory();
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
      const { status, out, err } = await runInProcess([...words, '--data', directory]);
      assert.deepEqual([status, out], [1, ''], words.join(' '));
      assert.match(err, /claviger init --data/, words.join(' '));
      assert.ok(!existsSync(directory));
    }
  });

  test('colours are used on a terminal only, and not with NO_COLOR', async () => {
    const init = async (input: CommandInput) => {
      const made = await runInProcess(['init', '--data', temporaryDirectory()], input);
      assert.equal(made.status, 0, made.err);
      return made.out;
    };
    assert.ok((await init({ isTTY: true })).includes(ESCAPE_SEQUENCE));
    assert.ok(!(await init({ isTTY: false })).includes(ESCAPE_SEQUENCE));
    assert.ok(!(await init({ isTTY: true, environment: { NO_COLOR: '1' } })).includes(ESCAPE_SEQUENCE));
    const warned = ['root-access-key', 'create', '--account', '1000000000000000'];
    assert.ok((await runInProcess(warned, { isTTY: true })).err.includes(ESCAPE_SEQUENCE));
    assert.ok(
      !(await runInProcess(warned, { isTTY: true, environment: { NO_COLOR: '1' } })).err.includes(
        ESCAPE_SEQUENCE,
      ),
    );
    assert.ok(!(await runInProcess(warned)).err.includes(ESCAPE_SEQUENCE));
    const { out, err } = claviger(['root-access-key', 'create', '--account', '1000000000000000']);
    assert.ok(!`${out}${err}`.includes(ESCAPE_SEQUENCE), 'the process writes to a pipe');
  });
});
