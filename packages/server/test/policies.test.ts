import assert from 'node:assert/strict';
import { test } from 'node:test';
import ram from '@alicloud/ram20150501';
import { findSystemPolicy, systemPolicyKeys } from '@claviger/catalogue';
import { eachServer, refused, type TestServer } from './server.ts';

const readUsers =
  '{ "Version": "1",\n  "Statement": [ { "Effect": "Allow", "Action": "ram:ListUsers", "Resource": "*" } ] }';
const readRoles = readUsers.replace('ListUsers', 'ListRoles');

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  // One server for the tests that do not affect each other: each has policies of its own.
  const shared = () => {
    started ??= start();
    return started;
  };

  test('a policy document is returned unchanged', async () => {
    const { account } = await shared();
    const document = `  ${readUsers}\n`;
    const created = await account.admin.ram.createPolicy(
      new ram.CreatePolicyRequest({
        policyName: 'echo',
        policyDocument: document,
        description: 'Zürich & <Basel>\n第二行',
      }),
    );
    const { policy } = created.body!;
    assert.equal(policy!.policyName, 'echo');
    assert.equal(policy!.policyType, 'Custom');
    assert.equal(policy!.defaultVersion, 'v1');
    assert.equal(policy!.description, 'Zürich & <Basel>\n第二行');
    assert.match(policy!.createDate!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

    const read = await account.admin.ram.getPolicy(
      new ram.GetPolicyRequest({ policyName: 'echo', policyType: 'Custom' }),
    );
    assert.equal(read.body!.policy!.policyDocument, document);
    assert.equal(read.body!.policy!.attachmentCount, 0);
    assert.equal(read.body!.policy!.updateDate, policy!.createDate);
    assert.deepEqual(
      { ...read.body!.defaultPolicyVersion },
      {
        policyDocument: document,
        isDefaultVersion: true,
        versionId: 'v1',
        createDate: policy!.createDate,
      },
    );
  });

  test('a policy document is preserved in XML as in JSON', async () => {
    const { account } = await shared();
    await create('xml', readUsers);
    const answer = await account.admin.callRpc('2015-05-01', 'GetPolicy', {
      PolicyName: 'xml',
      PolicyType: 'Custom',
    });
    const policy = answer['Policy'] as Record<string, unknown>;
    assert.equal(policy['PolicyDocument'], readUsers);
    assert.equal(policy['AttachmentCount'], 0);
  });

  test('a system policy is read like any other, in any spelling of its name', async () => {
    const { account } = await shared();
    const read = await account.admin.ram.getPolicy(
      new ram.GetPolicyRequest({ policyName: 'aliyunstsassumeroleaccess', policyType: 'System' }),
    );
    assert.equal(read.body!.policy!.policyName, 'AliyunSTSAssumeRoleAccess');
    assert.deepEqual(JSON.parse(read.body!.defaultPolicyVersion!.policyDocument!), {
      Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Resource: '*' }],
      Version: '1',
    });
    const version = await account.admin.ram.getPolicyVersion(
      new ram.GetPolicyVersionRequest({
        policyName: 'AliyunSTSAssumeRoleAccess',
        policyType: 'System',
        versionId: 'v1',
      }),
    );
    assert.equal(version.body!.policyVersion!.isDefaultVersion, true);
  });

  test('a system policy cannot be changed, deleted, or given a version', async () => {
    const { account } = await shared();
    const policyName = 'AdministratorAccess';
    const { admin } = account;
    await refused(admin.ram.deletePolicy(new ram.DeletePolicyRequest({ policyName })), 'NoPermission', 403);
    await refused(
      admin.ram.updatePolicyDescription(
        new ram.UpdatePolicyDescriptionRequest({ policyName, newDescription: 'mine' }),
      ),
      'NoPermission',
      403,
    );
    await refused(
      admin.ram.createPolicyVersion(
        new ram.CreatePolicyVersionRequest({ policyName, policyDocument: readUsers, setAsDefault: true }),
      ),
      'NoPermission',
      403,
    );
    await refused(
      admin.ram.setDefaultPolicyVersion(
        new ram.SetDefaultPolicyVersionRequest({ policyName, versionId: 'v1' }),
      ),
      'NoPermission',
      403,
    );
    await refused(
      admin.ram.deletePolicyVersion(new ram.DeletePolicyVersionRequest({ policyName, versionId: 'v1' })),
      'NoPermission',
      403,
    );
  });

  test('a name is unique case-insensitively, also against system policies', async () => {
    await create('Taken', readUsers);
    await refused(create('taken', readUsers), 'EntityAlreadyExists.Policy', 409);
    await refused(create('administratoraccess', readUsers), 'EntityAlreadyExists.Policy', 409);
  });

  test('a Deny on a policy holds for every spelling of its name', async () => {
    const server = await shared();
    await create('Precious', readUsers);
    const user = await server.newUser(server.account, 'vandal');
    await create(
      'vandal-rights',
      JSON.stringify({
        Version: '1',
        Statement: [
          { Effect: 'Allow', Action: 'ram:*', Resource: '*' },
          {
            Effect: 'Deny',
            Action: 'ram:DeletePolicy',
            Resource: `acs:ram:*:${server.account.accountId}:policy/Precious`,
          },
        ],
      }),
    );
    await attachToUser('vandal', 'vandal-rights');
    const remove = (policyName: string) =>
      user.clients.ram.deletePolicy(new ram.DeletePolicyRequest({ policyName }));
    await refused(remove('Precious'), 'NoPermission', 403);
    await refused(remove('precious'), 'NoPermission', 403);
    await get('Precious');
  });

  test('names, texts and types have the form that RAM has', async () => {
    await refused(create('with_underscore', readUsers), 'InvalidParameter.PolicyName.InvalidChars', 400);
    await refused(create('a'.repeat(129), readUsers), 'InvalidParameter.PolicyName.Length', 400);
    await create('a'.repeat(128), readUsers);
    await refused(create('', readUsers), 'MissingPolicyName', 400);
    await refused(create('no-document', ''), 'MissingPolicyDocument', 400);
    const { account } = await shared();
    await refused(
      account.admin.ram.getPolicy(new ram.GetPolicyRequest({ policyName: 'x', policyType: 'Managed' })),
      'InvalidParameter.PolicyType.Format',
      400,
    );
    await refused(
      account.admin.ram.createPolicy(
        new ram.CreatePolicyRequest({ policyName: 'nul', policyDocument: readUsers, description: 'a\0b' }),
      ),
      'InvalidParameter.Description.InvalidChars',
      400,
    );
  });

  test('a document has at most 6144 characters', async () => {
    const padded = (length: number) => readUsers + ' '.repeat(length - readUsers.length);
    await create('longest', padded(6144));
    await refused(create('too-long', padded(6145)), 'InvalidParameter.PolicyDocument.Length', 400);
  });

  test('a malformed document is refused with the position and the remedy', async () => {
    const error = await refused(
      create('malformed', readUsers.replace('"Allow"', '"Permit"')),
      'MalformedPolicyDocument',
      400,
    );
    assert.match(error.message, /2:30 .*`Permit` is not an effect: write `Allow` or `Deny`\./);
  });

  test('failure 6: a policy with an unknown part is refused, and nothing of it is stored', async () => {
    const { account } = await shared();
    const valid = {
      Version: '1',
      Statement: [
        {
          Effect: 'Deny',
          Action: ['ram:DeleteUser'],
          Resource: ['*'],
          Condition: { IpAddress: { 'acs:SourceIp': ['192.0.2.0/24'] } },
        },
      ],
    };
    const [statement] = valid.Statement;
    const misunderstood: readonly object[] = [
      { ...valid, Extra: 'field' },
      { ...valid, Version: '2' },
      { ...valid, Statement: [{ ...statement, Sid: 'x' }] },
      { ...valid, Statement: [{ ...statement, Effect: 'DENY' }] },
      { ...valid, Statement: [{ ...statement, Action: ['DeleteUser'] }] },
      { ...valid, Statement: [{ ...statement, Actions: ['ram:DeleteUser'] }] },
      { ...valid, Statement: [{ ...statement, Resource: ['arn:aws:iam::1:user/x'] }] },
      { ...valid, Statement: [{ ...statement, Principal: { RAM: 'acs:ram::1:root' } }] },
      {
        ...valid,
        Statement: [{ ...statement, Condition: { IpAdress: { 'acs:SourceIp': '192.0.2.0/24' } } }],
      },
      { ...valid, Statement: [{ ...statement, Condition: { IpAddress: { 'acs:SourceIp': 'home' } } }] },
      { ...valid, Statement: [{ ...statement, Condition: { IpAddress: { SourceIp: '192.0.2.0/24' } } }] },
    ];
    await create('understood', JSON.stringify(valid));
    for (const [index, document] of misunderstood.entries()) {
      const name = `misunderstood-${index}`;
      const text = JSON.stringify(document);
      await refused(create(name, text), 'MalformedPolicyDocument', 400);
      await refused(get(name), 'EntityNotExist.Policy', 404);
      await refused(
        account.admin.ram.createPolicyVersion(
          new ram.CreatePolicyVersionRequest({ policyName: 'understood', policyDocument: text }),
        ),
        'MalformedPolicyDocument',
        400,
      );
    }
    const versions = await listVersions('understood');
    assert.equal(versions.length, 1);
  });

  test('a new default version takes effect at once', async () => {
    const server = await shared();
    const user = await server.newUser(server.account, 'version-user');
    await create('versions', readUsers);
    await attachToUser('version-user', 'versions');
    await user.clients.ram.listUsers(new ram.ListUsersRequest({}));

    const added = await server.account.admin.ram.createPolicyVersion(
      new ram.CreatePolicyVersionRequest({ policyName: 'versions', policyDocument: readRoles }),
    );
    assert.equal(added.body!.policyVersion!.versionId, 'v2');
    assert.equal(added.body!.policyVersion!.isDefaultVersion, false);
    assert.equal(added.body!.policyVersion!.policyDocument, readRoles);
    await refused(user.clients.ram.listRoles(new ram.ListRolesRequest({})), 'NoPermission', 403);

    await setDefault('versions', 'v2');
    await user.clients.ram.listRoles(new ram.ListRolesRequest({}));
    await refused(user.clients.ram.listUsers(new ram.ListUsersRequest({})), 'NoPermission', 403);
    assert.equal((await get('versions')).defaultPolicyVersion!.versionId, 'v2');

    await server.account.admin.ram.createPolicyVersion(
      new ram.CreatePolicyVersionRequest({
        policyName: 'versions',
        policyDocument: readUsers,
        setAsDefault: true,
      }),
    );
    await user.clients.ram.listUsers(new ram.ListUsersRequest({}));
    assert.equal((await get('versions')).policy!.defaultVersion, 'v3');
  });

  test('a sixth version is refused, or replaces the oldest one that is not the default', async () => {
    const { account } = await shared();
    await create('rotating', readUsers);
    const add = (rotateStrategy?: string) =>
      account.admin.ram.createPolicyVersion(
        new ram.CreatePolicyVersionRequest({
          policyName: 'rotating',
          policyDocument: readRoles,
          ...(rotateStrategy === undefined ? {} : { rotateStrategy }),
        }),
      );
    for (const _ of [2, 3, 4, 5]) await add();
    await refused(add(), 'LimitExceeded.Policy.Version', 409);
    await refused(add('None'), 'LimitExceeded.Policy.Version', 409);
    await refused(add('Sometimes'), 'InvalidParameter.RotateStrategy.Format', 400);
    const added = await add('DeleteOldestNonDefaultVersionWhenLimitExceeded');
    assert.equal(added.body!.policyVersion!.versionId, 'v6');
    assert.deepEqual(
      (await listVersions('rotating')).map((version) => version.versionId),
      ['v1', 'v3', 'v4', 'v5', 'v6'],
    );
  });

  test('the number of a deleted version is not reused', async () => {
    const { account } = await shared();
    await create('numbers', readUsers);
    const add = () =>
      account.admin.ram.createPolicyVersion(
        new ram.CreatePolicyVersionRequest({ policyName: 'numbers', policyDocument: readRoles }),
      );
    await add();
    await deleteVersion('numbers', 'v2');
    assert.equal((await add()).body!.policyVersion!.versionId, 'v3');
    await refused(
      account.admin.ram.getPolicyVersion(
        new ram.GetPolicyVersionRequest({ policyName: 'numbers', policyType: 'Custom', versionId: 'v2' }),
      ),
      'EntityNotExist.Policy.Version',
      404,
    );
  });

  test('the default version cannot be deleted, nor an unknown one', async () => {
    await create('in-force', readUsers);
    await refused(deleteVersion('in-force', 'v1'), 'DeleteConflict.Policy.Version.Default', 409);
    await refused(deleteVersion('in-force', 'v2'), 'EntityNotExist.Policy.Version', 404);
    await refused(deleteVersion('in-force', '2'), 'InvalidParameter.VersionId.Format', 400);
    await refused(setDefault('in-force', 'v2'), 'EntityNotExist.Policy.Version', 404);
    await refused(setDefault('not-there', 'v1'), 'EntityNotExist.Policy', 404);
  });

  test('a policy with several versions is deleted only on request', async () => {
    const { account } = await shared();
    await create('several', readUsers);
    await account.admin.ram.createPolicyVersion(
      new ram.CreatePolicyVersionRequest({ policyName: 'several', policyDocument: readRoles }),
    );
    await refused(remove('several'), 'DeleteConflict.Policy.Version', 409);
    await account.admin.ram.deletePolicy(
      new ram.DeletePolicyRequest({ policyName: 'several', cascadingDelete: true }),
    );
    await refused(get('several'), 'EntityNotExist.Policy', 404);
    await refused(remove('several'), 'EntityNotExist.Policy', 404);
    await create('several', readRoles);
    assert.equal((await get('several')).defaultPolicyVersion!.policyDocument, readRoles);
  });

  test('a new description is shown and updates the time of the policy', async () => {
    const { account } = await shared();
    await create('described', readUsers);
    const updated = await account.admin.ram.updatePolicyDescription(
      new ram.UpdatePolicyDescriptionRequest({ policyName: 'described', newDescription: 'new words' }),
    );
    assert.equal(updated.body!.policy!.description, 'new words');
    assert.equal((await get('described')).policy!.description, 'new words');
    await refused(
      account.admin.ram.updatePolicyDescription(
        new ram.UpdatePolicyDescriptionRequest({ policyName: 'described', newDescription: 'a'.repeat(1025) }),
      ),
      'InvalidParameter.NewDescription.Length',
      400,
    );
  });

  test('tags are stored, shown, and used as a filter', async () => {
    const server = await shared();
    const { admin } = await server.newAccount();
    const make = (policyName: string, tags?: readonly { key: string; value: string }[]) =>
      admin.ram.createPolicy(
        new ram.CreatePolicyRequest({
          policyName,
          policyDocument: readUsers,
          ...(tags && { tag: tags.map((tag) => new ram.CreatePolicyRequestTag(tag)) }),
        }),
      );
    await make('tagged', [
      { key: 'team', value: 'blue' },
      { key: 'empty', value: '' },
    ]);
    await make('other', [{ key: 'team', value: 'red' }]);
    const names = async (...tags: { key: string; value?: string }[]) => {
      const listed = await admin.ram.listPolicies(
        new ram.ListPoliciesRequest({ tag: tags.map((tag) => new ram.ListPoliciesRequestTag(tag)) }),
      );
      return listed.body!.policies!.policy!.map((policy) => policy.policyName);
    };
    assert.deepEqual(await names({ key: 'team' }), ['other', 'tagged']);
    assert.deepEqual(await names({ key: 'team', value: 'blue' }), ['tagged']);
    assert.deepEqual(await names({ key: 'team', value: 'blue' }, { key: 'empty' }), ['tagged']);
    assert.deepEqual(await names({ key: 'team', value: 'green' }), []);
    const listed = await admin.ram.listPolicies(new ram.ListPoliciesRequest({ policyType: 'Custom' }));
    const tagged = listed.body!.policies!.policy!.find((policy) => policy.policyName === 'tagged');
    assert.deepEqual(
      tagged!.tags!.tag!.map(({ tagKey, tagValue }) => [tagKey, tagValue]),
      [
        ['empty', ''],
        ['team', 'blue'],
      ],
    );

    await refused(make('reserved', [{ key: 'acs:team', value: 'x' }]), 'InvalidParameter', 400);
    await refused(
      make('linked', [{ key: 'link', value: 'see https://example.org' }]),
      'InvalidParameter',
      400,
    );
    await refused(
      make('twice', [
        { key: 'a', value: '1' },
        { key: 'a', value: '2' },
      ]),
      'InvalidParameter',
      400,
    );
    await refused(
      admin.ram.getPolicy(new ram.GetPolicyRequest({ policyName: 'twice', policyType: 'Custom' })),
      'EntityNotExist.Policy',
      404,
    );
    await admin.ram.deletePolicy(new ram.DeletePolicyRequest({ policyName: 'tagged' }));
    await make('tagged');
    assert.deepEqual(await names({ key: 'empty' }), [], 'tags do not outlive their policy');
  });

  test('policies are listed page by page: custom ones, then system ones, each by name', async () => {
    const server = await shared();
    const { admin } = await server.newAccount();
    for (const name of ['b', 'C', 'a']) {
      await admin.ram.createPolicy(
        new ram.CreatePolicyRequest({ policyName: name, policyDocument: readUsers }),
      );
    }
    const system = [...systemPolicyKeys()].map((key) => findSystemPolicy(key)?.name);
    const pages: (string | undefined)[][] = [];
    let marker: string | undefined;
    do {
      const listed = await admin.ram.listPolicies(
        new ram.ListPoliciesRequest({ maxItems: 400, ...(marker === undefined ? {} : { marker }) }),
      );
      pages.push(listed.body!.policies!.policy!.map((policy) => policy.policyName));
      assert.equal(listed.body!.isTruncated, listed.body!.marker !== undefined);
      marker = listed.body!.marker;
    } while (marker !== undefined);
    assert.deepEqual(pages.flat(), ['a', 'b', 'C', ...system]);
    assert.ok(pages.length > 2 && pages.every((page) => page.length <= 400));

    const of = async (policyType: string) => {
      const listed = await admin.ram.listPolicies(
        new ram.ListPoliciesRequest({ policyType, maxItems: 1000 }),
      );
      return listed.body!.policies!.policy!.map((policy) => policy.policyName);
    };
    assert.deepEqual(await of('Custom'), ['a', 'b', 'C']);
    assert.deepEqual(await of('System'), system.slice(0, 1000));
    await refused(
      admin.ram.listPolicies(new ram.ListPoliciesRequest({ maxItems: 1001 })),
      'InvalidParameter.MaxItems.Range',
      400,
    );
  });

  test('an account has at most 1500 custom policies', async () => {
    const { services, newAccount } = await shared();
    const { accountId, admin } = await newAccount();
    const row = (index: number) => ({
      account_id: accountId,
      policy_name: `filler-${index}`,
      policy_name_key: `filler-${index}`,
      description: '',
      default_version: 1,
      latest_version: 1,
      created_at: 0,
      updated_at: 0,
    });
    await services.store.write(async ({ queries }) => {
      await queries
        .insertInto('policies')
        .values(Array.from({ length: 1499 }, (_, index) => row(index)))
        .execute();
    });
    const make = (policyName: string) =>
      admin.ram.createPolicy(new ram.CreatePolicyRequest({ policyName, policyDocument: readUsers }));
    await make('the-last');
    await refused(make('one-more'), 'LimitExceeded.Policy', 409);
  });

  test("an account can neither see nor change another account's policies, nor conflict with them", async () => {
    const server = await shared();
    const other = await server.newAccount();
    await create('isolated', readUsers);
    const theirs = other.admin.ram;
    const policyName = 'isolated';
    await refused(
      theirs.getPolicy(new ram.GetPolicyRequest({ policyName, policyType: 'Custom' })),
      'EntityNotExist.Policy',
      404,
    );
    await refused(
      theirs.deletePolicy(new ram.DeletePolicyRequest({ policyName })),
      'EntityNotExist.Policy',
      404,
    );
    await refused(
      theirs.createPolicyVersion(
        new ram.CreatePolicyVersionRequest({ policyName, policyDocument: readRoles, setAsDefault: true }),
      ),
      'EntityNotExist.Policy',
      404,
    );
    const listed = await theirs.listPolicies(new ram.ListPoliciesRequest({ policyType: 'Custom' }));
    assert.deepEqual(listed.body!.policies!.policy, []);
    await theirs.createPolicy(new ram.CreatePolicyRequest({ policyName, policyDocument: readRoles }));
    await theirs.deletePolicy(new ram.DeletePolicyRequest({ policyName }));
    assert.equal((await get('isolated')).defaultPolicyVersion!.policyDocument, readUsers);
  });

  async function create(policyName: string, policyDocument: string) {
    const { account } = await shared();
    return account.admin.ram.createPolicy(new ram.CreatePolicyRequest({ policyName, policyDocument }));
  }

  async function get(policyName: string) {
    const { account } = await shared();
    const answer = await account.admin.ram.getPolicy(
      new ram.GetPolicyRequest({ policyName, policyType: 'Custom' }),
    );
    return answer.body!;
  }

  async function remove(policyName: string) {
    const { account } = await shared();
    return account.admin.ram.deletePolicy(new ram.DeletePolicyRequest({ policyName }));
  }

  async function listVersions(policyName: string) {
    const { account } = await shared();
    const answer = await account.admin.ram.listPolicyVersions(
      new ram.ListPolicyVersionsRequest({ policyName, policyType: 'Custom' }),
    );
    return answer.body!.policyVersions!.policyVersion!;
  }

  async function deleteVersion(policyName: string, versionId: string) {
    const { account } = await shared();
    return account.admin.ram.deletePolicyVersion(
      new ram.DeletePolicyVersionRequest({ policyName, versionId }),
    );
  }

  async function setDefault(policyName: string, versionId: string) {
    const { account } = await shared();
    return account.admin.ram.setDefaultPolicyVersion(
      new ram.SetDefaultPolicyVersionRequest({ policyName, versionId }),
    );
  }

  async function attachToUser(userName: string, policyName: string) {
    const { account } = await shared();
    return account.admin.ram.attachPolicyToUser(
      new ram.AttachPolicyToUserRequest({ userName, policyName, policyType: 'Custom' }),
    );
  }
});
