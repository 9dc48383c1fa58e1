import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import { disableIdleKeys } from '../src/access-keys/idle-keys.ts';
import { DAY_MS } from '../src/limits.ts';
import type { Clients } from './clients.ts';
import { eachServer, refused, type TestServer, type TestUser } from './server.ts';

/** The same steps in both dialects, through the official client of each. */
function dialects(clients: Clients, user: Pick<TestUser, 'userName' | 'userPrincipalName'>) {
  const { userName, userPrincipalName } = user;
  return {
    Ims: {
      create: async () =>
        (await clients.ims.createAccessKey(new ims.CreateAccessKeyRequest({ userPrincipalName }))).body
          ?.accessKey,
      list: async () =>
        (await clients.ims.listAccessKeys(new ims.ListAccessKeysRequest({ userPrincipalName }))).body
          ?.accessKeys?.accessKey ?? [],
      update: (userAccessKeyId: string, status: string) =>
        clients.ims.updateAccessKey(
          new ims.UpdateAccessKeyRequest({ userPrincipalName, userAccessKeyId, status }),
        ),
      delete: (userAccessKeyId: string) =>
        clients.ims.deleteAccessKey(new ims.DeleteAccessKeyRequest({ userPrincipalName, userAccessKeyId })),
      lastUsed: async (userAccessKeyId: string) =>
        (
          await clients.ims.getAccessKeyLastUsed(
            new ims.GetAccessKeyLastUsedRequest({ userPrincipalName, userAccessKeyId }),
          )
        ).body?.accessKeyLastUsed?.lastUsedDate,
    },
    Ram: {
      create: async () =>
        (await clients.ram.createAccessKey(new ram.CreateAccessKeyRequest({ userName }))).body?.accessKey,
      list: async () =>
        (await clients.ram.listAccessKeys(new ram.ListAccessKeysRequest({ userName }))).body?.accessKeys
          ?.accessKey ?? [],
      update: (userAccessKeyId: string, status: string) =>
        clients.ram.updateAccessKey(new ram.UpdateAccessKeyRequest({ userName, userAccessKeyId, status })),
      delete: (userAccessKeyId: string) =>
        clients.ram.deleteAccessKey(new ram.DeleteAccessKeyRequest({ userName, userAccessKeyId })),
      lastUsed: async (userAccessKeyId: string) =>
        (
          await clients.ram.getAccessKeyLastUsed(
            new ram.GetAccessKeyLastUsedRequest({ userName, userAccessKeyId }),
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
        test('a key lives: made, listed, disabled, used, deleted', async () => {
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

        test("another user's key, nobody's key and a malformed request change nothing", async () => {
          const one = await server.newUser(server.account, `one-${product}`);
          const two = await server.newUser(server.account, `other-${product}`);
          const keysOfTwo = dialects(server.account.admin, two)[product];
          await refused(keysOfTwo.delete(one.key.accessKeyId), 'EntityNotExist.User.AccessKey', 404);
          await refused(keysOfTwo.update(one.key.accessKeyId, 'Gone'), 'InvalidParameter.Status.Format', 400);
          const nobody = dialects(server.account.admin, {
            userName: 'nobody',
            userPrincipalName: `nobody@${server.account.domain}`,
          })[product];
          await refused(nobody.create(), 'EntityNotExist.User', 404);
          await one.clients.sts.getCallerIdentity();
        });
      });
    }

    test('two calls at once that would make a third key: one of them is refused', async () => {
      const user = await server.newUser(server.account, 'race');
      const keys = dialects(server.account.admin, user).Ims;
      const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => keys.create()));
      assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 1);
      assert.equal((await keys.list()).length, 2);
    });

    test('a key has the permissions of its user, as they are at that moment', async () => {
      const user = await server.newUser(server.account, 'changing');
      const list = () => user.clients.callRpc('2015-05-01', 'ListUsers');
      const policy = { UserName: 'changing', PolicyName: 'AliyunRAMReadOnlyAccess', PolicyType: 'System' };
      await refused(list(), 'NoPermission', 403);
      await server.account.admin.callRpc('2015-05-01', 'AttachPolicyToUser', policy);
      await list();
      await server.account.admin.callRpc('2015-05-01', 'DetachPolicyFromUser', policy);
      await refused(list(), 'NoPermission', 403);
    });

    test('the root has every permission, two keys at most, and no RAM administrator reaches them', async () => {
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
      for (const owner of [{}, { userPrincipalName: `root@${account.domain}` }]) {
        const request = new ims.DeleteAccessKeyRequest({ ...owner, userAccessKeyId: rootKeyId });
        await assert.rejects(account.admin.ims.deleteAccessKey(request), (error: { code: string }) =>
          error.code.startsWith('EntityNotExist.User'),
        );
      }
      await root.sts.getCallerIdentity();
      assert.ok(server.log.some((line) => line.includes('AccessKey of the account root is in use')));
    });

    test('idle keys are disabled after the days the account allows; used and new ones are not', async () => {
      // A server of its own: a year passes for everybody.
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

    test('nothing of another account can be seen or touched, by any name or id', async () => {
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
