import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import { disableIdleKeys } from '../src/access-keys/idle-keys.ts';
import { DAY_MS } from '../src/context/limits.ts';
import type { Clients } from './clients.ts';
import { eachServer, refused, type TestServer } from './server.ts';

/** Returns the same steps for both APIs, through the official client of each. */
function dialects(
  clients: Clients,
  user: { readonly userName: string | undefined; readonly userPrincipalName: string | undefined },
) {
  // An undefined user name is left out, as by a caller who names no user.
  const userName = user.userName === undefined ? {} : { userName: user.userName };
  const userPrincipalName =
    user.userPrincipalName === undefined ? {} : { userPrincipalName: user.userPrincipalName };
  return {
    Ims: {
      create: async () =>
        (await clients.ims.createAccessKey(new ims.CreateAccessKeyRequest({ ...userPrincipalName }))).body
          ?.accessKey,
      list: async () =>
        (await clients.ims.listAccessKeys(new ims.ListAccessKeysRequest({ ...userPrincipalName }))).body
          ?.accessKeys?.accessKey ?? [],
      update: (userAccessKeyId: string, status: string) =>
        clients.ims.updateAccessKey(
          new ims.UpdateAccessKeyRequest({ ...userPrincipalName, userAccessKeyId, status }),
        ),
      delete: (userAccessKeyId: string) =>
        clients.ims.deleteAccessKey(
          new ims.DeleteAccessKeyRequest({ ...userPrincipalName, userAccessKeyId }),
        ),
      lastUsed: async (userAccessKeyId: string) =>
        (
          await clients.ims.getAccessKeyLastUsed(
            new ims.GetAccessKeyLastUsedRequest({ ...userPrincipalName, userAccessKeyId }),
          )
        ).body?.accessKeyLastUsed?.lastUsedDate,
    },
    Ram: {
      create: async () =>
        (await clients.ram.createAccessKey(new ram.CreateAccessKeyRequest({ ...userName }))).body?.accessKey,
      list: async () =>
        (await clients.ram.listAccessKeys(new ram.ListAccessKeysRequest({ ...userName }))).body?.accessKeys
          ?.accessKey ?? [],
      update: (userAccessKeyId: string, status: string) =>
        clients.ram.updateAccessKey(new ram.UpdateAccessKeyRequest({ ...userName, userAccessKeyId, status })),
      delete: (userAccessKeyId: string) =>
        clients.ram.deleteAccessKey(new ram.DeleteAccessKeyRequest({ ...userName, userAccessKeyId })),
      lastUsed: async (userAccessKeyId: string) =>
        (
          await clients.ram.getAccessKeyLastUsed(
            new ram.GetAccessKeyLastUsedRequest({ ...userName, userAccessKeyId }),
          )
        ).body?.accessKeyLastUsed?.lastUsedDate,
    },
  };
}

eachServer((_, start) => {
  describe('AccessKeys', () => {
    let server: TestServer;
    before(async () => {
      server = await start();
    });

    for (const product of ['Ims', 'Ram'] as const) {
      describe(product, () => {
        test('a key is created, listed, disabled, used and deleted', async () => {
          const user = await server.newUser(server.account, `life-${product}`);
          const keys = dialects(server.account.admin, user)[product];
          const made = await keys.create();
          assert.match(made?.accessKeyId ?? '', /^LTAI5t[A-Za-z0-9]{18}$/);
          assert.match(made?.accessKeySecret ?? '', /^[A-Za-z0-9]{30}$/);
          assert.match(made?.createDate ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
          assert.equal(made?.status, 'Active');
          const id = made?.accessKeyId ?? '';
          const listed = await keys.list();
          assert.deepEqual(
            new Set(listed.map((key) => key.accessKeyId)),
            new Set([user.key.accessKeyId, id]),
          );
          assert.ok(!JSON.stringify(listed).toLowerCase().includes('secret'));
          assert.equal(await keys.lastUsed(id), '');
          const own = server.clients({ accessKeyId: id, accessKeySecret: made?.accessKeySecret ?? '' });
          await own.sts.getCallerIdentity();
          assert.match((await keys.lastUsed(id)) ?? '', /^\d{4}-/);
          await keys.update(id, 'Inactive');
          assert.equal((await keys.list()).find((key) => key.accessKeyId === id)?.status, 'Inactive');
          await refused(own.sts.getCallerIdentity(), 'InvalidAccessKeyId.Inactive', 400);
          await keys.update(id, 'Active');
          await own.sts.getCallerIdentity();
          await keys.delete(id);
          assert.deepEqual(
            (await keys.list()).map((key) => key.accessKeyId),
            [user.key.accessKeyId],
          );
          await refused(keys.delete(id), 'EntityNotExist.User.AccessKey', 404);
          await refused(keys.update(id, 'Active'), 'EntityNotExist.User.AccessKey', 404);
        });

        test('a third key is refused, also while one is disabled; one in the recycle bin does not count', async () => {
          const user = await server.newUser(server.account, `two-${product}`);
          const keys = dialects(server.account.admin, user)[product];
          await keys.create();
          await refused(keys.create(), 'LimitExceeded.User.AccessKey', 409);
          await keys.update(user.key.accessKeyId, 'Inactive');
          await refused(keys.create(), 'LimitExceeded.User.AccessKey', 409);
          await keys.delete(user.key.accessKeyId);
          await keys.create();
        });

        test("another user's key, an unknown key and a malformed request change nothing", async () => {
          const one = await server.newUser(server.account, `one-${product}`);
          const two = await server.newUser(server.account, `other-${product}`);
          const keysOfTwo = dialects(server.account.admin, two)[product];
          await refused(keysOfTwo.delete(one.key.accessKeyId), 'EntityNotExist.User.AccessKey', 404);
          await refused(keysOfTwo.update(one.key.accessKeyId, 'Gone'), 'InvalidParameter.Status.Format', 400);
          const absent = dialects(server.account.admin, {
            userName: 'absent',
            userPrincipalName: `absent@${server.account.domain}`,
          })[product];
          await refused(absent.create(), 'EntityNotExist.User', 404);
          await one.clients.sts.getCallerIdentity();
        });
      });
    }

    test('answers have the fields of their API only', async () => {
      const user = await server.newUser(server.account, 'fields');
      const { admin } = server.account;
      const names = (value: unknown) => Object.keys(value as object).sort();
      for (const [version, owner, listed, used] of [
        [
          '2019-08-15',
          { UserPrincipalName: user.userPrincipalName },
          ['AccessKeyId', 'CreateDate', 'Status', 'UpdateDate'],
          ['LastUsedDate', 'ServiceName'],
        ],
        ['2015-05-01', { UserName: 'fields' }, ['AccessKeyId', 'CreateDate', 'Status'], ['LastUsedDate']],
      ] as const) {
        const created = await admin.callRpc(version, 'CreateAccessKey', owner);
        assert.deepEqual(names(created), ['AccessKey', 'RequestId']);
        assert.deepEqual(names(created['AccessKey']), [
          'AccessKeyId',
          'AccessKeySecret',
          'CreateDate',
          'Status',
        ]);
        const { AccessKeyId } = created['AccessKey'] as { readonly AccessKeyId: string };
        const key = { ...owner, UserAccessKeyId: AccessKeyId };
        const list = await admin.callRpc(version, 'ListAccessKeys', owner);
        assert.deepEqual(names(list), ['AccessKeys', 'RequestId']);
        const { AccessKey: rows } = list['AccessKeys'] as { readonly AccessKey: readonly object[] };
        for (const row of rows) assert.deepEqual(names(row), listed);
        const lastUsed = await admin.callRpc(version, 'GetAccessKeyLastUsed', key);
        assert.deepEqual(names(lastUsed), ['AccessKeyLastUsed', 'RequestId']);
        assert.deepEqual(names(lastUsed['AccessKeyLastUsed']), used);
        const updated = await admin.callRpc(version, 'UpdateAccessKey', { ...key, Status: 'Inactive' });
        assert.deepEqual(names(updated), ['RequestId']);
        assert.deepEqual(names(await admin.callRpc(version, 'DeleteAccessKey', key)), ['RequestId']);
      }
    });

    test('a user without keys has an empty list, in every format', async () => {
      await server.account.admin.callRpc('2015-05-01', 'CreateUser', { UserName: 'keyless' });
      const absent = { userName: 'keyless', userPrincipalName: `keyless@${server.account.domain}` };
      const { Ims, Ram } = dialects(server.account.admin, absent);
      assert.deepEqual([await Ims.list(), await Ram.list()], [[], []]);
    });

    for (const product of ['Ims', 'Ram'] as const) {
      test(`${product} defaults to the calling user: a user rotates its own key`, async () => {
        const user = await server.newUser(server.account, `self-${product}`);
        const { admin, accountId } = server.account;
        await admin.callRpc('2015-05-01', 'CreatePolicy', {
          PolicyName: `self-${product}`,
          PolicyDocument: JSON.stringify({
            Version: '1',
            Statement: [
              {
                Effect: 'Allow',
                Action: 'ram:*AccessKey*',
                Resource: `acs:ram:*:${accountId}:user/self-${product}`,
              },
            ],
          }),
        });
        await admin.callRpc('2015-05-01', 'AttachPolicyToUser', {
          UserName: user.userName,
          PolicyName: `self-${product}`,
          PolicyType: 'Custom',
        });
        const self = { userName: undefined, userPrincipalName: undefined };
        const before = dialects(user.clients, self)[product];
        const next = await before.create();
        const clients = server.clients({
          accessKeyId: next?.accessKeyId ?? '',
          accessKeySecret: next?.accessKeySecret ?? '',
        });
        const after = dialects(clients, self)[product];
        await after.update(user.key.accessKeyId, 'Inactive');
        await refused(user.clients.sts.getCallerIdentity(), 'InvalidAccessKeyId.Inactive', 400);
        await after.delete(user.key.accessKeyId);
        assert.deepEqual(
          (await after.list()).map((key) => key.accessKeyId),
          [next?.accessKeyId],
        );
        // A key may delete itself, and is refused from then on.
        await after.delete(next?.accessKeyId ?? '');
        await refused(after.list(), 'InvalidAccessKeyId.NotFound', 404);
      });
    }

    test('a role session has no keys of its own: it has to name a user', async () => {
      const user = await server.newUser(server.account, 'visitor');
      const { admin, accountId } = server.account;
      await admin.callRpc('2015-05-01', 'CreateRole', {
        RoleName: 'key-keeper',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '1',
          Statement: [
            { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [`acs:ram::${accountId}:root`] } },
          ],
        }),
      });
      for (const [action, owner, name] of [
        ['AttachPolicyToRole', { RoleName: 'key-keeper' }, 'AliyunRAMFullAccess'],
        ['AttachPolicyToUser', { UserName: 'visitor' }, 'AliyunSTSAssumeRoleAccess'],
      ] as const) {
        await admin.callRpc('2015-05-01', action, { ...owner, PolicyName: name, PolicyType: 'System' });
      }
      const assumed = await user.clients.callRpc('2015-04-01', 'AssumeRole', {
        RoleArn: `acs:ram::${accountId}:role/key-keeper`,
        RoleSessionName: 'visit',
      });
      const credentials = assumed['Credentials'] as Record<string, string>;
      const session = server.clients({
        accessKeyId: credentials['AccessKeyId'] ?? '',
        accessKeySecret: credentials['AccessKeySecret'] ?? '',
        securityToken: credentials['SecurityToken'],
      });
      const absent = dialects(session, { userName: undefined, userPrincipalName: undefined });
      for (const product of ['Ims', 'Ram'] as const) {
        await refused(absent[product].create(), 'MissingUserName', 400);
        await refused(absent[product].list(), 'MissingUserName', 400);
        assert.equal((await dialects(session, user)[product].list()).length, 1);
      }
    });

    test('of two concurrent calls that would create a third key, one is refused', async () => {
      const user = await server.newUser(server.account, 'race');
      const keys = dialects(server.account.admin, user).Ims;
      const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => keys.create()));
      assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 1);
      assert.equal((await keys.list()).length, 2);
    });

    test('a key has the present permissions of its user', async () => {
      const user = await server.newUser(server.account, 'changing');
      const { admin } = server.account;
      const ram = (action: string, parameters: Record<string, string>) =>
        admin.callRpc('2015-05-01', action, parameters);
      const document = (Effect: string) =>
        JSON.stringify({ Version: '1', Statement: [{ Effect, Action: 'ram:ListUsers', Resource: '*' }] });
      const may = () => user.clients.callRpc('2015-05-01', 'ListUsers');
      const mayNot = () => refused(user.clients.callRpc('2015-05-01', 'ListUsers'), 'NoPermission', 403);
      const lister = { PolicyName: 'lister', PolicyType: 'Custom' };
      const denying = { PolicyName: 'denying', PolicyType: 'Custom' };
      await ram('CreatePolicy', { PolicyName: 'lister', PolicyDocument: document('Allow') });
      await ram('CreatePolicy', { PolicyName: 'denying', PolicyDocument: document('Deny') });
      await ram('CreateGroup', { GroupName: 'listers' });

      await mayNot();
      await ram('AttachPolicyToUser', { UserName: 'changing', ...lister });
      await may();
      // By a new default version of a policy, and back to the old one.
      await ram('CreatePolicyVersion', {
        PolicyName: 'lister',
        PolicyDocument: document('Deny'),
        SetAsDefault: 'true',
      });
      await mayNot();
      await ram('SetDefaultPolicyVersion', { PolicyName: 'lister', VersionId: 'v1' });
      await may();
      await ram('DetachPolicyFromUser', { UserName: 'changing', ...lister });
      await mayNot();
      // By a group.
      await ram('AttachPolicyToGroup', { GroupName: 'listers', ...lister });
      await mayNot();
      await ram('AddUserToGroup', { GroupName: 'listers', UserName: 'changing' });
      await may();
      // An explicit Deny wins, wherever it is attached.
      await ram('AttachPolicyToUser', { UserName: 'changing', ...denying });
      await mayNot();
      await ram('DetachPolicyFromUser', { UserName: 'changing', ...denying });
      await may();
      await ram('AttachPolicyToGroup', { GroupName: 'listers', ...denying });
      await mayNot();
      await ram('DetachPolicyFromGroup', { GroupName: 'listers', ...denying });
      await may();
      await ram('RemoveUserFromGroup', { GroupName: 'listers', UserName: 'changing' });
      await mayNot();
    });

    test('keys have no permissions of their own: a second key has those of the first', async () => {
      const user = await server.newUser(server.account, 'twofold');
      await server.account.admin.callRpc('2015-05-01', 'AttachPolicyToUser', {
        UserName: 'twofold',
        PolicyName: 'AliyunRAMReadOnlyAccess',
        PolicyType: 'System',
      });
      const made = await dialects(server.account.admin, user).Ims.create();
      const second = server.clients({
        accessKeyId: made?.accessKeyId ?? '',
        accessKeySecret: made?.accessKeySecret ?? '',
      });
      for (const clients of [user.clients, second]) {
        await clients.callRpc('2015-05-01', 'ListUsers');
        await refused(clients.callRpc('2015-05-01', 'CreateUser', { UserName: 'no' }), 'NoPermission', 403);
      }
    });

    test('the root has every permission and two keys at most, and RAM administrators cannot manage them', async () => {
      const account = await server.newAccount('rooted');
      const root = server.clients(await account.rootKey());
      assert.equal((await root.sts.getCallerIdentity()).body?.identityType, 'Account');
      await root.callRpc('2015-05-01', 'ListUsers');
      await root.ims.createAccessKey(new ims.CreateAccessKeyRequest({}));
      await refused(
        root.ims.createAccessKey(new ims.CreateAccessKeyRequest({})),
        'LimitExceeded.Account.AccessKey',
        409,
      );
      const own =
        (await root.ims.listAccessKeys(new ims.ListAccessKeysRequest({}))).body?.accessKeys?.accessKey ?? [];
      assert.equal(own.length, 2);
      const rootKeyId = own[0]?.accessKeyId ?? '';
      const listed = await account.admin.ims.listAccessKeys(new ims.ListAccessKeysRequest({}));
      assert.deepEqual(
        listed.body?.accessKeys?.accessKey?.map((key) => key.accessKeyId),
        [account.key.accessKeyId],
        'without a name an administrator means itself',
      );
      const { accountId, domain } = account;
      for (const owner of [
        {},
        { UserPrincipalName: `root@${domain}`, UserName: 'root', UserId: accountId },
        { UserPrincipalName: `${accountId}@${domain}`, UserName: accountId, UserId: '0' },
      ]) {
        for (const [version, action, more] of [
          ['2019-08-15', 'UpdateAccessKey', { Status: 'Inactive' }],
          ['2019-08-15', 'DeleteAccessKey', {}],
          ['2019-08-15', 'GetAccessKeyLastUsed', {}],
          ['2019-08-15', 'GetAccessKeyPolicy', {}],
          [
            '2019-08-15',
            'SetAccessKeyPolicy',
            { AccessKeyPolicy: '{"Version":1,"Status":"Active","Statements":[]}' },
          ],
          ['2019-08-15', 'GetAccessKeyInfoInRecycleBin', {}],
          ['2019-08-15', 'RestoreAccessKeyFromRecycleBin', {}],
          ['2019-08-15', 'DeleteAccessKeyInRecycleBin', {}],
          ['2015-05-01', 'UpdateAccessKey', { Status: 'Inactive' }],
          ['2015-05-01', 'DeleteAccessKey', {}],
          ['2015-05-01', 'GetAccessKeyLastUsed', {}],
        ] as const) {
          const call = account.admin.callRpc(version, action, {
            ...owner,
            UserAccessKeyId: rootKeyId,
            ...more,
          });
          const error = await call.then(
            () => assert.fail(`${version} ${action} reached a key of the root`),
            (reason: Error & { code: string }) => reason,
          );
          assert.match(error.code, /^EntityNotExist\.User/, `${action}: ${error.message}`);
        }
      }
      await root.sts.getCallerIdentity();
      assert.ok(server.log.some((line) => line.includes('AccessKey of the account root is in use')));
    });

    test('idle keys are disabled after the days that the account allows; used and new ones are not', async () => {
      // A server of its own, since its clock is moved by a year.
      const idle = await start();
      const { account } = idle;
      const user = await idle.newUser(account, 'sleeper');
      const later = Date.now() + 366 * DAY_MS;
      assert.ok((await disableIdleKeys(idle.services, Date.now())) === 0, 'nothing is idle yet');
      await idle.services.store.write(({ queries }) =>
        queries
          .insertInto('access_key_uses')
          .values({
            access_key_id: account.key.accessKeyId,
            service_name: 'Sts',
            region_id: '',
            source_ip: '127.0.0.1',
            used_at: later - DAY_MS,
          })
          .execute(),
      );
      await disableIdleKeys(idle.services, later);
      await refused(user.clients.sts.getCallerIdentity(), 'InvalidAccessKeyId.Inactive', 400);
      await account.admin.sts.getCallerIdentity();
    });

    test('no name or id gives access to another account', async () => {
      const theirs = await server.newAccount('theirs');
      const victim = await server.newUser(theirs, 'victim');
      const { admin } = server.account;
      const named = { UserPrincipalName: victim.userPrincipalName, UserAccessKeyId: victim.key.accessKeyId };
      for (const action of ['DeleteAccessKey', 'GetAccessKeyLastUsed']) {
        await refused(admin.callRpc('2019-08-15', action, named), 'EntityNotExist.User', 404);
      }
      await refused(
        admin.callRpc('2019-08-15', 'RestoreAccessKeyFromRecycleBin', {
          UserId: victim.userId,
          UserAccessKeyId: victim.key.accessKeyId,
        }),
        'EntityNotExist.User',
        404,
      );
      await refused(
        admin.callRpc('2019-08-15', 'UpdateAccessKey', {
          UserAccessKeyId: victim.key.accessKeyId,
          Status: 'Inactive',
        }),
        'EntityNotExist.User.AccessKey',
        404,
      );
      await victim.clients.sts.getCallerIdentity();
    });
  });
});
