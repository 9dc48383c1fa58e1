/** Every command that changes the database writes an audit event that names the operating-system user. */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { eventOf, type StoredEvent } from '@claviger/server';
import { program } from '../src/main.ts';
import { temporaryDirectory } from './claviger-process.ts';
import { CapturedOutput, runInProcess } from './run-in-process.ts';

/** An installation that a command runs on. */
interface Prepared {
  readonly data: string;
  readonly accountId: string;
  readonly accessKeyId: string;
}

interface Case {
  /** Arguments and flags of the command. */
  readonly words: (prepared: Prepared) => readonly string[];
  /** Event that the command writes; undefined for a command that changes nothing. */
  readonly event: string | undefined;
  /** Command lines to run before it. */
  readonly before?: (prepared: Prepared) => readonly (readonly string[])[];
}

/** Registers the guard that a command uses. */
const withGuard = (data: string) => ['guard', 'add', 'orders-1', '--service', 'orders', '--data', data];

/**
 * Commands that open the database, each with the event that it writes. The first test fails for a command that is
 * missing here.
 */
const commands: Readonly<Record<string, Case>> = {
  init: { words: ({ data }) => ['--data', data], event: 'InitializeInstallation' },
  'account create': {
    words: ({ data }) => ['--data', data, '--name', 'other'],
    event: 'CreateAccount',
  },
  'account list': { words: ({ data }) => ['--data', data], event: undefined },
  'account disable': {
    words: ({ data, accountId }) => [accountId, '--data', data],
    event: 'DisableAccount',
  },
  'account enable': {
    words: ({ data, accountId }) => [accountId, '--data', data],
    event: 'EnableAccount',
    before: ({ data, accountId }) => [['account', 'disable', accountId, '--data', data]],
  },
  'root-access-key create': {
    words: ({ data, accountId }) => ['--data', data, '--account', accountId, '--accept-risk'],
    event: 'CreateRootAccessKey',
  },
  'root-password reset': {
    words: ({ data, accountId }) => ['--data', data, '--account', accountId],
    event: 'ResetRootPassword',
  },
  'sessions revoke': {
    words: ({ data }) => ['--data', data, '--user', 'administrator'],
    event: 'RevokeSessions',
  },
  audit: { words: ({ data }) => ['--data', data], event: undefined },
  'audit verify': { words: ({ data }) => ['--data', data], event: undefined },
  'audit tail': { words: ({ data }) => ['--data', data], event: undefined },
  'audit export': { words: ({ data }) => ['--data', data], event: undefined },
  // With dead letters it writes an event: audit-resend.test.ts.
  'audit resend': { words: ({ data }) => ['--data', data], event: undefined },
  'guard add': {
    words: ({ data }) => ['orders-1', '--service', 'orders', '--data', data],
    event: 'CreateGuard',
  },
  doctor: { words: ({ data }) => ['--data', data], event: undefined },
  upgrade: { words: ({ data }) => ['--check', '--data', data], event: undefined },
  'guard list': { words: ({ data }) => ['--data', data], event: undefined },
  'guard services': {
    words: ({ data }) => ['orders-1', '--service', 'invoices', '--data', data],
    event: 'SetGuardServices',
    before: ({ data }) => [withGuard(data)],
  },
  'guard disable': {
    words: ({ data }) => ['orders-1', '--data', data],
    event: 'SetGuardStatus',
    before: ({ data }) => [withGuard(data)],
  },
  'guard enable': {
    words: ({ data }) => ['orders-1', '--data', data],
    event: 'SetGuardStatus',
    before: ({ data }) => [withGuard(data)],
  },
  'guard remove': {
    words: ({ data }) => ['orders-1', '--data', data],
    event: 'DeleteGuard',
    before: ({ data }) => [withGuard(data)],
  },
  backup: {
    words: ({ data }) => [
      '--data',
      data,
      '--output',
      `${data}-backups/`,
      '--recipient',
      'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
    ],
    event: 'CreateBackup',
  },
  'master-key rotate': { words: ({ data }) => ['--data', data], event: 'RotateMasterKey' },
};

/** Commands that do not open the database as an operator. */
const withoutDatabase: ReadonlySet<string> = new Set([
  'serve',
  'gateway',
  'forward-auth',
  'sign',
  'call',
  'verify',
  'policy check',
  // These call the API, whose events are those of every call.
  'policy list',
  'policy show',
  'policy create',
  'policy attach',
  'policy detach',
  'whoami',
  'user list',
  'user show',
  'user create',
  'user delete',
  'access-key list',
  'access-key create',
  'access-key search',
  'access-key contain',
  'access-key activity',
  'access-key disable',
  'access-key enable',
  'access-key delete',
  'completion',
  'complete',
  'audit public-key',
  // Their events are tested in backup.test.ts, with the databases that they need.
  'restore',
  'migrate',
]);

/** Commands that do not need the master key of the installation: `doctor` reports a wrong one among its findings. */
const WITHOUT_MASTER_KEY: ReadonlySet<string> = new Set(['init', 'doctor', 'upgrade']);

function leafCommands(): string[] {
  const found: string[] = [];
  const walk = (command: ReturnType<typeof program>, words: readonly string[]) => {
    if (command.commands.length === 0) found.push(words.join(' '));
    for (const child of command.commands) walk(child, [...words, child.name()]);
  };
  walk(program({ out: new CapturedOutput(), err: new CapturedOutput(), environment: {} }), []);
  return found;
}

type Row = Record<string, unknown>;

/** Returns all rows of all tables except the audit log and the change log. */
function contentOf(data: string): Record<string, Row[]> {
  const database = new DatabaseSync(join(data, 'claviger.db'), { readOnly: true });
  try {
    const tables = database
      .prepare("select name from sqlite_schema where type = 'table' order by name")
      .all();
    return Object.fromEntries(
      tables
        .map(({ name }) => String(name))
        .filter((name) => !name.startsWith('audit_') && name !== 'changes' && !name.startsWith('sqlite_'))
        .map((name) => [name, database.prepare(`select * from "${name}"`).all() as Row[]]),
    );
  } finally {
    database.close();
  }
}

function operatorEvents(data: string): { accountId: string; userName: string; event: Row }[] {
  const database = new DatabaseSync(join(data, 'claviger.db'), { readOnly: true });
  try {
    return database
      .prepare('select * from audit_records order by event_time, position')
      .all()
      .map((row) => ({
        accountId: String(row['account_id']),
        userName: String(row['user_name']),
        event: eventOf(row as unknown as StoredEvent) as Row,
      }))
      .filter(({ event }) => event['eventType'] === 'OperatorCommand');
  } finally {
    database.close();
  }
}

describe('operator commands', () => {
  test('each writes an event, changes nothing, or does not open the database', () => {
    for (const command of leafCommands()) {
      assert.ok(command in commands || withoutDatabase.has(command), `not classified: claviger ${command}`);
    }
  });

  test('each refuses a wrong master key, also serve, and writes nothing', async () => {
    const data = temporaryDirectory();
    const other = temporaryDirectory();
    const made = await runInProcess(['init', '--data', data, '--json']);
    assert.equal((await runInProcess(['init', '--data', other])).status, 0);
    const { AccountId = '', AccessKeyId = '' } = JSON.parse(made.out) as Record<string, string>;
    const prepared = { data, accountId: AccountId, accessKeyId: AccessKeyId };
    const key = (of: string) => join(of, 'master.key');
    copyFileSync(key(other), key(data));
    const before = contentOf(data);
    const known = operatorEvents(data).length;
    const lines = Object.entries(commands)
      .filter(([name]) => !WITHOUT_MASTER_KEY.has(name))
      .map(([name, { words }]) => [...name.split(' '), ...words(prepared)]);
    for (const line of [...lines, ['serve', '--data', data, '--port', '0', '--log-level', 'silent']]) {
      const { status, out, err } = await runInProcess(line);
      assert.equal(status, 1, line.join(' '));
      assert.equal(out, '');
      assert.match(err, /^error: wrong master key \w+: this database was sealed with \w+; .*\n$/m);
    }
    assert.deepEqual(contentOf(data), before);
    assert.equal(operatorEvents(data).length, known);
    assert.equal(readFileSync(key(data), 'utf8'), readFileSync(key(other), 'utf8'));
  });

  for (const [name, { words, event, before }] of Object.entries(commands)) {
    test(`claviger ${name}: ${event === undefined ? 'changes nothing' : `writes ${event}`}`, async () => {
      const data = temporaryDirectory();
      let prepared: Prepared = { data, accountId: '', accessKeyId: '' };
      if (name !== 'init') {
        const made = await runInProcess(['init', '--data', data, '--json']);
        assert.equal(made.status, 0, made.err);
        const { AccountId, AccessKeyId } = JSON.parse(made.out) as Record<string, string>;
        prepared = { data, accountId: AccountId ?? '', accessKeyId: AccessKeyId ?? '' };
        for (const line of before?.(prepared) ?? [])
          assert.equal((await runInProcess(line)).status, 0, line.join(' '));
      }
      const contentBefore = name === 'init' ? {} : contentOf(data);
      const known = name === 'init' ? 0 : operatorEvents(data).length;
      const environment = { SUDO_USER: 'alice' };
      const { status, out, err } = await runInProcess([...name.split(' '), ...words(prepared)], {
        environment,
      });
      assert.equal(status, 0, err);

      const left = operatorEvents(data).slice(known);
      if (event === undefined) {
        assert.deepEqual(contentOf(data), contentBefore, 'it changes nothing');
        assert.deepEqual(left, []);
        return;
      }
      assert.notDeepEqual(contentOf(data), contentBefore, 'it changes something');
      assert.deepEqual(
        left.map((each) => each.event['eventName']),
        [event],
      );
      const [{ accountId, userName, event: content }] = left as [(typeof left)[0]];
      const { username, uid } = userInfo();
      assert.match(accountId, /^1\d{15}$/, 'the event belongs to the account');
      assert.equal(userName, `operator:${username}`);
      assert.deepEqual(content['userIdentity'], {
        type: 'operator',
        accountId,
        principalId: String(uid),
        userName: `operator:${username}`,
        accessKeyId: '',
      });
      assert.deepEqual(content['additionalEventData'], {
        OperatingSystemUser: username,
        SudoUser: 'alice',
        Host: hostname(),
      });
      // The printed secret is not in the event.
      const text = JSON.stringify(content);
      for (const [, secret = ''] of out.matchAll(/(?:One-time password|AccessKey Secret) +(\S+)/g)) {
        assert.ok(!text.includes(secret));
      }
    });
  }

  test('a refused command changes nothing and writes no event', async () => {
    const data = temporaryDirectory();
    assert.equal((await runInProcess(['init', '--data', data])).status, 0);
    const known = operatorEvents(data);
    const content = contentOf(data);
    const none = '1000000000000000';
    for (const words of [
      ['account', 'disable', none],
      ['account', 'enable', none],
      ['root-password', 'reset', '--account', none],
      ['sessions', 'revoke', '--all', '--account', none],
      ['sessions', 'revoke', '--role', 'absent'],
      ['sessions', 'revoke', '--access-key', 'LTAIabsent'],
      ['root-access-key', 'create', '--accept-risk', '--account', none],
      ['init'],
    ]) {
      const { status } = await runInProcess([...words, '--data', data]);
      assert.equal(status, 1, words.join(' '));
    }
    assert.deepEqual(operatorEvents(data), known);
    assert.deepEqual(contentOf(data), content);
  });
});
