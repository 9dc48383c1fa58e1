/**
 * Kills each kind of connection at each kind of moment. An `error` event without a listener, or a rejection without a
 * handler, would end the process; here it fails the run.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { sql } from 'kysely';
import pg from 'pg';
import { StoreUnavailable } from '../src/store/store-unavailable.ts';
import { eachDatabase } from './databases.ts';
import { type RawAnswer, send, signedRequest } from './raw-request.ts';
import { RecordedConnection } from './recorded-connection.ts';
import { RedisServer, skipWithoutRedis } from './redis-server.ts';
import { ReplicatedGuard } from './replicated-guard.ts';
import { startTestServer, type TestServer } from './server.ts';

/** Calls an operation that reads the database. */
const call = (server: TestServer): Promise<RawAnswer> =>
  send(
    server.url,
    signedRequest(server.url, server.account.key, 'ACS3', {
      version: '2015-05-01',
      action: 'ListUsers',
      format: 'JSON',
    }),
  );

/** Asserts that calls are refused with 503 in RAM's form, which says when to retry. */
async function assertUnavailable(server: TestServer): Promise<void> {
  const { status, headers, text } = await call(server);
  assert.equal(status, 503, text);
  const body = JSON.parse(text) as Record<string, string>;
  assert.match(body['Code'] ?? '', /^ServiceUnavailable/);
  assert.ok(body['RequestId'] && body['HostId'] && body['Message'], text);
  assert.ok(Number(headers['x-acs-retry-after']) > 0);
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
}

/** Resolves once calls are answered. */
async function untilAnswered(server: TestServer): Promise<void> {
  for (;;) {
    const { status, text } = await call(server);
    if (status === 200) return;
    assert.equal(status, 503, text);
  }
}

eachDatabase((name, { freshLocation }) => {
  if (name !== 'PostgreSQL') return;

  describe('connections to the database', () => {
    let server: TestServer;
    let line: RecordedConnection;
    let direct: pg.Client;

    before(async () => {
      const location = await freshLocation();
      assert.ok(location.kind === 'postgres');
      line = await RecordedConnection.to(location.url);
      const url = new URL(location.url);
      url.port = new URL(line.url).port;
      server = await startTestServer({}, url.href);
      direct = new pg.Client({ connectionString: location.url });
      await direct.connect();
    });

    after(async () => {
      await direct.end();
      await server.close();
      await line.close();
    });

    /** Sessions that are used for one thing only. First, since a lost lock is taken again after some seconds. */
    const sessions: Readonly<Record<string, string>> = {
      'the change log': "query like '%from changes%' or query like 'listen%'",
      'the lock of the node': "pid in (select pid from pg_locks where locktype = 'advisory')",
    };

    for (const [use, condition] of Object.entries(sessions)) {
      test(`are ended by the server, that of ${use}: calls are answered, and changes are heard of`, async () => {
        const { rowCount } = await direct.query(
          `select pg_terminate_backend(pid, 5000) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and (${condition})`,
        );
        assert.ok(rowCount !== 0, 'there is such a session');
        await untilAnswered(server);
        const heard = new Promise<void>((resolve) => {
          const stop = server.services.store.follow(({ subject }) => {
            if (subject !== use) return;
            stop();
            resolve();
          });
        });
        await direct.query(
          "insert into changes (account_id, topic, subject, changed_at) values ('1', 'access-key', $1, 1)",
          [use],
        );
        await heard;
      });
    }

    const sleeping = async () => {
      for (;;) {
        const { rowCount } = await direct.query(
          "select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and wait_event = 'PgSleep'",
        );
        if (rowCount !== 0) return;
      }
    };

    /** Work that is in progress when the connections are cut: resolves when they may be, with what comes of it. */
    const moments: Readonly<Record<string, () => Promise<{ readonly outcome: Promise<unknown> }>>> = {
      'idle in the pool': async () => ({ outcome: Promise.reject(new StoreUnavailable('')) }),
      'checked out and idle in a transaction': async () => {
        const begun = Promise.withResolvers<void>();
        const outcome = server.services.store.write(async ({ queries }) => {
          await queries.selectFrom('users').select('user_id').limit(1).execute();
          begun.resolve();
          await downed.promise;
          await queries.selectFrom('users').select('user_id').limit(1).execute();
        });
        await begun.promise;
        return { outcome };
      },
      'inside a query': async () => {
        const outcome = sql`select pg_sleep(30)`.execute(server.services.store.queries);
        outcome.catch(() => {});
        await sleeping();
        return { outcome };
      },
      'inside a query of a transaction': async () => {
        const outcome = server.services.store.write(({ queries }) =>
          sql`select pg_sleep(30)`.execute(queries),
        );
        outcome.catch(() => {});
        await sleeping();
        return { outcome };
      },
    };
    let downed = Promise.withResolvers<void>();

    for (const [moment, begin] of Object.entries(moments)) {
      test(`are cut ${moment}: 503 until the database is back`, async () => {
        await untilAnswered(server);
        downed = Promise.withResolvers();
        const { outcome } = await begin();
        const failed = assert.rejects(outcome, StoreUnavailable);
        line.down = true;
        downed.resolve();
        await assertUnavailable(server);
        await failed;
        line.down = false;
        await untilAnswered(server);
        await server.account.admin.callRpc('2015-05-01', 'ListGroups');
      });
    }

    test('are cut under a replication stream: the guard follows again, and its end is survived', async () => {
      const key = await server.newGuard(server.account);
      const guard = ReplicatedGuard.open(server.url, key);
      await guard.source.ready();
      line.down = true;
      await assertUnavailable(server);
      // The node cannot write that the guard has gone.
      await guard.close();
      line.down = false;
      const again = ReplicatedGuard.open(server.url, key);
      await again.source.ready();
      await again.close();
      await untilAnswered(server);
    });
  });

  test('a role that has lost its rights is an outage', async () => {
    const location = await freshLocation();
    assert.ok(location.kind === 'postgres');
    const role = `limited_${process.pid}`;
    const direct = new pg.Client({ connectionString: location.url });
    await direct.connect();
    await direct.query(`create role ${role} login password 'p'; grant all on schema public to ${role};
      grant all on all tables in schema public to ${role}; grant all on all sequences in schema public to ${role}`);
    const url = new URL(location.url);
    url.username = role;
    url.password = 'p';
    const server = await startTestServer({}, url.href);
    try {
      await untilAnswered(server);
      await direct.query(`revoke all on users from ${role}`);
      await assertUnavailable(server);
      await direct.query(`grant all on users to ${role}`);
      await untilAnswered(server);
    } finally {
      await server.close();
      await direct.query(`drop owned by ${role}; drop role ${role}`);
      await direct.end();
    }
  });

  test('a server that is stopped during an outage closes everything', async () => {
    const location = await freshLocation();
    assert.ok(location.kind === 'postgres');
    const line = await RecordedConnection.to(location.url);
    const url = new URL(location.url);
    url.port = new URL(line.url).port;
    const server = await startTestServer({}, url.href);
    await untilAnswered(server);
    const { services } = server;
    line.down = true;
    await assert.rejects(server.close(), StoreUnavailable);
    await assert.rejects(
      services.store.write(async () => {}),
      /the store is closed/,
    );
    rmSync(dirname(server.directory), { recursive: true });
    await line.close();
  });

  test('connections to Redis are cut, idle and in a command: 503 until it is back', {
    skip: skipWithoutRedis,
  }, async () => {
    const location = await freshLocation();
    assert.ok(location.kind === 'postgres');
    const redis = await RedisServer.start();
    const line = await RecordedConnection.to(redis.url);
    const configuration = { redis: `redis://127.0.0.1:${new URL(line.url).port}` };
    const server = await startTestServer({ configuration }, location.url);
    try {
      for (const moment of ['idle', 'in a command']) {
        await untilAnswered(server);
        // The command is sent, and its answer does not come.
        line.silent = moment === 'in a command';
        const underWay = call(server);
        if (moment === 'idle') await underWay;
        else await sentTo(line);
        line.down = true;
        assert.equal((await underWay).status, moment === 'idle' ? 200 : 503);
        await assertUnavailable(server);
        line.silent = false;
        line.down = false;
      }
      await untilAnswered(server);
      await redis.kill();
      await assertUnavailable(server);
      redis.start();
      // What is signed in the second of its start is refused: timestamps have whole seconds.
      for (;;) {
        const { status, text } = await call(server);
        if (status === 200) break;
        assert.ok(status === 503 || text.includes('InvalidTimeStamp.BeforeStart'), text);
      }
    } finally {
      await server.close();
      await line.close();
      await redis.close();
    }
  });

  async function sentTo(line: RecordedConnection): Promise<void> {
    line.forget();
    while (!line.sent.includes('claviger:nonce:')) await new Promise(setImmediate);
  }
});

test('connections of TLS clients are reset at each moment: others are served', async () => {
  const server = await startTestServer({ configuration: { tls: 'auto' } });
  const port = Number(new URL(server.url).port);
  const opened = async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  const handshaken = async () => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    return socket;
  };
  const { target, rawHeaders } = signedRequest(server.url, server.account.key, 'ACS3', { format: 'JSON' });
  const head = rawHeaders
    .flatMap((text, at) => (at % 2 === 0 ? [`${text}: ${rawHeaders[at + 1]}`] : []))
    .join('\r\n');
  const moments: Readonly<Record<string, () => Promise<Socket>>> = {
    'before the handshake': opened,
    'after a part of a handshake': async () => {
      const socket = await opened();
      socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
      return socket;
    },
    'after what is no handshake': async () => {
      const socket = await opened();
      socket.write('GET / HTTP/1.1\r\n\r\n');
      return socket;
    },
    'after the handshake': handshaken,
    'in the headers': async () => {
      const socket = await handshaken();
      socket.write(`POST ${target} HTTP/1.1\r\n${head.slice(0, 60)}`);
      return socket;
    },
    'in the body': async () => {
      const socket = await handshaken();
      socket.write(`POST ${target} HTTP/1.1\r\n${head}\r\ncontent-length: 1000\r\n\r\nhalf`);
      return socket;
    },
    'before the answer': async () => {
      const socket = await handshaken();
      socket.write(`POST ${target} HTTP/1.1\r\n${head}\r\n\r\n`.repeat(20));
      return socket;
    },
  };
  try {
    for (const [moment, begin] of Object.entries(moments)) {
      const socket = await begin();
      socket.on('error', () => {});
      // A TLS socket cannot be reset by itself; the connection under it can.
      const closed = once(socket, 'close');
      if ('encrypted' in socket) socket.destroy();
      else socket.resetAndDestroy();
      await closed;
      const sent = httpsRequest(`${server.url}/healthz`, { rejectUnauthorized: false, agent: false });
      sent.end();
      const [answer] = await once(sent, 'response');
      answer.resume();
      assert.equal(answer.statusCode, 200, moment);
    }
  } finally {
    await server.close();
  }
});
