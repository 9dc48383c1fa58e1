/**
 * Security failures of comparable systems, each a test under its name, through the public surface. Numbers 5 to 7 are
 * tested in the policy package, 3 in guard, 4 and 9 in the signature package; 1 is the property of
 * role-session-permissions.test.ts, 8 the matrix of tokens.test.ts, and 6 is also tested with each kind of document.
 */
import assert from 'node:assert/strict';
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { NonceMemory } from '@claviger/guard';
import { type Demand, Guard, type Identity } from '@claviger/guard/internal';
import { compilePolicies, parsePolicy } from '@claviger/policy';
import { SigningKey } from '@claviger/signature';
import { operations } from '../src/api/operations.ts';
import type { Call, Operation } from '../src/pipeline/operation.ts';
import type { WireParameters } from '../src/wire/parameter.ts';
import type { ClientKey } from './clients.ts';
import { callRaw, readJson, send, signedRequest, type Way, ways } from './raw-request.ts';
import { sampleRequest } from './sample-requests.ts';
import { eachServer, refused, type TestAccount, type TestServer, type TestUser } from './server.ts';

const accountId = '1234567890123456';

/** Returns a call with caller and account only: the part that a demand may depend on. */
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
    warn() {},
  };
}

function inputOf(operation: Operation, wire: WireParameters): never {
  const input = Object.entries(operation.input).map(([name, parameter]) => [
    name,
    parameter.read(name, wire),
  ]);
  return Object.fromEntries(input) as never;
}

/** Returns the demands of an operation for its sample request. */
async function demandsOf(operation: Operation): Promise<readonly Demand[]> {
  return operation.authorize(inputOf(operation, new Map(Object.entries(sampleRequest(operation)))), callOf());
}

/** Returns a caller whose only policy has one Allow statement. */
function identityAllowed(statement: Readonly<Record<string, unknown>>): Identity {
  const parsed = parsePolicy(
    JSON.stringify({ Version: '1', Statement: [{ Effect: 'Allow', Resource: '*', ...statement }] }),
    'identity',
  );
  assert.ok(parsed.ok);
  const permissions = compilePolicies([{ name: 'only', type: 'Custom', document: parsed.document }]);
  const { principal } = callOf();
  return {
    refused: false,
    by: 'signature',
    mfaPresent: undefined,
    accessKeyId: 'LTAI5tSampleSampleSample',
    credential: {
      accessKeyId: 'LTAI5tSampleSampleSample',
      kind: 'permanent',
      signingKey: SigningKey.fromSecret('sample'),
      status: 'Active',
      expiresAt: undefined,
      principal,
      networkRestriction: undefined,
      permissions,
      sessionPolicy: undefined,
    },
    principal,
    signature: undefined as never,
    nonce: '',
    sourceAddress: '127.0.0.1',
    secure: false,
    now: 0,
  };
}

describe('failure 2: the handler checks another action than its own', () => {
  const demands = new Map<string, readonly string[]>();

  // Not while the suite is built: an operation without a sample has to fail it, not to stall it.
  before(async () => {
    for (const operation of operations) {
      const asked = await demandsOf(operation);
      demands.set(`${operation.version} ${operation.name}`, [
        ...new Set(asked.map((demand) => demand.action)),
      ]);
    }
  });

  test('each operation demands the one action of its own name', () => {
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

  test('of all single-action policies only its own allows an operation', async () => {
    const guard = new Guard({
      source: { find: () => 'InvalidAccessKeyId.NotFound' },
      nonces: new NonceMemory(),
      now: () => 0,
    });
    const actions = [...new Set([...demands.values()].flat())];
    const holders = new Map(actions.map((action) => [action, identityAllowed({ Action: action })]));
    for (const operation of operations) {
      const name = `${operation.version} ${operation.name}`;
      const needed = demands.get(name) ?? [];
      if (needed.length === 0) continue;
      const asked = await demandsOf(operation);
      const opening = actions.filter((action) => guard.authorize(holders.get(action)!, asked).allowed);
      assert.deepEqual(opening, needed, name);
      const others = identityAllowed({ NotAction: needed });
      assert.ok(
        !guard.authorize(others, asked).allowed,
        `${name} is open to a caller with every other permission`,
      );
      const elsewhere = identityAllowed({
        Action: '*',
        Resource: [`acs:*:*:1000000000000001:*`, 'acs:ram:*:system:*'],
      });
      assert.ok(
        !guard.authorize(elsewhere, asked).allowed,
        `${name} is open by resources of another account`,
      );
    }
  });

  test('every demanded resource belongs to the account, or is a system policy', async () => {
    for (const operation of operations) {
      const asked = await demandsOf(operation);
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
      user = await server.newUser(server.account, 'unprivileged');
      // The default permissions of users on themselves are not under test.
      await server.account.admin.call('2019-08-15', 'SetSecurityPreference', {
        AllowUserToChangePassword: 'false',
      });
    });

    test('failure 1: a narrow credential cannot create a broader one by giving an entity a name that it may act on', async () => {
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

    test("failure 2, over HTTP: each operation is allowed by its own action, and not by another's", async () => {
      // An account of its own, since the sample requests are executed.
      const account = await server.newAccount('failure-2');
      // ChangePassword is allowed to every user by default.
      await account.admin.call('2019-08-15', 'SetSecurityPreference', { AllowUserToChangePassword: 'false' });
      const { admin } = account;
      const probe = await server.newUser(account, 'probe');
      const assumable = await makeTrustingRole(account, 'assumable');
      const document = (statement: object) =>
        JSON.stringify({ Version: '1', Statement: [{ Effect: 'Allow', Resource: '*', ...statement }] });
      await admin.callRpc('2015-05-01', 'CreatePolicy', {
        PolicyName: 'probe',
        PolicyDocument: document({ Action: 'none:None' }),
      });
      await admin.callRpc('2015-05-01', 'AttachPolicyToUser', {
        UserName: 'probe',
        PolicyName: 'probe',
        PolicyType: 'Custom',
      });
      const call = (operation: Operation) =>
        callRaw(server.url, probe.key, 'RPC 1.0 with a form', {
          version: operation.version,
          action: operation.name,
          parameters: {
            ...sampleRequest(operation),
            ...(operation.name === 'AssumeRole' && { RoleArn: assumable }),
          },
        });
      const guarded = operations.filter((operation) => operation.name !== 'GetCallerIdentity');
      for (const [at, operation] of guarded.entries()) {
        const [needed] = await demandsOf(operation);
        assert.ok(needed);
        await admin.callRpc('2015-05-01', 'CreatePolicyVersion', {
          PolicyName: 'probe',
          PolicyDocument: document({ Action: needed.action }),
          SetAsDefault: 'true',
          RotateStrategy: 'DeleteOldestNonDefaultVersionWhenLimitExceeded',
        });
        const what = `${operation.version} ${operation.name} with ${needed.action} alone`;
        const open = await call(operation);
        assert.ok(open.code !== 'NoPermission' && open.status < 500, `${what}: ${open.code} ${open.message}`);
        // The next operation with another name; IMS and RAM share theirs.
        const other = [...guarded.slice(at + 1), ...guarded].find(({ name }) => name !== operation.name);
        assert.ok(other);
        const closed = await call(other);
        assert.deepEqual([closed.status, closed.code], [403, 'NoPermission'], `${other.name}: ${what}`);
      }
    });

    test('failure 3: the source address is not taken from a header of the client', async () => {
      const listed = '203.0.113.7';
      const restrict = (status: 'Active' | 'Inactive') =>
        server.account.admin.call('2019-08-15', 'SetAccessKeyPolicy', {
          UserPrincipalName: user.userPrincipalName,
          UserAccessKeyId: user.key.accessKeyId,
          AccessKeyPolicy: JSON.stringify({
            Status: status,
            Statements: [{ Type: 'ClassicWhiteList', IPList: [listed] }],
          }),
        });
      await restrict('Active');
      const names = [
        'x-forwarded-for',
        'X-Forwarded-For',
        'x-real-ip',
        'true-client-ip',
        'cf-connecting-ip',
        'x-client-ip',
        'x-cluster-client-ip',
        'fastly-client-ip',
        'x-original-forwarded-for',
        'x-envoy-external-address',
        'client-ip',
        'via',
        'x-acs-source-ip',
        'remote-addr',
      ];
      const forms: (readonly (readonly [string, string])[])[] = [
        ...names.map((name) => [[name, listed]] as const),
        [['x-forwarded-for', `${listed}, 127.0.0.1`]],
        [['x-forwarded-for', `127.0.0.1, ${listed}`]],
        [
          ['x-forwarded-for', listed],
          ['x-forwarded-for', listed],
        ],
        [['forwarded', `for=${listed}`]],
        [['forwarded', `for="${listed}:1234";by=127.0.0.1`]],
      ];
      for (const way of ways) {
        for (const headers of forms) {
          const request = signedRequest(server.url, user.key, way, { format: 'JSON' });
          const { code, message } = readJson(await send(server.url, request, headers));
          assert.equal(code, 'Forbidden.AccessKeyNetworkPolicy', `${way} with ${JSON.stringify(headers)}`);
          assert.match(message, /127\.0\.0\.1/);
        }
      }
      await restrict('Inactive');
    });

    test('failure 3: behind a trusted proxy the address is the one that the proxy added, not what the client wrote before it', async () => {
      const proxied = await start({ configuration: { trustedProxies: '127.0.0.1' } });
      const member = await proxied.newUser(proxied.account, 'member');
      await proxied.account.admin.call('2019-08-15', 'SetAccessKeyPolicy', {
        UserPrincipalName: member.userPrincipalName,
        UserAccessKeyId: member.key.accessKeyId,
        AccessKeyPolicy: JSON.stringify({
          Status: 'Active',
          Statements: [{ Type: 'ClassicWhiteList', IPList: ['203.0.113.7'] }],
        }),
      });
      for (const [forwarded, code, seen] of [
        ['203.0.113.7', 'OK', ''],
        ['198.51.100.1, 203.0.113.7', 'OK', ''],
        ['203.0.113.7, 198.51.100.1', 'Forbidden.AccessKeyNetworkPolicy', '198.51.100.1'],
      ] as const) {
        const request = signedRequest(proxied.url, member.key, 'ACS3');
        const answer = readJson(await send(proxied.url, request, [['x-forwarded-for', forwarded]]));
        assert.equal(answer.code, code, `${forwarded}: ${answer.message}`);
        assert.ok(answer.message.includes(seen));
      }
    });

    test('failure 4: one path skips verification', async () => {
      const { accessKeyId } = user.key;
      const date = `${new Date().toISOString().slice(0, 19)}Z`;
      const acs3 = (algorithm: string) =>
        `${algorithm} Credential=${accessKeyId},SignedHeaders=host;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce,Signature=${'0'.repeat(64)}`;
      type Form = { query?: Record<string, string>; headers?: Record<string, string> };
      const forms: Record<string, Form> = {
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
        const attempt = async (form: string, { query = {}, headers = {} }: Form) => {
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
        };
        await Promise.all(Object.entries(forms).map(([name, form]) => attempt(name, form)));
      }
    });

    test('failure 4: a signature for one operation opens no other', async () => {
      for (const operation of operations) {
        if (operation.name === 'GetCallerIdentity') continue;
        const attempt = async (way: Way) => {
          // Signed by the administrator: with a valid signature the call would be allowed.
          const request = signedRequest(server.url, server.account.key, way, {
            format: 'JSON',
            parameters: sampleRequest(operation),
          });
          const instead = (text: string) =>
            text
              .replace('Action=GetCallerIdentity', `Action=${operation.name}`)
              .replace('Version=2015-04-01', `Version=${operation.version}`)
              .replace(/^GetCallerIdentity$/, operation.name)
              .replace(/^2015-04-01$/, operation.version);
          const changed = {
            ...request,
            target: instead(request.target),
            rawHeaders: request.rawHeaders.map(instead),
            body: Buffer.from(instead(Buffer.from(request.body).toString())),
          };
          assert.notDeepEqual(changed, request);
          const { status, code } = readJson(await send(server.url, changed));
          assert.deepEqual([status, code], [400, 'SignatureDoesNotMatch'], `${operation.name} by ${way}`);
        };
        await Promise.all(ways.map(attempt));
      }
    });

    test('failure 4: unsigned operations do nothing without a proof, and no other operation is unsigned', async () => {
      const asked = '?Action=CreateUser&Version=2015-05-01&UserName=absent-asked&Format=JSON';
      const open = ['/healthz', '/readyz', '/metrics', '/openapi/ims.json', '/openapi/ram.json'];
      for (const path of open) {
        assert.equal((await fetch(`${server.adminUrl}${path}${asked}`)).status, 200);
        const atPublic = await fetch(`${server.url}${path}${asked}`);
        assert.equal(atPublic.status, path === '/healthz' ? 200 : 404, path);
        const atAdmin = await fetch(`${server.adminUrl}${path}${asked}`, { method: 'POST' });
        assert.equal(((await atAdmin.json()) as { Code: string }).Code, 'PathNotFound', path);
        const posted = await fetch(`${server.url}${path}${asked}`, { method: 'POST' });
        assert.equal(((await posted.json()) as { Code: string }).Code, 'MissingAccessKeyId', path);
      }
      for (const path of [
        '/',
        '/ims',
        '/ram/2015-05-01',
        '/healthz/',
        '//healthz',
        '/healthz%2f',
        '/Metrics',
      ]) {
        for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
          const answer = await fetch(`${server.url}${path}${asked}`, { method });
          assert.ok(answer.status >= 400 && answer.status < 500, `${method} ${path}: ${answer.status}`);
        }
      }
      await refused(
        server.account.admin.callRpc('2015-05-01', 'GetUser', { UserName: 'absent-asked' }),
        'EntityNotExist.User',
        404,
      );
    });

    test('failure 5: an explicit deny is honoured', async () => {
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

    test('failure 6: a policy with an unknown part is refused, not applied in part', async () => {
      const { admin } = server.account;
      const statement = { Effect: 'Deny', Action: 'ram:DeleteUser', Resource: '*' };
      const documents: readonly object[] = [
        { Version: '1', Statement: [statement], Id: 'x' },
        { Version: '2', Statement: [statement] },
        { Version: '1', Statement: [{ ...statement, Effect: 'deny' }] },
        { Version: '1', Statement: [{ ...statement, Sid2: 'x' }] },
        { Version: '1', Statement: [{ ...statement, Resources: '*' }] },
        { Version: '1', Statement: [{ ...statement, Condition: { StringSounds: { 'acs:SourceIp': 'x' } } }] },
        {
          Version: '1',
          Statement: [{ ...statement, Condition: { IpAddress: { 'acs:SourceIp': 'everywhere' } } }],
        },
        { Version: '1', Statement: [statement, {}] },
      ];
      for (const [at, document] of documents.entries()) {
        const PolicyName = `half-understood-${at}`;
        await refused(
          admin.callRpc('2015-05-01', 'CreatePolicy', {
            PolicyName,
            PolicyDocument: JSON.stringify(document),
          }),
          'MalformedPolicyDocument',
          400,
        );
        const get = admin.callRpc('2015-05-01', 'GetPolicy', { PolicyName, PolicyType: 'Custom' });
        await refused(get, 'EntityNotExist.Policy', 404);
      }
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

    test('failure 8: an unknown role, or one that does not trust the caller, cannot be assumed', async () => {
      const { account } = server;
      const theirs = await server.newAccount('theirs');
      const member = await server.newUser(account, 'assumer');
      await account.admin.callRpc('2015-05-01', 'AttachPolicyToUser', {
        UserName: 'assumer',
        PolicyName: 'AdministratorAccess',
        PolicyType: 'System',
      });
      const assume = (RoleArn: string) =>
        member.clients.callRpc('2015-04-01', 'AssumeRole', { RoleArn, RoleSessionName: 'climb' });
      await assume(await makeTrustingRole(account, 'own'));
      for (const arn of [
        await makeTrustingRole(theirs, 'theirs'),
        await makeTrustingRole(theirs, 'own'),
        `acs:ram::${theirs.accountId}:role/absent`,
        'acs:ram::1000000000000001:role/own',
      ]) {
        await refused(assume(arn), 'NoPermission', 403);
      }
      await refused(assume(`acs:ram::${account.accountId}:role/absent`), 'EntityNotExist.Role', 404);
    });

    test('failure 9: every relevant header is part of the signature', async () => {
      const signer = await server.newUser(server.account, 'signer');
      await server.account.admin.callRpc('2015-05-01', 'AttachPolicyToUser', {
        UserName: 'signer',
        PolicyName: 'AliyunSTSAssumeRoleAccess',
        PolicyType: 'System',
      });
      const assumed = await signer.clients.callRpc('2015-04-01', 'AssumeRole', {
        RoleArn: await makeTrustingRole(server.account, 'header'),
        RoleSessionName: 'header',
      });
      const made = assumed['Credentials'] as Record<string, string>;
      const key = {
        accessKeyId: made['AccessKeyId'] ?? '',
        accessKeySecret: made['AccessKeySecret'] ?? '',
        securityToken: made['SecurityToken'] ?? '',
      };
      const mattering = [
        'host',
        'x-acs-action',
        'x-acs-content-sha256',
        'x-acs-date',
        'x-acs-security-token',
        'x-acs-signature-nonce',
        'x-acs-version',
      ];
      const whole = await send(server.url, signedByHand(server.url, key, mattering));
      assert.equal(whole.status, 200, whole.text);
      for (const name of mattering) {
        const names = mattering.filter((other) => other !== name);
        const answer = readJson(await send(server.url, signedByHand(server.url, key, names)));
        assert.deepEqual([answer.status, answer.code], [400, 'IncompleteSignature'], name);
        assert.match(answer.message, new RegExp(name));
      }
    });
  });
});

/** Creates a role that every principal of its account may assume. @returns its ARN */
async function makeTrustingRole({ admin, accountId: own }: TestAccount, RoleName: string): Promise<string> {
  await admin.callRpc('2015-05-01', 'CreateRole', {
    RoleName,
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '1',
      Statement: [
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [`acs:ram::${own}:root`] } },
      ],
    }),
  });
  return `acs:ram::${own}:role/${RoleName}`;
}

/**
 * Signs by ACS3 as its documentation says, without the signature package: the given headers are signed, no others.
 */
function signedByHand(
  url: string,
  key: Required<ClientKey>,
  names: readonly string[],
): ReturnType<typeof signedRequest> {
  const digest = createHash('sha256').update('').digest('hex');
  const fields: Readonly<Record<string, string>> = {
    host: new URL(url).host,
    'x-acs-action': 'GetCallerIdentity',
    'x-acs-content-sha256': digest,
    'x-acs-date': `${new Date().toISOString().slice(0, 19)}Z`,
    'x-acs-security-token': key.securityToken ?? '',
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-version': '2015-04-01',
  };
  const lines = names.map((name) => `${name}:${fields[name]}\n`).join('');
  const canonical = ['POST', '/', '', lines, names.join(';'), digest].join('\n');
  const stringToSign = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical).digest('hex')}`;
  const signature = createHmac('sha256', key.accessKeySecret).update(stringToSign).digest('hex');
  return {
    method: 'POST',
    target: '/',
    rawHeaders: [
      ...Object.entries(fields).flat(),
      'authorization',
      `ACS3-HMAC-SHA256 Credential=${key.accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`,
    ],
    body: new Uint8Array(),
  };
}
