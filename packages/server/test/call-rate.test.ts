/** Call rates of keys, console sessions and accounts, and the waiting time in refusals. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Browser } from './browser.ts';
import type { ClientKey } from './clients.ts';
import { callRaw, type RawAnswer, send, signedRequest } from './raw-request.ts';
import { eachServer, type TestServer } from './server.ts';

const RAM = '2015-05-01';
const password = 'correct horse 42';

eachServer((_, start) => {
  describe('calls', () => {
    const started = async (configuration: Record<string, string>) => {
      const clock = { now: Date.now() };
      const server = await start({ configuration, now: () => clock.now });
      return { server, clock };
    };
    const whoAmI = (server: TestServer, key = server.account.key) =>
      send(server.url, signedRequest(server.url, key, 'ACS3', { format: 'JSON' }));

    const assertThrottled = ({ status, headers, text }: RawAnswer, seconds: number) => {
      assert.equal(status, 400);
      assert.equal(JSON.parse(text).Code, 'Throttling.User');
      assert.equal(headers['retry-after'], String(seconds));
      assert.equal(headers['x-acs-retry-after'], String(seconds * 1000));
    };

    test('of one key beyond its rate are refused with a waiting time; other keys are not affected', async () => {
      const { server, clock } = await started({ rateLimitPerKey: '6/m burst 5' });
      const user = await server.newUser(server.account, 'other');
      await server.newUser(server.account, 'another');
      // Four calls of the administrator have created the two users.
      assert.equal((await whoAmI(server)).status, 200);
      assertThrottled(await whoAmI(server), 10);
      const wrong = { ...user.key, accessKeySecret: 'guessed' };
      for (let call = 0; call < 10; call++) assert.equal((await whoAmI(server, wrong)).status, 400);
      for (let call = 0; call < 5; call++) assert.equal((await whoAmI(server, user.key)).status, 200);
      assertThrottled(await whoAmI(server, user.key), 10);
      clock.now += 10_000;
      assert.equal((await whoAmI(server)).status, 200);
      assertThrottled(await whoAmI(server), 10);
    });

    test('of one account beyond its rate are refused with any key; other accounts are not affected', async () => {
      const { server } = await started({ rateLimitPerAccount: '6/m burst 8' });
      const user = await server.newUser(server.account, 'other');
      await server.newUser(server.account, 'another');
      for (let call = 0; call < 4; call++) assert.equal((await whoAmI(server, user.key)).status, 200);
      assertThrottled(await whoAmI(server), 10);
      const elsewhere = await server.newAccount();
      assert.equal((await whoAmI(server, elsewhere.key)).status, 200);
    });

    test('of a guard do not count for its account, and have a rate of their own for each key', async () => {
      const { server, clock } = await started({ rateLimitPerAccount: '6/m burst 8' });
      const guard = await server.newGuard(server.account);
      const root = await server.account.rootKey();
      const other = (await server.newUser(server.account, 'other')).key;
      const ask = async ({ accessKeyId }: ClientKey) => {
        const { status, body } = await callRaw(server.url, guard, 'ACS3 with a form', {
          version: '2026-11-24',
          action: 'VerifyRequestSignature',
          parameters: {
            SignerAccessKeyId: accessKeyId,
            Scheme: 'ACS3-HMAC-SHA256',
            StringsToSign: JSON.stringify(['guessed']),
            RequestSignature: 'guessed',
            SignedNonce: 'guessed',
            SignedTime: String(clock.now),
          },
        });
        return [status, body['Code'] ?? body['Problem']];
      };
      for (let call = 0; call < 200; call++) {
        assert.deepEqual(await ask(root), [200, 'SignatureDoesNotMatch']);
      }
      assert.deepEqual(await ask(root), [400, 'Throttling.User']);
      assert.deepEqual(await ask(other), [200, 'SignatureDoesNotMatch']);
      assert.equal((await whoAmI(server)).status, 200);
    });

    test('of one console session are limited like those of a key', async () => {
      const { server } = await started({ rateLimitPerKey: '6/m burst 5' });
      const user = await server.newUser(server.account, 'other');
      const name = { UserName: user.userName };
      await server.account.admin.callRpc(RAM, 'CreateLoginProfile', { ...name, Password: password });
      const [one, two] = [new Browser(server), new Browser(server)];
      for (const browser of [one, two]) await browser.signIn(user.userPrincipalName, password);
      for (let call = 0; call < 5; call++) await one.done('GetSession');
      await one.refused('GetSession', {}, 'Throttling.User', 400);
      await two.done('GetSession');
    });

    test('are throttled everywhere with a waiting time', async () => {
      const { server } = await started({});
      for (let attempt = 0; attempt < 25; attempt++) {
        const answer = await fetch(server.url, {
          method: 'POST',
          body: new URLSearchParams({
            Action: 'SignIn',
            Version: '2026-11-24',
            LoginName: server.account.rootLoginName,
            Password: 'wrong horse 42',
          }),
        });
        const { Code } = (await answer.json()) as { readonly Code: string };
        if (Code !== 'Throttling.SignIn') continue;
        assert.deepEqual(
          ['retry-after', 'x-acs-retry-after'].map((header) => answer.headers.get(header)),
          ['30', '30000'],
        );
        return;
      }
      assert.fail('nothing was throttled');
    });
  });
});
