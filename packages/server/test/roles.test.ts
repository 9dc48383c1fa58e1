import assert from 'node:assert/strict';
import { test } from 'node:test';
import ram from '@alicloud/ram20150501';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

const trust = (principal: object) =>
  JSON.stringify({
    Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: principal }],
    Version: '1',
  });

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  const shared = () => {
    started ??= start();
    return started;
  };
  const fresh = async () => {
    const account = await (await shared()).newAccount();
    const trusted = trust({ RAM: `acs:ram::${account.accountId}:root` });
    return { account, admin: account.admin.ram, trusted };
  };
  const create = (account: TestAccount, role: Record<string, unknown>) =>
    account.admin.ram.createRole(
      new ram.CreateRoleRequest({
        assumeRolePolicyDocument: trust({ RAM: `acs:ram::${account.accountId}:root` }),
        ...role,
      }),
    );

  test('a role is returned as it was given, its trust policy unchanged', async () => {
    const { account, admin } = await fresh();
    const document = `\n${trust({ RAM: [`acs:ram::${account.accountId}:root`] })} `;
    const created = await create(account, {
      roleName: 'Reader.of-SampleEntities',
      assumeRolePolicyDocument: document,
      description: 'reads',
      maxSessionDuration: 7200,
    });
    const role = created.body!.role!;
    assert.match(role.roleId!, /^3\d{17}$/);
    assert.match(role.createDate!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const asMade = {
      roleId: role.roleId,
      roleName: 'Reader.of-SampleEntities',
      arn: `acs:ram::${account.accountId}:role/Reader.of-SampleEntities`,
      description: 'reads',
      assumeRolePolicyDocument: document,
      maxSessionDuration: 7200,
      createDate: role.createDate,
    };
    assert.deepEqual({ ...role }, asMade);
    const read = await admin.getRole(new ram.GetRoleRequest({ roleName: 'reader.of-sampleentities' }));
    assert.deepEqual({ ...read.body!.role }, { ...asMade, updateDate: role.createDate });
  });

  test('a session may last an hour unless the role has another maximum', async () => {
    const { account } = await fresh();
    assert.equal((await create(account, { roleName: 'hour' })).body!.role!.maxSessionDuration, 3600);
    for (const maxSessionDuration of [3599, 43_201]) {
      await refused(
        create(account, { roleName: 'other', maxSessionDuration }),
        'InvalidParameter.MaxSessionDuration.Range',
        400,
      );
    }
    await create(account, { roleName: 'longest', maxSessionDuration: 43_200 });
  });

  test('names and documents have the form that RAM has', async () => {
    const { account } = await fresh();
    await refused(
      create(account, { roleName: 'under_score' }),
      'InvalidParameter.RoleName.InvalidChars',
      400,
    );
    await refused(create(account, { roleName: 'r'.repeat(65) }), 'InvalidParameter.RoleName.Length', 400);
    await refused(create(account, {}), 'MissingRoleName', 400);
    await refused(
      create(account, { roleName: 'untrusting', assumeRolePolicyDocument: '' }),
      'MissingAssumeRolePolicyDocument',
      400,
    );
    await refused(
      create(account, { roleName: 'chatty', description: 'd'.repeat(1025) }),
      'InvalidParameter.Description.Length',
      400,
    );
  });

  test('a name is unique case-insensitively', async () => {
    const { account } = await fresh();
    await create(account, { roleName: 'Taken' });
    await refused(create(account, { roleName: 'taken' }), 'EntityAlreadyExists.Role', 409);
  });

  test('failure 6: a trust policy with an unknown part is refused, and nothing of it is stored', async () => {
    const { account, admin, trusted } = await fresh();
    const valid = JSON.parse(trusted);
    const [statement] = valid.Statement;
    const misunderstood: readonly object[] = [
      { ...valid, Id: 'x' },
      { ...valid, Statement: [{ ...statement, Sid: 'x' }] },
      { ...valid, Statement: [{ ...statement, Resource: '*' }] },
      { ...valid, Statement: [{ ...statement, Principal: '*' }] },
      { ...valid, Statement: [{ ...statement, Principal: { RAM: '*' } }] },
      { ...valid, Statement: [{ ...statement, Principal: { AWS: '1' } }] },
      { ...valid, Statement: [{ ...statement, Principal: { ...statement.Principal, Any: 'x' } }] },
      { ...valid, Statement: [{ ...statement, NotPrincipal: { RAM: 'acs:ram::1:root' } }] },
      { ...valid, Statement: [{ ...statement, Condition: { StringEqual: { 'sts:ExternalId': 'x' } } }] },
    ];
    await create(account, { roleName: 'understood' });
    for (const document of misunderstood) {
      const text = JSON.stringify(document);
      await refused(
        create(account, { roleName: 'misunderstood', assumeRolePolicyDocument: text }),
        'MalformedPolicyDocument',
        400,
      );
      await refused(
        admin.updateRole(
          new ram.UpdateRoleRequest({ roleName: 'understood', newAssumeRolePolicyDocument: text }),
        ),
        'MalformedPolicyDocument',
        400,
      );
    }
    await refused(
      admin.getRole(new ram.GetRoleRequest({ roleName: 'misunderstood' })),
      'EntityNotExist.Role',
      404,
    );
    const kept = await admin.getRole(new ram.GetRoleRequest({ roleName: 'understood' }));
    assert.equal(kept.body!.role!.assumeRolePolicyDocument, trusted);
  });

  test('an update changes the given fields only', async () => {
    const { account, admin } = await fresh();
    const created = await create(account, {
      roleName: 'changing',
      description: 'before',
      maxSessionDuration: 7200,
    });
    const before = created.body!.role!;
    const update = async (changes: Record<string, unknown>) => {
      const answer = await admin.updateRole(new ram.UpdateRoleRequest({ roleName: 'Changing', ...changes }));
      return answer.body!.role!;
    };
    const described = await update({ newDescription: 'after' });
    assert.deepEqual({ ...described }, { ...before, description: 'after', updateDate: described.updateDate });
    const service = trust({ Service: ['ecs.aliyuncs.com'] });
    assert.equal((await update({ newAssumeRolePolicyDocument: service })).assumeRolePolicyDocument, service);
    const last = await update({ newMaxSessionDuration: 43_200 });
    assert.equal(last.maxSessionDuration, 43_200);
    assert.equal(last.assumeRolePolicyDocument, service);
    assert.equal(last.description, 'after');
    await refused(update({ newMaxSessionDuration: 60 }), 'InvalidParameter.NewMaxSessionDuration.Range', 400);
    await refused(
      admin.updateRole(new ram.UpdateRoleRequest({ roleName: 'nothing', newDescription: 'x' })),
      'EntityNotExist.Role',
      404,
    );
  });

  test('a role can sign in to the console only while it is allowed to', async () => {
    const { account, trusted } = await fresh();
    const call = async (operation: string, parameters: Record<string, string>) => {
      const answer = await account.admin.callRpc('2015-05-01', operation, parameters);
      return (answer['Role'] as Record<string, unknown>)['AllowConsoleLogin'];
    };
    const AssumeRolePolicyDocument = trusted;
    assert.equal(await call('CreateRole', { RoleName: 'api', AssumeRolePolicyDocument }), false);
    const allowed = { RoleName: 'console', AssumeRolePolicyDocument, AllowConsoleLogin: 'true' };
    assert.equal(await call('CreateRole', allowed), true);
    const RoleName = 'console';
    assert.equal(await call('UpdateRole', { RoleName, NewDescription: 'left as it is' }), true);
    const listed = (await account.admin.callRpc('2015-05-01', 'ListRoles')) as {
      Roles: { Role: { RoleName: string; AllowConsoleLogin: boolean }[] };
    };
    assert.deepEqual(
      listed.Roles.Role.map((role) => [role.RoleName, role.AllowConsoleLogin]),
      [
        ['api', false],
        ['console', true],
      ],
    );
    assert.equal(await call('UpdateRole', { RoleName, NewAllowConsoleLogin: 'false' }), false);
    assert.equal(await call('GetRole', { RoleName }), false);
  });

  test('a role is named with the domain of its account, and is no service-linked role', async () => {
    const { account } = await fresh();
    await create(account, { roleName: 'Plain' });
    const read = async () =>
      (await account.admin.callRpc('2015-05-01', 'GetRole', { RoleName: 'plain' }))['Role'] as object;
    assert.partialDeepStrictEqual(await read(), {
      IsServiceLinkedRole: false,
      RolePrincipalName: `Plain@role.${account.accountId}.onaliyunservice.com`,
    });
    assert.equal('LatestDeletionTask' in (await read()), false);
    const AccountAlias = `alias-${account.accountId}`;
    await account.admin.callRpc('2015-05-01', 'SetAccountAlias', { AccountAlias });
    assert.partialDeepStrictEqual(await read(), {
      RolePrincipalName: `Plain@role.${AccountAlias}.onaliyunservice.com`,
    });
  });

  test('a role with policies is not deleted; one without is gone for good', async () => {
    const { account, admin } = await fresh();
    const first = await create(account, { roleName: 'leaving' });
    const attachment = { roleName: 'leaving', policyName: 'ReadOnlyAccess', policyType: 'System' };
    await admin.attachPolicyToRole(new ram.AttachPolicyToRoleRequest(attachment));
    const remove = () => admin.deleteRole(new ram.DeleteRoleRequest({ roleName: 'leaving' }));
    await refused(remove(), 'DeleteConflict.Role.Policy', 409);
    await admin.detachPolicyFromRole(new ram.DetachPolicyFromRoleRequest(attachment));
    await remove();
    await refused(remove(), 'EntityNotExist.Role', 404);
    await refused(
      admin.listPoliciesForRole(new ram.ListPoliciesForRoleRequest({ roleName: 'leaving' })),
      'EntityNotExist.Role',
      404,
    );
    const second = await create(account, { roleName: 'leaving' });
    assert.notEqual(second.body!.role!.roleId, first.body!.role!.roleId);
  });

  test('roles are listed page by page in the order of their names, with their tags', async () => {
    const { account, admin } = await fresh();
    for (const [roleName, value] of [
      ['b', 'blue'],
      ['C', 'red'],
      ['a', 'blue'],
    ] as const) {
      await create(account, { roleName, tag: [new ram.CreateRoleRequestTag({ key: 'team', value })] });
    }
    const pages: (string | undefined)[][] = [];
    let marker: string | undefined;
    do {
      const listed = await admin.listRoles(
        new ram.ListRolesRequest({ maxItems: 2, ...(marker === undefined ? {} : { marker }) }),
      );
      pages.push(listed.body!.roles!.role!.map((role) => role.roleName));
      marker = listed.body!.marker;
      assert.equal(listed.body!.isTruncated, marker !== undefined);
    } while (marker !== undefined);
    assert.deepEqual(pages, [['a', 'b'], ['C']]);

    const blue = await admin.listRoles(
      new ram.ListRolesRequest({ tag: [new ram.ListRolesRequestTag({ key: 'team', value: 'blue' })] }),
    );
    assert.deepEqual(
      blue.body!.roles!.role!.map((role) => [role.roleName, role.tags!.tag![0]!.tagValue]),
      [
        ['a', 'blue'],
        ['b', 'blue'],
      ],
    );
    await refused(
      admin.listRoles(new ram.ListRolesRequest({ marker: 'not-a-marker' })),
      'InvalidMarker',
      400,
    );
  });

  test('an account has at most 1000 roles', async () => {
    const { account, trusted } = await fresh();
    const { services } = await shared();
    const row = (index: number) => ({
      role_id: `${account.accountId}-${index}`,
      account_id: account.accountId,
      role_name: `filler-${index}`,
      role_name_key: `filler-${index}`,
      description: '',
      assume_role_policy: trusted,
      trusted_identities: '{}',
      max_session_seconds: 3600,
      allow_console_login: 0,
      linked_service: null,
      created_at: 0,
      updated_at: 0,
    });
    await services.store.write(async ({ queries }) => {
      await queries
        .insertInto('roles')
        .values(Array.from({ length: 999 }, (_, index) => row(index)))
        .execute();
    });
    await create(account, { roleName: 'thousandth' });
    await refused(create(account, { roleName: 'one-more' }), 'LimitExceeded.Role', 409);
  });

  test("an account can neither see nor change another account's roles", async () => {
    const { account } = await fresh();
    const other = await fresh();
    await create(account, { roleName: 'isolated' });
    const roleName = 'isolated';
    const NOT_FOUND_CODES = [
      () => other.admin.getRole(new ram.GetRoleRequest({ roleName })),
      () => other.admin.updateRole(new ram.UpdateRoleRequest({ roleName, newDescription: 'x' })),
      () => other.admin.deleteRole(new ram.DeleteRoleRequest({ roleName })),
      () =>
        other.admin.attachPolicyToRole(
          new ram.AttachPolicyToRoleRequest({
            roleName,
            policyName: 'AdministratorAccess',
            policyType: 'System',
          }),
        ),
    ];
    for (const call of NOT_FOUND_CODES) await refused(call(), 'EntityNotExist.Role', 404);
    assert.deepEqual((await other.admin.listRoles(new ram.ListRolesRequest({}))).body!.roles!.role, []);
  });
});
