import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callRaw } from './raw-request.ts';
import { SampleEntities } from './sample-entities.ts';
import { eachServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';

const limits = {
  usersPerAccount: 4,
  groupsPerAccount: 2,
  rolesPerAccount: 1,
  customPoliciesPerAccount: 3,
  groupsPerUser: 1,
  accessKeysPerOwner: 3,
  systemPoliciesPerPrincipal: 1,
  customPoliciesPerPrincipal: 1,
  versionsPerPolicy: 2,
  tagsPerResource: 1,
  virtualMfaDevicesPerAccount: 1,
  samlProvidersPerAccount: 1,
  oidcProvidersPerAccount: 1,
  applicationsPerAccount: 1,
} as const;

eachServer((_, start) => {
  test('limits set by the operator are enforced, and appear in the summary and in refusals', async () => {
    const server = await start({
      configuration: {
        limits: Object.entries(limits)
          .map(([name, count]) => `${name}=${count}`)
          .join(','),
      },
    });
    const { account } = server;
    const sample = new SampleEntities(server, account, 'full', Date.now());
    const call = (version: string, action: string, parameters: Record<string, string>) =>
      callRaw(server.url, account.key, 'ACS3 with a form', { version, action, parameters });
    const refused = async (code: string, limit: number, version: string, action: string, parameters = {}) => {
      const answer = await call(version, action, parameters);
      assert.equal(answer.code, code, `${action}: ${answer.message}`);
      assert.match(answer.message, new RegExp(`: ${limit}\\.$`), action);
    };

    const summary = (await sample.do(IMS, 'GetAccountSummary'))['SummaryMap'] as Record<string, number>;
    assert.equal(summary['UsersQuota'], limits.usersPerAccount);
    assert.equal(summary['GroupsQuota'], limits.groupsPerAccount);
    assert.equal(summary['GroupsPerUserQuota'], limits.groupsPerUser);
    assert.equal(summary['RolesQuota'], limits.rolesPerAccount);
    assert.equal(summary['PoliciesQuota'], limits.customPoliciesPerAccount);
    assert.equal(summary['VersionsPerPolicyQuota'], limits.versionsPerPolicy);
    assert.equal(summary['AttachedPoliciesPerRoleQuota'], limits.customPoliciesPerPrincipal);
    assert.equal(summary['AttachedSystemPoliciesPerGroupQuota'], limits.systemPoliciesPerPrincipal);
    assert.equal(summary['AccessKeysPerUserQuota'], limits.accessKeysPerOwner);
    assert.equal(summary['VirtualMFADevicesQuota'], limits.virtualMfaDevicesPerAccount);

    // The administrator is the first user.
    const [ann] = [await sample.user('ann'), await sample.user('bob'), await sample.user('cyd')];
    await refused('LimitExceeded.User', limits.usersPerAccount, RAM, 'CreateUser', { UserName: 'dee' });
    for (let key = 0; key < limits.accessKeysPerOwner; key++) await sample.key(ann);
    const keys = limits.accessKeysPerOwner;
    await refused('LimitExceeded.User.AccessKey', keys, RAM, 'CreateAccessKey', { UserName: 'ann' });

    const groups = [await sample.group('one'), await sample.group('two')];
    await refused('LimitExceeded.Group', limits.groupsPerAccount, RAM, 'CreateGroup', { GroupName: 'three' });
    await sample.do(RAM, 'AddUserToGroup', { UserName: 'ann', GroupName: groups[0]! });
    await refused('LimitExceeded.User.Group', limits.groupsPerUser, RAM, 'AddUserToGroup', {
      UserName: 'ann',
      GroupName: groups[1]!,
    });

    await sample.role('one');
    await refused('LimitExceeded.Role', limits.rolesPerAccount, RAM, 'CreateRole', {
      RoleName: 'two',
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

    const PolicyDocument =
      '{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:Get*","Resource":"*"}]}';
    for (const name of ['p1', 'p2', 'p3']) await sample.policy(name);
    await refused('LimitExceeded.Policy', limits.customPoliciesPerAccount, RAM, 'CreatePolicy', {
      PolicyName: 'p4',
      PolicyDocument,
    });
    await sample.do(RAM, 'CreatePolicyVersion', { PolicyName: 'p1', PolicyDocument });
    await refused('LimitExceeded.Policy.Version', limits.versionsPerPolicy, RAM, 'CreatePolicyVersion', {
      PolicyName: 'p1',
      PolicyDocument,
    });
    const attach = (UserName: string, PolicyName: string, PolicyType: string) => ({
      UserName,
      PolicyName,
      PolicyType,
    });
    await sample.do(RAM, 'AttachPolicyToUser', attach('ann', 'p1', 'Custom'));
    const custom = limits.customPoliciesPerPrincipal;
    await refused(
      'LimitExceeded.User.Policy',
      custom,
      RAM,
      'AttachPolicyToUser',
      attach('ann', 'p2', 'Custom'),
    );
    await sample.do(RAM, 'AttachPolicyToUser', attach('ann', 'ReadOnlyAccess', 'System'));
    const system = limits.systemPoliciesPerPrincipal;
    const second = attach('ann', 'AliyunRAMReadOnlyAccess', 'System');
    await refused('LimitExceeded.User.Policy', system, RAM, 'AttachPolicyToUser', second);

    await refused('LimitExceeded.Tag', limits.tagsPerResource, RAM, 'TagResources', {
      ResourceType: 'policy',
      ResourceNames: JSON.stringify(['p1']),
      Tag: JSON.stringify([
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ]),
    });
    await sample.device('one');
    await refused('LimitExceeded.VirtualMFADevice', 1, RAM, 'CreateVirtualMFADevice', {
      VirtualMFADeviceName: 'two',
    });
    await sample.samlProvider('one');
    await assert.rejects(sample.samlProvider('two'), /LimitExceeded\.SAMLProvider/);
    await sample.oidcProvider('one');
    await assert.rejects(sample.oidcProvider('two'), /LimitExceeded\.OIDCProvider/);
    await sample.application('one');
    await assert.rejects(sample.application('two'), /LimitExceeded\.Application/);
  });
});
