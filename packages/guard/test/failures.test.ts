/**
 * The nine ways in which systems of this kind became unsafe elsewhere, each a test under its name, here before a
 * protected service.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SignedRequest } from '@claviger/signature';
import fc from 'fast-check';
import { protect } from '../src/adapters/node-http.ts';
import {
  type Credential,
  type Decision,
  parseServiceMap,
  type Route,
  type ServiceGuardOptions,
  ServiceMapError,
} from '../src/index.ts';
import {
  accountId,
  arriving,
  type Call,
  type Key,
  Keys,
  noon,
  ordersGuard,
  ordersMap,
  permissionsOf,
  type Statements,
  sign,
} from './orders.ts';
import { send } from './send.ts';
import { listening } from './services.ts';

const keys = new Keys();
const allowAll: Statements = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
const clerk = keys.addUser('clerk', allowAll);
const { routes } = parseServiceMap(ordersMap);

/** A call that takes a route. */
function callOf({ method, template }: Route): Call {
  return { method, target: template.replaceAll(/\{\w+\+?\}/g, '17') };
}

async function check(request: SignedRequest, options: Partial<ServiceGuardOptions> = {}): Promise<Decision> {
  return ordersGuard(keys, options).check(arriving(request));
}

/** `allowed`, or the code of the refusal. */
async function code(request: SignedRequest, options?: Partial<ServiceGuardOptions>): Promise<string> {
  const decision = await check(request, options);
  return decision.allowed ? 'allowed' : decision.code;
}

describe('1: a narrow credential does not get to do more than what it was narrowed to', () => {
  const session = (sessionPolicy: Credential['sessionPolicy']): Partial<Credential> => ({
    kind: 'temporary',
    principal: {
      type: 'assumed-role',
      accountId,
      arn: 'acs:ram::1:assumed-role/r/s',
      roleId: '3',
      roleName: 'r',
      sessionName: 's',
    },
    sessionPolicy,
    expiresAt: noon + 1000,
  });
  const statement = fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: fc.constantFrom('*', 'orders:*', 'orders:Get*', ...routes.map(({ action }) => action)),
    Resource: fc.constantFrom(
      '*',
      'acs:orders:*:*:order/*',
      'acs:orders:*:*:order/17',
      'acs:orders:*:*:file/*',
    ),
  });

  test('what a session may, its role may and its own policy allows', () => {
    fc.assert(
      fc.property(
        fc.array(statement, { minLength: 1, maxLength: 4 }),
        fc.array(statement, { minLength: 1, maxLength: 4 }),
        (ofRole, ofSession) => {
          const role = keys.addUser('role', ofRole, session(undefined));
          const own = keys.addUser('own', ofSession, session(undefined));
          const both = keys.addUser('both', ofRole, session(permissionsOf(ofSession)));
          for (const route of routes) {
            const may = (key: Key) =>
              (ordersGuard(keys).check(arriving(sign(key, callOf(route)))) as Decision).allowed;
            assert.equal(may(both), may(role) && may(own), route.action);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('2: a route is opened by its own action, and by no other', () => {
  const actions = [...new Set(routes.map(({ action }) => action))];
  for (const route of routes) {
    test(`${route.method} ${route.template}`, async () => {
      for (const action of actions) {
        const key = keys.addUser('one', [{ Effect: 'Allow', Action: action, Resource: '*' }]);
        const expected = action === route.action ? 'allowed' : 'NoPermission';
        assert.equal(await code(sign(key, callOf(route))), expected, action);
      }
    });
  }
});

describe('3: the source address is not taken from a header', () => {
  const peer = '203.0.113.7';
  const claimed = '10.0.0.1';
  const forms: [string, string][] = [
    ...['X-Forwarded-For', 'x-forwarded-for', 'X-FORWARDED-FOR'].flatMap((name): [string, string][] => [
      [name, claimed],
      [name, `${claimed}, 10.0.0.2`],
      [name, `[::ffff:${claimed}]:80`],
      [name, `unknown, ${claimed}`],
    ]),
    ...['Forwarded', 'forwarded'].flatMap((name): [string, string][] => [
      [name, `for=${claimed}`],
      [name, `for="[::1]";proto=https;by=${claimed}`],
    ]),
    ...[
      'X-Real-IP',
      'X-Client-IP',
      'Client-IP',
      'True-Client-IP',
      'CF-Connecting-IP',
      'Fastly-Client-IP',
      'X-Cluster-Client-IP',
      'X-Forwarded',
      'Forwarded-For',
      'X-Originating-IP',
      'X-Remote-IP',
      'X-Remote-Addr',
      'Remote-Addr',
      'X-Envoy-External-Address',
      'Ali-CDN-Real-IP',
      'X-Acs-Source-Ip',
    ].map((name): [string, string] => [name, claimed]),
  ];
  const inside = keys.addUser('inside', [
    {
      Effect: 'Allow',
      Action: '*',
      Resource: '*',
      Condition: { IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } },
    },
  ]);

  test(`in none of ${forms.length} forms`, async () => {
    assert.ok(forms.length >= 30);
    for (const header of forms) {
      const told = { target: '/orders/17', headers: [header] };
      const decision = await check(sign(clerk, told));
      assert.ok(decision.allowed, header.join());
      assert.equal(decision.sourceAddress, peer, header.join());
      assert.equal(await code(sign(inside, told)), 'NoPermission', header.join());
      // A trusted proxy elsewhere makes no difference.
      assert.equal(await code(sign(inside, told), { trustedProxies: ['192.0.2.1'] }), 'NoPermission');
    }
  });

  test('nor from one by a service over HTTP', async () => {
    const guard = ordersGuard(keys);
    await using service = await listening(() =>
      protect(guard, (request, response) => void response.end(request.claviger.sourceAddress)),
    );
    for (const header of forms) {
      const answer = await send(service.port, sign(clerk, { target: '/orders/17', headers: [header] }));
      assert.equal(answer.text, '127.0.0.1', header.join());
    }
  });
});

describe('4: no route and no form of authentication skips verification', () => {
  const schemes = [
    { scheme: 'ACS3-HMAC-SHA256' },
    { scheme: 'ACS3-HMAC-SM3' },
    { scheme: 'ACS4-HMAC-SHA256', product: 'orders' },
    { scheme: 'ACS4-HMAC-SM3', product: 'orders' },
    { scheme: 'ROA-HMAC-SHA1' },
    { scheme: 'RPC-HMAC-SHA1' },
  ] as const;
  const broken: [string, (request: SignedRequest) => SignedRequest][] = [
    [
      'another signature',
      (request) => edited(request, (text) => text.replace(/(Signature=|:)[^:,&]{8}/, '$1AAAAAAAA')),
    ],
    [
      'an empty signature',
      (request) =>
        edited(request, (text) =>
          text.replace(
            /((?<!Signature|SignatureMethod|SignatureVersion|SignatureNonce)Signature=|acs [^:]+:)[^&]*$/,
            '$1',
          ),
        ),
    ],
    [
      'no signature',
      (request) =>
        withoutAuthorization({ ...request, target: request.target.replace(/[?&]Signature=[^&]*/, '') }),
    ],
    [
      'nothing that says who',
      (request) => withoutAuthorization({ ...request, target: request.target.split('?')[0]! }),
    ],
    [
      'another key',
      (request) => edited(request, (text) => text.replaceAll(clerk.accessKeyId, 'LTAI5tunknown')),
    ],
    [
      'a bearer token instead',
      (request) =>
        withHeader(
          withoutAuthorization({ ...request, target: request.target.split('?')[0]! }),
          'authorization',
          'Bearer token',
        ),
    ],
    [
      'a bearer token in a header',
      (request) =>
        withHeader(
          withoutAuthorization({ ...request, target: request.target.split('?')[0]! }),
          'x-acs-bearer-token',
          'token',
        ),
    ],
    [
      'an identity token',
      (request) =>
        withHeader(
          withoutAuthorization({ ...request, target: request.target.split('?')[0]! }),
          'x-acs-zero-trust-idtoken',
          'token',
        ),
    ],
    [
      'a name and a password',
      (request) =>
        withHeader(
          withoutAuthorization({ ...request, target: request.target.split('?')[0]! }),
          'authorization',
          'Basic Y2xlcms6',
        ),
    ],
    [
      'an algorithm that is none',
      (request) => edited(request, (text) => text.replace(/ACS[34]-HMAC-\w+|HMAC-SHA1|^acs /, 'none ')),
    ],
  ];
  for (const [what, breakIt] of broken) {
    test(`with ${what}`, async () => {
      for (const route of routes) {
        for (const options of schemes) {
          const signed = sign(clerk, callOf(route), options);
          assert.equal(await code(signed), 'allowed', `${route.template} ${options.scheme}`);
          const request = breakIt(sign(clerk, callOf(route), options));
          assert.notEqual(await code(request), 'allowed', `${route.template} ${options.scheme}`);
          const { body, ...head } = arriving(request);
          assert.equal(
            (await ordersGuard(keys).checkHead(head)).allowed,
            false,
            `${route.template} ${options.scheme}`,
          );
        }
      }
    });
  }

  function edited(request: SignedRequest, edit: (text: string) => string): SignedRequest {
    const rawHeaders = request.rawHeaders.map((text, at) =>
      request.rawHeaders[at - 1]?.toLowerCase() === 'authorization' ? edit(text) : text,
    );
    return { ...request, rawHeaders, target: edit(request.target) };
  }

  function withoutAuthorization(request: SignedRequest): SignedRequest {
    const at = request.rawHeaders.findIndex((name) => name.toLowerCase() === 'authorization');
    return at < 0 ? request : { ...request, rawHeaders: request.rawHeaders.toSpliced(at, 2) };
  }

  function withHeader(request: SignedRequest, name: string, value: string): SignedRequest {
    return { ...request, rawHeaders: [...request.rawHeaders, name, value] };
  }
});

describe('5: an explicit deny is honoured on every route, wherever it stands', () => {
  for (const route of routes) {
    test(`${route.method} ${route.template}`, async () => {
      const call = callOf(route);
      const allowed = await check(sign(clerk, call));
      assert.ok(allowed.allowed);
      const denials = [
        { Effect: 'Deny', Action: route.action, Resource: '*' },
        { Effect: 'Deny', Action: route.action.toUpperCase().replace('ORDERS', 'orders'), Resource: '*' },
        { Effect: 'Deny', Action: '*', Resource: allowed.resource },
        { Effect: 'Deny', NotAction: 'orders:Other', Resource: '*' },
        {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { StringEquals: { 'acs:PrincipalARN': `acs:ram::${accountId}:user/denied` } },
        },
      ];
      for (const deny of denials) {
        for (const statements of [
          [deny, ...allowAll],
          [...allowAll, deny],
        ]) {
          const key = keys.addUser('denied', statements);
          const decision = await check(sign(key, call));
          assert.ok(!decision.allowed, JSON.stringify(deny));
          assert.equal(JSON.parse(decision.errorBody).AccessDeniedDetail.NoPermissionType, 'ExplicitDeny');
        }
      }
    });
  }
});

describe('6: a map of which a part is not understood is refused as a whole', () => {
  const good = {
    service: 'orders',
    region: 'cn-hangzhou',
    routes: [
      {
        route: 'GET /orders/{orderId}',
        action: 'GetOrder',
        resource: 'order/{orderId}',
        conditions: { 'orders:Channel': 'query.channel' },
      },
    ],
  };

  test('each of its fields in turn under another name, with another kind of value, or with one more beside it', () => {
    assert.equal(parseServiceMap(JSON.stringify(good)).routes.length, 1);
    const places: [string, (map: typeof good) => Record<string, unknown>][] = [
      ['the map', (map) => map],
      ['a route', (map) => map.routes[0] as Record<string, unknown>],
      ['conditions', (map) => map.routes[0]!.conditions],
    ];
    let tried = 0;
    for (const [where, place] of places) {
      for (const name of Object.keys(place(structuredClone(good)))) {
        // A condition key under another name is another key, and as good.
        const renamed = where === 'conditions' ? [`x${name}`] : [`${name}s`, name.toUpperCase()];
        for (const change of [
          ...renamed.map((to) => (object: Record<string, unknown>) => rename(object, name, to)),
          (object: Record<string, unknown>) => {
            object[name] = { unknown: 'x' };
          },
          (object: Record<string, unknown>) => {
            object[name] = [];
          },
          (object: Record<string, unknown>) => {
            object['unknown'] = 'x';
          },
        ]) {
          const map = structuredClone(good);
          change(place(map));
          tried += 1;
          assert.throws(
            () => parseServiceMap(JSON.stringify(map)),
            ServiceMapError,
            `${where}: ${JSON.stringify(map)}`,
          );
        }
      }
    }
    assert.ok(tried >= 38, String(tried));
  });

  function rename(object: Record<string, unknown>, from: string, to: string): void {
    object[to] = object[from];
    delete object[from];
  }
});

describe('7: no condition is true for the wrong reason', () => {
  const under = async (condition: object, call: Call) => {
    const key = keys.addUser('under', [
      { Effect: 'Allow', Action: '*', Resource: '*', Condition: condition },
    ]);
    return code(sign(key, call));
  };
  const operators = ['StringEquals', 'StringLike', 'StringEqualsIgnoreCase'];

  test('a value that the request lacks matches nothing', async () => {
    for (const operator of operators) {
      for (const name of [
        'orders:Channel',
        'orders:Tenant',
        'orders:Unknown',
        'acs:MFAPresent',
        'oss:Prefix',
      ]) {
        for (const value of ['', '*', 'undefined', 'null', 'false']) {
          assert.equal(
            await under({ [operator]: { [name]: value } }, { target: '/orders/17' }),
            'NoPermission',
            `${operator} ${name} ${value}`,
          );
        }
      }
    }
  });

  test('a value of one key does not count for another, of the service or of the platform', async () => {
    const call: Call = {
      target: '/orders/17?channel=a&Tenant=a&orders:Tenant=a&acs:SourceIp=10.0.0.1',
      headers: [['x-acs-note', 'a']],
    };
    assert.equal(await under({ StringEquals: { 'orders:Channel': 'a' } }, call), 'allowed');
    assert.equal(await under({ StringEquals: { 'orders:Tenant': 'a' } }, call), 'NoPermission');
    assert.equal(await under({ StringEquals: { 'acs:Channel': 'a' } }, call), 'NoPermission');
    assert.equal(await under({ StringEquals: { 'ram:Channel': 'a' } }, call), 'NoPermission');
    assert.equal(await under({ IpAddress: { 'acs:SourceIp': '10.0.0.1' } }, call), 'NoPermission');
  });

  test('a wildcard or a variable in a value of the request is text', async () => {
    assert.equal(
      await under({ StringEquals: { 'orders:Channel': 'web' } }, { target: '/orders/17?channel=*' }),
      'NoPermission',
    );
    assert.equal(
      await under({ StringEquals: { 'orders:Channel': 'web' } }, { target: '/orders/17?channel=w%3Fb' }),
      'NoPermission',
    );
    assert.equal(
      await under(
        { StringEquals: { 'orders:Channel': `acs:ram::${accountId}:user/under` } },
        { target: '/orders/17?channel=%24%7Bacs:PrincipalARN%7D' },
      ),
      'NoPermission',
    );
    const key = keys.addUser('some', [{ Effect: 'Allow', Action: '*', Resource: 'acs:orders:*:*:order/1?' }]);
    assert.equal(await code(sign(key, { target: '/orders/%2A' })), 'NoPermission');
    assert.equal(await code(sign(key, { target: '/orders/1%3F' })), 'NoPermission');
  });

  test('a condition of another route does not count', async () => {
    const call: Call = { target: '/orders?channel=web' };
    assert.equal(await under({ StringEquals: { 'orders:Channel': 'web' } }, call), 'NoPermission');
  });
});

describe('8: resources of another account cannot be reached', () => {
  const others = ['1999999999999999', '18038699639670150', '180386996396701'];
  const everything = { permissions: 'everything' } as const;

  test('neither its root nor its users, by whatever resource they name', async () => {
    for (const other of others) {
      const root = keys.addUser('root', [], {
        ...everything,
        principal: { type: 'root', accountId: other, arn: `acs:ram::${other}:root` },
      });
      const user = keys.addUser('user', allowAll, {
        principal: {
          type: 'ram-user',
          accountId: other,
          arn: `acs:ram::${other}:user/u`,
          userId: '2',
          userName: 'u',
        },
      });
      for (const key of [root, user]) {
        for (const route of routes) {
          const decision = await check(sign(key, callOf(route)));
          assert.ok(decision.allowed);
          assert.equal(decision.resource.split(':')[3], other);
        }
        for (const id of [`${accountId}:order`, `acs:orders:*:${accountId}:order`, `..:${accountId}`]) {
          const decision = await check(sign(key, { target: `/orders/${id}` }));
          assert.ok(decision.allowed);
          assert.ok(decision.resource.startsWith(`acs:orders:cn-hangzhou:${other}:order/`));
          assert.equal(decision.resource.split(':').length, 5, decision.resource);
        }
      }
    }
  });

  test('and no map can make a resource that belongs to another', () => {
    for (const account of ['*', '', accountId, '{path.account}', '{query.account}', 'x{account}']) {
      const text = JSON.stringify({
        service: 'orders',
        routes: [{ route: 'GET /{account}', action: 'A', resource: `acs:orders:*:${account}:a` }],
      });
      assert.throws(() => parseServiceMap(text), ServiceMapError, account);
    }
  });

  test('a temporary key is refused without its token, or with the token of another key', async () => {
    for (const problem of [
      'MissingSecurityToken',
      'InvalidSecurityToken.MismatchWithAccessKey',
      'InvalidSecurityToken.Malformed',
      'InvalidSecurityToken.Expired',
    ] as const) {
      assert.equal(
        await code(sign(clerk, { target: '/orders/17' }), { source: { find: () => problem } }),
        problem,
      );
    }
  });
});

describe('9: a header that matters is part of the signature, or the request is refused', () => {
  const call: Call = {
    method: 'PUT',
    target: '/orders/17',
    headers: [
      ['content-type', 'application/json'],
      ['x-acs-tenant', 'a'],
    ],
    body: '{"count":4}',
  };
  const signed = () => sign(clerk, call, { action: 'UpdateOrder', version: '2026-11-24' });
  const withToken = () => {
    const request = signed();
    return { ...request, rawHeaders: [...request.rawHeaders, 'x-acs-security-token', 'token'] };
  };

  for (const name of [
    'host',
    'x-acs-date',
    'x-acs-signature-nonce',
    'x-acs-content-sha256',
    'x-acs-action',
    'x-acs-version',
    'content-type',
  ]) {
    test(`${name} left out of SignedHeaders`, async () => {
      assert.equal(await code(signed()), 'allowed');
      const request = signed();
      const rawHeaders = request.rawHeaders.map((text, at) =>
        request.rawHeaders[at - 1] === 'Authorization'
          ? text.replace(new RegExp(`(?<==|;)${name}(;|(?=,))`), '')
          : text,
      );
      assert.notDeepEqual(rawHeaders, request.rawHeaders);
      assert.equal(await code({ ...request, rawHeaders }), 'IncompleteSignature');
    });
  }

  test('x-acs-security-token added unsigned', async () => {
    assert.equal(await code(withToken()), 'IncompleteSignature');
  });

  test('a header by which conditions are decided, added or replaced unsigned', async () => {
    const get = sign(clerk, { target: '/orders/17' });
    assert.equal(
      await code({ ...get, rawHeaders: [...get.rawHeaders, 'x-acs-tenant', 'a'] }),
      'InvalidParameter.Header',
    );
    const had = sign(clerk, { target: '/orders/17', headers: [['x-acs-tenant', 'a']] });
    const replaced = had.rawHeaders.map((text, at) =>
      had.rawHeaders[at - 1] === 'x-acs-tenant' ? 'b' : text,
    );
    assert.equal(await code({ ...had, rawHeaders: replaced }), 'SignatureDoesNotMatch');
    const at = had.rawHeaders.indexOf('x-acs-tenant');
    assert.equal(await code({ ...had, rawHeaders: had.rawHeaders.toSpliced(at, 2) }), 'IncompleteSignature');
  });
});
