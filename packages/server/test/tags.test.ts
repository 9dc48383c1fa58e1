import assert from 'node:assert/strict';
import { test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import type { Clients } from './clients.ts';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

const RAM = '2015-05-01';
const IMS = '2019-08-15';

type Tags = readonly { readonly key: string; readonly value: string }[];

const tagUsers = (clients: Clients, resourcePrincipalName: readonly string[], tag: Tags) =>
  clients.ims.tagResources(new ims.TagResourcesRequest({ resourceType: 'user', resourcePrincipalName, tag }));

/** Returns `name key=value` of each user. */
async function tagsOfUsers(clients: Clients, query: Record<string, unknown> = {}): Promise<string[]> {
  const { body } = await clients.ims.listTagResources(new ims.ListTagResourcesRequest(query));
  return body!.tagResources!.tagResource!.map(
    (tag) => `${tag.resourceType} ${tag.resourceId} ${tag.tagKey}=${tag.tagValue}`,
  );
}

const tagNamed = (clients: Clients, resourceType: string, resourceNames: readonly string[], tag: Tags) =>
  clients.ram.tagResources(new ram.TagResourcesRequest({ resourceType, resourceNames, tag }));

async function tagsOfNamed(
  clients: Clients,
  resourceType: string,
  query: Record<string, unknown> = {},
): Promise<string[]> {
  const { body } = await clients.ram.listTagResources(
    new ram.ListTagResourcesRequest({ resourceType, ...query }),
  );
  return body!.tagResources!.map(
    (tag) => `${tag.resourceType} ${tag.resourceName} ${tag.tagKey}=${tag.tagValue}`,
  );
}

async function createUser(account: TestAccount, name: string): Promise<{ id: string; login: string }> {
  const created = await account.admin.callRpc(RAM, 'CreateUser', { UserName: name });
  const { UserId } = created['User'] as { readonly UserId: string };
  return { id: UserId, login: `${name}@${account.domain}` };
}

const createRole = (account: TestAccount, RoleName: string) =>
  account.admin.callRpc(RAM, 'CreateRole', {
    RoleName,
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '1',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { RAM: [`acs:ram::${account.accountId}:root`] },
        },
      ],
    }),
  });

const createPolicy = (account: TestAccount, PolicyName: string, statement: object = {}) =>
  account.admin.callRpc(RAM, 'CreatePolicy', {
    PolicyName,
    PolicyDocument: JSON.stringify({
      Version: '1',
      Statement: [{ Effect: 'Allow', Action: 'ram:GetUser', Resource: '*', ...statement }],
    }),
  });

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  // One server for all tests; each test has an account of its own.
  const freshAccount = async () => {
    started ??= start();
    const server = await started;
    return { server, account: await server.newAccount() };
  };

  test('users are tagged by login name or id, and listed with their ids', async () => {
    const { account } = await freshAccount();
    const { admin } = account;
    const alice = await createUser(account, 'alice');
    const bob = await createUser(account, 'bob');
    await tagUsers(admin, [bob.login, alice.login], [{ key: 'team', value: 'dev' }]);
    await admin.ims.tagResources(
      new ims.TagResourcesRequest({
        resourceType: 'user',
        resourceId: [bob.id, bob.id],
        tag: [
          { key: 'team', value: 'ops' },
          { key: 'empty', value: '' },
        ],
      }),
    );
    assert.deepEqual(await tagsOfUsers(admin), [
      `user ${alice.id} team=dev`,
      `user ${bob.id} empty=`,
      `user ${bob.id} team=ops`,
    ]);
    assert.deepEqual(await tagsOfUsers(admin, { resourceType: 'user', resourceId: [alice.id] }), [
      `user ${alice.id} team=dev`,
    ]);
    assert.deepEqual(await tagsOfUsers(admin, { resourcePrincipalName: [alice.login] }), [
      `user ${alice.id} team=dev`,
    ]);
  });

  test('roles and policies are tagged by name', async () => {
    const { account } = await freshAccount();
    const { admin } = account;
    await createRole(account, 'builder');
    await createRole(account, 'runner');
    await createPolicy(account, 'reader');
    await tagNamed(admin, 'role', ['runner', 'Builder'], [{ key: 'env', value: 'prod' }]);
    await tagNamed(admin, 'policy', ['reader'], [{ key: 'env', value: '测试' }]);
    assert.deepEqual(await tagsOfNamed(admin, 'role'), ['role builder env=prod', 'role runner env=prod']);
    assert.deepEqual(await tagsOfNamed(admin, 'role', { resourceNames: ['runner'] }), [
      'role runner env=prod',
    ]);
    assert.deepEqual(await tagsOfNamed(admin, 'policy'), ['policy reader env=测试']);
    await admin.callRpc(RAM, 'DeleteRole', { RoleName: 'runner' });
    assert.deepEqual(await tagsOfNamed(admin, 'role'), ['role builder env=prod']);
  });

  test('lists are accepted as JSON text and as numbered parameters in both APIs', async () => {
    const { account } = await freshAccount();
    const { admin } = account;
    const alice = await createUser(account, 'alice');
    await createRole(account, 'builder');
    await admin.callRpc(IMS, 'TagResources', {
      ResourceType: 'user',
      ResourceId: JSON.stringify([alice.id]),
      Tag: JSON.stringify([{ Key: 'a', Value: '1' }]),
    });
    await admin.callRpc(RAM, 'TagResources', {
      ResourceType: 'role',
      'ResourceNames.1': 'builder',
      'Tag.1.Key': 'a',
      'Tag.1.Value': '1',
      'Tag.2.Key': 'b',
    });
    assert.deepEqual(await tagsOfUsers(admin), [`user ${alice.id} a=1`]);
    assert.deepEqual(await tagsOfNamed(admin, 'role'), ['role builder a=1', 'role builder b=']);
    await refused(
      admin.callRpc(RAM, 'TagResources', { ResourceType: 'role', ResourceNames: '["builder"]', Tag: '{' }),
      'InvalidParameter.Tag.Format',
      400,
    );
  });

  test('tags are removed by key, or all of them', async () => {
    const { account } = await freshAccount();
    const { admin } = account;
    const alice = await createUser(account, 'alice');
    await createPolicy(account, 'reader');
    const tags = ['a', 'b', 'c'].map((key) => ({ key, value: key }));
    await tagUsers(admin, [alice.login], tags);
    await tagNamed(admin, 'policy', ['reader'], tags);

    const untagUser = (query: Record<string, unknown>) =>
      admin.ims.untagResources(
        new ims.UntagResourcesRequest({ resourceType: 'user', resourceId: [alice.id], ...query }),
      );
    await refused(untagUser({}), 'MissingTagKey', 400);
    await refused(untagUser({ all: false }), 'MissingTagKey', 400);
    // With keys, `All` is ignored.
    await untagUser({ tagKey: ['a', 'unknown'], all: true });
    assert.deepEqual(await tagsOfUsers(admin), [`user ${alice.id} b=b`, `user ${alice.id} c=c`]);
    await untagUser({ all: true });
    assert.deepEqual(await tagsOfUsers(admin), []);

    const untagPolicy = (query: Record<string, unknown>) =>
      admin.ram.untagResources(
        new ram.UntagResourcesRequest({ resourceType: 'policy', resourceNames: ['reader'], ...query }),
      );
    await refused(untagPolicy({}), 'MissingTagKeys', 400);
    await untagPolicy({ tagKeys: ['c'] });
    assert.deepEqual(await tagsOfNamed(admin, 'policy'), ['policy reader a=a', 'policy reader b=b']);
    await untagPolicy({ all: true });
    assert.deepEqual(await tagsOfNamed(admin, 'policy'), []);
  });

  test('a filter finds entities with all its tags, and returns those', async () => {
    const { account } = await freshAccount();
    const { admin } = account;
    for (const name of ['one', 'two', 'three']) await createRole(account, name);
    await tagNamed(admin, 'role', ['one', 'two'], [{ key: 'env', value: 'prod' }]);
    await tagNamed(admin, 'role', ['three'], [{ key: 'env', value: 'test' }]);
    await tagNamed(admin, 'role', ['two', 'three'], [{ key: 'team', value: 'a' }]);
    assert.deepEqual(await tagsOfNamed(admin, 'role', { tag: [{ key: 'env' }] }), [
      'role one env=prod',
      'role three env=test',
      'role two env=prod',
    ]);
    assert.deepEqual(await tagsOfNamed(admin, 'role', { tag: [{ key: 'env', value: 'prod' }] }), [
      'role one env=prod',
      'role two env=prod',
    ]);
    assert.deepEqual(
      await tagsOfNamed(admin, 'role', { tag: [{ key: 'env', value: 'prod' }, { key: 'team' }] }),
      ['role two env=prod', 'role two team=a'],
    );
    assert.deepEqual(await tagsOfNamed(admin, 'role', { tag: [{ key: 'Env' }] }), []);
  });

  test('tags are listed in pages with a NextToken', async () => {
    const { account } = await freshAccount();
    const { admin } = account;
    const tags = ['a b', 'c', 'd:e/f', '键'].map((key) => ({ key, value: 'v' }));
    const users = [await createUser(account, 'alice'), await createUser(account, 'bob')];
    await tagUsers(
      admin,
      users.map((user) => user.login),
      tags,
    );
    await createRole(account, 'builder');
    await tagNamed(admin, 'role', ['builder'], tags);

    const seen: string[] = [];
    const sizes: number[] = [];
    let nextToken: string | undefined;
    do {
      const { body } = await admin.ims.listTagResources(
        new ims.ListTagResourcesRequest({ pageSize: 3, ...(nextToken === undefined ? {} : { nextToken }) }),
      );
      const page = body!.tagResources!.tagResource!;
      seen.push(...page.map((tag) => `${tag.resourceId} ${tag.tagKey}`));
      sizes.push(page.length);
      assert.equal(body!.isTruncated, body!.nextToken !== undefined);
      nextToken = body!.nextToken;
    } while (nextToken !== undefined);
    assert.deepEqual(sizes, [3, 3, 2]);
    // Pages are in the order of ids, which are random; the tags of a page are sorted by the names of their users.
    assert.deepEqual(
      seen.toSorted(),
      users.flatMap((user) => tags.map((tag) => `${user.id} ${tag.key}`)).toSorted(),
    );

    const first = await admin.ram.listTagResources(
      new ram.ListTagResourcesRequest({ resourceType: 'role', pageSize: 3 }),
    );
    assert.equal(first.body!.tagResources!.length, 3);
    assert.deepEqual(await tagsOfNamed(admin, 'role', { pageSize: 3, nextToken: first.body!.nextToken }), [
      'role builder 键=v',
    ]);
    const whole = await admin.callRpc(RAM, 'ListTagResources', { ResourceType: 'role' });
    assert.ok(!('NextToken' in whole) && !('IsTruncated' in whole));
    for (const PageSize of [0, 101]) {
      await refused(
        admin.callRpc(RAM, 'ListTagResources', { ResourceType: 'role', PageSize }),
        'InvalidParameter.PageSize.Range',
        400,
      );
    }
    for (const NextToken of ['made-up', Buffer.from('t1:alice a\0').toString('base64url')]) {
      await refused(admin.callRpc(IMS, 'ListTagResources', { NextToken }), 'InvalidNextToken', 400);
    }
  });

  test('a twenty-first tag is refused with all tags of its call', async () => {
    const { account } = await freshAccount();
    const { admin } = account;
    const alice = await createUser(account, 'alice');
    const bob = await createUser(account, 'bob');
    const many = Array.from({ length: 20 }, (_unused, index) => ({ key: `k${index}`, value: '' }));
    await tagUsers(admin, [bob.login], many);
    await refused(
      tagUsers(admin, [alice.login, bob.login], [{ key: 'one-more', value: '' }]),
      'LimitExceeded.Tag',
      409,
    );
    assert.deepEqual(await tagsOfUsers(admin, { resourceId: [alice.id] }), []);
    // A new value of an existing key is no new tag.
    await tagUsers(admin, [bob.login], [{ key: 'k0', value: 'changed' }]);
    assert.equal((await tagsOfUsers(admin))[0], `user ${bob.id} k0=changed`);
    await refused(
      tagUsers(admin, [alice.login], [...many, { key: 'one-more', value: '' }]),
      'InvalidParameter.Tag.Length',
      400,
    );
  });

  test('reserved, malformed and repeated tags are refused', async () => {
    const { account } = await freshAccount();
    const { admin } = account;
    const { login } = await createUser(account, 'alice');
    const put = (...tags: Tags) => tagUsers(admin, [login], tags);
    for (const key of ['acs:x', 'ACS:x', 'aliyun', 'see http://x', 'https://x']) {
      await refused(put({ key, value: '' }), 'InvalidParameter', 400);
    }
    for (const value of ['acs:x', 'http://x', 'a https://x']) {
      await refused(put({ key: 'k', value }), 'InvalidParameter', 400);
    }
    await refused(put({ key: 'k', value: '1' }, { key: 'k', value: '2' }), 'InvalidParameter', 400);
    await refused(put({ key: 'k'.repeat(129), value: '' }), 'InvalidParameter.Tag.1.Key.Length', 400);
    await refused(put({ key: 'k', value: 'v'.repeat(129) }), 'InvalidParameter.Tag.1.Value.Length', 400);
    await refused(
      admin.callRpc(IMS, 'TagResources', {
        ResourcePrincipalName: `["${login}"]`,
        Tag: '[{"Key":"a\\ud800"}]',
      }),
      'InvalidParameter.Tag.1.Key.InvalidChars',
      400,
    );
    await put({ key: 'k'.repeat(128), value: 'v'.repeat(128) });
  });

  test('unknown, repeated and missing resources are refused', async () => {
    const { account } = await freshAccount();
    const { admin } = account;
    const alice = await createUser(account, 'alice');
    const tag = [{ key: 'k', value: 'v' }];
    await refused(tagUsers(admin, [`absent@${account.domain}`], tag), 'EntityNotExist.User', 404);
    await refused(tagUsers(admin, [alice.login, 'alice@x.onaliyun.com'], tag), 'EntityNotExist.User', 404);
    assert.deepEqual(await tagsOfUsers(admin), []);
    await refused(tagNamed(admin, 'role', ['nothing'], tag), 'EntityNotExist.Role', 404);
    await refused(tagNamed(admin, 'policy', ['nothing'], tag), 'EntityNotExist.Policy', 404);
    await refused(tagNamed(admin, 'policy', ['AdministratorAccess'], tag), 'NoPermission', 403);
    await refused(tagNamed(admin, 'group', ['nothing'], tag), 'InvalidParameter.ResourceType.Format', 400);
    await refused(tagsOfNamed(admin, 'role', { resourceNames: ['nothing'] }), 'EntityNotExist.Role', 404);
    await refused(
      admin.ims.tagResources(
        new ims.TagResourcesRequest({ resourceId: [alice.id], resourcePrincipalName: [alice.login], tag }),
      ),
      'InvalidParameter',
      400,
    );
    await refused(
      admin.ims.tagResources(new ims.TagResourcesRequest({ resourceType: 'user', tag })),
      'MissingResourceId',
      400,
    );
    await refused(
      admin.callRpc(RAM, 'TagResources', { ResourceType: 'role', Tag: '[{"Key":"k"}]' }),
      'MissingResourceNames',
      400,
    );
    await refused(
      admin.callRpc(RAM, 'TagResources', { ResourceType: 'role', ResourceNames: '["r"]' }),
      'MissingTag',
      400,
    );
    const many = Array.from({ length: 51 }, (_unused, index) => `r${index}`);
    await refused(tagNamed(admin, 'role', many, tag), 'InvalidParameter.ResourceNames.Length', 400);
  });

  test('tagging needs the permission on each of the resources', async () => {
    const { server, account } = await freshAccount();
    const clerk = await server.newUser(account, 'clerk');
    const alice = await createUser(account, 'alice');
    const boss = await createUser(account, 'boss');
    await createRole(account, 'builder');
    await createPolicy(account, 'clerk', {
      Action: ['ram:TagResources', 'ram:ListTagResources'],
      Resource: [`acs:ram:*:${account.accountId}:user/alice`, `acs:ram:*:${account.accountId}:role/b*`],
    });
    await account.admin.callRpc(RAM, 'AttachPolicyToUser', {
      UserName: 'clerk',
      PolicyName: 'clerk',
      PolicyType: 'Custom',
    });
    const tag = [{ key: 'k', value: 'v' }];
    await tagUsers(clerk.clients, [alice.login], tag);
    await clerk.clients.ims.tagResources(new ims.TagResourcesRequest({ resourceId: [alice.id], tag }));
    await refused(tagUsers(clerk.clients, [alice.login, boss.login], tag), 'NoPermission', 403);
    await refused(
      clerk.clients.ims.tagResources(new ims.TagResourcesRequest({ resourceId: [boss.id], tag })),
      'NoPermission',
      403,
    );
    // An unknown id is refused like an existing one.
    await refused(
      clerk.clients.ims.tagResources(
        new ims.TagResourcesRequest({ resourceId: ['200000000000000000'], tag }),
      ),
      'NoPermission',
      403,
    );
    await tagNamed(clerk.clients, 'role', ['builder'], tag);
    await refused(tagNamed(clerk.clients, 'policy', ['clerk'], tag), 'NoPermission', 403);
    assert.equal((await tagsOfUsers(clerk.clients, { resourceId: [alice.id] })).length, 1);
    await refused(tagsOfUsers(clerk.clients), 'NoPermission', 403);
    await refused(
      clerk.clients.ims.untagResources(new ims.UntagResourcesRequest({ resourceId: [alice.id], all: true })),
      'NoPermission',
      403,
    );
  });

  test('an account can neither read nor change tags of another', async () => {
    const { server, account } = await freshAccount();
    const other = await server.newAccount();
    const alice = await createUser(account, 'alice');
    await createPolicy(account, 'reader');
    await createPolicy(other, 'reader');
    const tag = [{ key: 'k', value: 'v' }];
    await tagUsers(account.admin, [alice.login], tag);
    await tagNamed(account.admin, 'policy', ['reader'], tag);

    assert.deepEqual(await tagsOfUsers(other.admin), []);
    assert.deepEqual(await tagsOfNamed(other.admin, 'policy'), []);
    await refused(tagsOfUsers(other.admin, { resourceId: [alice.id] }), 'EntityNotExist.User', 404);
    await refused(
      other.admin.ims.untagResources(new ims.UntagResourcesRequest({ resourceId: [alice.id], all: true })),
      'EntityNotExist.User',
      404,
    );
    await other.admin.ram.untagResources(
      new ram.UntagResourcesRequest({ resourceType: 'policy', resourceNames: ['reader'], all: true }),
    );
    assert.deepEqual(await tagsOfNamed(account.admin, 'policy'), ['policy reader k=v']);
  });
});
