/** Limits of open replication streams of a key, an account and a node, and the release of their places. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, describe, test } from 'node:test';
import { KeyAgreement } from '@claviger/guard/replication';
import { signRequest } from '@claviger/signature';
import { StoreUnavailable } from '../src/store/store-unavailable.ts';
import type { ClientKey } from './clients.ts';
import { ReplicatedGuard, userWith } from './replicated-guard.ts';
import { eachServer, type GuardKey, setGuardStatusOf, type TestAccount, type TestServer } from './server.ts';

/** Places for two streams of a key, three of an account, four of the node. */
const few = { streamsPerAccessKey: 2, streamsPerAccount: 3, streamsPerNode: 4 };

eachServer((_, start) => {
  describe('replication streams', () => {
    const opened: IncomingMessage[] = [];

    afterEach(() => {
      for (const stream of opened.splice(0)) stream.destroy();
    });

    /** Opens a stream. @returns the stream, once its head has arrived, or the code and status of the refusal */
    const open = async (server: TestServer, key: ClientKey | GuardKey, publicKey?: string) => {
      const { host, port } = new URL(server.url);
      const form = new URLSearchParams({
        PublicKey: publicKey ?? new KeyAgreement().publicKey,
        GuardName: 'guardName' in key ? key.guardName : 'default',
        Format: 'JSON',
      });
      const signed = signRequest(
        {
          method: 'POST',
          target: '/',
          headers: [
            ['host', host],
            ['content-type', 'application/x-www-form-urlencoded'],
          ],
          body: Buffer.from(form.toString()),
        },
        { accessKeyId: key.accessKeyId, accessKeySecret: key.accessKeySecret },
        {
          scheme: 'ACS3-HMAC-SHA256',
          now: Date.now(),
          nonce: randomUUID(),
          action: 'ReplicateCredentials',
          version: '2026-11-24',
        },
      );
      const { method, target, rawHeaders, body } = signed;
      const headers = [...rawHeaders, 'content-length', String(body.length)];
      const outgoing = httpRequest({
        host: '127.0.0.1',
        port,
        method,
        path: target,
        headers,
        setHost: false,
        agent: false,
      });
      outgoing.end(body);
      const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
      answer.on('error', () => {});
      if (answer.statusCode === 200) {
        opened.push(answer);
        return answer;
      }
      const { Code, Message } = (await json(answer)) as { readonly Code: string; readonly Message: string };
      return `${Code} ${answer.statusCode} ${Message}`;
    };

    const opens = async (server: TestServer, key: ClientKey) => {
      const answer = await open(server, key);
      assert.ok(typeof answer !== 'string', String(answer));
      return answer;
    };

    const refused = async (server: TestServer, key: ClientKey, of: string) => {
      const answer = await open(server, key);
      assert.match(String(answer), new RegExp(`^Throttling\\.Stream 429 .*${of}`));
    };

    const guardOf = (server: TestServer, account: TestAccount, name: string) =>
      server.newGuard(account, name);

    /** Returns the number of streams in the node's metrics. */
    const counted = async (server: TestServer) => {
      const text = await (await fetch(`${server.adminUrl}/metrics`)).text();
      return Number(/^claviger_replication_streams (\d+)$/m.exec(text)?.[1]);
    };

    const untilCounted = async (server: TestServer, expected: number) => {
      while ((await counted(server)) !== expected) await new Promise(setImmediate);
    };

    test('are limited by key, account and node, and a refusal names the limit', async () => {
      const server = await start({ configuration: few });
      const { account } = server;
      const [one, two] = [await guardOf(server, account, 'one'), await guardOf(server, account, 'two')];
      const other = await server.newAccount();
      const theirs = await guardOf(server, other, 'theirs');
      await opens(server, one);
      await opens(server, one);
      await refused(server, one, 'AccessKey.* 2');
      await opens(server, two);
      await refused(server, two, 'account.* 3');
      await opens(server, theirs);
      await refused(server, theirs, 'node.* 4');
      assert.equal(await counted(server), 4);
    });

    test('release their place when the guard is gone, however the connection ends', async () => {
      const server = await start({ configuration: few });
      const key = await guardOf(server, server.account, 'guard');
      const first = await opens(server, key);
      const second = await opens(server, key);
      await refused(server, key, 'AccessKey');
      first.destroy();
      await untilCounted(server, 1);
      const third = await opens(server, key);
      await refused(server, key, 'AccessKey');
      second.socket.resetAndDestroy();
      third.socket.end();
      await untilCounted(server, 0);
      await opens(server, key);
      await opens(server, key);
    });

    test('release their place when the guard loses its permission', async () => {
      const server = await start({ configuration: few });
      const key = await guardOf(server, server.account, 'guard');
      const stream = (await opens(server, key)).resume();
      const ended = once(stream, 'end');
      await setGuardStatusOf(server, key, 'Disabled');
      await ended;
      await untilCounted(server, 0);
    });

    test('take no place if they are refused', async () => {
      const server = await start({ configuration: few });
      const key = await guardOf(server, server.account, 'guard');
      const stranger = await userWith(server, server.account, 'stranger', {
        Effect: 'Allow',
        Action: 'orders:GetOrder',
        Resource: '*',
      });
      for (let at = 0; at < 5; at += 1) {
        assert.match(String(await open(server, key, 'A'.repeat(43))), /^InvalidParameter\.PublicKey/);
        assert.match(String(await open(server, stranger)), /^NoPermission 403/);
      }
      assert.equal(await counted(server), 0);
      await opens(server, key);
      await opens(server, key);
    });

    test('take no place if they cannot be audited', async ({ mock }) => {
      const server = await start({ configuration: { ...few, audit: 'strict' } });
      const key = await guardOf(server, server.account, 'guard');
      await opens(server, key);
      const away = () => Promise.reject(new StoreUnavailable('the database takes no writes'));
      mock.method(server.services.store, 'write', away);
      for (let at = 0; at < 3; at += 1) {
        assert.match(String(await open(server, key)), /^ServiceUnavailable 503/);
      }
      mock.restoreAll();
      assert.equal(await counted(server), 1);
    });

    test('are opened later by a guard that was refused, when a place is free', async () => {
      const server = await start({ configuration: few });
      const key = await guardOf(server, server.account, 'guard');
      const first = await opens(server, key);
      await opens(server, key);
      const guard = ReplicatedGuard.open(server.url, key, { guardName: 'guard' });
      const ready = guard.source.ready();
      try {
        await guard.until(() => guard.state.problem?.includes('Throttling.Stream') === true);
        first.destroy();
        await untilCounted(server, 1);
        await guard.until(() => guard.time.waits.length === 1);
        guard.time.fire();
        await ready;
      } finally {
        await guard.close();
      }
    });
  });
});
