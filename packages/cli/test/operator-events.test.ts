/** Every command that changes the database leaves an audit event that names the operating-system user. */
import assert from 'node:assert/strict';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { program } from '../src/main.ts';
import { freshDirectory } from './claviger.ts';
import { Screen, type } from './typed.ts';

/** What a command is prepared with. */
interface Prepared {
  readonly data: string;
  readonly accountId: string;
  readonly accessKeyId: string;
}

interface Case {
  /** What follows the command's own words. */
  readonly words: (prepared: Prepared) => readonly string[];
  /** The event it leaves; undefined for a command that changes nothing. */
  readonly event: string | undefined;
  /** Commands to run before it, as whole command lines. */
  readonly before?: (prepared: Prepared) => readonly (readonly string[])[];
}

/** Registers the guard that a command is about. */
const withGuard = (data: string) => ['guard', 'add', 'orders-1', '--service', 'orders', '--data', data];

/**
 * Every command that opens the database. A new one fails the first test until it is here: with the event that it
 * leaves, or as one that changes nothing.
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
  'guard add': {
    words: ({ data }) => ['orders-1', '--service', 'orders', '--data', data],
    event: 'CreateGuard',
  },
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
  'master-key rotate': { words: ({ data }) => ['--data', data], event: 'RotateMasterKey' },
};

/** Commands that open no database: they talk to a server, or are one. */
const withoutDatabase: ReadonlySet<string> = new Set([
  'serve',
  'gateway',
  'forward-auth',
  'sign',
  'call',
  'verify',
  'policy check',
]);

function leafCommands(): string[] {
  const found: string[] = [];
  const walk = (command: ReturnType<typeof program>, words: readonly string[]) => {
    if (command.commands.length === 0) found.push(words.join(' '));
    for (const child of command.commands) walk(child, [...words, child.name()]);
  };
  walk(program({ out: new Screen(), err: new Screen(), environment: {} }), []);
  return found;
}

type Row = Record<string, unknown>;

/** Every row of every table, without the audit log itself and the log of changes. */
function contentOf(data: string): Record<string, Row[]> {
  const database = new DatabaseSync(join(data, 'claviger.db'), { readOnly: true });
  try {
    const tables = database
      .prepare("select name from sqlite_schema where type = 'table' order by name")
      .all();
    return Object.fromEntries(
      tables
        .map(({ name }) => String(name))
        .filter((name) => name !== 'audit_events' && name !== 'changes' && !name.startsWith('sqlite_'))
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
      .prepare('select account_id, user_name, event from audit_events order by event_time, event_id')
      .all()
      .map((row) => ({
        accountId: String(row['account_id']),
        userName: String(row['user_name']),
        event: JSON.parse(String(row['event'])) as Row,
      }))
      .filter(({ event }) => event['eventType'] === 'OperatorCommand');
  } finally {
    database.close();
  }
}

describe('operator commands', () => {
  test('each is classified: it leaves an event, changes nothing, or opens no database', () => {
    for (const command of leafCommands()) {
      assert.ok(command in commands || withoutDatabase.has(command), `not classified: claviger ${command}`);
    }
  });

  for (const [name, { words, event, before }] of Object.entries(commands)) {
    test(`claviger ${name}: ${event === undefined ? 'changes nothing' : `leaves ${event}`}`, async () => {
      const data = freshDirectory();
      let prepared: Prepared = { data, accountId: '', accessKeyId: '' };
      if (name !== 'init') {
        const made = await type(['init', '--data', data, '--json']);
        assert.equal(made.status, 0, made.err);
        const { AccountId, AccessKeyId } = JSON.parse(made.out) as Record<string, string>;
        prepared = { data, accountId: AccountId ?? '', accessKeyId: AccessKeyId ?? '' };
        for (const line of before?.(prepared) ?? [])
          assert.equal((await type(line)).status, 0, line.join(' '));
      }
      const contentBefore = name === 'init' ? {} : contentOf(data);
      const known = name === 'init' ? 0 : operatorEvents(data).length;
      const environment = { SUDO_USER: 'alice' };
      const { status, out, err } = await type([...name.split(' '), ...words(prepared)], { environment });
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
      assert.match(accountId, /^1\d{15}$/, 'the account concerned has it in its log');
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
      // What was printed once is not in the event.
      const text = JSON.stringify(content);
      for (const [, secret = ''] of out.matchAll(/(?:One-time password|AccessKey Secret) +(\S+)/g)) {
        assert.ok(!text.includes(secret));
      }
    });
  }

  test('a refused command leaves nothing', async () => {
    const data = freshDirectory();
    assert.equal((await type(['init', '--data', data])).status, 0);
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
      const { status } = await type([...words, '--data', data]);
      assert.equal(status, 1, words.join(' '));
    }
    assert.deepEqual(operatorEvents(data), known);
    assert.deepEqual(contentOf(data), content);
  });
});
