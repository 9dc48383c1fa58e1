import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { type IncomingMessage, request as sendRequest } from 'node:http';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { eventOf, type StoredEvent } from '@claviger/server';
import { signRequest } from '@claviger/signature';
import { claviger, freePort, serve, temporaryDirectory } from './claviger-process.ts';
import { officialClients } from './official-clients.ts';
import { runInProcess } from './run-in-process.ts';

/** Imported by URL: the compiler does not rewrite relative imports across projects. */
const { serverAddress, command: sql } = (await import(
  new URL('../../server/test/databases.ts', import.meta.url).href
)) as {
  serverAddress(): Promise<string>;
  command(url: string, statement: string): Promise<void>;
};

interface Made {
  readonly AccountId: string;
  readonly RootLoginName: string;
  readonly RootPassword: string;
  readonly UserPrincipalName: string;
  readonly AccessKeyId: string;
  readonly AccessKeySecret: string;
}

function init(directory: string): Made {
  const { status, out, err } = claviger(['init', '--data', directory, '--json']);
  assert.equal(status, 0, err);
  return JSON.parse(out) as Made;
}

function digests(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    files
      .filter((file) => statSync(join(directory, file)).isFile())
      .map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(join(directory, file)))
          .digest('hex'),
      ]),
  );
}

const version = '2015-05-01';

describe('claviger init', () => {
  test('prints one JSON object with a valid key, and refuses an existing installation', async () => {
    const directory = temporaryDirectory();
    const made = init(directory);
    assert.deepEqual(Object.keys(made), [
      'AccountId',
      'RootLoginName',
      'RootPassword',
      'UserPrincipalName',
      'AccessKeyId',
      'AccessKeySecret',
    ]);
    assert.match(made.AccountId, /^1\d{15}$/);
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    const before = digests(directory);
    const again = claviger(['init', '--data', directory, '--json']);
    assert.deepEqual([again.status, again.out], [1, '']);
    assert.match(again.err, /already; nothing was changed/);
    assert.deepEqual(digests(directory), before);

    const server = await serve(['--data', directory]);
    const identity = await officialClients(server.url, made).sts.getCallerIdentity();
    assert.equal(identity.body?.accountId, made.AccountId);
    assert.equal(await server.stop('SIGTERM'), 0);
    for (const secret of [made.AccessKeySecret, made.RootPassword]) {
      assert.ok(!server.output().includes(secret), 'the server says no secret');
      for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
        const path = join(directory, file);
        if (statSync(path).isFile()) assert.ok(!readFileSync(path, 'latin1').includes(secret), file);
      }
    }
  });

  test('continues an interrupted installation that has a master key and no account', () => {
    const directory = temporaryDirectory();
    const other = temporaryDirectory();
    init(other);
    mkdirSync(directory, { mode: 0o700 });
    cpSync(join(other, 'master.key'), join(directory, 'master.key'));
    const made = claviger(['init', '--data', directory, '--json']);
    assert.equal(made.status, 0, made.err);
    const key = (of: string) => readFileSync(join(of, 'master.key'), 'utf8');
    assert.equal(key(directory), key(other));
  });

  test('creates the installation in a PostgreSQL database once; the server may use another directory', async () => {
    const name = `cli_${process.pid}`;
    const postgres = await serverAddress();
    await sql(postgres, `create database ${name}`);
    const url = new URL(postgres);
    url.pathname = `/${name}`;
    try {
      const directory = temporaryDirectory();
      const words = ['--data', directory, '--database', url.href];
      const made = claviger(['init', '--json', ...words]);
      assert.equal(made.status, 0, made.err);
      const again = claviger(['init', '--json', ...words]);
      assert.deepEqual([again.status, again.out], [1, '']);
      assert.match(again.err, /in that database already; nothing was changed/);
      assert.ok(!existsSync(join(directory, 'claviger.db')));
      const server = await serve(['--data', directory], { CLAVIGER_DATABASE: url.href });
      const admin = officialClients(server.url, JSON.parse(made.out) as Made);
      await admin.callRpc(version, 'CreateUser', { UserName: 'on-postgres' });
      assert.equal(await server.stop('SIGTERM'), 0);
      const password = url.password;
      assert.ok(!server.output().includes(password), 'the password of the database is not output');

      // Each node has a copy of the master key: a rotation is refused, or made in steps, with the copy between.
      const other = temporaryDirectory();
      const key = (of: string) => join(of, 'master.key');
      cpSync(key(directory), key(other));
      const at = (of: string, ...step: string[]) =>
        runInProcess(['master-key', 'rotate', '--data', of, '--database', url.href, ...step]);
      const before = readFileSync(key(directory), 'utf8');
      const refused = await at(directory);
      assert.deepEqual([refused.status, refused.out], [2, '']);
      assert.match(refused.err, /other nodes .* --step add/s);
      assert.equal((await at(directory, '--step', 'rewrap')).status, 1, 'no step add before');
      assert.equal(readFileSync(key(directory), 'utf8'), before);
      assert.equal((await at(directory, '--step', 'add')).status, 0);
      assert.equal((await at(directory, '--step', 'add')).status, 1, 'a rotation has begun');
      assert.match((await at(directory, '--step', 'drop')).err, /still needed: data keys of 1 account/);
      cpSync(key(directory), key(other));
      assert.match((await at(other, '--step', 'rewrap')).out, /^Data keys of 1 account are wrapped/);
      assert.match((await at(directory, '--step', 'rewrap')).out, /^Data keys of 0 accounts/, 'again');
      for (const node of [directory, other]) assert.equal((await at(node, '--step', 'drop')).status, 0);
      assert.equal(readFileSync(key(other), 'utf8'), readFileSync(key(directory), 'utf8'));
      assert.ok(!readFileSync(key(other), 'utf8').includes(before.trim()));
      for (const node of [directory, other]) {
        const list = ['account', 'list', '--data', node, '--database', url.href];
        assert.equal((await runInProcess(list)).status, 0);
      }
    } finally {
      await sql(postgres, `drop database ${name} with (force)`);
    }
  });
});

describe('claviger serve', () => {
  test('with --init creates an installation on the first run only', async () => {
    const directory = temporaryDirectory();
    const first = await serve(['--data', directory, '--init']);
    assert.match(first.output(), /AccessKey Secret/);
    const health = await fetch(`${first.url}/healthz`);
    assert.equal(health.status, 200);
    assert.equal(await first.stop('SIGTERM'), 0);
    const second = await serve(['--data', directory, '--init']);
    assert.equal(await second.stop('SIGINT'), 0);
    assert.doesNotMatch(second.output(), /AccessKey Secret/);
    const rootName = /Root sign-in +(\S+)/.exec(first.output())?.[1];
    assert.ok(second.output().includes(`Sign in to the console as ${rootName}. Lost the password?`));
    assert.ok(second.output().includes(`Its data is in ${directory}\n`));
  });

  test('a missing certificate file is named and exits with 2', () => {
    const directory = temporaryDirectory();
    init(directory);
    const files = ['--tls-cert', join(directory, 'none.pem'), '--tls-key', join(directory, 'none.pem')];
    const missing = claviger(['serve', '--data', directory, '--port', '0', ...files]);
    assert.equal(missing.status, 2, missing.err);
    assert.match(missing.err, /--tls-cert.*none\.pem/);
  });

  test('an address in use is named and exits with 1, before an installation is made', async () => {
    const directory = temporaryDirectory();
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    const { status, out, err } = claviger(['serve', '--init', '--data', directory, '--port', String(port)]);
    other.close();
    assert.deepEqual([status, out, existsSync(directory)], [1, '', false]);
    assert.match(err, new RegExp(`error: .*${port}.* is in use.*: .*--port`));
    assert.doesNotMatch(err, / at /, 'no stack');
  });

  test('a start that fails on PostgreSQL ends with its sentence', async () => {
    const postgres = await serverAddress();
    const name = `start_${randomBytes(6).toString('hex')}`;
    await sql(postgres, `create database ${name}`);
    const url = new URL(postgres);
    url.pathname = `/${name}`;
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    try {
      const directory = temporaryDirectory();
      const on = ['--data', directory, '--database', url.href];
      assert.equal(claviger(['init', ...on]).status, 0);
      for (const [words, expected] of [
        [['--port', String(port)], /^error: 127\.0\.0\.1:\d+ is in use.*: .*--port/m],
        [['--port', '0', '--admin-port', String(port)], /^error: 127\.0\.0\.1:\d+ is in use/m],
        [
          ['--port', '0', '--redis', 'redis://127.0.0.1:1'],
          /^error: the nonce store \(--redis\) cannot be reached/m,
        ],
      ] as const) {
        const { status, err } = claviger(['serve', ...on, ...words]);
        assert.equal(status, 1, err);
        assert.match(err, expected);
        assert.doesNotMatch(err, /^ {4}at /m, 'no stack');
      }
      const role = `${name}_reader`;
      await sql(postgres, `create role ${role} login password 'p'`);
      const without = new URL(url);
      without.username = role;
      without.password = 'p';
      const refused = claviger(['init', '--data', temporaryDirectory(), '--database', without.href]);
      assert.equal(refused.status, 1, refused.err);
      assert.match(refused.err, /^error: .*permission denied/m);
      assert.doesNotMatch(refused.err, /^ {4}at /m, 'no stack');
      await sql(url.href, "insert into migrations (name, applied_at) values ('9999-of-a-newer-version', 1)");
      const newer = claviger(['serve', ...on, '--port', '0']);
      assert.equal(newer.status, 1, newer.err);
      assert.match(newer.err, /^error: .*9999-of-a-newer-version/m);
      assert.doesNotMatch(newer.err, /^ {4}at /m, 'no stack');
    } finally {
      other.close();
      await sql(postgres, `drop database ${name} with (force)`);
    }
  });

  test('special characters in the address of the database are named', () => {
    for (const url of [
      'postgres://user:p@ss@127.0.0.1:1/x',
      'postgres://user:p#ss@127.0.0.1:1/x',
      'postgres://user:p%ss@127.0.0.1:1/x',
    ]) {
      const { status, err } = claviger(['init', '--data', temporaryDirectory(), '--database', url]);
      assert.equal(status, 1, err);
      assert.match(err, /percent-encode/);
      assert.doesNotMatch(err, /ss@/, 'the password is not repeated');
    }
  });

  test('on a non-loopback address it requires --public-url or --hosts', async () => {
    const directory = temporaryDirectory();
    const words = ['serve', '--init', '--data', directory, '--port', '0', '--host', '0.0.0.0'];
    const { status, out, err } = claviger(words);
    assert.deepEqual([status, out], [2, '']);
    assert.match(err, /^error: --host: 0\.0\.0\.0 .*--public-url .*--hosts/);
    assert.ok(!existsSync(directory), 'nothing was made');
    // Commands that do not listen need no host names.
    init(directory);
    const listed = claviger(['account', 'list', '--data', directory], { CLAVIGER_HOST: '0.0.0.0' });
    assert.equal(listed.status, 0, listed.err);
    const server = await serve(['--data', directory, '--host', '0.0.0.0', '--hosts', '127.0.0.1']);
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
    assert.equal(await server.stop('SIGTERM'), 0);
  });

  test('--admin-port opens the admin listener and prints its address', async () => {
    const directory = temporaryDirectory();
    init(directory);
    const server = await serve(['--data', directory, '--admin-port', '0']);
    while (!server.output().includes('The admin listener')) await once(server.process.stdout!, 'data');
    const [adminUrl = ''] = /(?<=admin listener is at )\S+/.exec(server.output()) ?? [];
    assert.match(await (await fetch(`${adminUrl}/metrics`)).text(), /claviger_api_requests_total/);
    assert.equal((await fetch(`${server.url}/metrics`)).status, 404);
    assert.equal(await server.stop('SIGTERM'), 0);
  });

  test('--tls auto serves TLS and keeps the certificate', async () => {
    const directory = temporaryDirectory();
    init(directory);
    const server = await serve(['--data', directory, '--tls', 'auto']);
    const ca = readFileSync(join(directory, 'tls', 'cert.pem'));
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(`${server.url}/healthz`, { ca }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    assert.equal(status, 200);
    assert.equal(await server.stop('SIGTERM'), 0);
  });

  test('SIGTERM during calls: pending requests are answered, then it exits with 0', async () => {
    const directory = temporaryDirectory();
    const made = init(directory);
    const server = await serve(['--data', directory]);
    const admin = officialClients(server.url, made);
    const calls = Array.from({ length: 20 }, (_, at) =>
      admin.callRpc(version, 'CreateUser', { UserName: `user-${at}` }),
    );
    await calls[0];
    const stopped = server.stop('SIGTERM');
    const outcomes = await Promise.allSettled(calls);
    assert.equal(await stopped, 0);
    const answered = outcomes.filter((outcome) => outcome.status === 'fulfilled').length;
    const again = await serve(['--data', directory]);
    const list = await officialClients(again.url, made).callRpc(version, 'ListUsers', { MaxItems: 100 });
    const names = (list['Users'] as { User: { UserName: string }[] }).User.map((user) => user.UserName);
    assert.ok(names.filter((name) => name.startsWith('user-')).length >= answered);
    await again.stop('SIGTERM');
  });

  test('SIGTERM during a request: no new connection is accepted, the request is answered, then it exits with 0', async () => {
    const directory = temporaryDirectory();
    const made = init(directory);
    const server = await serve(['--data', directory]);
    const { hostname, port, host } = new URL(server.url);
    const { rawHeaders, body } = signRequest(
      { method: 'POST', target: '/', headers: [['host', host]], body: Buffer.from('UserName=in-flight') },
      { accessKeyId: made.AccessKeyId, accessKeySecret: made.AccessKeySecret },
      {
        scheme: 'RPC-HMAC-SHA1',
        now: Date.now(),
        nonce: randomUUID(),
        action: 'CreateUser',
        version,
        systemParameters: 'form',
      },
    );
    const sent = sendRequest({
      hostname,
      port,
      method: 'POST',
      headers: [...rawHeaders, 'expect', '100-continue', 'content-length', String(body.length)],
      setHost: false,
    });
    sent.flushHeaders();
    // The server has the headers and waits for the body.
    await once(sent, 'continue');
    sent.write(body.subarray(0, 40));
    const began = performance.now();
    const stopped = server.stop('SIGTERM');
    await eventually(() =>
      fetch(`${server.url}/healthz`).then(
        () => false,
        () => true,
      ),
    );
    sent.end(body.subarray(40));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.setEncoding('utf8');
    let text = '';
    for await (const piece of answer) text += piece;
    assert.equal(answer.statusCode, 200, text);
    assert.equal(await stopped, 0);
    assert.ok(performance.now() - began < 10_000);
    const again = await serve(['--data', directory]);
    await officialClients(again.url, made).callRpc(version, 'GetUser', { UserName: 'in-flight' });
    await again.stop('SIGTERM');
  });

  // `CLAVIGER_KILLS=500` by hand: 500 kills without loss bound the loss rate at 0.6 % a crash (95 %).
  const kills = Number(process.env['CLAVIGER_KILLS'] ?? 3);
  test(`kill -9 in a loop of writes, ${kills} times: every answered write is stored`, async () => {
    const directory = temporaryDirectory();
    const made = init(directory);
    const answered: string[] = [];
    for (let round = 0; round < kills; round++) {
      const server = await serve(['--data', directory]);
      const admin = officialClients(server.url, made);
      // Few enough that 500 rounds stay within the 5,000 users of an account.
      const dieAfter = 2 + ((round * 5) % 7);
      let writes = 0;
      const writers = Array.from({ length: 4 }, async (_, writer) => {
        for (let at = 0; ; at++) {
          const UserName = `r${round}-w${writer}-${at}`;
          try {
            await admin.callRpc(version, 'CreateUser', { UserName });
          } catch {
            return;
          }
          answered.push(UserName);
          writes += 1;
          if (writes === dieAfter) server.process.kill('SIGKILL');
        }
      });
      await Promise.all(writers);
      assert.equal(await server.stop('SIGKILL'), 'SIGKILL');
      assert.ok(writes >= dieAfter);
    }
    const server = await serve(['--data', directory]);
    const admin = officialClients(server.url, made);
    const found = new Set<string>();
    for (let Marker: string | undefined; ; ) {
      const list = await admin.callRpc(version, 'ListUsers', { MaxItems: 1000, ...(Marker && { Marker }) });
      for (const user of (list['Users'] as { User: { UserName: string }[] }).User) found.add(user.UserName);
      Marker = list['Marker'] as string | undefined;
      if (Marker === undefined) break;
    }
    assert.deepEqual(
      answered.filter((name) => !found.has(name)),
      [],
    );
    await server.stop('SIGTERM');
    // No write is partial: each user has an audit record, and each audit record its user.
    const database = new DatabaseSync(join(directory, 'claviger.db'), { readOnly: true });
    const records = database
      .prepare("select * from audit_records where event_name = 'CreateUser' and error_code = ''")
      .all()
      .map((row) => eventOf(row as unknown as StoredEvent) as { requestParameters: { UserName: string } });
    database.close();
    const recorded = records.map(({ requestParameters }) => requestParameters.UserName).sort();
    assert.deepEqual(recorded, [...found].filter((name) => name !== 'administrator').sort());
  });
});

describe('claviger account', () => {
  test('accounts are created, listed, disabled and enabled while the server runs', async () => {
    const directory = temporaryDirectory();
    init(directory);
    const server = await serve(['--data', directory]);
    const created = claviger(['account', 'create', '--name', 'staging', '--data', directory, '--json']);
    assert.equal(created.status, 0, created.err);
    const made = JSON.parse(created.out) as Made;
    const admin = officialClients(server.url, made);
    assert.equal((await admin.sts.getCallerIdentity()).body?.accountId, made.AccountId);
    const elsewhere = temporaryDirectory();
    init(elsewhere);
    const another = claviger(['account', 'create', '--name', 'testing', '--data', elsewhere]);
    assert.match(another.out, /^A new account\. .*\n +Account /);
    const listed = JSON.parse(claviger(['account', 'list', '--data', directory, '--json']).out) as {
      readonly Name: string;
      readonly Status: string;
    }[];
    assert.deepEqual(
      listed.map(({ Name, Status }) => [Name, Status]),
      [
        ['main', 'Active'],
        ['staging', 'Active'],
      ],
    );
    assert.match(claviger(['account', 'list', '--data', directory]).out, /^ACCOUNT +NAME +DOMAIN/);

    assert.equal(claviger(['account', 'disable', made.AccountId, '--data', directory]).status, 0);
    await eventually(() =>
      admin.sts.getCallerIdentity().then(
        () => false,
        (error: { code: string }) => error.code === 'InvalidAccessKeyId.Inactive',
      ),
    );
    assert.equal(claviger(['account', 'enable', made.AccountId, '--data', directory]).status, 0);
    await eventually(() =>
      admin.sts.getCallerIdentity().then(
        () => true,
        () => false,
      ),
    );
    const unknown = claviger(['account', 'disable', '1000000000000000', '--data', directory]);
    assert.equal(unknown.status, 1);
    assert.match(unknown.err, /does not exist/);
    await server.stop('SIGTERM');
  });
});

describe('claviger root-access-key', () => {
  test('warns, refuses without --accept-risk, and creates at most two keys', async () => {
    const directory = temporaryDirectory();
    const { AccountId } = init(directory);
    const words = ['root-access-key', 'create', '--account', AccountId, '--data', directory];
    const refused = claviger(words);
    assert.deepEqual([refused.status, refused.out], [2, '']);
    assert.match(refused.err, /not recommended/);
    assert.match(refused.err, /--accept-risk/);
    const created = claviger([...words, '--accept-risk', '--json']);
    assert.equal(created.status, 0, created.err);
    assert.match(created.err, /not recommended/);
    const server = await serve(['--data', directory]);
    const root = officialClients(server.url, JSON.parse(created.out) as Made);
    assert.equal((await root.sts.getCallerIdentity()).body?.identityType, 'Account');
    assert.match(server.output(), /AccessKey of the account root is in use/);
    assert.equal(claviger([...words, '--accept-risk', '--json']).status, 0);
    const third = claviger([...words, '--accept-risk', '--json']);
    assert.equal(third.status, 1);
    assert.match(third.err, /beyond the current limits/);
    await server.stop('SIGTERM');
  });
});

describe('claviger root-password', () => {
  test('sets a new one-time password and ends the console sessions of the root', async () => {
    const directory = temporaryDirectory();
    const { AccountId, RootLoginName, RootPassword } = init(directory);
    const server = await serve(['--data', directory]);
    const call = async (form: Record<string, string>, headers: Record<string, string> = {}) => {
      const answer = await fetch(server.url, {
        method: 'POST',
        headers,
        body: new URLSearchParams({ Version: '2026-11-24', ...form }),
      });
      const body = (await answer.json()) as Record<string, string>;
      return { ...body, cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' } as Record<
        string,
        string
      >;
    };
    const signIn = (LoginName: string, Password: string) => call({ Action: 'SignIn', LoginName, Password });
    const first = await signIn(RootLoginName, RootPassword);
    const signedIn = await call(
      { Action: 'ChooseSignInPassword', NewPassword: 'correct horse 42' },
      { cookie: first['cookie']!, 'x-claviger-csrf': first['CsrfToken']! },
    );
    assert.equal(signedIn['Step'], 'Done');
    const reset = claviger(['root-password', 'reset', '--account', AccountId, '--data', directory, '--json']);
    assert.equal(reset.status, 0, reset.err);
    const made = JSON.parse(reset.out) as { RootLoginName: string; RootPassword: string };
    const session = await call({ Action: 'GetSession' }, { cookie: signedIn['cookie']! });
    assert.equal(session['Code'], 'NotSignedIn');
    for (const old of [RootPassword, 'correct horse 42']) {
      assert.equal((await signIn(RootLoginName, old))['Code'], 'AuthenticationFail.SignIn');
    }
    assert.equal((await signIn(made.RootLoginName, made.RootPassword))['Step'], 'NewPassword');
    const unknown = claviger([
      'root-password',
      'reset',
      '--account',
      '1999999999999999',
      '--data',
      directory,
    ]);
    assert.deepEqual([unknown.status, unknown.out], [1, '']);
    await server.stop('SIGTERM');
  });
});

describe('claviger master-key', () => {
  test('rotates while the server runs: existing keys stay valid, new ones can be created, also after a restart', async () => {
    const directory = temporaryDirectory();
    const made = init(directory);
    const server = await serve(['--data', directory]);
    const admin = officialClients(server.url, made);
    await admin.sts.getCallerIdentity();
    const before = readFileSync(join(directory, 'master.key'), 'utf8');
    const rotated = claviger(['master-key', 'rotate', '--data', directory]);
    assert.equal(rotated.status, 0, rotated.err);
    assert.match(rotated.out, /Data keys of 1 account are wrapped/);
    const after = readFileSync(join(directory, 'master.key'), 'utf8');
    assert.notEqual(after, before);
    await admin.callRpc(version, 'CreateUser', { UserName: 'later' });
    await admin.callRpc(version, 'CreateAccessKey', { UserName: 'later' });
    await server.stop('SIGTERM');
    const again = await serve(['--data', directory]);
    await officialClients(again.url, made).sts.getCallerIdentity();
    await again.stop('SIGTERM');
  });

  test('rotates a key from the environment: first with both keys, then with the new one only', async () => {
    const directory = temporaryDirectory();
    const [old, next] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
    const withKey = (key: string) => ({
      CLAVIGER_MASTER_KEY: key,
      CLAVIGER_MASTER_KEY_PROVIDER: 'environment',
    });
    const made = claviger(['init', '--data', directory, '--json'], withKey(old));
    assert.equal(made.status, 0, made.err);
    assert.ok(!existsSync(join(directory, 'master.key')));
    const alone = claviger(['master-key', 'rotate', '--data', directory], withKey(next));
    assert.equal(alone.status, 2, alone.err);
    assert.match(alone.err, /CLAVIGER_MASTER_KEY to NEW,OLD/);
    const rotated = claviger(['master-key', 'rotate', '--data', directory], withKey(`${next},${old}`));
    assert.equal(rotated.status, 0, rotated.err);
    assert.ok(!`${rotated.out}${rotated.err}`.includes(next));
    const server = await serve(['--data', directory], withKey(next));
    await officialClients(server.url, JSON.parse(made.out) as Made).sts.getCallerIdentity();
    await server.stop('SIGTERM');
    const late = claviger(['serve', '--data', directory, '--port', '0'], withKey(old));
    assert.equal(late.status, 1);
    assert.match(late.err, /^error: wrong master key/m);
  });
});

/** Repeats a check until it is true, up to a fixed number of times. */
async function eventually(check: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail('it did not come about');
}
