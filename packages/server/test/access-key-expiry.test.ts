import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS } from '../src/context/limits.ts';
import { OWN } from './browser.ts';
import { callRaw } from './raw-request.ts';
import { eachServer, refused, type TestServer } from './server.ts';

const RAM = '2015-05-01';
const minute = 60 * 1000;

eachServer((_, start) => {
  let ahead = 0;
  let started: Promise<TestServer> | undefined;
  const fresh = async () => {
    ahead = 0;
    started ??= start({ now: () => Date.now() + ahead });
    const server = await started;
    const account = await server.newAccount();
    const alice = await server.newUser(account, 'alice');
    const own = (action: string, parameters: Record<string, string> = {}) =>
      account.admin.call(OWN, action, parameters);
    const UserPrincipalName = alice.userPrincipalName;
    const expire = (ExpireDate: string, UserAccessKeyId = alice.key.accessKeyId) =>
      own('SetAccessKeyExpiry', { UserPrincipalName, UserAccessKeyId, ExpireDate });
    const list = async () =>
      (await own('ListAccessKeyExpiries', { UserPrincipalName }))['AccessKeys'] as Record<string, unknown>[];
    return { server, account, alice, own, expire, list };
  };
  const at = (milliseconds: number) => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

  test('an expired key is refused like a disabled one, and works again with a later expiry', async () => {
    const { server, alice, expire, list } = await fresh();
    const call = async () => {
      const { status, code } = await callRaw(server.url, alice.key, 'ACS3', { now: Date.now() + ahead });
      return `${status} ${code}`;
    };
    const end = at(Date.now() + 10 * minute);
    assert.equal((await expire(end))['ExpireDate'], end);
    assert.equal(await call(), '200 OK');
    ahead = 11 * minute;
    assert.equal(await call(), '400 InvalidAccessKeyId.Inactive');
    assert.deepEqual(
      (await list()).map(({ ExpireDate, Expired }) => [ExpireDate, Expired]),
      [[end, true]],
    );
    await expire(at(Date.now() + 60 * minute));
    assert.equal(await call(), '200 OK');
    await expire('');
    assert.equal((await list())[0]!['ExpireDate'], '');
    ahead = 14 * minute;
    assert.equal(await call(), '200 OK');
  });

  test("RAM's own operations do not return the expiry", async () => {
    const { account, expire } = await fresh();
    await expire(at(Date.now() + 10 * minute));
    const listed = await account.admin.callRpc(RAM, 'ListAccessKeys', { UserName: 'alice' });
    const [key] = (listed['AccessKeys'] as { AccessKey: object[] }).AccessKey;
    assert.deepEqual(Object.keys(key!).sort(), ['AccessKeyId', 'CreateDate', 'Status']);
  });

  test('a ceiling sets the expiry of new keys, bounds a given one, and lists the keys beyond it', async () => {
    const { account, alice, own, expire, list } = await fresh();
    assert.equal((await own('GetAccessKeyExpiryCeiling'))['Days'], 0);
    await own('SetAccessKeyExpiryCeiling', { Days: '90' });
    assert.equal((await own('GetAccessKeyExpiryCeiling'))['Days'], 90);
    await account.admin.callRpc(RAM, 'CreateAccessKey', { UserName: 'alice' });
    const keys = await list();
    assert.deepEqual(
      keys.map(({ BeyondCeiling, ExpireDate }) => [BeyondCeiling, ExpireDate === '']),
      [
        [true, true],
        [false, false],
      ],
    );
    const created = Date.parse(String(keys[1]!['CreateDate']));
    assert.equal(keys[1]!['ExpireDate'], at(created + 90 * DAY_MS));
    const second = String(keys[1]!['AccessKeyId']);
    await refused(expire(at(created + 91 * DAY_MS), second), 'InvalidParameter', 400);
    await refused(expire('', second), 'InvalidParameter', 400);
    await expire(at(created + 30 * DAY_MS), second);
    await expire(at(created + 30 * DAY_MS), alice.key.accessKeyId);
    assert.deepEqual(
      (await list()).map(({ BeyondCeiling }) => BeyondCeiling),
      [false, false],
    );
    await own('SetAccessKeyExpiryCeiling', { Days: '0' });
    await expire('', second);
  });

  test('missing permissions and malformed parameters are refused', async () => {
    const { alice, server, own, expire } = await fresh();
    const key = { UserAccessKeyId: alice.key.accessKeyId };
    const as = (action: string, parameters: Record<string, string> = {}) =>
      alice.clients.call(OWN, action, parameters);
    await refused(as('SetAccessKeyExpiry', { ...key, ExpireDate: '' }), 'NoPermission', 403);
    await refused(as('ListAccessKeyExpiries'), 'NoPermission', 403);
    await refused(as('GetAccessKeyExpiryCeiling'), 'NoPermission', 403);
    await refused(as('SetAccessKeyExpiryCeiling', { Days: '1' }), 'NoPermission', 403);
    await refused(expire(at(Date.now() - minute)), 'InvalidParameter', 400);
    await refused(expire('tomorrow'), 'InvalidParameter.ExpireDate.Format', 400);
    await refused(expire('2026-13-40T00:00:00Z'), 'InvalidParameter.ExpireDate.Format', 400);
    await refused(own('SetAccessKeyExpiry', key), 'MissingExpireDate', 400);
    await refused(own('SetAccessKeyExpiryCeiling', { Days: '-1' }), 'InvalidParameter.Days.Range', 400);
    await refused(expire('', 'LTAI5tUnknown'), 'EntityNotExist.User.AccessKey', 404);
    const other = await server.newAccount();
    const foreign = { UserPrincipalName: alice.userPrincipalName, ...key, ExpireDate: '' };
    await refused(other.admin.call(OWN, 'SetAccessKeyExpiry', foreign), 'EntityNotExist.User', 404);
  });

  test('each operation is allowed by its own action only', async () => {
    const { account, alice } = await fresh();
    const { admin } = account;
    const key = { UserAccessKeyId: alice.key.accessKeyId };
    const calls = {
      SetAccessKeyExpiry: { ...key, ExpireDate: '' },
      ListAccessKeyExpiries: {},
      GetAccessKeyExpiryCeiling: {},
      SetAccessKeyExpiryCeiling: { Days: '0' },
      Simulate: {
        PrincipalType: 'ram-user',
        PrincipalName: 'alice',
        SimulatedAction: 'ram:GetUser',
        SimulatedResource: '*',
        PolicyDocument: JSON.stringify({
          Version: '1',
          Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
        }),
      },
    } as const;
    for (const own of Object.keys(calls)) {
      const attachment = { UserName: 'alice', PolicyName: `only-${own}`, PolicyType: 'Custom' };
      await admin.callRpc(RAM, 'CreatePolicy', {
        PolicyName: `only-${own}`,
        PolicyDocument: JSON.stringify({
          Version: '1',
          Statement: [{ Effect: 'Allow', Action: `claviger:${own}`, Resource: '*' }],
        }),
      });
      await admin.callRpc(RAM, 'AttachPolicyToUser', attachment);
      for (const [action, parameters] of Object.entries(calls)) {
        const call = alice.clients.call(OWN, action, parameters);
        if (action === own) await call;
        else assert.match((await refused(call, 'NoPermission')).message, new RegExp(`claviger:${action}`));
      }
      await admin.callRpc(RAM, 'DetachPolicyFromUser', attachment);
    }
  });

  test("a role session that a key has opened ends with the key's expiry", async () => {
    const { server, account, alice, expire } = await fresh();
    const { accountId } = account;
    await account.admin.callRpc(RAM, 'CreateRole', {
      RoleName: 'guest',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '1',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { RAM: [`acs:ram::${accountId}:root`] },
          },
        ],
      }),
    });
    const attachment = { UserName: 'alice', PolicyName: 'AliyunSTSAssumeRoleAccess', PolicyType: 'System' };
    await account.admin.callRpc(RAM, 'AttachPolicyToUser', attachment);
    const end = at(Date.now() + 10 * minute);
    await expire(end);
    const answer = await callRaw(server.url, alice.key, 'ACS3', {
      version: '2015-04-01',
      action: 'AssumeRole',
      parameters: { RoleArn: `acs:ram::${accountId}:role/guest`, RoleSessionName: 'short' },
    });
    assert.equal((answer.body['Credentials'] as { Expiration: string }).Expiration, end);
  });
});
