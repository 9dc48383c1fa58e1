/**
 * The failures by which systems of this kind became unsafe elsewhere, each a test under its name. Numbers 5 to 7 are
 * proven in the policy package, 9 in the signature package; here they are seen from outside.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { compilePolicies, decide, parsePolicy } from '@claviger/policy';
import { operations } from '../src/api/operations.ts';
import type { Call, Operation } from '../src/rpc/operation.ts';
import type { WireParameters } from '../src/rpc/parameter.ts';
import { sampleRequest } from './sample-requests.ts';
import { eachServer, refused, type TestServer, type TestUser } from './server.ts';

const accountId = '1234567890123456';

/** A call that says nothing but who and where: what a demand may depend on. */
function callOf(): Call {
  const nothing = new Proxy(
    {},
    {
      get: (_, name) =>
        name === 'executeTakeFirst'
          ? async () => undefined
          : name === 'execute'
            ? async () => []
            : () => nothing,
    },
  );
  return {
    requestId: '',
    now: 0,
    account: {
      accountId,
      accountName: 'test',
      defaultDomain: `${accountId}.onaliyun.com`,
      status: 'Active',
      wrappedDataKey: '',
      createdAt: 0,
    },
    principal: {
      type: 'ram-user',
      accountId,
      arn: `acs:ram::${accountId}:user/caller`,
      userId: '200000000000000001',
      userName: 'caller',
    },
    identity: undefined as never,
    queries: nothing as never,
    services: nothing as never,
    changed() {},
    touched() {},
  };
}

function inputOf(operation: Operation, wire: WireParameters): never {
  const input = Object.entries(operation.input).map(([name, parameter]) => [
    name,
    parameter.read(name, wire),
  ]);
  return Object.fromEntries(input) as never;
}

function allowing(action: string) {
  const parsed = parsePolicy(
    JSON.stringify({ Version: '1', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] }),
    'identity',
  );
  assert.ok(parsed.ok);
  return compilePolicies([{ name: action, type: 'Custom', document: parsed.document }]);
}

describe('failure 2: the handler checks another action than its own', async () => {
  const demands = new Map<string, readonly string[]>();
  for (const operation of operations) {
    const name = `${operation.version} ${operation.name}`;
    const asked = await operation.authorize(
      inputOf(operation, new Map(Object.entries(sampleRequest(operation)))),
      callOf(),
    );
    demands.set(name, [...new Set(asked.map((demand) => demand.action))]);
  }

  test('each operation asks for the one action of its own name', () => {
    const askNothing = [...demands].filter(([, actions]) => actions.length === 0).map(([name]) => name);
    assert.deepEqual(askNothing, ['2015-04-01 GetCallerIdentity']);
    for (const [name, actions] of demands) {
      if (actions.length === 0) continue;
      const [, operation] = name.split(' ');
      assert.deepEqual(
        actions.map((action) => action.slice(action.indexOf(':') + 1)),
        [operation],
        `${name} asks for ${actions}`,
      );
    }
  });

  test('of all single-action policies exactly its own opens an operation', () => {
    const actions = [...new Set([...demands.values()].flat())];
    const policies = new Map(actions.map((action) => [action, allowing(action)]));
    for (const [name, needed] of demands) {
      if (needed.length === 0) continue;
      const opening = actions.filter((action) =>
        needed.every(
          (demanded) =>
            decide(policies.get(action) ?? allowing('none:None'), {
              action: demanded,
              resource: `acs:ram:*:${accountId}:user/x`,
              conditions: new Map(),
            }).effect === 'Allow',
        ),
      );
      assert.deepEqual(opening, needed, name);
    }
  });

  test('every resource that is asked for belongs to the account, or is a system policy', async () => {
    for (const operation of operations) {
      const asked = await operation.authorize(
        inputOf(operation, new Map(Object.entries(sampleRequest(operation)))),
        callOf(),
      );
      for (const { resource } of asked) {
        assert.match(
          resource,
          new RegExp(`^acs:(ram|actiontrail):\\*:(${accountId}|system):.+$`),
          operation.name,
        );
      }
    }
  });
});

eachServer((_, start) => {
  describe('failures of peers', () => {
    let server: TestServer;
    let user: TestUser;

    before(async () => {
      server = await start();
      user = await server.newUser(server.account, 'nobody-special');
    });

    test('failure 1: a narrow credential mints a broader one, by giving a thing the name it may act on', async () => {
      const { admin, accountId: own } = server.account;
      const climber = await server.newUser(server.account, 'climber');
      await server.newUser(server.account, 'mighty');
      await admin.callRpc('2015-05-01', 'AttachPolicyToUser', {
        UserName: 'mighty',
        PolicyName: 'AdministratorAccess',
        PolicyType: 'System',
      });
      await admin.callRpc('2015-05-01', 'CreateGroup', { GroupName: 'mighty' });
      await admin.callRpc('2015-05-01', 'CreatePolicy', {
        PolicyName: 'climb',
        PolicyDocument: JSON.stringify({
          Version: '1',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['ram:UpdateUser', 'ram:UpdateGroup'],
              Resource: [`acs:ram:*:${own}:user/mighty`, `acs:ram:*:${own}:group/mighty`],
            },
            {
              Effect: 'Allow',
              Action: ['ram:CreateAccessKey', 'ram:AddUserToGroup'],
              Resource: [`acs:ram:*:${own}:*/mine`, `acs:ram:*:${own}:user/climber`],
            },
          ],
        }),
      });
      await admin.callRpc('2015-05-01', 'AttachPolicyToUser', {
        UserName: 'climber',
        PolicyName: 'climb',
        PolicyType: 'Custom',
      });
      const domain = server.account.domain;
      for (const [version, action, parameters] of [
        ['2015-05-01', 'UpdateUser', { UserName: 'mighty', NewUserName: 'mine' }],
        [
          '2019-08-15',
          'UpdateUser',
          { UserPrincipalName: `mighty@${domain}`, NewUserPrincipalName: `mine@${domain}` },
        ],
        ['2015-05-01', 'UpdateGroup', { GroupName: 'mighty', NewGroupName: 'mine' }],
        ['2019-08-15', 'UpdateGroup', { GroupName: 'mighty', NewGroupName: 'mine' }],
      ] as const) {
        const error = await refused(
          climber.clients.callRpc(version, action, parameters),
          'NoPermission',
          403,
        );
        assert.match(error.message, /(user|group)\/mine/);
      }
      await climber.clients.callRpc('2015-05-01', 'UpdateUser', { UserName: 'mighty', NewComments: 'hello' });
    });

    test('failure 2, over HTTP: without a permission each operation is denied, and names its own action', async () => {
      for (const operation of operations) {
        if (operation.name === 'GetCallerIdentity') continue;
        const error = await refused(
          user.clients.callRpc(operation.version, operation.name, sampleRequest(operation)),
          'NoPermission',
          403,
        );
        assert.match(
          error.message,
          new RegExp(`Action: \\w+:${operation.name}|sts:AssumeRole`),
          operation.name,
        );
      }
    });

    test('failure 3: the source address is taken from a header', async () => {
      const { admin } = server.account;
      await admin.call('2019-08-15', 'SetAccessKeyPolicy', {
        UserPrincipalName: user.userPrincipalName,
        UserAccessKeyId: user.key.accessKeyId,
        AccessKeyPolicy: JSON.stringify({
          Status: 'Active',
          Statements: [{ Type: 'ClassicWhiteList', IPList: ['203.0.113.7'] }],
        }),
      });
      const { host } = new URL(server.url);
      const names = [
        'x-forwarded-for',
        'forwarded',
        'x-real-ip',
        'true-client-ip',
        'cf-connecting-ip',
        'x-client-ip',
      ];
      for (const name of names) {
        const { signRequest } = await import('@claviger/signature');
        const request = signRequest(
          { method: 'POST', target: '/', headers: [['host', host]] },
          { accessKeyId: user.key.accessKeyId, accessKeySecret: user.key.accessKeySecret },
          {
            scheme: 'ACS3-HMAC-SHA256',
            now: Date.now(),
            nonce: `failure-3-${name}-${process.pid}`,
            action: 'GetCallerIdentity',
            version: '2015-04-01',
          },
        );
        const headers: [string, string][] = [
          [name, name === 'forwarded' ? 'for=203.0.113.7' : '203.0.113.7'],
        ];
        for (let at = 0; at < request.rawHeaders.length; at += 2) {
          const header = request.rawHeaders[at] ?? '';
          if (header.toLowerCase() !== 'host') headers.push([header, request.rawHeaders[at + 1] ?? '']);
        }
        const answer = await fetch(server.url, { method: 'POST', headers });
        const body = (await answer.json()) as { readonly Code: string; readonly Message: string };
        assert.equal(body.Code, 'Forbidden.AccessKeyNetworkPolicy', name);
        assert.match(body.Message, /127\.0\.0\.1/);
      }
      await admin.call('2019-08-15', 'SetAccessKeyPolicy', {
        UserPrincipalName: user.userPrincipalName,
        UserAccessKeyId: user.key.accessKeyId,
        AccessKeyPolicy: JSON.stringify({ Status: 'Inactive', Statements: [] }),
      });
    });

    test('failure 4: one path skips verification', async () => {
      const { accessKeyId } = user.key;
      const date = `${new Date().toISOString().slice(0, 19)}Z`;
      const acs3 = (algorithm: string) =>
        `${algorithm} Credential=${accessKeyId},SignedHeaders=host;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce,Signature=${'0'.repeat(64)}`;
      const forms: Record<string, { query?: Record<string, string>; headers?: Record<string, string> }> = {
        nothing: {},
        'ACS3-HMAC-SHA256': { headers: { authorization: acs3('ACS3-HMAC-SHA256') } },
        'ACS3-HMAC-SM3': { headers: { authorization: acs3('ACS3-HMAC-SM3') } },
        'ACS3-RSA-SHA256': { headers: { authorization: acs3('ACS3-RSA-SHA256') } },
        'ACS3-NONE': { headers: { authorization: acs3('ACS3-NONE') } },
        'ROA 1.0': { headers: { authorization: `acs ${accessKeyId}:AAAA`, date: new Date().toUTCString() } },
        basic: { headers: { authorization: `Basic ${Buffer.from(`${accessKeyId}:x`).toString('base64')}` } },
        bearer: { headers: { authorization: 'Bearer token' } },
        'bearer parameter': { query: { SignatureType: 'BEARERTOKEN', BearerToken: 'token' } },
        'RPC 1.0': {
          query: {
            AccessKeyId: accessKeyId,
            Signature: 'AAAA',
            SignatureMethod: 'HMAC-SHA1',
            SignatureVersion: '1.0',
            SignatureNonce: 'failure-4',
            Timestamp: date,
          },
        },
        'key without signature': { query: { AccessKeyId: accessKeyId } },
      };
      for (const operation of operations) {
        for (const [form, { query = {}, headers = {} }] of Object.entries(forms)) {
          const parameters = new URLSearchParams({
            Action: operation.name,
            Version: operation.version,
            Format: 'JSON',
            ...query,
          });
          const answer = await fetch(`${server.url}/?${parameters}`, {
            method: 'POST',
            headers: {
              'x-acs-date': date,
              'x-acs-signature-nonce': `failure-4-${operation.name}-${form}`,
              'x-acs-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
              ...headers,
            },
          });
          const text = await answer.text();
          assert.ok(answer.status >= 400 && answer.status < 500, `${operation.name} by ${form}: ${text}`);
          assert.doesNotMatch(
            text,
            /NoPermission/,
            `${operation.name} by ${form} came as far as permissions`,
          );
        }
      }
    });

    test('failure 5: an explicit deny is not honoured', async () => {
      const { admin } = server.account;
      const member = await server.newUser(server.account, 'denied');
      await admin.callRpc('2015-05-01', 'AttachPolicyToUser', {
        UserName: 'denied',
        PolicyName: 'AdministratorAccess',
        PolicyType: 'System',
      });
      await admin.callRpc('2019-08-15', 'SetSecurityPreference', { AllowUserToManageAccessKeys: 'true' });
      await member.clients.callRpc('2019-08-15', 'ListAccessKeys');
      await admin.callRpc('2015-05-01', 'CreatePolicy', {
        PolicyName: 'no-keys',
        PolicyDocument: JSON.stringify({
          Version: '1',
          Statement: [{ Effect: 'Deny', Action: 'ram:*AccessKey*', Resource: '*' }],
        }),
      });
      await admin.callRpc('2015-05-01', 'CreateGroup', { GroupName: 'keyless' });
      await admin.callRpc('2015-05-01', 'AddUserToGroup', { GroupName: 'keyless', UserName: 'denied' });
      await admin.callRpc('2015-05-01', 'AttachPolicyToGroup', {
        GroupName: 'keyless',
        PolicyName: 'no-keys',
        PolicyType: 'Custom',
      });
      for (const action of ['ListAccessKeys', 'CreateAccessKey', 'ListAccessKeysInRecycleBin']) {
        await refused(member.clients.callRpc('2019-08-15', action), 'NoPermission', 403);
      }
      await admin.callRpc('2019-08-15', 'SetSecurityPreference', { AllowUserToManageAccessKeys: 'false' });
    });

    test('failure 7: a tag or variable of the caller does not make it the owner', async () => {
      const { admin, accountId: own } = server.account;
      const mimic = await server.newUser(server.account, 'mimic');
      await admin.callRpc('2015-05-01', 'CreatePolicy', {
        PolicyName: 'own-only',
        PolicyDocument: JSON.stringify({
          Version: '1',
          Statement: [
            {
              Effect: 'Allow',
              Action: 'ram:GetUser',
              Resource: '*',
              Condition: { StringEquals: { 'acs:ResourceTag/owner': `\${acs:PrincipalTag/owner}` } },
            },
          ],
        }),
      });
      await admin.callRpc('2015-05-01', 'AttachPolicyToUser', {
        UserName: 'mimic',
        PolicyName: 'own-only',
        PolicyType: 'Custom',
      });
      const error = await refused(
        mimic.clients.callRpc('2015-05-01', 'GetUser', { UserName: 'mimic' }),
        'NoPermission',
        403,
      );
      assert.match(error.message, new RegExp(own));
    });
  });
});
