import assert from 'node:assert/strict';
import { test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

const allow = (action: string | readonly string[], resource: string) =>
  JSON.stringify({ Version: '1', Statement: [{ Effect: 'Allow', Action: action, Resource: resource }] });

const deny = (action: string, resource: string) => allow(action, resource).replace('Allow', 'Deny');

const TRUSTS_NO_PRINCIPAL = JSON.stringify({
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ecs.aliyuncs.com' } }],
});

type HolderWord = 'User' | 'Group' | 'Role';

/** Operations on the policies of a user, group or role, as an administrator calls them. */
class Attachments {
  readonly #account: TestAccount;

  constructor(account: TestAccount) {
    this.#account = account;
  }

  async makeHolder(word: HolderWord, name: string): Promise<void> {
    const { ram: admin } = this.#account.admin;
    if (word === 'User') await admin.createUser(new ram.CreateUserRequest({ userName: name }));
    if (word === 'Group') await admin.createGroup(new ram.CreateGroupRequest({ groupName: name }));
    if (word === 'Role') {
      await admin.createRole(
        new ram.CreateRoleRequest({ roleName: name, assumeRolePolicyDocument: TRUSTS_NO_PRINCIPAL }),
      );
    }
  }

  async makePolicy(policyName: string, policyDocument: string): Promise<void> {
    await this.#account.admin.ram.createPolicy(new ram.CreatePolicyRequest({ policyName, policyDocument }));
  }

  attach(word: HolderWord, name: string, policyName: string, policyType: string): Promise<unknown> {
    const { ram: admin } = this.#account.admin;
    const policy = { policyName, policyType };
    switch (word) {
      case 'User':
        return admin.attachPolicyToUser(new ram.AttachPolicyToUserRequest({ ...policy, userName: name }));
      case 'Group':
        return admin.attachPolicyToGroup(new ram.AttachPolicyToGroupRequest({ ...policy, groupName: name }));
      case 'Role':
        return admin.attachPolicyToRole(new ram.AttachPolicyToRoleRequest({ ...policy, roleName: name }));
    }
  }

  detach(word: HolderWord, name: string, policyName: string, policyType: string): Promise<unknown> {
    const { ram: admin } = this.#account.admin;
    const policy = { policyName, policyType };
    switch (word) {
      case 'User':
        return admin.detachPolicyFromUser(new ram.DetachPolicyFromUserRequest({ ...policy, userName: name }));
      case 'Group':
        return admin.detachPolicyFromGroup(
          new ram.DetachPolicyFromGroupRequest({ ...policy, groupName: name }),
        );
      case 'Role':
        return admin.detachPolicyFromRole(new ram.DetachPolicyFromRoleRequest({ ...policy, roleName: name }));
    }
  }

  async list(word: HolderWord, name: string) {
    const { ram: admin } = this.#account.admin;
    switch (word) {
      case 'User': {
        const answer = await admin.listPoliciesForUser(
          new ram.ListPoliciesForUserRequest({ userName: name }),
        );
        return answer.body!.policies!.policy!;
      }
      case 'Group': {
        const answer = await admin.listPoliciesForGroup(
          new ram.ListPoliciesForGroupRequest({ groupName: name }),
        );
        return answer.body!.policies!.policy!;
      }
      case 'Role': {
        const answer = await admin.listPoliciesForRole(
          new ram.ListPoliciesForRoleRequest({ roleName: name }),
        );
        return answer.body!.policies!.policy!;
      }
    }
  }

  async entities(policyName: string, policyType = 'Custom') {
    const answer = await this.#account.admin.ram.listEntitiesForPolicy(
      new ram.ListEntitiesForPolicyRequest({ policyName, policyType }),
    );
    return answer.body!;
  }

  async attachmentCount(policyName: string, policyType = 'Custom') {
    const answer = await this.#account.admin.ram.getPolicy(
      new ram.GetPolicyRequest({ policyName, policyType }),
    );
    return answer.body!.policy!.attachmentCount;
  }

  deletePolicy(policyName: string): Promise<unknown> {
    return this.#account.admin.ram.deletePolicy(new ram.DeletePolicyRequest({ policyName }));
  }
}

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  const shared = () => {
    started ??= start();
    return started;
  };
  /** Creates an account for one test. */
  const fresh = async () => {
    const server = await shared();
    const account = await server.newAccount();
    return { server, account, attachments: new Attachments(account) };
  };

  for (const word of ['User', 'Group', 'Role'] as const) {
    test(`a policy is attached to a ${word}, listed at both ends, and detached`, async () => {
      const { attachments } = await fresh();
      await attachments.makeHolder(word, 'Holder');
      await attachments.makePolicy('mine', allow('ram:ListUsers', '*'));
      assert.deepEqual(await attachments.list(word, 'Holder'), []);

      await attachments.attach(word, 'holder', 'mine', 'Custom');
      await attachments.attach(word, 'holder', 'ReadOnlyAccess', 'System');
      const listed = await attachments.list(word, 'holder');
      assert.deepEqual(
        listed.map((policy) => [policy.policyType, policy.policyName, policy.defaultVersion]),
        [
          ['Custom', 'mine', 'v1'],
          ['System', 'ReadOnlyAccess', 'v1'],
        ],
      );
      assert.match(listed[0]!.attachDate!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

      const { users, groups, roles } = await attachments.entities('mine');
      assert.deepEqual(
        {
          User: users!.user!.map((user) => user.userName),
          Group: groups!.group!.map((group) => group.groupName),
          Role: roles!.role!.map((role) => role.roleName),
        },
        { User: [], Group: [], Role: [], [word]: ['Holder'] },
      );
      assert.equal(await attachments.attachmentCount('mine'), 1);

      await attachments.detach(word, 'Holder', 'mine', 'Custom');
      assert.deepEqual(
        (await attachments.list(word, 'Holder')).map((policy) => policy.policyName),
        ['ReadOnlyAccess'],
      );
      assert.equal(await attachments.attachmentCount('mine'), 0);
    });

    test(`an invalid attachment to a ${word} is refused with its own code`, async () => {
      const { attachments } = await fresh();
      await attachments.makeHolder(word, 'holder');
      await attachments.makePolicy('mine', allow('ram:ListUsers', '*'));
      const { attach, detach } = {
        attach: (...to: Parameters<Attachments['attach']>) => attachments.attach(...to),
        detach: (...from: Parameters<Attachments['detach']>) => attachments.detach(...from),
      };
      await refused(attach(word, 'absent', 'mine', 'Custom'), `EntityNotExist.${word}`, 404);
      await refused(attach(word, 'holder', 'nothing', 'Custom'), 'EntityNotExist.Policy', 404);
      await refused(attach(word, 'holder', 'mine', 'System'), 'EntityNotExist.Policy', 404);
      await refused(detach(word, 'absent', 'mine', 'Custom'), `EntityNotExist.${word}`, 404);
      await refused(detach(word, 'holder', 'nothing', 'Custom'), 'EntityNotExist.Policy', 404);
      await refused(detach(word, 'holder', 'mine', 'Custom'), `EntityNotExist.${word}.Policy`, 404);
      await refused(attachments.list(word, 'absent'), `EntityNotExist.${word}`, 404);
      await attach(word, 'holder', 'mine', 'Custom');
      await refused(attach(word, 'holder', 'mine', 'Custom'), `EntityAlreadyExists.${word}.Policy`, 409);
    });

    test(`a ${word} has at most 10 custom policies, and 20 system policies beside them`, async () => {
      const { attachments } = await fresh();
      await attachments.makeHolder(word, 'holder');
      for (let index = 0; index <= 10; index++) {
        await attachments.makePolicy(`p${index}`, allow('ram:ListUsers', '*'));
      }
      for (let index = 0; index < 10; index++) {
        await attachments.attach(word, 'holder', `p${index}`, 'Custom');
      }
      await refused(attachments.attach(word, 'holder', 'p10', 'Custom'), `LimitExceeded.${word}.Policy`, 409);
      await attachments.attach(word, 'holder', 'AdministratorAccess', 'System');
      await attachments.detach(word, 'holder', 'p3', 'Custom');
      await attachments.attach(word, 'holder', 'p10', 'Custom');
    });

    test(`a policy attached to a ${word} is not deleted`, async () => {
      const { attachments } = await fresh();
      await attachments.makeHolder(word, 'holder');
      await attachments.makePolicy('kept', allow('ram:ListUsers', '*'));
      await attachments.attach(word, 'holder', 'kept', 'Custom');
      const code = word === 'Role' ? 'DeleteConflict.Role.Policy' : `DeleteConflict.Policy.${word}`;
      await refused(attachments.deletePolicy('kept'), code, 409);
      await attachments.detach(word, 'holder', 'kept', 'Custom');
      await attachments.deletePolicy('kept');
    });
  }

  test('a user gets the permissions of a group as soon as it joins, and loses them when it leaves', async () => {
    const { server, account, attachments } = await fresh();
    const user = await server.newUser(account, 'member');
    const listUsers = () => user.clients.ram.listUsers(new ram.ListUsersRequest({}));
    await attachments.makeHolder('Group', 'readers');
    await attachments.makePolicy('read', allow('ram:ListUsers', '*'));
    await refused(listUsers(), 'NoPermission', 403);
    await account.admin.ram.addUserToGroup(
      new ram.AddUserToGroupRequest({ userName: 'member', groupName: 'readers' }),
    );
    await refused(listUsers(), 'NoPermission', 403);
    await attachments.attach('Group', 'readers', 'read', 'Custom');
    await listUsers();
    await attachments.makePolicy('no-read', deny('ram:ListUsers', '*'));
    await attachments.attach('User', 'member', 'no-read', 'Custom');
    const denied = await refused(listUsers(), 'NoPermission', 403);
    assert.equal(denied.accessDeniedDetail?.['NoPermissionType'], 'ExplicitDeny');
    await attachments.detach('User', 'member', 'no-read', 'Custom');
    await listUsers();
    await attachments.detach('Group', 'readers', 'read', 'Custom');
    await refused(listUsers(), 'NoPermission', 403);
  });

  test('a policy attached twice, to the user and to its group, counts once', async () => {
    const { server, account, attachments } = await fresh();
    const user = await server.newUser(account, 'member');
    await attachments.makeHolder('Group', 'readers');
    await attachments.makePolicy('read', allow('ram:ListUsers', '*'));
    await account.admin.ram.addUserToGroup(
      new ram.AddUserToGroupRequest({ userName: 'member', groupName: 'readers' }),
    );
    await attachments.attach('Group', 'readers', 'read', 'Custom');
    await attachments.attach('User', 'member', 'read', 'Custom');
    assert.equal(await attachments.attachmentCount('read'), 2);
    await attachments.detach('Group', 'readers', 'read', 'Custom');
    await user.clients.ram.listUsers(new ram.ListUsersRequest({}));
  });

  test('attaching a policy needs the permission on both ends', async () => {
    const { server, account, attachments } = await fresh();
    const { accountId } = account;
    const user = await server.newUser(account, 'attacher');
    await attachments.makeHolder('User', 'target');
    await attachments.makePolicy('mine', allow('ram:ListUsers', '*'));
    const ends = [`acs:ram:*:${accountId}:user/target`, `acs:ram:*:${accountId}:policy/mine`];
    const attach = () =>
      user.clients.ram.attachPolicyToUser(
        new ram.AttachPolicyToUserRequest({ userName: 'target', policyName: 'mine', policyType: 'Custom' }),
      );
    for (const [index, end] of ends.entries()) {
      await attachments.makePolicy(`end-${index}`, allow('ram:AttachPolicyToUser', end));
      await attachments.attach('User', 'attacher', `end-${index}`, 'Custom');
      if (index === 0) {
        const denied = await refused(attach(), 'NoPermission', 403);
        assert.ok(denied.message.includes(`Resource: ${ends[1]} Action: ram:AttachPolicyToUser`));
      }
    }
    await attach();
  });

  test("permission on the account's own policies does not include system policies of the same name", async () => {
    const { server, account, attachments } = await fresh();
    const user = await server.newUser(account, 'attacher');
    await attachments.makePolicy(
      'own-only',
      allow('ram:AttachPolicyToUser', `acs:ram:*:${account.accountId}:*`),
    );
    await attachments.attach('User', 'attacher', 'own-only', 'Custom');
    const denied = await refused(
      user.clients.ram.attachPolicyToUser(
        new ram.AttachPolicyToUserRequest({
          userName: 'attacher',
          policyName: 'administratoraccess',
          policyType: 'System',
        }),
      ),
      'NoPermission',
      403,
    );
    assert.ok(denied.message.includes('acs:ram:*:system:policy/AdministratorAccess'));
  });

  test('an attachment for a resource group is refused, not extended to the account', async () => {
    const { account, attachments } = await fresh();
    await attachments.makeHolder('User', 'target');
    await refused(
      account.admin.ram.attachPolicyToUser(
        new ram.AttachPolicyToUserRequest({
          userName: 'target',
          policyName: 'AdministratorAccess',
          policyType: 'System',
          resourceGroupId: 'rg-acfmexample',
        }),
      ),
      'InvalidParameter',
      400,
    );
    assert.deepEqual(await attachments.list('User', 'target'), []);
  });

  test('a policy attached to a user in the recycle bin can be deleted, and the user is restored without it', async () => {
    const { server, account, attachments } = await fresh();
    const user = await server.newUser(account, 'leaver');
    await attachments.makePolicy('left', allow('ram:ListUsers', '*'));
    await attachments.attach('User', 'leaver', 'left', 'Custom');
    await account.admin.ims.deleteUser(new ims.DeleteUserRequest({ userId: user.userId }));
    assert.equal(await attachments.attachmentCount('left'), 0);
    assert.deepEqual((await attachments.entities('left')).users!.user, []);
    await attachments.deletePolicy('left');
    await account.admin.ims.restoreUserFromRecycleBin(
      new ims.RestoreUserFromRecycleBinRequest({ userId: user.userId }),
    );
    assert.deepEqual(await attachments.list('User', 'leaver'), []);
  });

  test("an account can attach neither another's policies nor to another's users", async () => {
    const { server, attachments } = await fresh();
    const other = new Attachments(await server.newAccount());
    await attachments.makeHolder('User', 'holder');
    await attachments.makePolicy('mine', allow('ram:ListUsers', '*'));
    await refused(other.attach('User', 'holder', 'ReadOnlyAccess', 'System'), 'EntityNotExist.User', 404);
    await other.makeHolder('User', 'holder');
    await refused(other.attach('User', 'holder', 'mine', 'Custom'), 'EntityNotExist.Policy', 404);
    await other.makePolicy('mine', allow('ram:ListRoles', '*'));
    await other.attach('User', 'holder', 'mine', 'Custom');
    assert.deepEqual((await attachments.entities('mine')).users!.user, []);
    assert.equal(await attachments.attachmentCount('mine'), 0);
    assert.deepEqual(await attachments.list('User', 'holder'), []);
  });

  test('S20: the policy that lets a user create its own AccessKeys, as documented', async () => {
    const { server, account, attachments } = await fresh();
    const user = await server.newUser(account, 'maker');
    await server.newUser(account, 'existing');
    await attachments.makePolicy(
      's20',
      '{ "Version": "1", "Statement": [ { "Effect": "Allow", "Action": [ "ram:CreateAccessKey", "ram:ListAccessKeys" ], "Resource": "acs:ram:*:ACCOUNT_ID:user/USER_NAME" } ] }'
        .replace('ACCOUNT_ID', account.accountId)
        .replace('USER_NAME', 'maker'),
    );
    await attachments.attach('User', 'maker', 's20', 'Custom');
    const own = user.clients.ims;
    const made = await own.createAccessKey(new ims.CreateAccessKeyRequest({}));
    const { accessKeyId } = made.body!.accessKey!;
    const listed = await own.listAccessKeys(
      new ims.ListAccessKeysRequest({ userPrincipalName: user.userPrincipalName }),
    );
    assert.equal(listed.body!.accessKeys!.accessKey!.length, 2);
    await refused(
      own.updateAccessKey(
        new ims.UpdateAccessKeyRequest({ userAccessKeyId: accessKeyId!, status: 'Inactive' }),
      ),
      'NoPermission',
      403,
    );
    const another = `existing@${account.domain}`;
    await refused(
      own.createAccessKey(new ims.CreateAccessKeyRequest({ userPrincipalName: another })),
      'NoPermission',
      403,
    );
    await refused(
      own.listAccessKeys(new ims.ListAccessKeysRequest({ userPrincipalName: another })),
      'NoPermission',
      403,
    );
  });

  test('S21: the policy that lets a user manage its own AccessKeys, as documented', async () => {
    const { server, account, attachments } = await fresh();
    const user = await server.newUser(account, 'keeper');
    const existing = await server.newUser(account, 'existing');
    await attachments.makePolicy(
      's21',
      '{ "Version": "1", "Statement": [ { "Effect": "Allow", "Action": [ "ram:CreateAccessKey", "ram:ListAccessKeys", "ram:UpdateAccessKey", "ram:DeleteAccessKey", "ram:GetAccessKeyLastUsed", "ram:ListAccessKeysInRecycleBin" ], "Resource": "acs:ram:*:ACCOUNT_ID:user/USER_NAME" } ] }'
        .replace('ACCOUNT_ID', account.accountId)
        .replace('USER_NAME', 'keeper'),
    );
    await attachments.attach('User', 'keeper', 's21', 'Custom');
    const own = user.clients.ims;
    const made = await own.createAccessKey(new ims.CreateAccessKeyRequest({}));
    const userAccessKeyId = made.body!.accessKey!.accessKeyId!;
    await own.listAccessKeys(new ims.ListAccessKeysRequest({}));
    await own.getAccessKeyLastUsed(new ims.GetAccessKeyLastUsedRequest({ userAccessKeyId }));
    await own.updateAccessKey(new ims.UpdateAccessKeyRequest({ userAccessKeyId, status: 'Inactive' }));
    await own.deleteAccessKey(new ims.DeleteAccessKeyRequest({ userAccessKeyId }));
    const binned = await own.listAccessKeysInRecycleBin(
      new ims.ListAccessKeysInRecycleBinRequest({ userId: user.userId }),
    );
    assert.deepEqual(
      binned.body!.accessKeys!.accessKey!.map((key) => key.accessKeyId),
      [userAccessKeyId],
    );

    const theirs = {
      userPrincipalName: existing.userPrincipalName,
      userAccessKeyId: existing.key.accessKeyId,
    };
    const denied = [
      () => own.createAccessKey(new ims.CreateAccessKeyRequest(theirs)),
      () => own.listAccessKeys(new ims.ListAccessKeysRequest(theirs)),
      () => own.updateAccessKey(new ims.UpdateAccessKeyRequest({ ...theirs, status: 'Inactive' })),
      () => own.deleteAccessKey(new ims.DeleteAccessKeyRequest(theirs)),
      () => own.getAccessKeyLastUsed(new ims.GetAccessKeyLastUsedRequest(theirs)),
      () =>
        own.listAccessKeysInRecycleBin(
          new ims.ListAccessKeysInRecycleBinRequest({ userId: existing.userId }),
        ),
      () =>
        own.restoreAccessKeyFromRecycleBin(
          new ims.RestoreAccessKeyFromRecycleBinRequest({ userId: user.userId, userAccessKeyId }),
        ),
      () => user.clients.ram.listUsers(new ram.ListUsersRequest({})),
    ];
    for (const call of denied) await refused(call(), 'NoPermission', 403);
  });
});
