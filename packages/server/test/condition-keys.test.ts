/**
 * Condition keys that the table in `@claviger/policy` declares as filled: a Deny under each is in force, for calls
 * signed by a key, for role sessions, for console sessions and for federated calls.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import {
  type OperationConditionKey,
  type RequestConditionKey,
  TAGGED_RESOURCE_ACTIONS,
} from '@claviger/policy';
import { conditionKeysPage } from '../api-description/condition-keys-page.ts';
import { referenceFolder } from '../api-description/reference.ts';
import { Browser } from './browser.ts';
import type { ClientKey } from './clients.ts';
import { OidcIdentityProvider, SamlIdentityProvider } from './identity-providers.ts';
import { caller } from './prepared-request.ts';
import { requestCases } from './prepared-requests.ts';
import { callRaw } from './raw-request.ts';
import { callAnonymously, SamlAccount } from './saml-account.ts';
import { password, SampleEntities } from './sample-entities.ts';
import { eachServer, refused, type TestServer, type TestUser } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';
const STS = '2015-04-01';

/** Clock of the server; it stands still, so that the codes of MFA devices stay valid. */
const now = Date.now();

const document = (...Statement: object[]) => JSON.stringify({ Version: '1', Statement });
const deny = (Condition: object, Action = '*') => ({ Effect: 'Deny', Action, Resource: '*', Condition });
const allowAll = { Effect: 'Allow', Action: '*', Resource: '*' };

/** Kind of caller: signed with a key, signed with a role session, or a page of the console. */
type CallerKind = 'key' | 'session of a role' | 'console session';

interface Expected {
  readonly key: string;
  /** Condition that holds for the calls of this test. */
  readonly condition: (account: { readonly arn: string }) => object;
  /** Kinds of caller without the key. */
  readonly absentFor?: readonly CallerKind[];
}

/** Does not compile if a declared key is missing. */
const requestKeys: Readonly<Record<RequestConditionKey, Expected>> = {
  'acs:sourceip': {
    key: 'acs:SourceIp',
    condition: () => ({ IpAddress: { 'acs:SourceIp': '127.0.0.0/8' } }),
  },
  'acs:currenttime': {
    key: 'acs:CurrentTime',
    condition: () => ({ DateGreaterThan: { 'acs:CurrentTime': '2020-01-01T00:00:00Z' } }),
  },
  'acs:securetransport': {
    key: 'acs:SecureTransport',
    condition: () => ({ Bool: { 'acs:SecureTransport': 'false' } }),
  },
  'acs:mfapresent': {
    key: 'acs:MFAPresent',
    condition: () => ({ Bool: { 'acs:MFAPresent': 'false' } }),
    absentFor: ['key', 'session of a role'],
  },
  'acs:principalarn': {
    key: 'acs:PrincipalARN',
    condition: ({ arn }) => ({ StringEquals: { 'acs:PrincipalARN': arn } }),
  },
  'acs:principaltag/': {
    key: 'acs:PrincipalTag/Team',
    condition: () => ({ StringEquals: { 'acs:PrincipalTag/Team': 'blue' } }),
  },
  'acs:sourcevpc': {
    key: 'acs:SourceVpc',
    condition: () => ({ StringEquals: { 'acs:SourceVpc': 'vpc-here' } }),
  },
  'acs:vpcsourceip': {
    key: 'acs:VpcSourceIp',
    condition: () => ({ IpAddress: { 'acs:VpcSourceIp': '127.0.0.1' } }),
  },
};

/** Test of each key of operations, here or in `trust-conditions.test.ts`. Does not compile if a declared key is missing. */
const operationKeys: Readonly<Record<OperationConditionKey, string>> = {
  'acs:requesttag/': 'a Deny under acs:RequestTag holds for each operation that gives tags',
  'acs:resourcetag/': 'a Deny under acs:ResourceTag holds for each operation on a tagged resource',
  'ram:actsonitself': 'a Deny under ram:ActsOnItself holds',
  'sts:externalid': 'a Deny under sts:ExternalId holds, in the policies of the caller and of the role',
  'sts:sourceidentity':
    'a Deny under sts:SourceIdentity holds, in the policies of the caller and of the role',
  'ram:trustedprincipaltypes': 'a Deny under ram:TrustedPrincipalTypes holds for what will be stored',
  'ram:servicenames': 'a Deny under ram:ServiceNames holds for every spelling of a service',
  'ram:servicename': 'a Deny under ram:ServiceName holds for the service-linked role of that service',
  'saml:recipient': 'a Deny under each key of SAML holds in a trust policy',
  'saml:iss': 'a Deny under each key of SAML holds in a trust policy',
  'saml:sub': 'a Deny under each key of SAML holds in a trust policy',
  'saml:sub_type': 'a Deny under each key of SAML holds in a trust policy',
  'oidc:iss': 'a Deny under each key of OIDC holds in a trust policy',
  'oidc:aud': 'a Deny under each key of OIDC holds in a trust policy',
  'oidc:sub': 'a Deny under each key of OIDC holds in a trust policy',
};

test('docs/condition-keys.md equals the table', () => {
  assert.equal(
    readFileSync(new URL('../condition-keys.md', referenceFolder), 'utf8'),
    conditionKeysPage(),
    'run `npm run docs:reference`',
  );
});

eachServer((_, start) => {
  describe('condition keys', () => {
    let server: TestServer;
    let idp: OidcIdentityProvider;
    before(async () => {
      idp = await OidcIdentityProvider.start();
      server = await start({ configuration: { vpc: 'vpc-here=127.0.0.0/8', privateIssuers: '127.0.0.1' } });
    });
    after(() => idp.close());

    /** Attaches a policy of the given name. */
    async function attach(user: TestUser, PolicyName: string, ...statements: object[]): Promise<void> {
      const { admin } = server.account;
      await admin.callRpc(RAM, 'CreatePolicy', { PolicyName, PolicyDocument: document(...statements) });
      await admin.callRpc(RAM, 'AttachPolicyToUser', {
        UserName: user.userName,
        PolicyName,
        PolicyType: 'Custom',
      });
    }

    const setPolicy = (PolicyName: string, ...statements: object[]) =>
      server.account.admin.callRpc(RAM, 'CreatePolicyVersion', {
        PolicyName,
        PolicyDocument: document(...statements),
        SetAsDefault: 'true',
        RotateStrategy: 'DeleteOldestNonDefaultVersionWhenLimitExceeded',
      });

    test('a Deny under each key that every request has holds for every kind of caller', async () => {
      const { account } = server;
      const { admin } = account;
      const user = await server.newUser(account, 'all-ways');
      await attach(user, 'all-ways', allowAll);
      await admin.callRpc(RAM, 'CreateLoginProfile', {
        UserName: user.userName,
        Password: password,
        MFABindRequired: 'false',
      });
      const RoleName = 'all-ways';
      await admin.callRpc(RAM, 'CreateRole', {
        RoleName,
        AssumeRolePolicyDocument: document({
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { RAM: [`acs:ram::${account.accountId}:root`] },
        }),
      });
      await admin.callRpc(RAM, 'AttachPolicyToRole', {
        RoleName,
        PolicyName: 'all-ways',
        PolicyType: 'Custom',
      });
      await tag(user.userPrincipalName, 'team', 'blue');
      await admin.callRpc(RAM, 'TagResources', {
        ResourceType: 'role',
        'ResourceNames.1': RoleName,
        'Tag.1.Key': 'TEAM',
        'Tag.1.Value': 'blue',
      });
      const session = await user.clients.callRpc(STS, 'AssumeRole', {
        RoleArn: `acs:ram::${account.accountId}:role/${RoleName}`,
        RoleSessionName: 'visit',
      });
      const made = session['Credentials'] as Record<string, string>;
      const sessionKey = {
        accessKeyId: made['AccessKeyId'] ?? '',
        accessKeySecret: made['AccessKeySecret'] ?? '',
        securityToken: made['SecurityToken'] ?? '',
      };
      const browser = new Browser(server);
      assert.equal(await browser.signIn(user.userPrincipalName, password), 'Done');
      const signed = async (key: ClientKey) =>
        (await callRaw(server.url, key, 'ACS3', { version: RAM, action: 'ListUsers' })).code;
      const callers: readonly (readonly [CallerKind, string, () => Promise<string>])[] = [
        ['key', `acs:ram::${account.accountId}:user/all-ways`, () => signed(user.key)],
        [
          'session of a role',
          `acs:ram::${account.accountId}:assumed-role/all-ways/visit`,
          () => signed(sessionKey),
        ],
        [
          'console session',
          `acs:ram::${account.accountId}:user/all-ways`,
          async () => (await browser.call('ListUsers', {}, { version: RAM })).code,
        ],
      ];
      for (const { key, condition, absentFor = [] } of Object.values(requestKeys)) {
        for (const [kind, arn, call] of callers) {
          await setPolicy('all-ways', allowAll);
          assert.equal(await call(), 'OK', `${kind} without ${key}`);
          await setPolicy('all-ways', allowAll, deny(condition({ arn })));
          assert.equal(await call(), absentFor.includes(kind) ? 'OK' : 'NoPermission', `${kind}, ${key}`);
          await setPolicy('all-ways', allowAll, deny({ Null: { [key]: 'true' } }));
          assert.equal(await call(), absentFor.includes(kind) ? 'NoPermission' : 'OK', `${kind}, ${key}`);
        }
      }
    });

    const tag = (ResourcePrincipalName: string, Key: string, Value: string) =>
      server.account.admin.callRpc(IMS, 'TagResources', {
        ResourceType: 'user',
        'ResourcePrincipalName.1': ResourcePrincipalName,
        'Tag.1.Key': Key,
        'Tag.1.Value': Value,
      });

    test('a tag of the caller counts as soon as it is set, whatever the case of its key', async () => {
      const user = await server.newUser(server.account, 'retagged');
      await attach(user, 'retagged', allowAll, deny({ StringEquals: { 'acs:PrincipalTag/Team': 'red' } }));
      const list = () => user.clients.callRpc(RAM, 'ListUsers');
      await list();
      await tag(user.userPrincipalName, 'TEAM', 'red');
      await refused(list(), 'NoPermission', 403);
      await tag(user.userPrincipalName, 'team', 'blue');
      // Two tag keys that differ in case only are one condition key with both values.
      await refused(list(), 'NoPermission', 403);
      await server.account.admin.callRpc(IMS, 'UntagResources', {
        ResourceType: 'user',
        'ResourcePrincipalName.1': user.userPrincipalName,
        'TagKey.1': 'TEAM',
      });
      await list();
    });

    test(operationKeys['acs:resourcetag/'], async () => {
      const matrix = await start({ now: () => now });
      const vendor = new SampleEntities(matrix, await matrix.newAccount(), 'vendor', now);
      const entities = new SampleEntities(matrix, matrix.account, 'a', now, vendor);
      const { accountId } = matrix.account;
      const denied = await matrix.newUser(matrix.account, 'denied');
      const itself = await matrix.newUser(matrix.account, 'itself');
      for (const { userName } of [denied, itself]) {
        await entities.do(RAM, 'AttachPolicyToUser', {
          UserName: userName,
          PolicyName: 'AdministratorAccess',
          PolicyType: 'System',
        });
      }
      const cases = [];
      for (const one of requestCases()) {
        const prepared = await one.prepare(entities, `a-${one.name}`);
        const { product, name } = one.operation;
        const code = product === 'Ims' ? 'ram' : product.toLowerCase();
        cases.push({ ...one, prepared, action: prepared.action ?? `${code}:${name}` });
      }
      await entities.do(RAM, 'CreatePolicy', {
        PolicyName: 'denies-tagged',
        PolicyDocument: document(deny({ StringEquals: { 'acs:ResourceTag/guarded': 'yes' } })),
      });
      for (const { userName } of [denied, itself]) {
        await entities.do(RAM, 'AttachPolicyToUser', {
          UserName: userName,
          PolicyName: 'denies-tagged',
          PolicyType: 'Custom',
        });
      }
      // Tags every entity except the calling user.
      await matrix.services.store.write(async ({ queries, changed }) => {
        const ids = async (type: 'user' | 'role' | 'policy') => {
          switch (type) {
            case 'user':
              return (
                await queries
                  .selectFrom('users')
                  .select('user_id')
                  .where('account_id', '=', accountId)
                  .execute()
              )
                .map((row) => row.user_id)
                .filter((id) => id !== denied.userId);
            case 'role':
              return (
                await queries
                  .selectFrom('roles')
                  .select('role_id')
                  .where('account_id', '=', accountId)
                  .execute()
              ).map((row) => row.role_id);
            case 'policy':
              return (
                await queries
                  .selectFrom('policies')
                  .select('policy_name_key')
                  .where('account_id', '=', accountId)
                  .execute()
              ).map((row) => row.policy_name_key);
          }
        };
        for (const type of ['user', 'role', 'policy'] as const) {
          for (const id of await ids(type)) {
            await queries
              .insertInto('tags')
              .values({
                account_id: accountId,
                resource_type: type,
                resource_id: id,
                tag_key: 'Guarded',
                tag_value: 'yes',
              })
              .execute();
          }
        }
        changed({ accountId, topic: 'everything', subject: accountId });
      });
      const onTagged = new Set<string>();
      const faults: string[] = [];
      for (const { title, operation, prepared, action } of cases) {
        const byItself = prepared.on.includes(caller);
        const isTagged =
          byItself ||
          // A new entity has no tags yet.
          (!['CreateRole', 'CreatePolicy', 'CreateServiceLinkedRole'].includes(operation.name) &&
            prepared.on.some((resource) => /:\d{16}:(?:user|role|policy)\/[^*]/.test(resource)));
        if (isTagged) onTagged.add(action);
        // Allowed calls are made only where they change nothing.
        if (!isTagged && operation.access !== 'read') continue;
        const { key } = byItself ? itself : denied;
        const { version, name } = operation;
        const answer = await callRaw(matrix.url, key, 'ACS3 with a form', {
          version,
          action: name,
          parameters: prepared.parameters,
          now,
        });
        const detail = answer.body['AccessDeniedDetail'] as Record<string, string> | undefined;
        const isDenied = answer.code === 'NoPermission' && detail?.['NoPermissionType'] === 'ExplicitDeny';
        if (isDenied !== isTagged) faults.push(`${title}: ${answer.code} ${answer.message}`);
      }
      assert.deepEqual(faults, []);
      assert.deepEqual([...onTagged].sort(), [...TAGGED_RESOURCE_ACTIONS].sort());
    });

    test('a denial does not reveal the tags of its resource', async () => {
      const { account } = server;
      const user = await server.newUser(account, 'curious');
      await tag(user.userPrincipalName, 'secret-of', 'a-hidden-value');
      await attach(
        user,
        'curious',
        { ...allowAll, Action: 'ram:DecodeDiagnosticMessage' },
        deny({ StringLike: { 'acs:ResourceTag/secret-of': '*' } }, 'ram:GetUser'),
      );
      const { accessDeniedDetail, data } = await refused(
        user.clients.callRpc(RAM, 'GetUser', { UserName: 'curious' }),
        'NoPermission',
      );
      const detail = accessDeniedDetail ?? (data?.['AccessDeniedDetail'] as Record<string, unknown>);
      const told = await user.clients.callRpc(RAM, 'DecodeDiagnosticMessage', {
        EncodedDiagnosticMessage: String(detail['EncodedDiagnosticMessage']),
      });
      assert.doesNotMatch(JSON.stringify(told), /a-hidden-value/);
    });

    test(operationKeys['acs:requesttag/'], async () => {
      const { account } = server;
      const user = await server.newUser(account, 'tagger');
      await attach(user, 'tagger', allowAll, deny({ StringEquals: { 'acs:RequestTag/env': 'prod' } }));
      const trust = document({
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { RAM: [`acs:ram::${account.accountId}:root`] },
      });
      await account.admin.callRpc(RAM, 'CreateRole', { RoleName: 'to-tag', AssumeRolePolicyDocument: trust });
      const calls: readonly (readonly [
        version: string,
        action: string,
        parameters: Record<string, string>,
      ])[] = [
        [IMS, 'CreateUser', { UserPrincipalName: `made@${account.domain}`, DisplayName: 'made' }],
        [RAM, 'CreateRole', { RoleName: 'made', AssumeRolePolicyDocument: trust }],
        [RAM, 'CreatePolicy', { PolicyName: 'made', PolicyDocument: document(allowAll) }],
        [RAM, 'TagResources', { ResourceType: 'role', 'ResourceNames.1': 'to-tag' }],
        [IMS, 'TagResources', { ResourceType: 'user', 'ResourcePrincipalName.1': user.userPrincipalName }],
      ];
      const tagging = requestCases()
        .filter(({ operation }) => operation.access === 'write' && 'Tag' in operation.input)
        .map(({ operation }) => `${operation.version} ${operation.name}`);
      assert.deepEqual(new Set(tagging), new Set(calls.map(([version, action]) => `${version} ${action}`)));
      for (const [version, action, parameters] of calls) {
        const tagged = (Value: string) =>
          user.clients.callRpc(version, action, { ...parameters, 'Tag.1.Key': 'Env', 'Tag.1.Value': Value });
        await refused(tagged('prod'), 'NoPermission', 403);
        await tagged('test');
      }
    });

    test('creating an entity with tags needs ram:TagResources on it, as does tagging it later', async () => {
      const { account } = server;
      const user = await server.newUser(account, 'maker');
      const makeAll = { Effect: 'Allow', Action: 'ram:Create*', Resource: '*' };
      await attach(user, 'maker', makeAll, {
        Effect: 'Allow',
        Action: 'ram:TagResources',
        Resource: [`acs:ram:*:${account.accountId}:*/good`, `acs:ram:*:${account.accountId}:user/maker`],
      });
      const trust = document({
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { RAM: [`acs:ram::${account.accountId}:root`] },
      });
      const calls: Readonly<Record<string, (name: string) => Record<string, string>>> = {
        [`${IMS} CreateUser`]: (name) => ({
          UserPrincipalName: `${name}@${account.domain}`,
          DisplayName: name,
        }),
        [`${RAM} CreateRole`]: (RoleName) => ({ RoleName, AssumeRolePolicyDocument: trust }),
        [`${RAM} CreatePolicy`]: (PolicyName) => ({ PolicyName, PolicyDocument: document(allowAll) }),
      };
      const tagging = requestCases()
        .filter(({ operation }) => operation.access === 'write' && 'Tag' in operation.input)
        .filter(({ operation }) => operation.name !== 'TagResources')
        .map(({ operation }) => `${operation.version} ${operation.name}`);
      assert.deepEqual(new Set(tagging), new Set(Object.keys(calls)));
      const tag = { 'Tag.1.Key': 'level', 'Tag.1.Value': 'high' };
      for (const [of, parameters] of Object.entries(calls)) {
        const [version = '', action = ''] = of.split(' ');
        const make = (name: string, more: object = {}) =>
          user.clients.callRpc(version, action, { ...parameters(name), ...more });
        const { message } = await refused(make('bad', tag), 'NoPermission', 403);
        assert.match(message, /\/bad Action: ram:TagResources\b/);
        await make('plain');
        await make('good', tag);
      }
    });

    test(operationKeys['ram:actsonitself'], async () => {
      const user = await server.newUser(server.account, 'selfish');
      await attach(
        user,
        'selfish',
        allowAll,
        deny({ Bool: { 'ram:ActsOnItself': 'true' } }, 'ram:ListAccessKeys'),
      );
      const list = (UserName: string) => user.clients.callRpc(RAM, 'ListAccessKeys', { UserName });
      await refused(list('selfish'), 'NoPermission', 403);
      await list('administrator');
    });

    test(operationKeys['ram:servicename'], async () => {
      const { account } = server;
      const user = await server.newUser(account, 'linker');
      const guarded = { StringEquals: { 'ram:ServiceName': 'polardb.aliyuncs.com' } };
      await attach(user, 'linker', allowAll, deny(guarded));
      const create = (ServiceName: string, clients = user.clients) =>
        clients.callRpc(RAM, 'CreateServiceLinkedRole', { ServiceName });
      await refused(create('polardb.aliyuncs.com'), 'NoPermission', 403);
      await create('alb.aliyuncs.com');
      await create('polardb.aliyuncs.com', account.admin);
      const remove = (RoleName: string) => user.clients.callRpc(RAM, 'DeleteServiceLinkedRole', { RoleName });
      await refused(remove('aliyunserviceroleforPOLARDB'), 'NoPermission', 403);
      await remove('AliyunServiceRoleForAlb');
    });

    test(operationKeys['sts:externalid'], async () => {
      const { account } = server;
      const user = await server.newUser(account, 'external');
      await attach(user, 'external', allowAll, deny({ StringEquals: { 'sts:ExternalId': 'own' } }));
      const principal = {
        Principal: { RAM: [`acs:ram::${account.accountId}:root`] },
        Action: 'sts:AssumeRole',
      };
      await account.admin.callRpc(RAM, 'CreateRole', {
        RoleName: 'external',
        AssumeRolePolicyDocument: document(
          { Effect: 'Allow', ...principal },
          { Effect: 'Deny', ...principal, Condition: { StringEquals: { 'sts:ExternalId': 'theirs' } } },
          { Effect: 'Deny', ...principal, Condition: { StringEquals: { 'acs:ResourceTag/closed': 'yes' } } },
          { Effect: 'Deny', ...principal, Condition: { StringEquals: { 'acs:PrincipalTag/closed': 'yes' } } },
          { Effect: 'Deny', ...principal, Condition: { StringEquals: { 'acs:SourceVpc': 'vpc-other' } } },
        ),
      });
      const assume = (ExternalId: string) =>
        user.clients.callRpc(STS, 'AssumeRole', {
          RoleArn: `acs:ram::${account.accountId}:role/external`,
          RoleSessionName: 'visit',
          ExternalId,
        });
      await refused(assume('own'), 'NoPermission', 403);
      await refused(assume('theirs'), 'NoPermission', 403);
      await assume('other');
      await tag(user.userPrincipalName, 'closed', 'yes');
      await refused(assume('other'), 'NoPermission', 403);
      await tag(user.userPrincipalName, 'closed', 'no');
      await assume('other');
      await account.admin.callRpc(RAM, 'TagResources', {
        ResourceType: 'role',
        'ResourceNames.1': 'external',
        'Tag.1.Key': 'closed',
        'Tag.1.Value': 'yes',
      });
      await refused(assume('other'), 'NoPermission', 403);
    });

    test(operationKeys['saml:recipient'], async () => {
      const corp = await SamlAccount.make(server, new SamlIdentityProvider());
      const { body } = await corp.accepts(corp.signed());
      const info = body['SAMLAssertionInfo'] as Record<string, string>;
      const values: Readonly<Record<string, string>> = {
        'saml:recipient': info['Recipient'] ?? '',
        'saml:iss': info['Issuer'] ?? '',
        'saml:sub': info['Subject'] ?? '',
        'saml:sub_type': info['SubjectType'] ?? '',
      };
      for (const [key, value] of Object.entries(values)) {
        const statement = { Action: 'sts:AssumeRole', Principal: { Federated: [corp.providerArn] } };
        await corp.admin(RAM, 'UpdateRole', {
          RoleName: 'visitor',
          NewAssumeRolePolicyDocument: document(
            { Effect: 'Allow', ...statement },
            { Effect: 'Deny', ...statement, Condition: { StringEquals: { [key]: value } } },
          ),
        });
        assert.equal((await corp.show(corp.signed())).code, 'NoPermission', key);
      }
    });

    test(operationKeys['oidc:sub'], async () => {
      const account = await server.newAccount();
      const providerArn = `acs:ram::${account.accountId}:oidc-provider/cluster`;
      await account.admin.callRpc(IMS, 'CreateOIDCProvider', {
        OIDCProviderName: 'cluster',
        IssuerUrl: idp.issuer,
        ClientIds: 'sts.aliyuncs.com',
      });
      const statement = { Action: 'sts:AssumeRole', Principal: { Federated: [providerArn] } };
      const trust = (...more: object[]) => document({ Effect: 'Allow', ...statement }, ...more);
      await account.admin.callRpc(RAM, 'CreateRole', { RoleName: 'b', AssumeRolePolicyDocument: trust() });
      const show = async () =>
        callAnonymously(server.url, 'AssumeRoleWithOIDC', {
          RoleArn: `acs:ram::${account.accountId}:role/b`,
          OIDCProviderArn: providerArn,
          RoleSessionName: 'build',
          OIDCToken: await idp.token(),
        });
      const { code, message, body } = await show();
      assert.equal(code, 'OK', message);
      const info = body['OIDCTokenInfo'] as Record<string, string>;
      for (const [key, value] of [
        ['oidc:iss', info['Issuer']],
        ['oidc:aud', info['ClientIds']],
        ['oidc:sub', info['Subject']],
        ['acs:SourceVpc', 'vpc-here'],
      ] as const) {
        await account.admin.callRpc(RAM, 'UpdateRole', {
          RoleName: 'b',
          NewAssumeRolePolicyDocument: trust({
            Effect: 'Deny',
            ...statement,
            Condition: { StringEquals: { [key]: value } },
          }),
        });
        assert.equal((await show()).code, 'AuthenticationFail.NoPermission', key);
      }
    });

    test('a VPC statement of a key network policy admits the named network only', async () => {
      const user = await server.newUser(server.account, 'in-vpc');
      const who = () => user.clients.callRpc(STS, 'GetCallerIdentity');
      const restrict = (...Statements: object[]) =>
        server.account.admin.callRpc(IMS, 'SetAccessKeyPolicy', {
          UserPrincipalName: user.userPrincipalName,
          UserAccessKeyId: user.key.accessKeyId,
          AccessKeyPolicy: JSON.stringify({ Version: 1, Status: 'Active', Statements }),
        });
      const refusal = 'Forbidden.AccessKeyNetworkPolicy';
      await restrict({ Type: 'VPCWhiteList', Value: 'vpc-here', IPList: ['127.0.0.1'] });
      await who();
      await restrict({ Type: 'VPCWhiteList', Value: 'vpc-here', IPList: ['127.0.0.2'] });
      await refused(who(), refusal, 403);
      await restrict({ Type: 'VPCWhiteList', Value: 'vpc-other', IPList: ['0.0.0.0/0'] });
      await refused(who(), refusal, 403);
      await restrict({ Type: 'VPCWhiteList', Value: 'AllowAllVPC', IPList: ['0.0.0.0/0'] });
      await who();
      await restrict({ Type: 'ClassicWhiteList', IPList: ['0.0.0.0/0'] });
      await refused(who(), refusal, 403);
    });
  });
});
