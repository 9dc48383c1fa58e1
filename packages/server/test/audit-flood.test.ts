/** Audit records that senders without a key can cause. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventJson } from '../src/audit/stored-event.ts';
import { SamlIdentityProvider } from './identity-providers.ts';
import { callRaw } from './raw-request.ts';
import { callAnonymously, SamlAccount } from './saml-account.ts';
import { eachServer, type TestServer } from './server.ts';

eachServer((_, start) => {
  describe('refusals without a verified signature', () => {
    const now = Date.now();
    let server: TestServer;
    let corp: SamlAccount;
    before(async () => {
      server = await start({ now: () => now });
      corp = await SamlAccount.make(server, new SamlIdentityProvider());
    });
    const events = () => server.services.store.queries.selectFrom('audit_records').selectAll().execute();

    test('are recorded one by one, and beyond sixty at once as one event with their number', async () => {
      const { url } = server;
      const guessed = { ...corp.account.key, accessKeySecret: 'guessed' };
      const unknown = { accessKeyId: 'LTAI5tUnknownUnknownUnkn', accessKeySecret: 'guessed' };
      // Each fails before a signature is verified, at another step.
      const ways: (() => Promise<unknown>)[] = [
        () => fetch(url, { method: 'POST' }),
        () => fetch(`${url}/?Action=NoSuch&Version=2015-05-01`, { method: 'POST' }),
        () => fetch(`${url}/?Action=ListUsers&Version=2015-05-01`, { method: 'POST' }),
        () => callRaw(url, guessed, 'ACS3', { now }),
        () => callRaw(url, unknown, 'RPC 1.0 by GET', { now }),
        () => callRaw(url, corp.account.key, 'ACS3', { now: now - 3_600_000 }),
        () => corp.show(corp.unsigned()),
        () => callAnonymously(url, 'AssumeRoleWithOIDC', {}),
      ];
      const each = 25;
      for (let round = 0; round < each; round++) await Promise.all(ways.map((way) => way()));
      // Verified callers are not counted among them; they are bounded by the bytes of their own rate.
      const user = await server.newUser(corp.account, 'alice');
      for (let round = 0; round < 70; round++) {
        const call = { version: '2015-05-01', action: 'ListUsers', now };
        assert.equal((await callRaw(url, user.key, 'ACS3', call)).code, 'NoPermission');
      }
      const metrics = await (await fetch(`${server.adminUrl}/metrics`)).text();
      assert.match(metrics, /claviger_audit_refusals_counted_total 140\n/);
      await server.restart();
      const rows = await events();
      // Refusals that name a key are in the log of its account, the others in the log without an account.
      const withoutAccount = rows.filter(
        ({ account_id, user_name, access_key_id }) =>
          account_id === '' || (user_name === '' && access_key_id === corp.account.key.accessKeyId),
      );
      for (const { account_id, access_key_id } of withoutAccount) {
        const isTheirs = access_key_id === corp.account.key.accessKeyId;
        assert.equal(account_id, isTheirs ? corp.account.accountId : '');
      }
      const [summary, ...more] = withoutAccount.filter(({ event_name }) => event_name === 'RefusalSummary');
      assert.deepEqual(more, []);
      assert.equal(withoutAccount.length, 61);
      const { additionalEventData } = JSON.parse(eventJson(summary!));
      assert.equal(additionalEventData.Refusals, String(each * ways.length - 60));
      assert.equal(summary!.source_ip, '127.0.0.1');
      assert.equal(
        rows.filter(({ user_name, error_code }) => user_name === 'alice' && error_code === 'NoPermission')
          .length,
        70,
      );
    });

    test('of a key are bounded by their bytes, then counted as one event of its account', async () => {
      const user = await server.newUser(server.account, 'flooder');
      const call = (action: string, UserName: string) =>
        callRaw(server.url, user.key, 'ACS3 with a form', {
          version: '2015-05-01',
          action,
          now,
          parameters: { UserName },
        });
      const rounds = 12;
      const perRound = 20;
      for (let round = 0; round < rounds; round++) {
        const calls = Array.from({ length: perRound }, () => call('GetUser', '"'.repeat(30_000)));
        for (const { code } of await Promise.all(calls)) assert.match(code, /^InvalidParameter/);
      }
      // Refusals of other users are recorded as before.
      const other = await server.newUser(server.account, 'bystander');
      const denied = { version: '2015-05-01', action: 'ListUsers', now };
      assert.equal((await callRaw(server.url, other.key, 'ACS3', denied)).code, 'NoPermission');
      await server.restart();
      const rows = (await events()).filter(({ account_id }) => account_id === server.account.accountId);
      const refusals = rows.filter(
        ({ user_name, error_code }) => user_name === 'flooder' && error_code !== '',
      );
      const bytes = refusals.map(({ event }) => Buffer.byteLength(event));
      assert.ok(Math.max(...bytes) <= 4096);
      const total = bytes.reduce((sum, one) => sum + one, 0);
      assert.ok(total <= 256 * 1024, String(total));
      const summaries = rows.filter(({ event_name }) => event_name === 'RefusalSummary');
      const [summary] = summaries;
      assert.equal(summaries.length, 1);
      assert.equal(summary!.user_name, 'flooder');
      const { additionalEventData, userIdentity } = JSON.parse(eventJson(summary!));
      assert.equal(userIdentity.principalId, user.userId);
      assert.equal(Number(additionalEventData.Refusals) + refusals.length, rounds * perRound);
      assert.ok(rows.some(({ user_name, error_code }) => user_name === 'bystander' && error_code !== ''));
    });
  });
});
