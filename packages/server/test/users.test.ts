import assert from 'node:assert/strict';
import { test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import { DEFAULT_LIMITS } from '../src/context/limits.ts';
import type { Clients } from './clients.ts';
import { insertUsers } from './inserted-users.ts';
import { eachServer, refused, type TestServer } from './server.ts';

const dateForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

type ImsUser = Record<string, unknown>;

async function createIms(clients: Clients, request: Record<string, unknown>) {
  const { body } = await clients.ims.createUser(
    new ims.CreateUserRequest({ displayName: 'someone', ...request }),
  );
  return body!.user!;
}

const createRam = (clients: Clients, userName: string, rest: Record<string, unknown> = {}) =>
  clients.ram.createUser(new ram.CreateUserRequest({ userName, ...rest }));

const getRam = async (clients: Clients, userName: string) =>
  (await clients.ram.getUser(new ram.GetUserRequest({ userName }))).body!.user!;

const getIms = async (clients: Clients, request: Record<string, string>) =>
  (await clients.ims.getUser(new ims.GetUserRequest(request))).body!.user!;

const updateIms = (clients: Clients, request: Record<string, string>) =>
  clients.ims.updateUser(new ims.UpdateUserRequest(request));

const deleteRam = (clients: Clients, userName: string) =>
  clients.ram.deleteUser(new ram.DeleteUserRequest({ userName }));

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  // One server for all tests; each test has an account of its own.
  const freshAccount = async () => {
    started ??= start();
    const server = await started;
    const account = await server.newAccount();
    return { server, account, login: (name: string) => `${name}@${account.domain}` };
  };

  test('IMS returns a user with all given fields, its tags, and no login yet', async () => {
    const { account, login } = await freshAccount();
    const created = await createIms(account.admin, {
      userPrincipalName: login('alice'),
      displayName: '愛麗絲',
      comments: 'two\nlines',
      email: 'alice@example.com',
      mobilePhone: '86-18688880000',
      tag: [
        { key: 'team', value: 'dev' },
        { key: 'empty', value: '' },
      ],
    });
    const shown: ImsUser = {
      userId: created.userId,
      userPrincipalName: login('alice'),
      displayName: '愛麗絲',
      comments: 'two\nlines',
      email: 'alice@example.com',
      mobilePhone: '86-18688880000',
      provisionType: 'Manual',
      createDate: created.createDate,
      updateDate: created.createDate,
      lastLoginDate: '',
      tags: {
        tag: [
          { tagKey: 'empty', tagValue: '' },
          { tagKey: 'team', tagValue: 'dev' },
        ],
      },
    };
    assert.match(created.userId!, /^2\d{17}$/);
    assert.match(created.createDate!, dateForm);
    assert.partialDeepStrictEqual(created, shown);
    const read = await getIms(account.admin, { userPrincipalName: login('alice') });
    assert.partialDeepStrictEqual(read, { ...shown, userName: 'alice' });
    const listed = await account.admin.ims.listUsers(new ims.ListUsersRequest({}));
    const alice = listed.body!.users!.user!.find((user) => user.userId === created.userId);
    assert.partialDeepStrictEqual(alice, { ...shown, status: 'active' });
  });

  test('RAM returns the same user by its name, without a domain', async () => {
    const { account, login } = await freshAccount();
    const { body } = await createRam(account.admin, 'bob', {
      displayName: 'Bob',
      comments: 'builds',
      email: 'bob@example.com',
      mobilePhone: '86-18688880001',
    });
    const created = body!.user!;
    const shown = {
      userName: 'bob',
      displayName: 'Bob',
      comments: 'builds',
      email: 'bob@example.com',
      mobilePhone: '86-18688880001',
    };
    assert.partialDeepStrictEqual(created, shown);
    assert.partialDeepStrictEqual(await getRam(account.admin, 'bob'), {
      ...shown,
      userId: created.userId,
      lastLoginDate: '',
    });
    const inIms = await getIms(account.admin, { userId: created.userId! });
    assert.equal(inIms.userPrincipalName, login('bob'));
  });

  test('IMS finds a user by login name, by id, and by one of its keys; exactly one is given', async () => {
    const { server, account, login } = await freshAccount();
    const { userId, key, userPrincipalName } = await server.newUser(account, 'alice');
    const { admin } = account;
    for (const request of [{ userPrincipalName }, { userId }, { userAccessKeyId: key.accessKeyId }]) {
      assert.equal((await getIms(admin, request)).userId, userId);
    }
    await refused(getIms(admin, {}), 'MissingUserPrincipalName', 400);
    await refused(getIms(admin, { userPrincipalName, userId }), 'InvalidParameter', 400);
    await refused(getIms(admin, { userId, userAccessKeyId: key.accessKeyId }), 'InvalidParameter', 400);
    await refused(getIms(admin, { userPrincipalName: login('absent') }), 'EntityNotExist.User', 404);
    await refused(getIms(admin, { userId: '212345678901234567' }), 'EntityNotExist.User', 404);
    await refused(
      getIms(admin, { userAccessKeyId: 'LTAI5tAbsentHasThisKey00' }),
      'EntityNotExist.User.AccessKey',
      404,
    );
  });

  test('a key of the root belongs to no user', async () => {
    const { account } = await freshAccount();
    const { accessKeyId } = await account.rootKey();
    await refused(
      getIms(account.admin, { userAccessKeyId: accessKeyId }),
      'EntityNotExist.User.AccessKey',
      404,
    );
  });

  test('names are case-insensitive, and returned as they were written', async () => {
    const { account, login } = await freshAccount();
    await createRam(account.admin, 'Alice');
    await refused(createRam(account.admin, 'aLICE'), 'EntityAlreadyExists.User', 409);
    await refused(
      createIms(account.admin, { userPrincipalName: login('ALICE') }),
      'EntityAlreadyExists.User',
      409,
    );
    assert.equal((await getRam(account.admin, 'alice')).userName, 'Alice');
    await account.admin.ram.updateUser(
      new ram.UpdateUserRequest({ userName: 'alice', newUserName: 'aliCe' }),
    );
    assert.equal((await getRam(account.admin, 'ALICE')).userName, 'aliCe');
  });

  test('no user may be called root: the account root signs in by that name', async () => {
    const { account } = await freshAccount();
    await refused(createRam(account.admin, 'Root'), 'EntityAlreadyExists.User', 409);
    await createRam(account.admin, 'alice');
    await refused(
      account.admin.ram.updateUser(new ram.UpdateUserRequest({ userName: 'alice', newUserName: 'root' })),
      'EntityAlreadyExists.User',
      409,
    );
  });

  test('a login name of another domain is refused for creating, reading and renaming', async () => {
    const { server, account, login } = await freshAccount();
    const other = await server.newAccount();
    await createRam(account.admin, 'alice');
    await createRam(other.admin, 'alice');
    const foreign = `alice@${other.domain}`;
    await refused(
      createIms(account.admin, { userPrincipalName: `bob@${other.domain}` }),
      'InvalidParameter.UserPrincipalName.Format',
      400,
    );
    await refused(getIms(account.admin, { userPrincipalName: foreign }), 'EntityNotExist.User', 404);
    await refused(
      updateIms(account.admin, { userPrincipalName: login('alice'), newUserPrincipalName: foreign }),
      'InvalidParameter.NewUserPrincipalName.Format',
      400,
    );
    await refused(
      account.admin.ims.deleteUser(new ims.DeleteUserRequest({ userPrincipalName: foreign })),
      'EntityNotExist.User',
      404,
    );
  });

  test('an update changes the given fields, and an empty text clears one', async () => {
    const { account, login } = await freshAccount();
    await createIms(account.admin, {
      userPrincipalName: login('alice'),
      comments: 'first',
      email: 'alice@example.com',
    });
    await updateIms(account.admin, {
      userPrincipalName: login('alice'),
      newDisplayName: 'Alice',
      newEmail: '',
    });
    const alice = await getIms(account.admin, { userPrincipalName: login('alice') });
    assert.equal(alice.displayName, 'Alice');
    assert.equal(alice.comments, 'first');
    assert.equal(alice.email, '');
  });

  test('a renamed user keeps its id and its keys, and is found by the new name at once', async () => {
    const { server, account, login } = await freshAccount();
    const alice = await server.newUser(account, 'alice');
    await updateIms(account.admin, { userId: alice.userId, newUserPrincipalName: login('alicia') });
    await refused(getRam(account.admin, 'alice'), 'EntityNotExist.User', 404);
    assert.equal((await getRam(account.admin, 'alicia')).userId, alice.userId);
    const me = (await alice.clients.sts.getCallerIdentity()).body!;
    assert.equal(me.arn, `acs:ram::${account.accountId}:user/alicia`);
    await createRam(account.admin, 'alice');
    await refused(
      updateIms(account.admin, { userId: alice.userId, newUserPrincipalName: login('ALICE') }),
      'EntityAlreadyExists.User',
      409,
    );
  });

  test('malformed fields are refused', async () => {
    const { account, login } = await freshAccount();
    const { admin } = account;
    const long = 'x'.repeat(129);
    const cases: [Record<string, unknown>, string][] = [
      [{ displayName: long }, 'InvalidParameter.DisplayName.Length'],
      [{ displayName: 'two\nlines' }, 'InvalidParameter.DisplayName.InvalidChars'],
      [{ comments: long }, 'InvalidParameter.Comments.Length'],
      [{ email: 'absent' }, 'InvalidParameter.Email.Format'],
      [{ email: 'a@b@c' }, 'InvalidParameter.Email.Format'],
      [{ mobilePhone: '18688880000' }, 'InvalidParameter.MobilePhone.Format'],
    ];
    for (const [fields, code] of cases) await refused(createRam(admin, 'alice', fields), code, 400);
    await refused(createRam(admin, 'a b'), 'InvalidParameter.UserName.InvalidChars', 400);
    await refused(createRam(admin, 'x'.repeat(65)), 'InvalidParameter.UserName.Length', 400);
    await createRam(admin, 'x'.repeat(64));
    await refused(createRam(admin, ''), 'MissingUserName', 400);
    await refused(
      createIms(admin, { userPrincipalName: login('alice'), displayName: '' }),
      'MissingDisplayName',
      400,
    );
    for (const principal of ['alice', `@${account.domain}`, `a b@${account.domain}`]) {
      await refused(
        createIms(admin, { userPrincipalName: principal }),
        'InvalidParameter.UserPrincipalName.Format',
        400,
      );
    }
    await refused(getRam(admin, 'alice'), 'EntityNotExist.User', 404);
  });

  test('reserved tags are refused, and the user is not created', async () => {
    const { account, login } = await freshAccount();
    const tagged = (tag: readonly Record<string, string>[]) =>
      createIms(account.admin, { userPrincipalName: login('alice'), tag });
    for (const tag of [
      { key: 'acs:x', value: '' },
      { key: 'Aliyun', value: '' },
      { key: 'x', value: 'acs:y' },
      { key: 'x', value: 'http://example.com' },
    ]) {
      await refused(tagged([tag]), 'InvalidParameter', 400);
    }
    await refused(
      tagged([
        { key: 'x', value: '1' },
        { key: 'x', value: '2' },
      ]),
      'InvalidParameter',
      400,
    );
    const many = Array.from({ length: DEFAULT_LIMITS.tagsPerResource + 1 }, (_, n) => ({
      key: `k${n}`,
      value: '',
    }));
    await refused(tagged(many), 'InvalidParameter.Tag.Length', 400);
    await tagged(many.slice(1));
  });

  test('a list has the users of one account by name, page by page, each once', async () => {
    const { server, account } = await freshAccount();
    await insertUsers(server, account, 25);
    await (await server.newAccount()).admin.callRpc('2015-05-01', 'CreateUser', { UserName: 'foreign' });
    const expected = [
      'administrator',
      ...Array.from({ length: 25 }, (_, n) => `filler-${String(n).padStart(4, '0')}`),
    ];
    const inRam: string[] = [];
    let marker: string | undefined;
    let pages = 0;
    do {
      const { body } = await account.admin.ram.listUsers(
        new ram.ListUsersRequest({ maxItems: 4, ...(marker === undefined ? {} : { marker }) }),
      );
      inRam.push(...body!.users!.user!.map((user) => user.userName!));
      assert.equal(body!.isTruncated, body!.marker !== undefined);
      marker = body!.marker;
      pages += 1;
    } while (marker !== undefined);
    assert.deepEqual(inRam, expected);
    assert.equal(pages, 7);

    const inIms: string[] = [];
    do {
      const { body } = await account.admin.ims.listUserBasicInfos(
        new ims.ListUserBasicInfosRequest({ maxItems: 13, ...(marker === undefined ? {} : { marker }) }),
      );
      inIms.push(...body!.userBasicInfos!.userBasicInfo!.map((user) => user.userPrincipalName!));
      marker = body!.marker;
    } while (marker !== undefined);
    assert.deepEqual(
      inIms,
      expected.map((name) => `${name}@${account.domain}`),
    );
  });

  test('the page size defaults to 100 in RAM and 1000 in IMS, and is from 1 to 1000', async () => {
    const { server, account } = await freshAccount();
    await insertUsers(server, account, 101);
    const inRam = await account.admin.ram.listUsers(new ram.ListUsersRequest({}));
    assert.equal(inRam.body!.users!.user!.length, 100);
    assert.equal(inRam.body!.isTruncated, true);
    const inIms = await account.admin.ims.listUsers(new ims.ListUsersRequest({}));
    assert.equal(inIms.body!.users!.user!.length, 102);
    assert.equal(inIms.body!.isTruncated, false);
    const basic = await account.admin.ims.listUserBasicInfos(new ims.ListUserBasicInfosRequest({}));
    assert.equal(basic.body!.userBasicInfos!.userBasicInfo!.length, 100);
    for (const maxItems of [0, 1001]) {
      await refused(
        account.admin.ram.listUsers(new ram.ListUsersRequest({ maxItems })),
        'InvalidParameter.MaxItems.Range',
        400,
      );
    }
    await refused(
      account.admin.ims.listUsers(new ims.ListUsersRequest({ marker: 'made-up' })),
      'InvalidMarker',
      400,
    );
  });

  test('a list is filtered by tags, all of which are required, and by status', async () => {
    const { account, login } = await freshAccount();
    const make = (name: string, tag: readonly Record<string, string>[]) =>
      createIms(account.admin, { userPrincipalName: login(name), tag });
    await make('a', [{ key: 'team', value: 'dev' }]);
    await make('b', [
      { key: 'team', value: 'dev' },
      { key: 'lead', value: 'yes' },
    ]);
    await make('c', [{ key: 'team', value: 'ops' }]);
    const names = async (request: Record<string, unknown>) => {
      const { body } = await account.admin.ims.listUsers(new ims.ListUsersRequest(request));
      return body!.users!.user!.map((user) => user.userPrincipalName!.split('@')[0]);
    };
    assert.deepEqual(await names({ tag: [{ key: 'team', value: 'dev' }] }), ['a', 'b']);
    assert.deepEqual(await names({ tag: [{ key: 'team' }] }), ['a', 'b', 'c']);
    assert.deepEqual(await names({ tag: [{ key: 'team', value: 'dev' }, { key: 'lead' }] }), ['b']);
    assert.deepEqual(await names({ tag: [{ key: 'nothing' }] }), []);
    assert.deepEqual(await names({ status: 'freeze' }), []);
    assert.deepEqual(await names({ status: 'active,freeze' }), ['a', 'administrator', 'b', 'c']);
    await refused(names({ status: 'asleep' }), 'InvalidParameter.Status.Format', 400);
  });

  test(`an account holds ${DEFAULT_LIMITS.usersPerAccount} users; those in the recycle bin do not count`, async () => {
    const { server, account } = await freshAccount();
    // With the administrator and one more it is full.
    await insertUsers(server, account, DEFAULT_LIMITS.usersPerAccount - 2);
    await createRam(account.admin, 'last');
    await refused(createRam(account.admin, 'one-more'), 'LimitExceeded.User', 409);
    await deleteRam(account.admin, 'last');
    await createRam(account.admin, 'one-more');
  });

  test('RAM deletes a user only without keys, groups and policies; IMS with them', async () => {
    const { server, account, login } = await freshAccount();
    const { admin } = account;
    const alice = await server.newUser(account, 'alice');
    const policy = { policyName: 'AliyunRAMReadOnlyAccess', policyType: 'System' };
    await admin.ram.createGroup(new ram.CreateGroupRequest({ groupName: 'dev' }));
    await admin.ram.addUserToGroup(new ram.AddUserToGroupRequest({ userName: 'alice', groupName: 'dev' }));
    await admin.ram.attachPolicyToUser(new ram.AttachPolicyToUserRequest({ ...policy, userName: 'alice' }));

    await refused(deleteRam(admin, 'alice'), 'DeleteConflict.User.AccessKey', 409);
    const { accessKeyId } = alice.key;
    await admin.ram.deleteAccessKey(
      new ram.DeleteAccessKeyRequest({ userName: 'alice', userAccessKeyId: accessKeyId }),
    );
    await refused(deleteRam(admin, 'alice'), 'DeleteConflict.User.Group', 409);
    await admin.ram.removeUserFromGroup(
      new ram.RemoveUserFromGroupRequest({ userName: 'alice', groupName: 'dev' }),
    );
    await refused(deleteRam(admin, 'alice'), 'DeleteConflict.User.Policy', 409);
    await admin.ram.detachPolicyFromUser(
      new ram.DetachPolicyFromUserRequest({ ...policy, userName: 'alice' }),
    );
    await deleteRam(admin, 'alice');
    await refused(deleteRam(admin, 'alice'), 'EntityNotExist.User', 404);

    await server.newUser(account, 'bob');
    await admin.ram.attachPolicyToUser(new ram.AttachPolicyToUserRequest({ ...policy, userName: 'bob' }));
    await admin.ims.deleteUser(new ims.DeleteUserRequest({ userPrincipalName: login('bob') }));
    await refused(getRam(admin, 'bob'), 'EntityNotExist.User', 404);
  });

  test('users of another account are not found by any name', async () => {
    const { server, account } = await freshAccount();
    const other = await server.newAccount();
    const theirs = await server.newUser(other, 'theirs');
    for (const clients of [account.admin, server.clients(await account.rootKey())]) {
      const { userId, userPrincipalName, key } = theirs;
      for (const request of [{ userPrincipalName }, { userId }]) {
        await refused(getIms(clients, request), 'EntityNotExist.User', 404);
        await refused(updateIms(clients, { ...request, newComments: 'x' }), 'EntityNotExist.User', 404);
        await refused(clients.ims.deleteUser(new ims.DeleteUserRequest(request)), 'EntityNotExist.User', 404);
      }
      await refused(
        getIms(clients, { userAccessKeyId: key.accessKeyId }),
        'EntityNotExist.User.AccessKey',
        404,
      );
      await refused(getRam(clients, 'theirs'), 'EntityNotExist.User', 404);
      await refused(deleteRam(clients, 'theirs'), 'EntityNotExist.User', 404);
      await refused(
        clients.ram.updateUser(new ram.UpdateUserRequest({ userName: 'theirs', newComments: 'x' })),
        'EntityNotExist.User',
        404,
      );
    }
    assert.equal((await getRam(other.admin, 'theirs')).comments, '');
  });

  test('a user with permission on itself only can read and update itself, and no other user', async () => {
    const { server, account, login } = await freshAccount();
    const alice = await server.newUser(account, 'alice');
    const bob = await server.newUser(account, 'bob');
    const policyDocument = JSON.stringify({
      Version: '1',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['ram:GetUser', 'ram:UpdateUser'],
          Resource: `acs:ram:*:${account.accountId}:user/alice`,
        },
      ],
    });
    const policy = { policyName: 'self', policyType: 'Custom' };
    await account.admin.ram.createPolicy(new ram.CreatePolicyRequest({ policyName: 'self', policyDocument }));
    await account.admin.ram.attachPolicyToUser(
      new ram.AttachPolicyToUserRequest({ ...policy, userName: 'alice' }),
    );
    await getRam(alice.clients, 'Alice');
    for (const request of [
      { userPrincipalName: login('alice') },
      { userId: alice.userId },
      { userAccessKeyId: alice.key.accessKeyId },
    ]) {
      await getIms(alice.clients, request);
    }
    await updateIms(alice.clients, { userId: alice.userId, newComments: 'mine' });
    await refused(getRam(alice.clients, 'bob'), 'NoPermission', 403);
    await refused(getRam(alice.clients, 'absent'), 'NoPermission', 403);
    for (const request of [
      { userPrincipalName: login('bob') },
      { userId: bob.userId },
      { userAccessKeyId: bob.key.accessKeyId },
      { userAccessKeyId: 'LTAI5tAbsentHasThisKey00' },
    ]) {
      await refused(getIms(alice.clients, request), 'NoPermission', 403);
    }
    await refused(alice.clients.ims.listUsers(new ims.ListUsersRequest({})), 'NoPermission', 403);
  });
});
