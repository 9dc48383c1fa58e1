import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import type { Queries } from '../src/store/store.ts';
import { eachDatabase } from './databases.ts';
import { eachServer, refused, startTestServer, type TestUser } from './server.ts';

const RAM = '2015-05-01';
const STS = '2015-04-01';

/** Changes that another node made and this node has not heard of, and the refusal that each causes. */
const UNHEARD: Readonly<
  Record<string, { readonly change: (queries: Queries, user: TestUser) => unknown; readonly code: string }>
> = {
  'the key was disabled': {
    change: (queries, { key }) =>
      queries
        .updateTable('access_keys')
        .set({ status: 'Inactive' })
        .where('access_key_id', '=', key.accessKeyId)
        .execute(),
    code: 'InvalidAccessKeyId.Inactive',
  },
  'the key was deleted': {
    change: (queries, { key }) =>
      queries
        .updateTable('access_keys')
        .set({ recycled_at: 1 })
        .where('access_key_id', '=', key.accessKeyId)
        .execute(),
    code: 'InvalidAccessKeyId.NotFound',
  },
  'the key has expired': {
    change: (queries, { key }) =>
      queries
        .updateTable('access_keys')
        .set({ expires_at: 1 })
        .where('access_key_id', '=', key.accessKeyId)
        .execute(),
    code: 'InvalidAccessKeyId.Inactive',
  },
  'the key was restricted to another network': {
    change: (queries, { key }) =>
      queries
        .updateTable('access_keys')
        .set({
          network_policy: JSON.stringify({
            Version: 1,
            Status: 'Active',
            Statements: [{ Type: 'ClassicWhiteList', IPList: ['192.0.2.0/24'] }],
          }),
        })
        .where('access_key_id', '=', key.accessKeyId)
        .execute(),
    code: 'Forbidden.AccessKeyNetworkPolicy',
  },
  'the user was deleted': {
    change: (queries, { userId }) =>
      queries.updateTable('users').set({ recycled_at: 1 }).where('user_id', '=', userId).execute(),
    code: 'InvalidAccessKeyId.NotFound',
  },
  'the policy was detached': {
    change: (queries, { userId }) =>
      queries.deleteFrom('policy_attachments').where('principal_id', '=', userId).execute(),
    code: 'NoPermission',
  },
  'the account was disabled': {
    change: async (queries, { userId }) => {
      const { account_id } = await queries
        .selectFrom('users')
        .select('account_id')
        .where('user_id', '=', userId)
        .executeTakeFirstOrThrow();
      await queries
        .updateTable('accounts')
        .set({ status: 'Disabled' })
        .where('account_id', '=', account_id)
        .execute();
    },
    code: 'InvalidAccessKeyId.Inactive',
  },
};

eachServer((_, start) => {
  for (const [what, { change, code }] of Object.entries(UNHEARD)) {
    test(`a write is refused when ${what} by a node that this one has not heard from`, async () => {
      const server = await start();
      const account = await server.newAccount();
      const user = await server.newUser(account, 'caller');
      const { clients, userName } = user;
      await account.admin.callRpc(RAM, 'AttachPolicyToUser', {
        UserName: userName,
        PolicyName: 'AliyunRAMFullAccess',
        PolicyType: 'System',
      });
      // The node holds the credential in memory from here on.
      await clients.callRpc(RAM, 'ListUsers');
      await server.services.store.write(async ({ queries }) => {
        await change(queries, user);
      });
      await refused(clients.callRpc(RAM, 'CreateUser', { UserName: 'made-by-caller' }), code);
      const rows = await server.services.store.queries
        .selectFrom('users')
        .select('user_name')
        .where('user_name', '=', 'made-by-caller')
        .execute();
      assert.deepEqual(rows, []);
    });
  }
});

eachDatabase((name, { freshLocation }) => {
  if (name !== 'PostgreSQL') return;
  test('a node that has heard of no change for too long refuses, and recovers', async () => {
    const location = await freshLocation();
    assert.ok(location.kind === 'postgres');
    const server = await startTestServer({ configuration: { maxStaleness: '1s' } }, location.url);
    const other = new pg.Client({ connectionString: location.url });
    await other.connect();
    try {
      const { admin } = server.account;
      await admin.callRpc(STS, 'GetCallerIdentity');
      await other.query('begin');
      // The log of changes cannot be read; everything else can.
      await other.query('lock table changes in access exclusive mode');
      const stale = await untilRefused(() => admin.callRpc(STS, 'GetCallerIdentity'));
      assert.equal(stale.code, 'ServiceUnavailable.CredentialsStale');
      await refused(
        admin.callRpc(RAM, 'CreateUser', { UserName: 'new' }),
        'ServiceUnavailable.CredentialsStale',
        503,
      );
      const answer = await fetch(`${server.url}/?Action=ListUsers&Version=${RAM}`, { method: 'POST' });
      assert.equal(answer.status, 503);
      assert.equal(answer.headers.get('retry-after'), '1');
      await other.query('rollback');
      await untilAnswered(() => admin.callRpc(STS, 'GetCallerIdentity'));
      await admin.callRpc(RAM, 'CreateUser', { UserName: 'new' });
    } finally {
      await other.end();
      await server.close();
    }
  });
});

async function untilRefused(call: () => Promise<unknown>): Promise<{ readonly code: string }> {
  for (;;) {
    try {
      await call();
    } catch (error) {
      return error as { readonly code: string };
    }
  }
}

async function untilAnswered(call: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await call();
      return;
    } catch (error) {
      assert.equal((error as { readonly code: string }).code, 'ServiceUnavailable.CredentialsStale');
    }
  }
}
