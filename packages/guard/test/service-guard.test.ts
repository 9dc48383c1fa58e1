import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { SigningKey, type SignOptions } from '@claviger/signature';
import {
  type Credential,
  compileNetworkPolicy,
  type Decision,
  type GuardRequest,
  type HeadDecision,
  NonceMemory,
  parseNetworkPolicy,
  type ServiceGuardOptions,
} from '../src/index.ts';
import {
  accountId,
  arriving,
  type Call,
  type Key,
  Keys,
  noon,
  ordersGuard,
  permissionsOf,
  sign,
} from './orders.ts';

const keys = new Keys();
const reader = keys.addUser('reader', [
  { Effect: 'Allow', Action: 'orders:Get*', Resource: `acs:orders:*:${accountId}:order/1*` },
]);
const clerk = keys.addUser('clerk', [{ Effect: 'Allow', Action: 'orders:*', Resource: '*' }]);
const stranger = keys.addUser('stranger', []);

async function check(key: Key, call: Call): Promise<Decision> {
  return ordersGuard(keys).check(arriving(sign(key, call)));
}

/** `GetOrder acs:…`, or the code of the refusal. */
async function outcome(key: Key, call: Call): Promise<string> {
  const decision = await check(key, call);
  return decision.allowed ? `${decision.action} ${decision.resource}` : decision.code;
}

describe('a request to a protected service', () => {
  test('is allowed by a policy that names its action and resource', async () => {
    const decision = await check(reader, { target: '/orders/17' });
    assert.ok(decision.allowed);
    assert.equal(decision.action, 'orders:GetOrder');
    assert.equal(decision.resource, `acs:orders:cn-hangzhou:${accountId}:order/17`);
    assert.equal(decision.accessKeyId, reader.accessKeyId);
    assert.equal(decision.principal.arn, `acs:ram::${accountId}:user/reader`);
    assert.equal(decision.sourceAddress, '203.0.113.7');
    assert.equal(decision.body, 'verified');
    assert.match(decision.requestId, /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
  });

  test('is denied when no policy allows it, and told what was missing', async () => {
    const decision = await check(reader, { target: '/orders/23' });
    assert.ok(!decision.allowed);
    const resource = `acs:orders:cn-hangzhou:${accountId}:order/23`;
    assert.equal(decision.httpStatus, 403);
    assert.deepEqual(JSON.parse(decision.errorBody), {
      RequestId: decision.requestId,
      HostId: 'orders.example.com',
      Code: 'NoPermission',
      Message: `You are not authorized to do this action. Resource: ${resource} Action: orders:GetOrder`,
      Recommend: 'https://api.alibabacloud.com/troubleshoot?q=NoPermission&product=orders',
      AccessDeniedDetail: {
        AuthAction: 'orders:GetOrder',
        AuthPrincipalType: 'SubUser',
        AuthPrincipalOwnerId: accountId,
        AuthPrincipalDisplayName: '2reader',
        NoPermissionType: 'ImplicitDeny',
        PolicyType: 'AccountLevelIdentityBasedPolicy',
        AuthResource: resource,
      },
    });
  });

  test('that no route matches is denied, whatever its sender may do', async () => {
    for (const call of [
      { target: '/' },
      { target: '/invoices' },
      { target: '/orders/17/refund' },
      { method: 'PATCH', target: '/orders/17' },
      { target: '/orders/' },
      { target: '/Orders/17' },
    ]) {
      const decision = await check(clerk, call);
      assert.ok(!decision.allowed, call.target);
      assert.equal(decision.httpStatus, 404);
      assert.equal(decision.code, 'InvalidAction.NotFound');
    }
  });

  test('goes to the literal route before the one with a parameter', async () => {
    assert.equal(
      await outcome(clerk, { target: '/orders/export' }),
      `orders:ExportOrders acs:orders:cn-hangzhou:${accountId}:export`,
    );
  });

  test('of a user without any permission is denied', async () => {
    assert.equal(await outcome(stranger, { target: '/orders/17' }), 'NoPermission');
  });

  test('is noted as a use of its key once its signature held, denied or not', async () => {
    const uses: unknown[] = [];
    const guard = ordersGuard(keys, { onUse: (use) => uses.push(use) });
    await guard.check(arriving(sign(stranger, { target: '/orders/17' })));
    await guard.check(arriving(sign({ ...clerk, accessKeySecret: 'wrong' }, { target: '/orders/17' })));
    assert.deepEqual(uses, [
      {
        accessKeyId: stranger.accessKeyId,
        service: 'orders',
        region: 'cn-hangzhou',
        sourceAddress: '203.0.113.7',
        time: noon,
      },
    ]);
  });
});

const minute = 60_000;
const json: [string, string] = ['content-type', 'application/json'];

/** What becomes of a request of the clerk's: `allowed`, or the code of the refusal. */
async function result(decided: Decision | HeadDecision | Promise<Decision | HeadDecision>): Promise<string> {
  const decision = await decided;
  return decision.allowed ? 'allowed' : decision.code;
}

describe('a decision about permissions', () => {
  test('is denied by an explicit deny, whatever else allows', async () => {
    const key = keys.addUser('denied', [
      { Effect: 'Allow', Action: 'orders:*', Resource: '*' },
      { Effect: 'Deny', Action: 'orders:DeleteOrder', Resource: `acs:orders:*:*:order/17` },
    ]);
    assert.equal(await outcome(key, { method: 'DELETE', target: '/orders/17' }), 'NoPermission');
    assert.match(await outcome(key, { method: 'DELETE', target: '/orders/18' }), /^orders:DeleteOrder/);
    const decision = await check(key, { method: 'DELETE', target: '/orders/17' });
    assert.ok(!decision.allowed);
    const { AccessDeniedDetail } = JSON.parse(decision.errorBody);
    assert.equal(AccessDeniedDetail.NoPermissionType, 'ExplicitDeny');
  });

  test('of a temporary key is narrowed by its session policy, and says which of the two denied', async () => {
    const session: Partial<Credential> = {
      kind: 'temporary',
      principal: {
        type: 'assumed-role',
        accountId,
        arn: `acs:ram::${accountId}:assumed-role/courier/van-7`,
        roleId: '300000000000000001',
        roleName: 'courier',
        sessionName: 'van-7',
      },
      sessionPolicy: permissionsOf([{ Effect: 'Allow', Action: 'orders:GetOrder', Resource: '*' }]),
      expiresAt: noon + minute,
    };
    const key = keys.addUser('courier', [{ Effect: 'Allow', Action: 'orders:Get*', Resource: '*' }], session);
    assert.match(await outcome(key, { target: '/orders/17' }), /^orders:GetOrder/);
    const decision = await check(key, { target: '/orders/17/items/1' });
    assert.ok(!decision.allowed);
    assert.deepEqual(JSON.parse(decision.errorBody).AccessDeniedDetail, {
      AuthAction: 'orders:GetItem',
      AuthPrincipalType: 'AssumedRoleUser',
      AuthPrincipalOwnerId: accountId,
      AuthPrincipalDisplayName: 'courier:van-7',
      NoPermissionType: 'ImplicitDeny',
      PolicyType: 'SessionPolicy',
      AuthResource: `acs:orders:cn-hangzhou:${accountId}:order/17/item/1`,
    });
  });

  test('is about the resources of the own account, for the root of another as well', async () => {
    const other = '1999999999999999';
    const root = keys.addUser('root', [], {
      permissions: 'everything',
      principal: { type: 'root', accountId: other, arn: `acs:ram::${other}:root` },
    });
    assert.equal(
      await outcome(root, { target: '/orders/17' }),
      `orders:GetOrder acs:orders:cn-hangzhou:${other}:order/17`,
    );
  });

  test('depends on conditions of the service: from path, query and header', async () => {
    const key = keys.addUser('conditional', [
      {
        Effect: 'Allow',
        Action: 'orders:GetOrder',
        Resource: '*',
        Condition: {
          StringEquals: { 'orders:Channel': ['web', 'app'], 'orders:TENANT': 'a' },
          StringLike: { 'orders:Order': '1*' },
        },
      },
    ]);
    const of = (target: string, tenant = 'a') =>
      outcome(key, { target, headers: [['x-acs-tenant', tenant]] });
    assert.match(await of('/orders/17?channel=web'), /^orders:GetOrder/);
    assert.equal(await of('/orders/17?channel=shop'), 'NoPermission');
    assert.equal(await of('/orders/17'), 'NoPermission');
    assert.equal(await of('/orders/23?channel=web'), 'NoPermission');
    assert.equal(await of('/orders/17?channel=web', 'b'), 'NoPermission');
  });

  test('depends on conditions of the platform as on the control plane: address, TLS, time, principal', async () => {
    const under = async (condition: object, more: Partial<GuardRequest> = {}) => {
      const key = keys.addUser('under', [
        { Effect: 'Allow', Action: 'orders:*', Resource: '*', Condition: condition },
      ]);
      return result(ordersGuard(keys).check(arriving(sign(key, { target: '/orders/17' }), more)));
    };
    assert.equal(await under({ IpAddress: { 'acs:SourceIp': '203.0.113.0/24' } }), 'allowed');
    assert.equal(await under({ IpAddress: { 'acs:SourceIp': '198.51.100.0/24' } }), 'NoPermission');
    assert.equal(await under({ Bool: { 'acs:SecureTransport': 'true' } }), 'NoPermission');
    assert.equal(await under({ Bool: { 'acs:SecureTransport': 'true' } }, { secure: true }), 'allowed');
    assert.equal(await under({ DateLessThan: { 'acs:CurrentTime': '2026-11-24T12:00:01Z' } }), 'allowed');
    assert.equal(
      await under({ DateLessThan: { 'acs:CurrentTime': '2026-11-24T12:00:00Z' } }),
      'NoPermission',
    );
    assert.equal(
      await under({ StringEquals: { 'acs:PrincipalARN': `acs:ram::${accountId}:user/under` } }),
      'allowed',
    );
  });

  test('believes a proxy about the address and TLS only when it is trusted', async () => {
    const key = keys.addUser('inside', [
      {
        Effect: 'Allow',
        Action: 'orders:*',
        Resource: '*',
        Condition: { IpAddress: { 'acs:SourceIp': '10.0.0.0/8' }, Bool: { 'acs:SecureTransport': 'true' } },
      },
    ]);
    const forwarded: [string, string][] = [
      ['x-forwarded-for', '10.1.2.3'],
      ['x-forwarded-proto', 'https'],
    ];
    const from = (options: Partial<ServiceGuardOptions>) =>
      result(
        ordersGuard(keys, options).check(
          arriving(sign(key, { target: '/orders/17', headers: forwarded }), { peerAddress: '192.0.2.1' }),
        ),
      );
    assert.equal(await from({}), 'NoPermission');
    assert.equal(await from({ trustedProxies: ['192.0.2.2'] }), 'NoPermission');
    assert.equal(await from({ trustedProxies: ['192.0.2.1'] }), 'allowed');
  });
});

describe('a key', () => {
  const of = (key: Key, options: Partial<ServiceGuardOptions> = {}) =>
    result(ordersGuard(keys, options).check(arriving(sign(key, { target: '/orders/17' }))));
  const allowAll = [{ Effect: 'Allow', Action: '*', Resource: '*' }];

  test('that is inactive, expired, unknown, or known from too long ago is refused', async () => {
    assert.equal(
      await of(keys.addUser('off', allowAll, { status: 'Inactive' })),
      'InvalidAccessKeyId.Inactive',
    );
    assert.equal(await of(keys.addUser('old', allowAll, { expiresAt: noon })), 'InvalidAccessKeyId.Inactive');
    assert.equal(await of({ accessKeyId: 'nobodys', accessKeySecret: 'x' }), 'InvalidAccessKeyId.NotFound');
    const stale = { find: () => 'ServiceUnavailable.CredentialsStale' as const };
    const decision = await ordersGuard(stale).check(arriving(sign(clerk, { target: '/orders/17' })));
    assert.ok(!decision.allowed);
    assert.equal(decision.code, 'ServiceUnavailable.CredentialsStale');
    assert.equal(decision.httpStatus, 503);
  });

  test('may only be used from where its network policy says', async () => {
    const parsed = parseNetworkPolicy(
      JSON.stringify({
        Status: 'Active',
        Statements: [{ Type: 'ClassicWhiteList', IPList: ['198.51.100.7'] }],
      }),
    );
    assert.ok(parsed.ok);
    const policy = compileNetworkPolicy(parsed.policy);
    assert.ok(policy);
    const key = keys.addUser('bound', allowAll, { networkRestriction: { level: 'AccessKey', policy } });
    assert.equal(await of(key), 'Forbidden.AccessKeyNetworkPolicy');
    const there = arriving(sign(key, { target: '/orders/17' }), { peerAddress: '198.51.100.7' });
    assert.equal(await result(ordersGuard(keys).check(there)), 'allowed');
  });

  test('signs a request once, and within 15 minutes', async () => {
    const guard = ordersGuard(keys);
    const request = arriving(sign(clerk, { target: '/orders/17' }));
    assert.equal(await result(guard.check(request)), 'allowed');
    assert.equal(await result(guard.check(request)), 'SignatureNonceUsed');
    for (const [shift, expected] of [
      [15 * minute, 'allowed'],
      [15 * minute + 1000, 'InvalidTimeStamp.Expired'],
      [-15 * minute, 'allowed'],
      [-15 * minute - 1000, 'InvalidTimeStamp.Expired'],
    ] as const) {
      const late = ordersGuard(keys, { now: () => noon + shift, nonces: new NonceMemory() });
      assert.equal(await result(late.check(arriving(sign(clerk, { target: '/orders/17' })))), expected);
    }
    const strict = ordersGuard(keys, { now: () => noon + 2 * minute, windowMs: minute });
    assert.equal(
      await result(strict.check(arriving(sign(clerk, { target: '/orders/17' })))),
      'InvalidTimeStamp.Expired',
    );
  });
});

describe('a request signed by any of the schemes', () => {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const rsaKey = keys.addUser('rsa', [{ Effect: 'Allow', Action: '*', Resource: '*' }], {
    signingKey: SigningKey.fromPublicKey(pair.publicKey),
  });
  const rsa: Key = { ...rsaKey, accessKeySecret: pair.privateKey };

  const schemes: [string, Partial<SignOptions>, Key][] = [
    ['ACS3-HMAC-SHA256', { scheme: 'ACS3-HMAC-SHA256' }, clerk],
    ['ACS3-HMAC-SM3', { scheme: 'ACS3-HMAC-SM3' }, clerk],
    ['ACS3-RSA-SHA256', { scheme: 'ACS3-RSA-SHA256' }, rsa],
    ['ACS4-HMAC-SHA256', { scheme: 'ACS4-HMAC-SHA256', product: 'orders' }, clerk],
    ['ACS4-HMAC-SM3', { scheme: 'ACS4-HMAC-SM3', product: 'orders' }, clerk],
    ['ROA 1.0', { scheme: 'ROA-HMAC-SHA1' }, clerk],
  ];
  for (const [name, options, key] of schemes) {
    test(`${name} is allowed with and without a body, whole or by its head`, async () => {
      for (const call of [
        { target: '/orders/17?channel=web' },
        { method: 'POST', target: '/orders', headers: [json], body: '{"count":3}' },
      ]) {
        assert.equal(await result(ordersGuard(keys).check(arriving(sign(key, call, options)))), 'allowed');
        const { body, ...head } = arriving(sign(key, call, options));
        const decision = await ordersGuard(keys).checkHead(head);
        assert.ok(decision.allowed, JSON.stringify(decision));
        assert.equal(decision.body, 'unverified');
        const altered = { ...head, body: Buffer.from('{"count":9}') };
        assert.match(await result(ordersGuard(keys).check(altered)), /^Content(SHA256|MD5)NotMatched$/);
      }
    });
  }

  test('RPC 1.0 is allowed with its parameters in the query or in a form', async () => {
    const rpc = { scheme: 'RPC-HMAC-SHA1', action: 'CreateOrder' } as const;
    const post: Call = { method: 'POST', target: '/orders?size=1' };
    const form: Call = {
      ...post,
      headers: [['content-type', 'application/x-www-form-urlencoded']],
      body: 'item=tea',
    };
    for (const request of [
      sign(clerk, post, rpc),
      sign(clerk, form, rpc),
      sign(clerk, form, { ...rpc, systemParameters: 'form' }),
    ]) {
      assert.equal(await result(ordersGuard(keys).check(arriving(request))), 'allowed');
    }
  });

  test('RPC 1.0 is allowed by its head when all parameters are in the query, and then only without a body', async () => {
    const rpc = { scheme: 'RPC-HMAC-SHA1', action: 'CreateOrder' } as const;
    const { body, ...head } = arriving(sign(clerk, { method: 'POST', target: '/orders' }, rpc));
    const decision = await ordersGuard(keys).checkHead(head);
    assert.ok(decision.allowed);
    assert.deepEqual(decision.contentHash, {
      algorithm: 'sha256',
      value: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    });
    for (const announced of [
      ['content-length', '11'],
      ['transfer-encoding', 'chunked'],
    ]) {
      const withBody = { ...head, rawHeaders: [...head.rawHeaders, ...announced] };
      assert.equal(await result(ordersGuard(keys).checkHead(withBody)), 'BodyNotCovered');
    }
  });

  test('RPC 1.0 with a form is refused by its head, and told what to do', async () => {
    const form: Call = {
      method: 'POST',
      target: '/orders',
      headers: [['content-type', 'application/x-www-form-urlencoded']],
      body: 'item=tea',
    };
    for (const systemParameters of ['query', 'form'] as const) {
      const signed = sign(clerk, form, { scheme: 'RPC-HMAC-SHA1', action: 'CreateOrder', systemParameters });
      const { body, ...head } = arriving(signed);
      const decision = await ordersGuard(keys).checkHead(head);
      assert.ok(!decision.allowed);
      assert.equal(decision.code, 'IncompleteSignature');
      assert.match(decision.message, /use the gateway or the library/);
    }
  });

  test('that does not cover the body is refused', async () => {
    const post: Call = { method: 'POST', target: '/orders', headers: [json], body: '{"count":3}' };
    for (const options of [
      { scheme: 'ROA-HMAC-SHA1', contentMd5: false },
      { scheme: 'RPC-HMAC-SHA1', action: 'CreateOrder' },
    ] as const) {
      const request = arriving(sign(clerk, post, options));
      assert.equal(await result(ordersGuard(keys).check(request)), 'BodyNotCovered');
      const { body, ...head } = request;
      const announced = { ...head, rawHeaders: [...head.rawHeaders, 'content-length', '11'] };
      assert.equal(await result(ordersGuard(keys).checkHead(announced)), 'BodyNotCovered');
    }
  });

  test('is refused without a signature, and with a bearer token', async () => {
    const of = (...rawHeaders: string[]) =>
      result(
        ordersGuard(keys).check(
          arriving({ method: 'GET', target: '/orders/17', rawHeaders, body: new Uint8Array(0) }),
        ),
      );
    assert.equal(await of('host', 'a'), 'MissingAccessKeyId');
    assert.equal(await of('host', 'a', 'authorization', 'Bearer x'), 'UnsupportedSignatureType');
    assert.equal(await of('host', 'a', 'authorization', 'Basic x'), 'InvalidSignatureMethod');
  });
});

describe('a body', () => {
  test('that is larger than the limit is refused before anything is hashed', async () => {
    const request = arriving(
      sign(clerk, { method: 'POST', target: '/orders', headers: [json], body: 'x'.repeat(11) }),
    );
    const decision = await ordersGuard(keys, { bodyLimit: 10 }).check(request);
    assert.ok(!decision.allowed);
    assert.equal(decision.httpStatus, 413);
    assert.equal(await result(ordersGuard(keys, { bodyLimit: 11 }).check(request)), 'allowed');
  });

  test('may be as large as 1 MiB unless the limit is set', async () => {
    const of = (length: number) =>
      result(
        ordersGuard(keys).check(
          arriving(sign(clerk, { method: 'POST', target: '/orders', body: Buffer.alloc(length) })),
        ),
      );
    assert.equal(await of(1024 * 1024), 'allowed');
    assert.equal(await of(1024 * 1024 + 1), 'RequestTooLarge');
  });
});

describe('rate limits', () => {
  const limited = (rateLimits: ServiceGuardOptions['rateLimits']) => {
    const clock = { now: noon };
    const guard = ordersGuard(keys, { ...(rateLimits && { rateLimits }), now: () => clock.now });
    const call = async (key: Key) =>
      guard.check(arriving(sign(key, { target: '/orders/17' }, { now: clock.now })));
    return { clock, call, code: async (key: Key) => result(call(key)) };
  };

  test('throttle a key that calls too often, and say when it may call again', async () => {
    const { clock, call, code } = limited({ perKey: '2/m burst 3' });
    for (let calls = 0; calls < 3; calls++) assert.equal(await code(clerk), 'allowed');
    const decision = await call(clerk);
    assert.ok(!decision.allowed);
    assert.equal(decision.code, 'Throttling.User');
    assert.equal(decision.httpStatus, 400);
    assert.equal(decision.message, 'Request was denied due to user flow control.');
    assert.equal(decision.retryAfterSeconds, 30);
    clock.now += 29_999;
    assert.equal(await code(clerk), 'Throttling.User');
    clock.now += 1;
    assert.equal(await code(clerk), 'allowed');
    assert.equal(await code(clerk), 'Throttling.User');
  });

  test('are of each key by itself', async () => {
    const { code } = limited({ perKey: '1/h' });
    assert.equal(await code(clerk), 'allowed');
    assert.equal(await code(clerk), 'Throttling.User');
    assert.equal(await code(stranger), 'NoPermission');
    assert.equal(await code(stranger), 'Throttling.User');
  });

  test('of a principal count all its keys, and of a role all its sessions', async () => {
    const session = (number: number): Partial<Credential> => ({
      principal: {
        type: 'assumed-role',
        accountId,
        arn: `acs:ram::${accountId}:assumed-role/van/${number}`,
        roleId: '300000000000000002',
        roleName: 'van',
        sessionName: String(number),
      },
    });
    const { code } = limited({ perPrincipal: '2/s', perKey: '100/s' });
    const all = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
    assert.equal(await code(keys.addUser('van1', all, session(1))), 'allowed');
    assert.equal(await code(keys.addUser('van2', all, session(2))), 'allowed');
    assert.equal(await code(keys.addUser('van3', all, session(3))), 'Throttling.User');
    assert.equal(await code(clerk), 'allowed');
  });

  test('count nothing of a key whose signature is wrong: a caller cannot use up the calls of another', async () => {
    const { code } = limited({ perKey: '1/h' });
    for (let tries = 0; tries < 5; tries++) {
      assert.equal(await code({ ...clerk, accessKeySecret: 'guess' }), 'SignatureDoesNotMatch');
    }
    assert.equal(await code(clerk), 'allowed');
  });

  for (const rate of [
    '',
    '10',
    '10/d',
    '0/s',
    '-1/s',
    '1.5/s',
    '10/s burst 0',
    '10/s  burst 5',
    '10 /s',
    '1e3/s',
  ]) {
    test(`cannot be read from ${JSON.stringify(rate)}`, () => {
      assert.throws(() => limited({ perPrincipal: rate }), /^RangeError: invalid rateLimits\.perPrincipal /);
    });
  }
});

describe('a guard that knows the hosts of its service', () => {
  const under = (host: string | undefined, hosts: readonly string[]) => {
    const signed = sign(clerk, { target: '/orders/17', headers: [['host', host ?? 'x']] });
    const rawHeaders = host === undefined ? signed.rawHeaders.slice(2) : signed.rawHeaders;
    return result(ordersGuard(keys, { hosts }).check(arriving({ ...signed, rawHeaders })));
  };

  test('takes what was signed for one of them, in whatever case', async () => {
    const hosts = ['orders.example.com', '127.0.0.1:3000', '[::1]'];
    for (const host of [
      'orders.example.com',
      'Orders.Example.COM',
      'orders.example.com:8443',
      '127.0.0.1:3000',
      '[::1]:80',
    ]) {
      assert.equal(await under(host, hosts), 'allowed', host);
    }
  });

  test('refuses a forwarded request that was signed for another service', async () => {
    const hosts = ['orders.example.com', '127.0.0.1:3000'];
    for (const host of [
      'billing.example.com',
      'example.com',
      'orders.example.com.',
      '127.0.0.1',
      '127.0.0.1:30000',
      '[::1]',
      '',
      undefined,
    ]) {
      assert.equal(await under(host, hosts), 'InvalidParameter.Header', host);
    }
  });

  test('names the entry that is no host', () => {
    for (const host of ['http://orders.example.com', 'orders.example.com/', '*.example.com', '']) {
      assert.throws(() => ordersGuard(keys, { hosts: [host] }), /^RangeError: invalid hosts entry /);
    }
  });
});

describe('a setting of a guard', () => {
  test('that cannot be read is named', () => {
    assert.throws(() => ordersGuard(keys, { bodyLimit: -1 }), /^RangeError: invalid bodyLimit /);
    assert.throws(() => ordersGuard(keys, { bodyLimit: 0.5 }), /^RangeError: invalid bodyLimit /);
    assert.throws(() => ordersGuard(keys, { trustedProxies: ['x'] }), /trusted proxy `x`/);
  });
});

describe('a guard that cannot decide', () => {
  test('refuses, and tells its operator why', async () => {
    const told: [unknown, string][] = [];
    const request = arriving(sign(clerk, { target: '/orders/17' }));
    const broken = new Error('out of order');
    const away = ordersGuard(
      { find: () => Promise.reject(broken) },
      { onError: (error, requestId) => told.push([error, requestId]) },
    );
    const bug = ordersGuard(keys, {
      onUse: () => {
        throw broken;
      },
      onError: (error, requestId) => told.push([error, requestId]),
    });
    const first = await away.check(request);
    const second = await bug.checkHead({ ...request, body: undefined });
    assert.ok(!first.allowed && !second.allowed);
    assert.deepEqual([first.code, first.httpStatus], ['ServiceUnavailable', 503]);
    assert.deepEqual([second.code, second.httpStatus], ['InternalError', 500]);
    assert.doesNotMatch(first.errorBody + second.errorBody, /out of order/);
    assert.deepEqual(told, [
      [broken, first.requestId],
      [broken, second.requestId],
    ]);
  });
});
