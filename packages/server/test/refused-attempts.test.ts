/** A refusal that names a key is in the log of the key's account, whether or not its sender had the secret. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import sts from '@alicloud/sts20150401';
import type { AccessKeyRow } from '../src/store/schema.ts';
import type { ClientKey } from './clients.ts';
import { callRaw, send, signedRequest, ways } from './raw-request.ts';
import { eachServer, type TestAccount, type TestServer } from './server.ts';

const TRAIL = '2020-07-06';

interface Event {
  readonly eventName: string;
  readonly errorCode: string;
  readonly sourceIpAddress: string;
  readonly userIdentity: { readonly type: string; readonly accountId: string; readonly accessKeyId: string };
}

eachServer((_, start) => {
  describe('a refused attempt with a key', () => {
    let server: TestServer;
    let other: TestAccount;
    before(async () => {
      server = await start({ configuration: { audit: 'strict' } });
      other = await server.newAccount('other');
    });

    const seenBy = async (account: TestAccount, accessKeyId: string): Promise<Event[]> => {
      const root = server.clients(await account.rootKey());
      const answer = await root.callRpc(TRAIL, 'LookupEvents', {
        'LookupAttribute.1.Key': 'EventAccessKeyId',
        'LookupAttribute.1.Value': accessKeyId,
        Direction: 'FORWARD',
      });
      return answer['Events'] as Event[];
    };

    const changeRow = (accessKeyId: string, accountId: string, columns: Partial<AccessKeyRow>) =>
      server.services.store.write(async ({ queries, changed }) => {
        await queries
          .updateTable('access_keys')
          .set(columns)
          .where('access_key_id', '=', accessKeyId)
          .execute();
        changed({ accountId, topic: 'access-key', subject: accessKeyId });
      });

    const past = Date.now() - 1000;
    const future = Date.now() + 1_000_000;
    const nowhere = JSON.stringify({ Version: 1, Status: 'Active', Statements: [] });

    /** How a key becomes invalid, and the code with which an attempt is refused. */
    const cases: Readonly<
      Record<
        string,
        { code: string; columns?: Partial<AccessKeyRow>; secret?: string; now?: number; action?: string }
      >
    > = {
      'with a wrong secret': { code: 'SignatureDoesNotMatch', secret: 'guessed' },
      'that is disabled': { code: 'InvalidAccessKeyId.Inactive', columns: { status: 'Inactive' } },
      'that has expired': { code: 'InvalidAccessKeyId.Inactive', columns: { expires_at: past } },
      'in the recycle bin': {
        code: 'InvalidAccessKeyId.NotFound',
        columns: { status: 'Inactive', recycled_at: past, purge_at: future },
      },
      'from a network that is not allowed': {
        code: 'Forbidden.AccessKeyNetworkPolicy',
        columns: { network_policy: nowhere },
      },
      'with an old signature': { code: 'InvalidTimeStamp.Expired', now: Date.now() - 3_600_000 },
      'at an operation that does not exist': { code: 'InvalidAction.NotFound', action: 'NoSuchOperation' },
    };

    for (const [name, { code, columns, secret, now, action }] of Object.entries(cases)) {
      test(`${name} is visible to its owner, and to no other account`, async () => {
        const account = await server.newAccount('owner');
        const { key } = await server.newUser(account, 'alice');
        if (columns !== undefined) await changeRow(key.accessKeyId, account.accountId, columns);
        const tried: ClientKey = secret === undefined ? key : { ...key, accessKeySecret: secret };
        for (const way of ways) {
          const answer = await callRaw(server.url, tried, way, {
            ...(now === undefined ? {} : { now }),
            ...(action === undefined ? {} : { action }),
          });
          assert.equal(answer.code, code, way);
        }
        const events = await seenBy(account, key.accessKeyId);
        assert.deepEqual(
          events.map(({ errorCode }) => errorCode),
          ways.map(() => code),
        );
        for (const { userIdentity, sourceIpAddress } of events) {
          assert.equal(sourceIpAddress, '127.0.0.1');
          assert.equal(userIdentity.type, 'unknown', 'the user is not proven');
          assert.equal(userIdentity.accountId, account.accountId);
          assert.equal(userIdentity.accessKeyId, key.accessKeyId);
        }
      });
    }

    test('that repeats a request is visible to its owner', async () => {
      const account = await server.newAccount('owner');
      const { key } = await server.newUser(account, 'alice');
      const request = signedRequest(server.url, key, 'ACS3');
      assert.equal((await send(server.url, request)).status, 200);
      assert.equal((await send(server.url, request)).status, 400);
      const events = await seenBy(account, key.accessKeyId);
      assert.deepEqual(
        events.map(({ errorCode, userIdentity }) => [errorCode, userIdentity.type]),
        [
          ['', 'ram-user'],
          ['SignatureNonceUsed', 'unknown'],
        ],
      );
    });

    test("of a role session is visible to the account of its role; one with another key's token to no account", async () => {
      const account = await server.newAccount('owner');
      const { admin } = account;
      const trust = {
        Version: '1',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { RAM: [`acs:ram::${account.accountId}:root`] },
          },
        ],
      };
      const made = await admin.ram.createRole(
        new ram.CreateRoleRequest({ roleName: 'night', assumeRolePolicyDocument: JSON.stringify(trust) }),
      );
      const alice = await server.newUser(account, 'alice');
      await admin.ram.attachPolicyToUser(
        new ram.AttachPolicyToUserRequest({
          userName: 'alice',
          policyName: 'AliyunSTSAssumeRoleAccess',
          policyType: 'System',
        }),
      );
      const { credentials } = (
        await alice.clients.sts.assumeRole(
          new sts.AssumeRoleRequest({ roleArn: made.body!.role!.arn!, roleSessionName: 'session' }),
        )
      ).body!;
      const accessKeyId = credentials!.accessKeyId!;
      const guessed = {
        accessKeyId,
        accessKeySecret: 'guessed',
        securityToken: credentials!.securityToken!,
      };
      assert.equal((await callRaw(server.url, guessed, 'ACS3')).code, 'SignatureDoesNotMatch');
      const foreign = { ...guessed, accessKeyId: 'STS.NUgXXXXXXXXXXXXXXXXXXXXXX' };
      assert.notEqual((await callRaw(server.url, foreign, 'ACS3')).code, 'OK');
      assert.deepEqual(
        (await seenBy(account, accessKeyId)).map(({ errorCode }) => errorCode),
        ['SignatureDoesNotMatch'],
      );
      const { queries } = server.services.store;
      const rows = await queries
        .selectFrom('audit_records')
        .select('account_id')
        .where('access_key_id', '=', foreign.accessKeyId)
        .execute();
      assert.deepEqual(rows, [{ account_id: '' }]);
    });

    test('is no use of the key: it is in none of the reports of last uses', async () => {
      const account = await server.newAccount('owner');
      const alice = await server.newUser(account, 'alice');
      await callRaw(server.url, { ...alice.key, accessKeySecret: 'guessed' }, 'ACS3');
      const root = server.clients(await account.rootKey());
      const of = { AccessKey: alice.key.accessKeyId, ServiceName: 'Sts' };
      const answer = (action: string) => root.callRpc(TRAIL, action, of);
      assert.deepEqual((await answer('GetAccessKeyLastUsedIps'))['Ips'], []);
      assert.deepEqual((await answer('GetAccessKeyLastUsedEvents'))['Events'], []);
      assert.deepEqual((await answer('GetAccessKeyLastUsedResources'))['Resources'], []);
      const lastUsed = await account.admin.ims.getAccessKeyLastUsed(
        new ims.GetAccessKeyLastUsedRequest({
          userPrincipalName: alice.userPrincipalName,
          userAccessKeyId: alice.key.accessKeyId,
        }),
      );
      assert.equal(lastUsed.body?.accessKeyLastUsed?.lastUsedDate ?? '', '');
    });

    test('that does not exist is in the log of no account', async () => {
      const key = { accessKeyId: 'LTAI5tUnknownUnknownUnkn', accessKeySecret: 'guessed' };
      assert.equal((await callRaw(server.url, key, 'ACS3')).code, 'InvalidAccessKeyId.NotFound');
      assert.deepEqual(await seenBy(other, key.accessKeyId), []);
      const rows = await server.services.store.queries
        .selectFrom('audit_records')
        .select('account_id')
        .where('access_key_id', '=', key.accessKeyId)
        .execute();
      assert.deepEqual(rows, [{ account_id: '' }]);
    });
  });
});
