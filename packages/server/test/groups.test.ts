import assert from 'node:assert/strict';
import { test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import { DEFAULT_LIMITS } from '../src/context/limits.ts';
import type { Clients } from './clients.ts';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

const RAM = '2015-05-01';
const IMS = '2019-08-15';
const dateForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

const make = (clients: Clients, groupName: string) =>
  clients.ram.createGroup(new ram.CreateGroupRequest({ groupName }));

const join = (clients: Clients, userName: string, groupName: string) =>
  clients.ram.addUserToGroup(new ram.AddUserToGroupRequest({ userName, groupName }));

const leave = (clients: Clients, userName: string, groupName: string) =>
  clients.ram.removeUserFromGroup(new ram.RemoveUserFromGroupRequest({ userName, groupName }));

const remove = (clients: Clients, groupName: string) =>
  clients.ram.deleteGroup(new ram.DeleteGroupRequest({ groupName }));

const attach = (clients: Clients, groupName: string, policyName: string) =>
  clients.ram.attachPolicyToGroup(
    new ram.AttachPolicyToGroupRequest({ groupName, policyName, policyType: 'System' }),
  );

const createUser = (clients: Clients, userName: string) =>
  clients.callRpc(RAM, 'CreateUser', { UserName: userName });

/** Inserts groups into an account's tables, faster than by calls. */
async function insertGroups(server: TestServer, account: TestAccount, count: number): Promise<void> {
  await server.services.store.write(async ({ queries }) => {
    for (let index = 0; index < count; index++) {
      const name = `filler-${String(index).padStart(4, '0')}`;
      await queries
        .insertInto('groups')
        .values({
          group_id: `g-${account.accountId}-${index}`,
          account_id: account.accountId,
          group_name: name,
          group_name_key: name,
          display_name: '',
          comments: '',
          created_at: 0,
          updated_at: 0,
        })
        .execute();
    }
  });
}

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  // One server for all tests; each test has an account of its own.
  const freshAccount = async () => {
    started ??= start();
    const server = await started;
    return { server, account: await server.newAccount() };
  };

  test('RAM creates, reads, updates and deletes a group', async () => {
    const { admin } = (await freshAccount()).account;
    const created = await admin.ram.createGroup(
      new ram.CreateGroupRequest({ groupName: 'Dev-Team', comments: '开发团队' }),
    );
    const group = created.body!.group!;
    assert.match(group.groupId!, /^g-[a-z0-9]{16}$/);
    assert.match(group.createDate!, dateForm);
    assert.equal(group.groupName, 'Dev-Team');
    assert.equal(group.comments, '开发团队');

    const read = (await admin.ram.getGroup(new ram.GetGroupRequest({ groupName: 'Dev-Team' }))).body!.group!;
    assert.deepEqual({ ...read }, { ...group, updateDate: group.createDate });

    const updated = await admin.ram.updateGroup(
      new ram.UpdateGroupRequest({ groupName: 'Dev-Team', newGroupName: 'Ops', newComments: 'x' }),
    );
    assert.equal(updated.body!.group!.groupName, 'Ops');
    assert.equal(updated.body!.group!.comments, 'x');
    assert.equal(updated.body!.group!.groupId, group.groupId);
    await refused(
      admin.ram.getGroup(new ram.GetGroupRequest({ groupName: 'Dev-Team' })),
      'EntityNotExist.Group',
      404,
    );

    await remove(admin, 'Ops');
    await refused(remove(admin, 'Ops'), 'EntityNotExist.Group', 404);
  });

  test('IMS creates, reads, updates and deletes a group', async () => {
    const { admin } = (await freshAccount()).account;
    const created = await admin.ims.createGroup(
      new ims.CreateGroupRequest({ groupName: 'dev', displayName: 'Developers', comments: 'all' }),
    );
    const group = created.body!.group!;
    assert.equal(group.displayName, 'Developers');
    assert.match(group.updateDate!, dateForm);
    const read = await admin.ims.getGroup(new ims.GetGroupRequest({ groupName: 'dev' }));
    assert.deepEqual({ ...read.body!.group }, { ...group });

    const updated = await admin.ims.updateGroup(
      new ims.UpdateGroupRequest({ groupName: 'dev', newDisplayName: 'Makers' }),
    );
    assert.equal(updated.body!.group!.displayName, 'Makers');
    assert.equal(updated.body!.group!.comments, 'all');
    assert.equal(updated.body!.group!.groupName, 'dev');
    await admin.ims.deleteGroup(new ims.DeleteGroupRequest({ groupName: 'dev' }));
    const left = await admin.ims.listGroups(new ims.ListGroupsRequest({}));
    assert.deepEqual(left.body!.groups!.group, []);
  });

  test('an answer has the fields of its API only', async () => {
    const { admin } = (await freshAccount()).account;
    const fields = (answer: Record<string, unknown>) => Object.keys(answer['Group'] as object).sort();
    const dated = ['Comments', 'CreateDate', 'GroupId', 'GroupName'];
    assert.deepEqual(fields(await admin.callRpc(RAM, 'CreateGroup', { GroupName: 'a' })), dated);
    assert.deepEqual(fields(await admin.callRpc(RAM, 'GetGroup', { GroupName: 'a' })), [
      ...dated,
      'UpdateDate',
    ]);
    assert.deepEqual(
      fields(await admin.callRpc(IMS, 'CreateGroup', { GroupName: 'b' })),
      [...dated, 'DisplayName', 'UpdateDate'].sort(),
    );
    const empty = await admin.callRpc(RAM, 'ListUsersForGroup', { GroupName: 'a' });
    assert.deepEqual({ ...(empty['Users'] as object) }, { User: [] });
    assert.equal(empty['IsTruncated'], false);
    assert.ok(!('Marker' in empty));
  });

  test('an empty new comment clears the comment', async () => {
    const { admin } = (await freshAccount()).account;
    await admin.callRpc(RAM, 'CreateGroup', { GroupName: 'a', Comments: 'old' });
    const kept = await admin.callRpc(RAM, 'UpdateGroup', { GroupName: 'a', NewGroupName: 'A' });
    assert.equal((kept['Group'] as Record<string, string>)['Comments'], 'old');
    const cleared = await admin.callRpc(RAM, 'UpdateGroup', { GroupName: 'A', NewComments: '' });
    assert.equal((cleared['Group'] as Record<string, string>)['Comments'], '');
  });

  test('a second group whose name differs by case only is refused', async () => {
    const { admin } = (await freshAccount()).account;
    await make(admin, 'dev');
    await refused(make(admin, 'DEV'), 'EntityAlreadyExists.Group', 409);
    await make(admin, 'ops');
    await refused(
      admin.ims.updateGroup(new ims.UpdateGroupRequest({ groupName: 'ops', newGroupName: 'Dev' })),
      'EntityAlreadyExists.Group',
      409,
    );
    // A change of case in its own name is allowed.
    await admin.ims.updateGroup(new ims.UpdateGroupRequest({ groupName: 'ops', newGroupName: 'Ops' }));
  });

  test('a name that is missing, too long or has invalid characters is refused', async () => {
    const { admin } = (await freshAccount()).account;
    await refused(admin.callRpc(RAM, 'CreateGroup'), 'MissingGroupName', 400);
    await refused(make(admin, 'a b'), 'InvalidParameter.GroupName.InvalidChars', 400);
    await refused(make(admin, 'a'.repeat(65)), 'InvalidParameter.GroupName.Length', 400);
    await make(admin, `a.-_${'b'.repeat(60)}`);
    await refused(
      admin.callRpc(RAM, 'CreateGroup', { GroupName: 'c', Comments: 'x'.repeat(129) }),
      'InvalidParameter.Comments.Length',
      400,
    );
    await refused(
      admin.callRpc(IMS, 'CreateGroup', { GroupName: 'c', DisplayName: 'x'.repeat(25) }),
      'InvalidParameter.DisplayName.Length',
      400,
    );
  });

  test('the three hundred and first group is refused', async () => {
    const { server, account } = await freshAccount();
    await insertGroups(server, account, DEFAULT_LIMITS.groupsPerAccount - 1);
    await make(account.admin, 'last');
    await refused(make(account.admin, 'one-more'), 'LimitExceeded.Group', 409);
    const other = await server.newAccount();
    await make(other.admin, 'one-more');
  });

  test('groups are listed in pages, by name', async () => {
    const { server, account } = await freshAccount();
    await insertGroups(server, account, 205);
    const names: string[] = [];
    const sizes: number[] = [];
    let marker: string | undefined;
    do {
      const query = marker === undefined ? {} : { marker };
      const { body } = await account.admin.ims.listGroups(new ims.ListGroupsRequest(query));
      names.push(...body!.groups!.group!.map((group) => group.groupName!));
      sizes.push(body!.groups!.group!.length);
      assert.equal(body!.isTruncated, body!.marker !== undefined);
      marker = body!.marker;
    } while (marker !== undefined);
    assert.deepEqual(sizes, [100, 100, 5]);
    assert.deepEqual(names, [...names].sort());
    assert.equal(new Set(names).size, 205);

    const { body } = await account.admin.ram.listGroups(new ram.ListGroupsRequest({ maxItems: 2 }));
    assert.equal(body!.groups!.group!.length, 2);
    assert.equal(body!.isTruncated, true);
    await refused(
      account.admin.ram.listGroups(new ram.ListGroupsRequest({ maxItems: 1001 })),
      'InvalidParameter.MaxItems.Range',
      400,
    );
    await refused(
      account.admin.ram.listGroups(new ram.ListGroupsRequest({ marker: 'made-up' })),
      'InvalidMarker',
      400,
    );
  });

  test("a group's users and a user's groups are listed in both APIs", async () => {
    const { server, account } = await freshAccount();
    const { admin } = account;
    const alice = await server.newUser(account, 'alice');
    await createUser(admin, 'bob');
    for (const group of ['readers', 'writers']) await make(admin, group);
    await admin.ims.addUserToGroup(
      new ims.AddUserToGroupRequest({ groupName: 'readers', userPrincipalName: alice.userPrincipalName }),
    );
    await join(admin, 'bob', 'Readers');
    await join(admin, 'ALICE', 'writers');

    const first = await admin.ims.listUsersForGroup(
      new ims.ListUsersForGroupRequest({ groupName: 'readers', maxItems: 1 }),
    );
    // Members are listed in the order of their ids, which are random.
    const [shown] = first.body!.users!.user!;
    const isAlice = shown!.userId === alice.userId;
    assert.equal(shown!.userPrincipalName, isAlice ? alice.userPrincipalName : `bob@${account.domain}`);
    assert.match(shown!.joinDate!, dateForm);
    assert.equal(first.body!.isTruncated, true);
    const second = await admin.ram.listUsersForGroup(
      new ram.ListUsersForGroupRequest({ groupName: 'readers', marker: first.body!.marker! }),
    );
    assert.deepEqual(
      second.body!.users!.user!.map((user) => user.userName),
      [isAlice ? 'bob' : 'alice'],
    );
    assert.equal(second.body!.isTruncated, false);

    const ofAlice = await admin.ims.listGroupsForUser(
      new ims.ListGroupsForUserRequest({ userPrincipalName: alice.userPrincipalName }),
    );
    assert.deepEqual(
      ofAlice.body!.groups!.group!.map((group) => group.groupName),
      ['readers', 'writers'],
    );
    const ofBob = await admin.ram.listGroupsForUser(new ram.ListGroupsForUserRequest({ userName: 'bob' }));
    assert.deepEqual(
      ofBob.body!.groups!.group!.map((group) => group.groupName),
      ['readers'],
    );
    assert.match(ofBob.body!.groups!.group![0]!.joinDate!, dateForm);
  });

  test('a page of the users of a group has up to a thousand in RAM and a hundred in IMS', async () => {
    const { admin } = (await freshAccount()).account;
    await make(admin, 'a');
    await admin.ram.listUsersForGroup(new ram.ListUsersForGroupRequest({ groupName: 'a', maxItems: 1000 }));
    await refused(
      admin.ims.listUsersForGroup(new ims.ListUsersForGroupRequest({ groupName: 'a', maxItems: 1001 })),
      'InvalidParameter.MaxItems.Range',
      400,
    );
  });

  test('invalid membership changes are refused as Terraform expects', async () => {
    const { admin } = (await freshAccount()).account;
    await createUser(admin, 'alice');
    await make(admin, 'dev');
    await refused(join(admin, 'absent', 'dev'), 'EntityNotExist.User', 404);
    await refused(join(admin, 'alice', 'nothing'), 'EntityNotExist.Group', 404);
    await refused(leave(admin, 'alice', 'dev'), 'EntityNotExist.User.Group', 404);
    await join(admin, 'alice', 'dev');
    await refused(join(admin, 'Alice', 'DEV'), 'EntityAlreadyExists.User.Group', 409);
    await refused(
      admin.ims.addUserToGroup(
        new ims.AddUserToGroupRequest({
          groupName: 'dev',
          userPrincipalName: 'alice@elsewhere.onaliyun.com',
        }),
      ),
      'EntityNotExist.User',
      404,
    );
    await refused(
      admin.callRpc(IMS, 'AddUserToGroup', { GroupName: 'dev' }),
      'MissingUserPrincipalName',
      400,
    );
    await refused(
      admin.ram.listGroupsForUser(new ram.ListGroupsForUserRequest({ userName: 'absent' })),
      'EntityNotExist.User',
      404,
    );
  });

  test('an eleventh group of a user is refused', async () => {
    const { admin } = (await freshAccount()).account;
    await createUser(admin, 'alice');
    for (let index = 0; index <= DEFAULT_LIMITS.groupsPerUser; index++) await make(admin, `g${index}`);
    for (let index = 0; index < DEFAULT_LIMITS.groupsPerUser; index++)
      await join(admin, 'alice', `g${index}`);
    await refused(join(admin, 'alice', `g${DEFAULT_LIMITS.groupsPerUser}`), 'LimitExceeded.User.Group', 409);
    await leave(admin, 'alice', 'g0');
    await join(admin, 'alice', `g${DEFAULT_LIMITS.groupsPerUser}`);
  });

  test('a group with users or policies is not deleted', async () => {
    const { admin } = (await freshAccount()).account;
    await createUser(admin, 'alice');
    await make(admin, 'dev');
    await join(admin, 'alice', 'dev');
    await attach(admin, 'dev', 'AliyunSTSAssumeRoleAccess');
    await refused(remove(admin, 'dev'), 'DeleteConflict.Group.User', 409);
    await leave(admin, 'alice', 'dev');
    await refused(remove(admin, 'dev'), 'DeleteConflict.Group.Policy', 409);
    await admin.ram.detachPolicyFromGroup(
      new ram.DetachPolicyFromGroupRequest({
        groupName: 'dev',
        policyName: 'AliyunSTSAssumeRoleAccess',
        policyType: 'System',
      }),
    );
    await remove(admin, 'dev');
  });

  test("a group's policy permits its members, from joining until leaving, also after the group is renamed", async () => {
    const { server, account } = await freshAccount();
    const { admin } = account;
    const alice = await server.newUser(account, 'alice');
    const list = () => alice.clients.ram.listGroups(new ram.ListGroupsRequest({}));
    await make(admin, 'readers');
    await attach(admin, 'readers', 'AliyunRAMReadOnlyAccess');
    await refused(list(), 'NoPermission', 403);

    await join(admin, 'alice', 'readers');
    await list();
    await admin.ram.updateGroup(
      new ram.UpdateGroupRequest({ groupName: 'readers', newGroupName: 'viewers' }),
    );
    await list();
    await leave(admin, 'alice', 'viewers');
    await refused(list(), 'NoPermission', 403);

    await admin.ims.addUserToGroup(
      new ims.AddUserToGroupRequest({ groupName: 'viewers', userPrincipalName: alice.userPrincipalName }),
    );
    await list();
    await admin.ims.removeUserFromGroup(
      new ims.RemoveUserFromGroupRequest({
        groupName: 'viewers',
        userPrincipalName: alice.userPrincipalName,
      }),
    );
    await refused(list(), 'NoPermission', 403);
  });

  test('changing a membership needs the permission on the user and on the group', async () => {
    const { server, account } = await freshAccount();
    const { admin } = account;
    const clerk = await server.newUser(account, 'clerk');
    await createUser(admin, 'alice');
    await createUser(admin, 'boss');
    for (const group of ['dev', 'admins']) await make(admin, group);
    const allowed = (name: string) => `acs:ram:*:${account.accountId}:${name}`;
    await admin.ram.createPolicy(
      new ram.CreatePolicyRequest({
        policyName: 'clerk',
        policyDocument: JSON.stringify({
          Version: '1',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['ram:AddUserToGroup', 'ram:ListUsersForGroup'],
              Resource: [allowed('user/alice'), allowed('group/dev')],
            },
          ],
        }),
      }),
    );
    await admin.ram.attachPolicyToUser(
      new ram.AttachPolicyToUserRequest({ userName: 'clerk', policyName: 'clerk', policyType: 'Custom' }),
    );
    await refused(join(clerk.clients, 'alice', 'admins'), 'NoPermission', 403);
    await refused(join(clerk.clients, 'boss', 'dev'), 'NoPermission', 403);
    for (const [userName, groupName] of [
      ['alice', 'admins'],
      ['boss', 'dev'],
    ] as const) {
      const userPrincipalName = `${userName}@${account.domain}`;
      await refused(
        clerk.clients.ims.addUserToGroup(new ims.AddUserToGroupRequest({ groupName, userPrincipalName })),
        'NoPermission',
        403,
      );
    }
    // A denied caller does not learn whether the user exists.
    await refused(join(clerk.clients, 'absent', 'dev'), 'NoPermission', 403);
    await join(clerk.clients, 'alice', 'dev');
    await clerk.clients.ram.listUsersForGroup(new ram.ListUsersForGroupRequest({ groupName: 'dev' }));
    await refused(leave(clerk.clients, 'alice', 'dev'), 'NoPermission', 403);
    await refused(make(clerk.clients, 'mine'), 'NoPermission', 403);
  });

  test('groups of another account are not visible', async () => {
    const { server, account } = await freshAccount();
    const other = await server.newAccount();
    await createUser(account.admin, 'alice');
    await make(account.admin, 'dev');
    await join(account.admin, 'alice', 'dev');

    const read = other.admin.ram.getGroup(new ram.GetGroupRequest({ groupName: 'dev' }));
    await refused(read, 'EntityNotExist.Group', 404);
    await refused(remove(other.admin, 'dev'), 'EntityNotExist.Group', 404);
    const seen = await other.admin.ram.listGroups(new ram.ListGroupsRequest({}));
    assert.deepEqual(seen.body!.groups!.group, []);

    await make(other.admin, 'dev');
    await refused(join(other.admin, 'alice', 'dev'), 'EntityNotExist.User', 404);
    const members = await other.admin.ram.listUsersForGroup(
      new ram.ListUsersForGroupRequest({ groupName: 'dev' }),
    );
    assert.deepEqual(members.body!.users!.user, []);
    await remove(other.admin, 'dev');
    const still = await account.admin.ram.listUsersForGroup(
      new ram.ListUsersForGroupRequest({ groupName: 'dev' }),
    );
    assert.equal(still.body!.users!.user!.length, 1);
  });
});
