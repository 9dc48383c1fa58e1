/**
 * Condition keys about the trust of roles, and about the role of a session: `ram:TrustedPrincipalTypes`,
 * `ram:ServiceNames`, `sts:SourceIdentity`, `acs:PrincipalARN`.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Clients } from './clients.ts';
import { eachServer, refused, type TestServer, type TestUser } from './server.ts';

const RAM = '2015-05-01';
const STS = '2015-04-01';

const document = (...Statement: object[]) => JSON.stringify({ Version: '1', Statement });
const allowAll = { Effect: 'Allow', Action: '*', Resource: '*' };
const trusts = (Principal: object, more: object = {}) => ({
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal,
  ...more,
});

eachServer((_, start) => {
  describe('conditions on the trust of roles', () => {
    let server: TestServer;
    let root: string;
    before(async () => {
      server = await start();
      root = `acs:ram::${server.account.accountId}:root`;
    });

    const admin = (action: string, parameters: Record<string, string>) =>
      server.account.admin.callRpc(RAM, action, parameters);

    /** Creates a user under the given statements. */
    async function userUnder(name: string, ...statements: object[]): Promise<TestUser> {
      const user = await server.newUser(server.account, name);
      await admin('CreatePolicy', { PolicyName: name, PolicyDocument: document(...statements) });
      await admin('AttachPolicyToUser', { UserName: name, PolicyName: name, PolicyType: 'Custom' });
      return user;
    }

    /** Opens a session of a role; its clients sign with the session's key. */
    async function sessionOf(
      caller: Clients,
      RoleName: string,
      RoleSessionName: string,
      more: Record<string, string> = {},
    ): Promise<Clients> {
      const answer = await caller.callRpc(STS, 'AssumeRole', {
        RoleArn: `acs:ram::${server.account.accountId}:role/${RoleName}`,
        RoleSessionName,
        ...more,
      });
      const { AccessKeyId, AccessKeySecret, SecurityToken } = answer['Credentials'] as Record<string, string>;
      return server.clients({
        accessKeyId: AccessKeyId ?? '',
        accessKeySecret: AccessKeySecret ?? '',
        securityToken: SecurityToken ?? '',
      });
    }

    test('a Deny under ram:TrustedPrincipalTypes holds for what will be stored', async () => {
      const user = await userUnder('trust-types', allowAll, {
        Effect: 'Deny',
        Action: ['ram:CreateRole', 'ram:UpdateRole', 'ram:AttachPolicyToRole'],
        Resource: '*',
        Condition: { 'ForAnyValue:StringEquals': { 'ram:TrustedPrincipalTypes': ['RAM', 'Federated'] } },
      });
      const call = (action: string, parameters: Record<string, string>) =>
        user.clients.callRpc(RAM, action, parameters);
      const service = document(trusts({ Service: ['ecs.aliyuncs.com'] }));
      const provider = `acs:ram::${server.account.accountId}:saml-provider/corp`;
      const recipient = {
        Condition: { StringEquals: { 'saml:recipient': 'https://signin.aliyun.com/saml-role/sso' } },
      };
      const refusedTrusts = [
        document(trusts({ RAM: [root] })),
        document(trusts({ RAM: root, Service: 'ecs.aliyuncs.com' })),
        document(trusts({ Service: 'ecs.aliyuncs.com' }), trusts({ RAM: [root] })),
        document(trusts({ Federated: provider }, recipient)),
        // The same in JSON escapes.
        document(trusts({ RAM: [root] })).replace('"RAM"', '"\\u0052AM"'),
      ];
      for (const AssumeRolePolicyDocument of refusedTrusts) {
        await refused(
          call('CreateRole', { RoleName: 'types', AssumeRolePolicyDocument }),
          'NoPermission',
          403,
        );
      }
      await call('CreateRole', { RoleName: 'types', AssumeRolePolicyDocument: service });
      for (const NewAssumeRolePolicyDocument of refusedTrusts) {
        await refused(
          call('UpdateRole', { RoleName: 'types', NewAssumeRolePolicyDocument }),
          'NoPermission',
          403,
        );
      }
      await call('UpdateRole', { RoleName: 'types', NewDescription: 'of a service' });
      const attach = { RoleName: 'types', PolicyName: 'AdministratorAccess', PolicyType: 'System' };
      await call('AttachPolicyToRole', attach);
      // What a role trusts already counts as well: the administrator widens it.
      await admin('UpdateRole', {
        RoleName: 'types',
        NewAssumeRolePolicyDocument: document(trusts({ RAM: [root] })),
      });
      await refused(
        call('UpdateRole', { RoleName: 'TYPES', NewMaxSessionDuration: '7200' }),
        'NoPermission',
        403,
      );
      await refused(call('AttachPolicyToRole', attach), 'NoPermission', 403);
      await call('UpdateRole', { RoleName: 'types', NewAssumeRolePolicyDocument: service });
      // A document that is no policy is refused as such, and stores nothing.
      await refused(
        call('CreateRole', { RoleName: 'none', AssumeRolePolicyDocument: '{"Statement":[' }),
        'MalformedPolicyDocument',
        400,
      );
    });

    test('an Allow for roles that only services assume is no more than that', async () => {
      const user = await userUnder(
        'only-services',
        {
          Effect: 'Allow',
          Action: ['ram:CreateRole', 'ram:AttachPolicyToRole'],
          Resource: 'acs:ram:*:*:role/*',
          Condition: { 'ForAllValues:StringEquals': { 'ram:TrustedPrincipalTypes': 'Service' } },
        },
        { Effect: 'Allow', Action: 'ram:AttachPolicyToRole', Resource: 'acs:ram:*:*:policy/*' },
      );
      const create = (RoleName: string, ...statements: object[]) =>
        user.clients.callRpc(RAM, 'CreateRole', {
          RoleName,
          AssumeRolePolicyDocument: document(...statements),
        });
      const attach = (RoleName: string) =>
        user.clients.callRpc(RAM, 'AttachPolicyToRole', {
          RoleName,
          PolicyName: 'AliyunSTSAssumeRoleAccess',
          PolicyType: 'System',
        });
      await create('of-ecs', trusts({ Service: 'ecs.aliyuncs.com' }));
      await attach('of-ecs');
      await refused(
        create('of-both', trusts({ Service: 'ecs.aliyuncs.com', RAM: root })),
        'NoPermission',
        403,
      );
      await refused(
        create('of-none', { ...trusts({ Service: 'ecs.aliyuncs.com' }), Effect: 'Deny' }),
        'NoPermission',
        403,
      );
      await admin('CreateRole', {
        RoleName: 'of-users',
        AssumeRolePolicyDocument: document(trusts({ RAM: root })),
      });
      await refused(attach('of-users'), 'NoPermission', 403);
      await refused(attach('of-no-role'), 'NoPermission', 403);
    });

    test('a Deny under ram:ServiceNames holds for every spelling of a service', async () => {
      const user = await userUnder('services', allowAll, {
        Effect: 'Deny',
        Action: ['ram:CreateRole', 'ram:UpdateRole'],
        Resource: '*',
        Condition: { 'ForAnyValue:StringEquals': { 'ram:ServiceNames': 'log.aliyuncs.com' } },
      });
      const create = (RoleName: string, ...Service: string[]) =>
        user.clients.callRpc(RAM, 'CreateRole', {
          RoleName,
          AssumeRolePolicyDocument: document(trusts({ Service })),
        });
      for (const names of [
        ['log.aliyuncs.com'],
        ['LOG.Aliyuncs.com'],
        ['ecs.aliyuncs.com', 'log.aliyuncs.com'],
        ['1234567890123456@log.aliyuncs.com'],
      ]) {
        await refused(create('services', ...names), 'NoPermission', 403);
      }
      await create('services', 'ecs.aliyuncs.com', '1234567890123456@actiontrail.aliyuncs.com');
      const { Role } = await admin('GetRole', { RoleName: 'services' });
      const { AssumeRolePolicyDocument: stored } = Role as Record<string, string>;
      assert.match(stored ?? '', /"1234567890123456@actiontrail\.aliyuncs\.com"/);
    });

    test('a denial does not tell what a role trusts', async () => {
      const secret = 'hidden.aliyuncs.com';
      await admin('CreateRole', {
        RoleName: 'unread',
        AssumeRolePolicyDocument: document(trusts({ Service: secret })),
      });
      const user = await userUnder('curious', {
        ...allowAll,
        Action: 'ram:DecodeDiagnosticMessage',
      });
      const { accessDeniedDetail, data } = await refused(
        user.clients.callRpc(RAM, 'UpdateRole', { RoleName: 'unread', NewDescription: 'x' }),
        'NoPermission',
      );
      const detail = accessDeniedDetail ?? (data?.['AccessDeniedDetail'] as Record<string, unknown>);
      const told = await user.clients.callRpc(RAM, 'DecodeDiagnosticMessage', {
        EncodedDiagnosticMessage: String(detail['EncodedDiagnosticMessage']),
      });
      assert.match(JSON.stringify(told), /ram:UpdateRole/);
      assert.doesNotMatch(JSON.stringify(told), /hidden|TrustedPrincipalTypes/i);
    });

    test('a Deny under sts:SourceIdentity holds, in the policies of the caller and of the role', async () => {
      const user = await userUnder('sourced', allowAll, {
        Effect: 'Deny',
        Action: 'sts:AssumeRole',
        Resource: '*',
        Condition: { StringEquals: { 'sts:SourceIdentity': 'mallory' } },
      });
      const require = { Condition: { StringLike: { 'sts:SourceIdentity': 'alice*' } } };
      for (const RoleName of ['first', 'second']) {
        await admin('CreateRole', {
          RoleName,
          AssumeRolePolicyDocument: document(trusts({ RAM: root }, require)),
        });
        await admin('AttachPolicyToRole', {
          RoleName,
          PolicyName: 'AdministratorAccess',
          PolicyType: 'System',
        });
      }
      await refused(sessionOf(user.clients, 'first', 'one'), 'NoPermission', 403);
      await refused(
        sessionOf(user.clients, 'first', 'one', { SourceIdentity: 'mallory' }),
        'NoPermission',
        403,
      );
      await refused(sessionOf(user.clients, 'first', 'one', { SourceIdentity: 'bob' }), 'NoPermission', 403);
      const alice = await sessionOf(user.clients, 'first', 'one', { SourceIdentity: 'alice' });
      // It stays in a chain, given or not, and cannot be changed.
      await sessionOf(alice, 'second', 'two');
      await sessionOf(alice, 'second', 'two', { SourceIdentity: 'alice' });
      await refused(sessionOf(alice, 'second', 'two', { SourceIdentity: 'alice2' }), 'InvalidParameter', 400);
    });

    test('acs:PrincipalARN names a role, its sessions, or all but them', async () => {
      const user = await userUnder('principal-names', allowAll);
      for (const RoleName of ['Deployer', 'Auditor']) {
        await admin('CreateRole', { RoleName, AssumeRolePolicyDocument: document(trusts({ RAM: root })) });
        await admin('AttachPolicyToRole', {
          RoleName,
          PolicyName: 'principal-names',
          PolicyType: 'Custom',
        });
      }
      const deployer = await sessionOf(user.clients, 'Deployer', 'night');
      const auditor = await sessionOf(user.clients, 'Auditor', 'night');
      const { Arn } = await deployer.callRpc(STS, 'GetCallerIdentity');
      assert.match(String(Arn), /:assumed-role\/Deployer\/night$/);
      const list = (clients: Clients) => clients.callRpc(RAM, 'ListUsers');
      const names = ['acs:ram:*:*:role/Deployer', 'acs:ram:*:*:role/deployer', String(Arn)];
      const under = async (operator: string, name: string) => {
        await admin('CreatePolicyVersion', {
          PolicyName: 'principal-names',
          PolicyDocument: document(allowAll, {
            Effect: 'Deny',
            Action: 'ram:ListUsers',
            Resource: '*',
            Condition: { [operator]: { 'acs:PrincipalARN': [name] } },
          }),
          SetAsDefault: 'true',
          RotateStrategy: 'DeleteOldestNonDefaultVersionWhenLimitExceeded',
        });
      };
      for (const name of names) {
        await under('StringNotLike', name);
        await list(deployer);
        await refused(list(auditor), 'NoPermission', 403);
        await refused(list(user.clients), 'NoPermission', 403);
        await under('StringLike', name);
        await refused(list(deployer), 'NoPermission', 403);
        await list(auditor);
        await list(user.clients);
      }
    });
  });
});
