/** System policies of the catalogue: read, attached, decided on, replicated, and refused when unknown. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findSystemPolicy, systemPolicyKeys } from '@claviger/catalogue';
import { parsePolicy } from '@claviger/policy';
import { callRaw, readJson, send, signedRequest } from './raw-request.ts';
import { eachServer, type TestAccount, type TestServer } from './server.ts';
import { TERRAFORM_SYSTEM_POLICIES } from './terraform-system-policies.ts';

const RAM = '2015-05-01';

const allKeys = [...systemPolicyKeys()];

interface WirePolicy {
  readonly PolicyName: string;
  readonly Description: string;
  readonly DefaultVersion: string;
  readonly AttachmentCount: number;
}

describe('system policies that concern Claviger itself', () => {
  for (const name of [
    'AdministratorAccess',
    'AliyunActionTrailFullAccess',
    'AliyunActionTrailReadOnlyAccess',
    'AliyunRAMFullAccess',
    'AliyunRAMReadOnlyAccess',
    'AliyunSTSAssumeRoleAccess',
    'ReadOnlyAccess',
  ]) {
    test(`${name}, which earlier releases had, is accepted by the policy parser without a warning`, () => {
      const parsed = parsePolicy(findSystemPolicy(name)?.document ?? '', 'identity');
      assert.ok(parsed.ok);
      assert.deepEqual(parsed.notes, []);
    });
  }
});

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  const fresh = async () => {
    started ??= start();
    const server = await started;
    return { server, account: await server.newAccount() };
  };

  const call = async (server: TestServer, account: TestAccount, action: string, parameters = {}) => {
    const sent = { version: RAM, action, parameters, format: 'JSON' };
    const answer = await send(server.url, signedRequest(server.url, account.key, 'ACS3 with a form', sent));
    return { ...readJson(answer), warning: String(answer.headers['x-claviger-warning'] ?? '') };
  };

  test('every system policy is listed page by page, by name, with its description', async () => {
    const { account } = await fresh();
    const listed: WirePolicy[] = [];
    let marker: string | undefined;
    do {
      const page = (await account.admin.callRpc(RAM, 'ListPolicies', {
        PolicyType: 'System',
        MaxItems: 100,
        ...(marker !== undefined && { Marker: marker }),
      })) as { readonly Policies: { readonly Policy: WirePolicy[] }; readonly Marker?: string };
      assert.ok(page.Policies.Policy.length <= 100);
      listed.push(...page.Policies.Policy);
      marker = page.Marker;
    } while (marker !== undefined);
    assert.deepEqual(
      listed.map(({ PolicyName }) => PolicyName.toLowerCase()),
      allKeys,
    );
    for (const { PolicyName, Description, DefaultVersion } of listed) {
      const facts = findSystemPolicy(PolicyName);
      assert.equal(facts?.name, PolicyName);
      assert.equal(DefaultVersion, facts.version);
      assert.notEqual(Description, '', PolicyName);
      if (facts.basis === 'unpublished') assert.match(Description, /grants nothing/, PolicyName);
      if (facts.basis === 'derived' && PolicyName !== 'AdministratorAccess')
        assert.match(Description, /Derived by Claviger/, PolicyName);
    }
  });

  test('a policy is found in any letter case and shown with its published name, version and document', async () => {
    const { account } = await fresh();
    for (const PolicyName of ['AliyunActionTrailFullAccess', 'aliyunactiontrailfullaccess']) {
      const read = (await account.admin.callRpc(RAM, 'GetPolicy', { PolicyName, PolicyType: 'System' })) as {
        readonly Policy: { readonly PolicyName: string; readonly CreateDate: string };
        readonly DefaultPolicyVersion: { readonly VersionId: string; readonly PolicyDocument: string };
      };
      assert.equal(read.Policy.PolicyName, 'AliyunActionTrailFullAccess');
      assert.equal(read.Policy.CreateDate, '2016-01-25T00:00:00Z');
      assert.equal(read.DefaultPolicyVersion.VersionId, 'v2');
      const document = JSON.parse(read.DefaultPolicyVersion.PolicyDocument) as { Statement: object[] };
      assert.deepEqual(document.Statement[0], { Effect: 'Allow', Action: 'actiontrail:*', Resource: '*' });
    }
    const versions = await account.admin.callRpc(RAM, 'ListPolicyVersions', {
      PolicyName: 'AliyunActionTrailReadOnlyAccess',
      PolicyType: 'System',
    });
    assert.partialDeepStrictEqual(versions, {
      PolicyVersions: { PolicyVersion: [{ VersionId: 'v4', IsDefaultVersion: true }] },
    });
    const read = { PolicyName: 'AliyunActionTrailReadOnlyAccess', PolicyType: 'System', VersionId: 'v4' };
    await account.admin.callRpc(RAM, 'GetPolicyVersion', read);
  });

  test('every name that public Terraform configurations attach can be attached', async () => {
    const { server, account } = await fresh();
    for (const [at, PolicyName] of TERRAFORM_SYSTEM_POLICIES.entries()) {
      const RoleName = `terraform-${Math.floor(at / 20)}`;
      if (at % 20 === 0) {
        await account.admin.callRpc(RAM, 'CreateRole', {
          RoleName,
          AssumeRolePolicyDocument: JSON.stringify({
            Version: '1',
            Statement: [
              { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ecs.aliyuncs.com' } },
            ],
          }),
        });
      }
      const attachment = { RoleName, PolicyName, PolicyType: 'System' };
      const answer = await call(server, account, 'AttachPolicyToRole', attachment);
      assert.equal(answer.code, 'OK', `${PolicyName}: ${answer.message}`);
      const detached =
        at % 2 === 0 ? await call(server, account, 'DetachPolicyFromRole', attachment) : answer;
      assert.equal(detached.code, 'OK', PolicyName);
    }
    const read = await account.admin.callRpc(RAM, 'ListPoliciesForRole', { RoleName: 'terraform-0' });
    const expected = TERRAFORM_SYSTEM_POLICIES.slice(0, 20).filter((_, at) => at % 2 === 1);
    assert.deepEqual(
      (read as { Policies: { Policy: WirePolicy[] } }).Policies.Policy.map(({ PolicyName }) => PolicyName),
      expected,
    );
  });

  test('an unknown name is refused with the names like it', async () => {
    const { server, account } = await fresh();
    await server.newUser(account, 'mona');
    const unknown = { UserName: 'mona', PolicyName: 'AliyunECSFullAcess', PolicyType: 'System' };
    for (const action of ['AttachPolicyToUser', 'DetachPolicyFromUser']) {
      const answer = await call(server, account, action, unknown);
      assert.equal(answer.code, 'EntityNotExist.Policy');
      assert.match(answer.message, /AliyunECSFullAcess\. Names like it: AliyunECSFullAccess/);
    }
    for (const action of ['GetPolicy', 'ListPolicyVersions', 'ListEntitiesForPolicy']) {
      const { UserName: _, ...policy } = unknown;
      assert.equal((await call(server, account, action, policy)).code, 'EntityNotExist.Policy', action);
    }
    const farOff = { ...unknown, PolicyName: 'zzz' };
    const answer = await call(server, account, 'AttachPolicyToUser', farOff);
    assert.equal(answer.message, 'The policy does not exist: zzz.');
  });

  test('an attached policy decides; an unpublished one grants nothing, and attaching it says so', async () => {
    const { server, account } = await fresh();
    await server.newUser(account, 'nora');
    const attach = (PolicyName: string) =>
      call(server, account, 'AttachPolicyToUser', { UserName: 'nora', PolicyName, PolicyType: 'System' });
    const effectOn = async (Action: string) => {
      const parameters = {
        PrincipalType: 'ram-user',
        PrincipalName: 'nora',
        SimulatedAction: Action,
        SimulatedResource: `acs:${Action.split(':')[0]}:*:${account.accountId}:*`,
      };
      const { body } = await callRaw(server.url, account.key, 'ACS3', {
        version: '2026-11-24',
        action: 'Simulate',
        parameters,
      });
      return body['Effect'];
    };
    assert.equal((await attach('aliyunecsREADONLYaccess')).warning, '');
    assert.equal(await effectOn('ecs:DescribeInstances'), 'Allow');
    assert.equal(await effectOn('ecs:StopInstance'), 'ImplicitDeny');
    assert.match((await attach('AliyunOSSFullAccess')).warning, /derived/);
    assert.equal(await effectOn('oss:PutObject'), 'Allow');
    assert.match((await attach('PowerUserAccess')).warning, /grants nothing/);
    assert.equal(await effectOn('rds:CreateDBInstance'), 'ImplicitDeny');
    const again = await attach('AliyunECSReadOnlyAccess');
    assert.equal(again.code, 'EntityAlreadyExists.User.Policy');
  });

  test('a Deny on a system policy holds under every spelling of its name', async () => {
    const { server, account } = await fresh();
    const ops = await server.newUser(account, 'olga');
    const document = JSON.stringify({
      Version: '1',
      Statement: [
        { Effect: 'Allow', Action: 'ram:*', Resource: '*' },
        { Effect: 'Deny', Action: 'ram:*', Resource: 'acs:ram:*:system:policy/AliyunECSFullAccess' },
      ],
    });
    await account.admin.callRpc(RAM, 'CreatePolicy', { PolicyName: 'no-ecs', PolicyDocument: document });
    await account.admin.callRpc(RAM, 'AttachPolicyToUser', {
      UserName: 'olga',
      PolicyName: 'no-ecs',
      PolicyType: 'Custom',
    });
    for (const PolicyName of ['AliyunECSFullAccess', 'aliyunecsfullaccess', 'ALIYUNecsFULLACCESS']) {
      const answer = await callRaw(server.url, ops.key, 'ACS3 with a form', {
        version: RAM,
        action: 'AttachPolicyToUser',
        parameters: { UserName: 'olga', PolicyName, PolicyType: 'System' },
      });
      assert.equal(answer.code, 'NoPermission', PolicyName);
    }
  });

  test('the policy of a service-linked role is attached to nothing by a request', async () => {
    const { server, account } = await fresh();
    await server.newUser(account, 'pia');
    for (const action of ['AttachPolicyToUser', 'DetachPolicyFromUser']) {
      const answer = await call(server, account, action, {
        UserName: 'pia',
        PolicyName: 'AliyunServiceRolePolicyForNatgw',
        PolicyType: 'System',
      });
      assert.equal(answer.code, 'NoPermission');
      assert.match(answer.message, /service-linked role/);
    }
  });

  test('a custom policy cannot have the name of a system policy', async () => {
    const { server, account } = await fresh();
    const PolicyDocument = JSON.stringify({
      Version: '1',
      Statement: [{ Effect: 'Allow', Action: 'rds:*', Resource: '*' }],
    });
    const answer = await call(server, account, 'CreatePolicy', {
      PolicyName: 'aliyunrdsfullaccess',
      PolicyDocument,
    });
    assert.equal(answer.code, 'EntityAlreadyExists.Policy');
  });
});
