/** Service-linked roles: created from the catalogue with their policy, changed by nothing, deleted as a whole. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callRaw } from './raw-request.ts';
import { eachServer, type TestServer } from './server.ts';

const RAM = '2015-05-01';
const NAT = { service: 'nat.aliyuncs.com', role: 'AliyunServiceRoleForNatgw' };
const NAT_POLICY = 'AliyunServiceRolePolicyForNatgw';

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  const fresh = async (shared = true) => {
    const configuration = { limits: 'rolesPerAccount=1' };
    if (shared) started ??= start();
    const server = shared && started !== undefined ? await started : await start({ configuration });
    const account = await server.newAccount();
    const call = (action: string, parameters: Record<string, string>) =>
      callRaw(server.url, account.key, 'ACS3 with a form', { version: RAM, action, parameters });
    const done = async (action: string, parameters: Record<string, string>) => {
      const answer = await call(action, parameters);
      assert.equal(answer.code, 'OK', `${action}: ${answer.message}`);
      return answer.body;
    };
    return { account, call, done };
  };

  test('a service-linked role is created with its policy and trusts its service alone', async () => {
    const { account, call, done } = await fresh();
    const { Role } = await done('CreateServiceLinkedRole', { ServiceName: NAT.service });
    assert.partialDeepStrictEqual(Role, {
      RoleName: NAT.role,
      Arn: `acs:ram::${account.accountId}:role/${NAT.role}`,
      IsServiceLinkedRole: true,
      AssumeRolePolicyDocument: `{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["${NAT.service}"]}}],"Version":"1"}`,
    });
    assert.partialDeepStrictEqual((await done('GetRole', { RoleName: NAT.role.toLowerCase() }))['Role'], {
      IsServiceLinkedRole: true,
      AllowConsoleLogin: false,
      RolePrincipalName: `${NAT.role}@role.${account.accountId}.onaliyunservice.com`,
    });
    assert.partialDeepStrictEqual(await done('ListPoliciesForRole', { RoleName: NAT.role }), {
      Policies: { Policy: [{ PolicyName: NAT_POLICY, PolicyType: 'System' }] },
    });
    const policy = { PolicyName: NAT_POLICY, PolicyType: 'System' };
    assert.partialDeepStrictEqual(await done('ListEntitiesForPolicy', policy), {
      Roles: { Role: [{ RoleName: NAT.role }] },
    });
    const again = await call('CreateServiceLinkedRole', { ServiceName: NAT.service });
    assert.equal(again.code, 'EntityAlreadyExists.Role');
  });

  test('no other operation changes or deletes a service-linked role', async () => {
    const { account, call, done } = await fresh();
    await done('CreateServiceLinkedRole', { ServiceName: NAT.service });
    const RoleName = NAT.role;
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '1',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { RAM: `acs:ram::${account.accountId}:root` },
        },
      ],
    });
    const other = { PolicyName: 'AliyunECSFullAccess', PolicyType: 'System' };
    const own = { PolicyName: NAT_POLICY, PolicyType: 'System' };
    const changes: readonly (readonly [string, Record<string, string>])[] = [
      ['UpdateRole', { RoleName, NewAssumeRolePolicyDocument: AssumeRolePolicyDocument }],
      ['UpdateRole', { RoleName, NewDescription: 'mine' }],
      ['UpdateRole', { RoleName, NewMaxSessionDuration: '7200' }],
      ['UpdateRole', { RoleName, NewAllowConsoleLogin: 'true' }],
      ['DeleteRole', { RoleName }],
      ['AttachPolicyToRole', { RoleName, ...other }],
      ['AttachPolicyToRole', { RoleName, ...own }],
      ['DetachPolicyFromRole', { RoleName, ...own }],
    ];
    const before = await done('GetRole', { RoleName });
    for (const [action, parameters] of changes) {
      const answer = await call(action, parameters);
      assert.equal(answer.code, 'NoPermission', action);
      assert.match(answer.message, /service-linked role/, action);
    }
    const { RequestId: _, ...after } = await done('GetRole', { RoleName });
    assert.deepEqual({ ...after, RequestId: before['RequestId'] }, before);
  });

  test('a service-linked role is deleted with its attachment; other roles are not', async () => {
    const { account, call, done } = await fresh();
    await done('CreateServiceLinkedRole', { ServiceName: NAT.service });
    const RoleName = NAT.role;
    const { DeletionTaskId } = await done('DeleteServiceLinkedRole', { RoleName });
    assert.match(
      String(DeletionTaskId),
      /^task\/acs-service-role\/nat\.aliyuncs\.com\/AliyunServiceRoleForNatgw\/[0-9a-f-]{36}$/,
    );
    assert.equal((await call('GetRole', { RoleName })).code, 'EntityNotExist.Role');
    assert.equal((await call('DeleteServiceLinkedRole', { RoleName })).code, 'EntityNotExist.Role');
    const policy = await done('GetPolicy', { PolicyName: NAT_POLICY, PolicyType: 'System' });
    assert.partialDeepStrictEqual(policy, { Policy: { AttachmentCount: 0 } });

    const trust = { Service: ['ecs.aliyuncs.com'] };
    const statement = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: trust };
    await account.admin.callRpc(RAM, 'CreateRole', {
      RoleName: 'plain',
      AssumeRolePolicyDocument: JSON.stringify({ Version: '1', Statement: [statement] }),
    });
    const plain = await call('DeleteServiceLinkedRole', { RoleName: 'plain' });
    assert.equal(plain.code, 'EntityNotExist.ServiceLinkedRole');
    await done('GetRole', { RoleName: 'plain' });
  });

  test('service-linked roles do not count in the quota of roles', async () => {
    const { account, done, call } = await fresh(false);
    await done('CreateServiceLinkedRole', { ServiceName: NAT.service });
    await done('CreateServiceLinkedRole', { ServiceName: 'polardb.aliyuncs.com' });
    const Principal = { RAM: `acs:ram::${account.accountId}:root` };
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '1',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal }],
    });
    await done('CreateRole', { RoleName: 'first', AssumeRolePolicyDocument });
    const second = await call('CreateRole', { RoleName: 'second', AssumeRolePolicyDocument });
    assert.equal(second.code, 'LimitExceeded.Role');
  });

  test('a template names the role and its policy; unknown services and suffixes are refused', async () => {
    const { call, done } = await fresh();
    const template = await done('GetServiceLinkedRoleTemplate', { ServiceName: NAT.service });
    assert.partialDeepStrictEqual(template, {
      ServiceLinkedRoleTemplate: {
        ServiceName: NAT.service,
        RoleNamePrefix: NAT.role,
        SystemPolicyName: NAT_POLICY,
        MultipleRolesAllowed: false,
      },
    });
    for (const action of ['GetServiceLinkedRoleTemplate', 'CreateServiceLinkedRole']) {
      const answer = await call(action, { ServiceName: 'nothing.aliyuncs.com' });
      assert.equal(answer.code, 'EntityNotExist.ServiceLinkedRoleTemplate', action);
    }
    const suffixed = { ServiceName: NAT.service, CustomSuffix: 'b' };
    assert.equal((await call('CreateServiceLinkedRole', suffixed)).code, 'InvalidParameter');
  });
});
