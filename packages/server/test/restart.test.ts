/** State of a server that was started again on the same data. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import sts from '@alicloud/sts20150401';
import { type GuardRequest, NonceMemory } from '@claviger/guard';
import { Guard, readSignature } from '@claviger/guard/internal';
import { signRequest } from '@claviger/signature';
import type { ClientKey } from './clients.ts';
import { callRaw, readJson, send, signedRequest, ways } from './raw-request.ts';
import { ReplicatedGuard } from './replicated-guard.ts';
import { eachServer, type TestServer, type TestUser } from './server.ts';

const minute = 60_000;

eachServer((_, start) => {
  describe('after a restart', () => {
    let server: TestServer;
    let user: TestUser;
    let temporary: ClientKey;
    let rootKey: ClientKey;
    let ahead = 0;

    before(async () => {
      server = await start({ now: () => Date.now() + ahead });
      user = await server.newUser(server.account, 'traveller');
      const { admin, accountId } = server.account;
      await admin.callRpc('2015-05-01', 'CreateRole', {
        RoleName: 'guest',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '1',
          Statement: [
            { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [`acs:ram::${accountId}:root`] } },
          ],
        }),
      });
      await admin.callRpc('2015-05-01', 'AttachPolicyToUser', {
        UserName: 'traveller',
        PolicyName: 'AliyunSTSAssumeRoleAccess',
        PolicyType: 'System',
      });
      const { body } = await user.clients.sts.assumeRole(
        new sts.AssumeRoleRequest({ roleArn: `acs:ram::${accountId}:role/guest`, roleSessionName: 'visit' }),
      );
      const { accessKeyId = '', accessKeySecret = '', securityToken } = body?.credentials ?? {};
      temporary = { accessKeyId, accessKeySecret, securityToken };
      rootKey = await server.account.rootKey();
    });

    test('a request served before is refused: reads, changes and denied calls, with permanent and temporary keys', async () => {
      const served: [string, ReturnType<typeof signedRequest>][] = [];
      for (const way of ways) {
        for (const [what, key, call] of [
          ['a read', user.key, {}],
          ['a denied call', user.key, { version: '2015-05-01', action: 'ListUsers' }],
          ['a read of a temporary key', temporary, {}],
          // As late and as early as a request may be.
          ['a late read', user.key, { now: Date.now() - 14 * minute }],
          ['an early read', user.key, { now: Date.now() + 14 * minute }],
          [
            'a change',
            server.account.key,
            {
              version: '2015-05-01',
              action: 'CreateUser',
              parameters: { UserName: `by-${way.replace(/\W/g, '-')}` },
            },
          ],
          // Nonces that a database could encode differently.
          ['an odd nonce', user.key, { nonce: `odd \\ \\0 ' " % 中 ${way}` }],
        ] as const) {
          if (what === 'an odd nonce' && !way.startsWith('RPC')) continue;
          const request = signedRequest(server.url, key, way, { format: 'JSON', ...call });
          const answer = readJson(await send(server.url, request));
          assert.ok(['OK', 'NoPermission'].includes(answer.code), `${what} by ${way}: ${answer.message}`);
          served.push([`${what} by ${way}`, request]);
        }
      }
      await server.restart();
      for (const [what, request] of served) {
        assert.equal(readJson(await send(server.url, request)).code, 'SignatureNonceUsed', what);
      }
    });

    test('a signature that was verified for a guard is not verified again', async () => {
      const guard = await server.newGuard(server.account, 'asking');
      const copy = ReplicatedGuard.open(server.url, guard);
      await copy.source.ready();
      const [once, other] = [rootKey, user.key].map((key) => {
        const { accessKeyId, accessKeySecret } = key;
        const signed = signRequest(
          { method: 'POST', target: '/orders', headers: [['host', 'orders.example']] },
          { accessKeyId, accessKeySecret },
          { scheme: 'ACS3-HMAC-SHA256', now: Date.now() + 10 * minute, nonce: crypto.randomUUID() },
        );
        return { ...signed, peerAddress: '198.51.100.7', secure: true };
      });
      /** Another guard each time, without a nonce store of its own. */
      const judge = async (request: GuardRequest) => {
        const signature = readSignature(request);
        if ('refused' in signature) return signature.code;
        const judging = new Guard({ source: copy.source, nonces: new NonceMemory(), now: Date.now });
        const identity = await judging.authenticate(request, signature, { product: 'orders', region: '*' });
        return identity.refused ? identity.code : identity.principal.type;
      };
      assert.equal(await judge(once!), 'root');
      await server.restart();
      await copy.until(() => copy.state.phase === 'away');
      copy.time.fire();
      await copy.until(() => copy.state.phase === 'current');
      assert.equal(await judge(once!), 'SignatureNonceUsed');
      assert.equal(await judge(other!), 'ram-user');
      await copy.close();
    });

    test('a request at the end of its validity is refused as already served', async () => {
      const request = signedRequest(server.url, user.key, 'ACS3', { now: Date.now() + 14 * minute });
      assert.equal((await send(server.url, request)).status, 200);
      try {
        // 28 minutes later it is 14 minutes old: still valid, except for its nonce.
        ahead = 28 * minute;
        await server.restart();
        assert.equal(readJson(await send(server.url, request)).code, 'SignatureNonceUsed');
      } finally {
        ahead = 0;
        await server.restart();
      }
    });

    test('permanent keys, temporary keys and keys of the root still sign', async () => {
      await server.restart();
      for (const key of [user.key, server.account.key, temporary, rootKey]) {
        for (const way of ways) assert.equal((await callRaw(server.url, key, way)).code, 'OK', way);
      }
    });

    test('revoked credentials are still revoked', async () => {
      const leaver = await server.newUser(server.account, 'leaver');
      const change = async (action: string, parameters: Record<string, string> = {}) => {
        const answer = await callRaw(server.url, server.account.key, 'ACS3', {
          version: '2015-05-01',
          action,
          parameters: { UserName: 'leaver', UserAccessKeyId: leaver.key.accessKeyId, ...parameters },
        });
        assert.equal(answer.code, 'OK', answer.message);
      };
      await change('UpdateAccessKey', { Status: 'Inactive' });
      await server.restart();
      assert.equal((await callRaw(server.url, leaver.key, 'ACS3')).code, 'InvalidAccessKeyId.Inactive');
      await change('DeleteAccessKey');
      await server.restart();
      assert.equal((await callRaw(server.url, leaver.key, 'ACS3')).code, 'InvalidAccessKeyId.NotFound');
    });

    test('every earlier call is in the audit log, and the last use of the key is unchanged', async () => {
      const answers = [];
      for (const way of ways) answers.push(await callRaw(server.url, user.key, way));
      const forged = await callRaw(server.url, { ...user.key, accessKeySecret: 'guessed' }, 'ACS3');
      const requestIds = [...answers, forged].map(({ body }) => String(body['RequestId']));
      await server.restart();
      const events = await server.services.store.queries
        .selectFrom('audit_records')
        .select(['event_id', 'error_code'])
        .where('event_id', 'in', requestIds)
        .execute();
      const byId = new Map(events.map((event) => [event.event_id, event.error_code]));
      assert.deepEqual(
        requestIds.map((id) => byId.get(id)),
        ['', '', '', '', 'SignatureDoesNotMatch'],
      );
      const used = await callRaw(server.url, server.account.key, 'ACS3', {
        version: '2019-08-15',
        action: 'GetAccessKeyLastUsed',
        parameters: { UserPrincipalName: user.userPrincipalName, UserAccessKeyId: user.key.accessKeyId },
      });
      const { LastUsedDate, ServiceName } = used.body['AccessKeyLastUsed'] as Record<string, string>;
      assert.match(LastUsedDate ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.equal(ServiceName, 'Sts');
    });
  });
});
