import assert from 'node:assert/strict';
import { test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import { DAY_MS, DEFAULT_LIMITS } from '../src/context/limits.ts';
import { purgeRecycleBins } from '../src/recycle-bin/purge.ts';
import type { ClientKey, Clients } from './clients.ts';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

const dateForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const unknownKey = 'LTAI5tAbsentHasThisKey00';
const unknownUser = '212345678901234567';

/** Empty for the caller itself. */
type OfUser = { readonly userId?: string };

async function createKey(clients: Clients, userName: string): Promise<ClientKey> {
  const { body } = await clients.ram.createAccessKey(new ram.CreateAccessKeyRequest({ userName }));
  const { accessKeyId, accessKeySecret } = body!.accessKey!;
  return { accessKeyId: accessKeyId!, accessKeySecret: accessKeySecret! };
}

const deleteKey = (clients: Clients, userAccessKeyId: string, userName?: string) =>
  clients.ram.deleteAccessKey(
    new ram.DeleteAccessKeyRequest({ userAccessKeyId, ...(userName === undefined ? {} : { userName }) }),
  );

async function keysOf(clients: Clients, userName: string) {
  const { body } = await clients.ram.listAccessKeys(new ram.ListAccessKeysRequest({ userName }));
  return body!.accessKeys!.accessKey!.map(({ accessKeyId, status }) => ({ accessKeyId, status }));
}

const enableKey = (clients: Clients, userAccessKeyId: string, userName: string) =>
  clients.ram.updateAccessKey(
    new ram.UpdateAccessKeyRequest({ userAccessKeyId, userName, status: 'Active' }),
  );

async function binnedKeys(clients: Clients, of: OfUser = {}) {
  const { body } = await clients.ims.listAccessKeysInRecycleBin(
    new ims.ListAccessKeysInRecycleBinRequest(of),
  );
  return body!.accessKeys!.accessKey!;
}

const idsInBin = async (clients: Clients, of: OfUser = {}) =>
  (await binnedKeys(clients, of)).map((key) => key.accessKeyId);

const binnedKey = async (clients: Clients, userAccessKeyId: string) =>
  (
    await clients.ims.getAccessKeyInfoInRecycleBin(
      new ims.GetAccessKeyInfoInRecycleBinRequest({ userAccessKeyId }),
    )
  ).body!.accessKey!;

const restoreKey = (clients: Clients, userAccessKeyId: string, of: OfUser = {}) =>
  clients.ims.restoreAccessKeyFromRecycleBin(
    new ims.RestoreAccessKeyFromRecycleBinRequest({ userAccessKeyId, ...of }),
  );

const purgeKey = (clients: Clients, userAccessKeyId: string, of: OfUser = {}) =>
  clients.ims.deleteAccessKeyInRecycleBin(
    new ims.DeleteAccessKeyInRecycleBinRequest({ userAccessKeyId, ...of }),
  );

const createUser = async (clients: Clients, userName: string) =>
  (await clients.ram.createUser(new ram.CreateUserRequest({ userName }))).body!.user!.userId!;

const deleteUser = (clients: Clients, userId: string) =>
  clients.ims.deleteUser(new ims.DeleteUserRequest({ userId }));

async function binnedUsers(clients: Clients, request: Record<string, unknown> = {}) {
  const { body } = await clients.ims.listUsersInRecycleBin(new ims.ListUsersInRecycleBinRequest(request));
  return body!;
}

const binnedUser = async (clients: Clients, request: Record<string, string>) =>
  (await clients.ims.getUserInRecycleBin(new ims.GetUserInRecycleBinRequest(request))).body!.user!;

const restoreUser = (clients: Clients, userId: string) =>
  clients.ims.restoreUserFromRecycleBin(new ims.RestoreUserFromRecycleBinRequest({ userId }));

const purgeUser = (clients: Clients, userId: string) =>
  clients.ims.deleteUserInRecycleBin(new ims.DeleteUserInRecycleBinRequest({ userId }));

const whoAmI = (server: TestServer, key: ClientKey) => server.clients(key).sts.getCallerIdentity();

async function attachPolicy(
  account: TestAccount,
  userName: string,
  policyName: string,
  statement: object,
): Promise<void> {
  const policyDocument = JSON.stringify({ Version: '1', Statement: [statement] });
  await account.admin.ram.createPolicy(new ram.CreatePolicyRequest({ policyName, policyDocument }));
  await account.admin.ram.attachPolicyToUser(
    new ram.AttachPolicyToUserRequest({ userName, policyName, policyType: 'Custom' }),
  );
}

const arnOf = (account: TestAccount, userName: string) => `acs:ram:*:${account.accountId}:user/${userName}`;

eachServer((_, start) => {
  // No two calls share a millisecond, so that the order of deletions is known.
  let ticks = 0;
  const now = () => Date.now() + ticks++;
  let started: Promise<TestServer> | undefined;
  // One server for all tests; each test has an account of its own.
  const freshAccount = async () => {
    started ??= start({ now });
    const server = await started;
    const account = await server.newAccount();
    return { server, account, admin: account.admin };
  };

  // Keys.

  test('a deleted key is refused, is in the recycle bin for 30 days, and is restored inactive', async () => {
    const { server, account, admin } = await freshAccount();
    const { key, userId } = await server.newUser(account, 'alice');
    const { accessKeyId } = key;
    await deleteKey(admin, accessKeyId, 'alice');
    await refused(whoAmI(server, key), 'InvalidAccessKeyId.NotFound', 404);
    assert.deepEqual(await keysOf(admin, 'alice'), []);

    const [binned, ...others] = await binnedKeys(admin, { userId });
    assert.deepEqual(others, []);
    assert.equal(binned!.accessKeyId, accessKeyId);
    for (const date of [binned!.createDate, binned!.recycleDate, binned!.deleteDate]) {
      assert.match(date!, dateForm);
    }
    assert.equal(Date.parse(binned!.deleteDate!) - Date.parse(binned!.recycleDate!), 30 * DAY_MS);
    assert.partialDeepStrictEqual(await binnedKey(admin, accessKeyId), {
      ...binned,
      userId,
      userPrincipalName: `alice@${account.domain}`,
      userRecycled: false,
    });

    await restoreKey(admin, accessKeyId, { userId });
    assert.deepEqual(await keysOf(admin, 'alice'), [{ accessKeyId, status: 'Inactive' }]);
    assert.deepEqual(await idsInBin(admin, { userId }), []);
    await refused(whoAmI(server, key), 'InvalidAccessKeyId.Inactive', 400);
    await enableKey(admin, accessKeyId, 'alice');
    await whoAmI(server, key);
  });

  test('the recycle bin holds three keys of a user: a fourth deletes the oldest for good', async () => {
    const { admin } = await freshAccount();
    const userId = await createUser(admin, 'alice');
    const deleted: string[] = [];
    for (let index = 0; index < 4; index += 1) {
      const { accessKeyId } = await createKey(admin, 'alice');
      await deleteKey(admin, accessKeyId, 'alice');
      deleted.push(accessKeyId);
    }
    assert.deepEqual(await idsInBin(admin, { userId }), deleted.slice(1).reverse());
    await refused(binnedKey(admin, deleted[0]!), 'EntityNotExist.User.AccessKey', 404);
    await refused(restoreKey(admin, deleted[0]!, { userId }), 'EntityNotExist.User.AccessKey', 404);
  });

  test('a key is not restored to a user who has two already', async () => {
    const { admin } = await freshAccount();
    const userId = await createUser(admin, 'alice');
    const { accessKeyId } = await createKey(admin, 'alice');
    await deleteKey(admin, accessKeyId, 'alice');
    await createKey(admin, 'alice');
    const second = await createKey(admin, 'alice');
    await refused(restoreKey(admin, accessKeyId, { userId }), 'LimitExceeded.User.AccessKey', 409);
    await deleteKey(admin, second.accessKeyId, 'alice');
    await restoreKey(admin, accessKeyId, { userId });
    assert.equal((await keysOf(admin, 'alice')).length, 2);
  });

  test('a key deleted from the recycle bin is gone, and a live one cannot be deleted there', async () => {
    const { server, account, admin } = await freshAccount();
    const { key, userId } = await server.newUser(account, 'alice');
    await refused(purgeKey(admin, key.accessKeyId, { userId }), 'EntityNotExist.User.AccessKey', 404);
    await refused(restoreKey(admin, key.accessKeyId, { userId }), 'EntityNotExist.User.AccessKey', 404);
    await deleteKey(admin, key.accessKeyId, 'alice');
    await purgeKey(admin, key.accessKeyId, { userId });
    await refused(purgeKey(admin, key.accessKeyId, { userId }), 'EntityNotExist.User.AccessKey', 404);
    await refused(whoAmI(server, key), 'InvalidAccessKeyId.NotFound', 404);
  });

  test('a key is found in the recycle bin of its own user only', async () => {
    const { server, account, admin } = await freshAccount();
    const alice = await server.newUser(account, 'alice');
    const bob = await createUser(admin, 'bob');
    await deleteKey(admin, alice.key.accessKeyId, 'alice');
    const { accessKeyId } = alice.key;
    await refused(restoreKey(admin, accessKeyId, { userId: bob }), 'EntityNotExist.User.AccessKey', 404);
    await refused(purgeKey(admin, accessKeyId, { userId: bob }), 'EntityNotExist.User.AccessKey', 404);
    await refused(idsInBin(admin, { userId: unknownUser }), 'EntityNotExist.User', 404);
    // The user defaults to the caller, here the administrator.
    await refused(restoreKey(admin, accessKeyId), 'EntityNotExist.User.AccessKey', 404);
    assert.deepEqual(await idsInBin(admin), []);
    assert.deepEqual(await idsInBin(admin, { userId: alice.userId }), [accessKeyId]);
  });

  test('the root has a recycle bin of its own, which no RAM administrator can access', async () => {
    const { server, account, admin } = await freshAccount();
    const key = await account.rootKey();
    const other = await account.rootKey();
    const root = server.clients(key);
    await deleteKey(root, other.accessKeyId);
    assert.deepEqual(await idsInBin(root), [other.accessKeyId]);
    assert.partialDeepStrictEqual(await binnedKey(root, other.accessKeyId), {
      accessKeyId: other.accessKeyId,
      userId: account.accountId,
      userRecycled: false,
    });
    await refused(binnedKey(admin, other.accessKeyId), 'EntityNotExist.User.AccessKey', 404);
    await refused(idsInBin(admin, { userId: account.accountId }), 'EntityNotExist.User', 404);
    await refused(purgeKey(admin, other.accessKeyId), 'EntityNotExist.User.AccessKey', 404);
    await restoreKey(root, other.accessKeyId);
    assert.deepEqual(await idsInBin(root), []);
  });

  test('the policy by which a user manages its own keys includes its own recycle bin, and no other', async () => {
    const { server, account, admin } = await freshAccount();
    const alice = await server.newUser(account, 'alice');
    const bob = await server.newUser(account, 'bob');
    await attachPolicy(account, 'alice', 'own-keys', {
      Effect: 'Allow',
      Action: [
        'ram:CreateAccessKey',
        'ram:ListAccessKeys',
        'ram:UpdateAccessKey',
        'ram:DeleteAccessKey',
        'ram:GetAccessKeyLastUsed',
        'ram:ListAccessKeysInRecycleBin',
      ],
      Resource: arnOf(account, 'alice'),
    });
    const made = await createKey(alice.clients, 'alice');
    await deleteKey(alice.clients, made.accessKeyId);
    assert.deepEqual(await idsInBin(alice.clients), [made.accessKeyId]);
    assert.deepEqual(await idsInBin(alice.clients, { userId: alice.userId }), [made.accessKeyId]);
    for (const userId of [bob.userId, unknownUser]) {
      await refused(idsInBin(alice.clients, { userId }), 'NoPermission', 403);
    }
    // Not among the actions of that policy.
    await refused(restoreKey(alice.clients, made.accessKeyId), 'NoPermission', 403);
    await refused(purgeKey(alice.clients, made.accessKeyId), 'NoPermission', 403);
    await refused(binnedKey(alice.clients, made.accessKeyId), 'NoPermission', 403);
    await deleteKey(admin, bob.key.accessKeyId, 'bob');
    await refused(binnedKey(alice.clients, bob.key.accessKeyId), 'NoPermission', 403);
  });

  test('a Deny on one user holds, whether the request names the key or the user', async () => {
    const { server, account, admin } = await freshAccount();
    const manager = await server.newUser(account, 'manager');
    const alice = await server.newUser(account, 'alice');
    await attachPolicy(account, 'manager', 'all', { Effect: 'Allow', Action: 'ram:*', Resource: '*' });
    await attachPolicy(account, 'manager', 'not-alice', {
      Effect: 'Deny',
      Action: 'ram:*RecycleBin',
      Resource: arnOf(account, 'Alice'),
    });
    await deleteKey(admin, alice.key.accessKeyId, 'alice');
    const { clients } = manager;
    const { userId } = alice;
    await refused(binnedKey(clients, alice.key.accessKeyId), 'NoPermission', 403);
    await refused(idsInBin(clients, { userId }), 'NoPermission', 403);
    await deleteUser(admin, userId);
    await refused(idsInBin(clients, { userId }), 'NoPermission', 403);
    await refused(binnedKey(clients, alice.key.accessKeyId), 'NoPermission', 403);
    await refused(binnedUser(clients, { userId }), 'NoPermission', 403);
    await refused(binnedUser(clients, { userAccessKeyId: alice.key.accessKeyId }), 'NoPermission', 403);
    await refused(restoreUser(clients, userId), 'NoPermission', 403);
    await refused(purgeUser(clients, userId), 'NoPermission', 403);
  });

  test('a Deny on a user in the recycle bin does not reveal the name of an id or a key', async () => {
    const { server, account, admin } = await freshAccount();
    const { userId, key } = await server.newUser(account, 'secret-name');
    const { clients } = await server.newUser(account, 'curious');
    await attachPolicy(account, 'curious', 'all', { Effect: 'Allow', Action: 'ram:*', Resource: '*' });
    const Resource = `acs:ram:*:${account.accountId}:user/secret-*`;
    await attachPolicy(account, 'curious', 'but', { Effect: 'Deny', Action: 'ram:*', Resource });
    await deleteUser(admin, userId);
    for (const call of [
      () => binnedUser(clients, { userId }),
      () => binnedUser(clients, { userAccessKeyId: key.accessKeyId }),
      () => restoreUser(clients, userId),
      () => purgeUser(clients, userId),
    ]) {
      const { message } = await refused(call(), 'NoPermission', 403);
      assert.match(message, /user\/\* Action/);
    }
  });

  // Users.

  test("a deleted user's keys are refused at once and are in the recycle bin with the user", async () => {
    const { server, account, admin } = await freshAccount();
    const { key, userId } = await server.newUser(account, 'alice');
    await whoAmI(server, key);
    await deleteUser(admin, userId);
    await refused(whoAmI(server, key), 'InvalidAccessKeyId.NotFound', 404);
    assert.deepEqual(await idsInBin(admin, { userId }), [key.accessKeyId]);
    assert.partialDeepStrictEqual(await binnedKey(admin, key.accessKeyId), { userId, userRecycled: true });

    const shown = await binnedUser(admin, { userId });
    assert.deepEqual(await binnedUser(admin, { userAccessKeyId: key.accessKeyId }), shown);
    assert.equal(shown.userPrincipalName, `alice@${account.domain}`);
    assert.equal(Date.parse(shown.deleteDate!) - Date.parse(shown.recycleDate!), 30 * DAY_MS);
    // Its keys are restored with it, not before it.
    await refused(restoreKey(admin, key.accessKeyId, { userId }), 'EntityNotExist.User', 404);
    await refused(createKey(admin, 'alice'), 'EntityNotExist.User', 404);
  });

  test('a restored user has its groups, policies and tags; its keys are inactive', async () => {
    const { server, account, admin } = await freshAccount();
    const { key, userId } = await server.newUser(account, 'alice');
    const earlier = await createKey(admin, 'alice');
    await deleteKey(admin, earlier.accessKeyId, 'alice');
    await attachPolicy(account, 'alice', 'read', { Effect: 'Allow', Action: 'ram:ListUsers', Resource: '*' });
    await admin.ram.createGroup(new ram.CreateGroupRequest({ groupName: 'dev' }));
    await admin.ram.addUserToGroup(new ram.AddUserToGroupRequest({ userName: 'alice', groupName: 'dev' }));
    await admin.ims.tagResources(
      new ims.TagResourcesRequest({
        resourceType: 'user',
        resourceId: [userId],
        tag: [{ key: 'team', value: 'dev' }],
      }),
    );
    const members = async () =>
      (await admin.ram.listUsersForGroup(new ram.ListUsersForGroupRequest({ groupName: 'dev' }))).body!.users!
        .user!;
    await deleteUser(admin, userId);
    assert.deepEqual(await members(), []);
    await restoreUser(admin, userId);
    assert.deepEqual(
      (await members()).map((user) => user.userName),
      ['alice'],
    );
    assert.deepEqual(await keysOf(admin, 'alice'), [{ accessKeyId: key.accessKeyId, status: 'Inactive' }]);
    // Entries that were in the recycle bin before the user stay there.
    assert.deepEqual(await idsInBin(admin, { userId }), [earlier.accessKeyId]);
    await refused(whoAmI(server, key), 'InvalidAccessKeyId.Inactive', 400);
    await enableKey(admin, key.accessKeyId, 'alice');
    const { ims: mine } = server.clients(key);
    const listed = await mine.listUsers(new ims.ListUsersRequest({ tag: [{ key: 'team', value: 'dev' }] }));
    assert.deepEqual(
      listed.body!.users!.user!.map((user) => user.userId),
      [userId],
    );
  });

  test('the name of a deleted user is free; while another user has it the first is not restored', async () => {
    const { server, account, admin } = await freshAccount();
    const first = await createUser(admin, 'alice');
    await deleteUser(admin, first);
    const second = await server.newUser(account, 'ALICE');
    await refused(restoreUser(admin, first), 'EntityAlreadyExists.User', 409);
    await attachPolicy(account, 'ALICE', 'own', {
      Effect: 'Allow',
      Action: 'ram:*',
      Resource: arnOf(account, 'alice'),
    });
    // Permission on the name is no permission on its former user.
    for (const call of [
      () => binnedUser(second.clients, { userId: first }),
      () => restoreUser(second.clients, first),
      () => purgeUser(second.clients, first),
      () => idsInBin(second.clients, { userId: first }),
    ]) {
      await refused(call(), 'NoPermission', 403);
    }
    await deleteUser(admin, second.userId);
    await restoreUser(admin, first);
    await refused(restoreUser(admin, second.userId), 'EntityAlreadyExists.User', 409);
  });

  test('a user deleted from the recycle bin is gone with its keys, and a live one cannot be deleted there', async () => {
    const { server, account, admin } = await freshAccount();
    const { key, userId } = await server.newUser(account, 'alice');
    await refused(purgeUser(admin, userId), 'EntityNotExist.User', 404);
    await refused(restoreUser(admin, userId), 'EntityNotExist.User', 404);
    await deleteUser(admin, userId);
    await purgeUser(admin, userId);
    await refused(purgeUser(admin, userId), 'EntityNotExist.User', 404);
    await refused(restoreUser(admin, userId), 'EntityNotExist.User', 404);
    await refused(binnedUser(admin, { userId }), 'EntityNotExist.User', 404);
    await refused(binnedKey(admin, key.accessKeyId), 'EntityNotExist.User.AccessKey', 404);
    await refused(whoAmI(server, key), 'InvalidAccessKeyId.NotFound', 404);
  });

  test('the list begins with the last deleted, has pages, and is filtered by login name', async () => {
    const { account, admin } = await freshAccount();
    const deleted: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      const userId = await createUser(admin, `user-${index % 5}`);
      await deleteUser(admin, userId);
      deleted.unshift(userId);
    }
    const listed: string[] = [];
    let marker: string | undefined;
    do {
      const page = await binnedUsers(admin, { maxItems: 3, ...(marker === undefined ? {} : { marker }) });
      listed.push(...page.users!.user!.map((user) => user.userId!));
      assert.equal(page.isTruncated, listed.length < deleted.length);
      marker = page.isTruncated ? page.marker : undefined;
    } while (marker !== undefined);
    assert.deepEqual(listed, deleted);

    const named = await binnedUsers(admin, { filter: `UserPrincipalName eq USER-1@${account.domain}` });
    assert.deepEqual(
      named.users!.user!.map((user) => user.userId),
      [deleted[0], deleted[5]],
    );
    const foreign = await binnedUsers(admin, { filter: 'UserPrincipalName eq user-1@else.onaliyun.com' });
    assert.deepEqual(foreign.users!.user, []);
    await refused(binnedUsers(admin, { filter: 'anything' }), 'InvalidParameter.Filter.Format', 400);
    await refused(binnedUsers(admin, { maxItems: 1001 }), 'InvalidParameter.MaxItems.Range', 400);
    await refused(binnedUsers(admin, { marker: 'made-up' }), 'InvalidMarker', 400);
  });

  test(`the recycle bin holds ${DEFAULT_LIMITS.recycledUsersPerAccount} users: one more deletes the oldest`, async () => {
    const { server, account, admin } = await freshAccount();
    const time = now();
    await server.services.store.write(async ({ queries }) => {
      for (let index = 0; index < DEFAULT_LIMITS.recycledUsersPerAccount; index += 1) {
        await queries
          .insertInto('users')
          .values({
            user_id: `2${String(index).padStart(17, '0')}`,
            account_id: account.accountId,
            user_name: `filler-${index}`,
            user_name_key: `filler-${index}`,
            display_name: '',
            comments: '',
            email: '',
            mobile_phone: '',
            provision_type: 'Manual',
            created_at: 0,
            updated_at: 0,
            last_login_at: null,
            recycled_at: time - DEFAULT_LIMITS.recycledUsersPerAccount + index,
            purge_at: time + DAY_MS,
          })
          .execute();
      }
    });
    const [oldest, next] = [0, 1].map((index) => `2${String(index).padStart(17, '0')}`);
    await binnedUser(admin, { userId: oldest! });
    const userId = await createUser(admin, 'alice');
    await deleteUser(admin, userId);
    await refused(binnedUser(admin, { userId: oldest! }), 'EntityNotExist.User', 404);
    await binnedUser(admin, { userId: next! });
    await binnedUser(admin, { userId });
  });

  test('a user in the recycle bin is named in exactly one way', async () => {
    const { admin } = await freshAccount();
    await refused(binnedUser(admin, {}), 'MissingUserId', 400);
    await refused(
      binnedUser(admin, { userId: unknownUser, userAccessKeyId: unknownKey }),
      'InvalidParameter',
      400,
    );
    await refused(binnedUser(admin, { userAccessKeyId: unknownKey }), 'EntityNotExist.User.AccessKey', 404);
  });

  test('a role session has no recycle bin of its own', async () => {
    const { server, account, admin } = await freshAccount();
    const caller = await server.newUser(account, 'caller');
    await attachPolicy(account, 'caller', 'assume', {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Resource: '*',
    });
    const trust = {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { RAM: [`acs:ram::${account.accountId}:root`] },
    };
    await admin.ram.createRole(
      new ram.CreateRoleRequest({
        roleName: 'keeper',
        assumeRolePolicyDocument: JSON.stringify({ Version: '1', Statement: [trust] }),
      }),
    );
    await admin.ram.attachPolicyToRole(
      new ram.AttachPolicyToRoleRequest({
        roleName: 'keeper',
        policyName: 'AliyunRAMFullAccess',
        policyType: 'System',
      }),
    );
    const answer = await caller.clients.call('2015-04-01', 'AssumeRole', {
      RoleArn: `acs:ram::${account.accountId}:role/keeper`,
      RoleSessionName: 'session',
    });
    const { AccessKeyId, AccessKeySecret, SecurityToken } = answer['Credentials'] as Record<string, string>;
    const session = server.clients({
      accessKeyId: AccessKeyId!,
      accessKeySecret: AccessKeySecret!,
      securityToken: SecurityToken,
    });
    await refused(idsInBin(session), 'MissingUserName', 400);
    assert.deepEqual(await idsInBin(session, { userId: caller.userId }), []);
  });

  // Accounts and time.

  test('the recycle bins of another account are not accessible by any id, for its root as well', async () => {
    const { server, account, admin } = await freshAccount();
    const other = await server.newAccount();
    const theirs = await server.newUser(other, 'theirs');
    const gone = await server.newUser(other, 'gone');
    await deleteKey(other.admin, theirs.key.accessKeyId, 'theirs');
    await deleteUser(other.admin, gone.userId);
    for (const clients of [admin, server.clients(await account.rootKey())]) {
      for (const { userId, key } of [theirs, gone]) {
        await refused(idsInBin(clients, { userId }), 'EntityNotExist.User', 404);
        await refused(binnedKey(clients, key.accessKeyId), 'EntityNotExist.User.AccessKey', 404);
        await refused(restoreKey(clients, key.accessKeyId, { userId }), 'EntityNotExist.User', 404);
        await refused(restoreKey(clients, key.accessKeyId), 'EntityNotExist.User.AccessKey', 404);
        await refused(purgeKey(clients, key.accessKeyId, { userId }), 'EntityNotExist.User', 404);
        await refused(purgeKey(clients, key.accessKeyId), 'EntityNotExist.User.AccessKey', 404);
        await refused(binnedUser(clients, { userId }), 'EntityNotExist.User', 404);
        await refused(
          binnedUser(clients, { userAccessKeyId: key.accessKeyId }),
          'EntityNotExist.User.AccessKey',
          404,
        );
        await refused(restoreUser(clients, userId), 'EntityNotExist.User', 404);
        await refused(purgeUser(clients, userId), 'EntityNotExist.User', 404);
      }
      assert.deepEqual((await binnedUsers(clients)).users!.user, []);
    }
    assert.deepEqual(await idsInBin(other.admin, { userId: theirs.userId }), [theirs.key.accessKeyId]);
    await restoreUser(other.admin, gone.userId);
  });

  test('after 30 days keys, and users with all their data, are deleted for good', async () => {
    const { server, account, admin } = await freshAccount();
    const { services } = server;
    const alice = await server.newUser(account, 'alice');
    const bob = await server.newUser(account, 'bob');
    await attachPolicy(account, 'bob', 'read', { Effect: 'Allow', Action: 'ram:Get*', Resource: '*' });
    await admin.ram.createGroup(new ram.CreateGroupRequest({ groupName: 'dev' }));
    await admin.ram.addUserToGroup(new ram.AddUserToGroupRequest({ userName: 'bob', groupName: 'dev' }));
    await admin.ims.tagResources(
      new ims.TagResourcesRequest({
        resourceType: 'user',
        resourceId: [bob.userId],
        tag: [{ key: 'team', value: 'dev' }],
      }),
    );
    await deleteKey(admin, alice.key.accessKeyId, 'alice');
    await deleteUser(admin, bob.userId);
    const deleted = now();

    await purgeRecycleBins(services, deleted + 29 * DAY_MS);
    await binnedUser(admin, { userId: bob.userId });
    await binnedKey(admin, alice.key.accessKeyId);

    const purged = await purgeRecycleBins(services, deleted + 30 * DAY_MS);
    assert.ok(purged.accessKeys >= 2 && purged.users >= 1, JSON.stringify(purged));
    await refused(binnedUser(admin, { userId: bob.userId }), 'EntityNotExist.User', 404);
    for (const { key } of [alice, bob]) {
      await refused(binnedKey(admin, key.accessKeyId), 'EntityNotExist.User.AccessKey', 404);
    }
    const { queries } = services.store;
    for (const rows of [
      await queries.selectFrom('group_members').selectAll().where('user_id', '=', bob.userId).execute(),
      await queries.selectFrom('tags').selectAll().where('resource_id', '=', bob.userId).execute(),
      await queries
        .selectFrom('policy_attachments')
        .selectAll()
        .where('principal_id', '=', bob.userId)
        .execute(),
    ]) {
      assert.deepEqual(rows, []);
    }
    await admin.ram.getUser(new ram.GetUserRequest({ userName: 'alice' }));
  });
});
