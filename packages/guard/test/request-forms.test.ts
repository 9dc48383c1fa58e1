/**
 * Requests that a guard and the service behind it could read as two different ones: each is refused, or means the
 * same to both. Here what the guard makes of them; the gateway's tests send them over sockets.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SignedRequest } from '@claviger/signature';
import { accountId, arriving, type Call, Keys, ordersGuard, sign } from './orders.ts';

const keys = new Keys();
const clerk = keys.addUser('clerk', [{ Effect: 'Allow', Action: 'orders:*', Resource: '*' }]);

/** What a request to the whole means: `GetOrder order/17`; or the code of the refusal. */
async function meaning(request: SignedRequest): Promise<string> {
  const guard = ordersGuard(keys);
  const decision = await guard.check(arriving(request));
  // A head must be read as its request is, but for what only a body can tell.
  const { body, ...head } = arriving(request);
  const byHead = await ordersGuard(keys).checkHead(head);
  assert.equal(byHead.allowed, decision.allowed, JSON.stringify([decision, byHead]));
  if (!decision.allowed) {
    assert.ok(!byHead.allowed);
    assert.equal(byHead.code, decision.code);
    return decision.code;
  }
  assert.ok(byHead.allowed);
  assert.equal(byHead.resource, decision.resource);
  const relativeId = decision.resource.slice(`acs:orders:cn-hangzhou:${accountId}:`.length);
  return `${decision.action.slice('orders:'.length)} ${relativeId}`;
}

/** Signs a call by ACS3 with further headers that a middleman, or a sly client, adds unsigned. */
function withHeaders(call: Call, ...added: readonly string[]): SignedRequest {
  const signed = sign(clerk, call);
  return { ...signed, rawHeaders: [...signed.rawHeaders, ...added] };
}

describe('a target', () => {
  const targets: [string, string][] = [
    ['/orders/17', 'GetOrder order/17'],
    ['/orders/a%20b', 'GetOrder order/a b'],
    ['/orders/%E8%AE%A2', 'GetOrder order/订'],
    ['/orders/17?x=1&y=/../', 'GetOrder order/17'],
    ['/orders/%2A', 'GetOrder order/%2A'],
    ['/orders/a%3Ab', 'GetOrder order/a%3Ab'],
    ['/orders/a:b', 'GetOrder order/a%3Ab'],
    ['/orders/%3F', 'GetOrder order/%3F'],
    ['/files/a/b/c', 'GetFile file/a/b/c'],
    ['/Orders/17', 'InvalidAction.NotFound'],
    ['/orders/', 'InvalidAction.NotFound'],
    ['/orders/17/', 'InvalidAction.NotFound'],
    ['/files/a/', 'InvalidAction.NotFound'],
    ['/files//a', 'InvalidParameter.Path'],
    ['//orders/17', 'InvalidParameter.Path'],
    ['/orders/./17', 'InvalidParameter.Path'],
    ['/files/../orders/17', 'InvalidParameter.Path'],
    ['/files/%2e%2e/orders/17', 'InvalidParameter.Path'],
    ['/files/a%2f..%2fb', 'InvalidParameter.Path'],
    ['/files/%252e%252e/b', 'InvalidParameter.Path'],
    ['/files/..%5cb', 'InvalidParameter.Path'],
    ['/files/a\\b', 'InvalidParameter.Path'],
    ['/files/..;/orders/17', 'InvalidParameter.Path'],
    ['/orders/17;v=2', 'InvalidParameter.Path'],
    ['/orders/%ff', 'InvalidParameter.Path'],
    ['/orders/17%00', 'InvalidParameter.Path'],
    ['/orders/a+b', 'InvalidParameter.Path'],
    ['/orders/%65xport', 'InvalidParameter.Path'],
  ];
  for (const [target, expected] of targets) {
    test(`${target} is ${expected}`, async () => {
      // The client means it: this very target is what it signed.
      const signed = sign(clerk, { target: '/placeholder' }, { scheme: 'ACS3-HMAC-SHA256' });
      const request = resigned({ ...signed, target });
      assert.equal(await meaning(request), expected);
    });
  }

  for (const target of [
    'http://orders.example.com/orders/17',
    '*',
    'orders.example.com:80',
    '',
    'orders/17',
    '/orders/17#a',
    '/orders/ 17',
    '/orders/\u00e8',
  ]) {
    test(`${JSON.stringify(target)} is refused before anybody asks who signed it`, async () => {
      const signed = sign(clerk, { target: '/orders/17' });
      assert.equal(await meaning({ ...signed, target }), 'InvalidParameter.Path');
    });
  }
});

/** Signs a request again whose target the library would not sign. */
function resigned(request: SignedRequest): SignedRequest {
  try {
    return sign(clerk, { method: request.method, target: request.target });
  } catch {
    return request;
  }
}

describe('a method', () => {
  for (const method of ['get', 'Get', 'GET ', 'G\u0130T', '']) {
    test(`${JSON.stringify(method)} is not GET`, async () => {
      const request = { ...sign(clerk, { target: '/orders/17' }), method };
      assert.equal(await meaning(request), 'UnsupportedHTTPMethod');
    });
  }

  test('HEAD has no route unless the map gives it one', async () => {
    assert.equal(
      await meaning(sign(clerk, { method: 'HEAD', target: '/orders/17' })),
      'InvalidAction.NotFound',
    );
  });
});

describe('a header', () => {
  const get = { target: '/orders/17' };
  const added: [string, string, string][] = [
    ['X-HTTP-Method-Override', 'DELETE', 'another method'],
    ['x-http-method', 'DELETE', 'another method'],
    ['X-Method-Override', 'DELETE', 'another method'],
    ['X_HTTP_Method_Override', 'DELETE', 'another method, with underscores'],
    ['X-Original-URL', '/orders/23', 'another path'],
    ['X-Rewrite-URL', '/orders/23', 'another path'],
    ['Transfer-Encoding', 'gzip, chunked', 'another end of the body'],
    ['Transfer-Encoding', 'xchunked', 'another end of the body'],
    ['Transfer-Encoding', 'chunked, identity', 'another end of the body'],
    ['Content-Length', '0x10', 'another end of the body'],
    ['Content-Length', '+5', 'another end of the body'],
    ['Content-Length', '5, 5', 'another end of the body'],
    ['Content_Length', '5', 'another end of the body'],
    ['Transfer_Encoding', 'chunked', 'another end of the body'],
    ['Host', 'other.example.com', 'another host'],
    ['Content_Type', 'text/html', 'another type'],
    ['X_Acs_Tenant', 'b', 'another tenant, with underscores'],
    ['x-acs_tenant', 'b', 'another tenant, with one underscore'],
    ['X_Forwarded_For', '10.0.0.1', 'another address'],
    ['Connection', 'close, X-Acs-Tenant', 'a header that a proxy takes away'],
    ['Connection', 'x-acs-date', 'a header that a proxy takes away'],
    ['Content-Type', 'application/x-www-form-urlencoded, text/plain', 'a form to PHP'],
    ['Content-Type', 'application/x-www-form-urlencoded text/plain', 'a form to PHP'],
    [
      'Content-Type',
      'text/plain, application/x-www-form-urlencoded',
      'a form to servers that search for the word',
    ],
    ['Content-Type', 'application/x-www-form-urlencoded; charset=ibm037', 'a form in other letters'],
    ['Content-Type', 'application/x-www-form-urlencoded;Charset="utf-16"', 'a form in other letters'],
  ];
  for (const [name, value, what] of added) {
    test(`\`${name}: ${value}\` is refused: it could mean ${what}`, async () => {
      assert.equal(await meaning(withHeaders(get, name, value)), 'InvalidParameter.Header');
    });
  }

  test('`content-encoding` beside a form is refused: only some servers see the form then', async () => {
    const form = ['Content-Type', 'application/x-www-form-urlencoded'];
    assert.equal(
      await meaning(withHeaders(get, ...form, 'Content-Encoding', 'deflate')),
      'InvalidParameter.Header',
    );
    assert.equal(
      await meaning(withHeaders(get, 'Content-Encoding', 'br', ...form)),
      'InvalidParameter.Header',
    );
    assert.equal(
      await meaning(withHeaders(get, 'Content-Encoding', 'gzip', 'Content-Type', 'application/json')),
      'GetOrder order/17',
    );
  });

  test('that says a form is UTF-8 is as good as one that says nothing', async () => {
    for (const charset of ['', ';charset=utf-8', '; charset="UTF-8"', '; charset=utf8']) {
      const type: [string, string] = ['content-type', `application/x-www-form-urlencoded${charset}`];
      const decision = await ordersGuard(keys).check(
        arriving(sign(clerk, { ...get, headers: [type], body: 'a=1' })),
      );
      assert.ok(decision.allowed, charset);
    }
  });

  const twice: [string, string, string][] = [
    ['content-type', 'application/json', 'text/html'],
    ['content-length', '0', '0'],
    ['transfer-encoding', 'chunked', 'chunked'],
    ['connection', 'close', 'close'],
    ['content-encoding', 'gzip', 'gzip'],
    ['authorization', 'Bearer a', 'Bearer b'],
    ['x-http-method-override', 'GET', 'GET'],
    ['x-original-url', '/orders/17', '/orders/17'],
  ];
  for (const [name, first, second] of twice) {
    test(`\`${name}\` twice is refused, in whatever case`, async () => {
      const request = withHeaders(get, name, first, name.toUpperCase(), second);
      assert.equal(await meaning(request), 'InvalidParameter.Header');
    });
  }

  test('both `content-length` and `transfer-encoding` are refused', async () => {
    const request = withHeaders(get, 'Content-Length', '0', 'Transfer-Encoding', 'chunked');
    assert.equal(await meaning(request), 'InvalidParameter.Header');
  });

  test('that repeats method and target, as some proxies add it, changes nothing', async () => {
    const request = withHeaders(
      get,
      'X-Original-URL',
      '/orders/17',
      'X-HTTP-Method-Override',
      'GET',
      'Connection',
      '',
    );
    assert.equal(await meaning(request), 'GetOrder order/17');
  });

  test('that no server acts on may be repeated, or have underscores', async () => {
    const request = withHeaders(
      get,
      'x-note',
      'a',
      'X-Note',
      'b',
      'my_note',
      'c',
      'Connection',
      'keep-alive, Upgrade',
    );
    assert.equal(await meaning(request), 'GetOrder order/17');
  });
});

describe('a header that conditions are decided by', () => {
  const tenants = new Keys();
  const tenant = tenants.addUser('tenant', [
    {
      Effect: 'Allow',
      Action: 'orders:*',
      Resource: '*',
      Condition: { StringEquals: { 'orders:Tenant': 'a' } },
    },
  ]);
  const get: Call = { target: '/orders/17', headers: [['x-acs-tenant', 'a']] };
  const check = async (request: SignedRequest) => {
    const decision = await ordersGuard(tenants).check(arriving(request));
    return decision.allowed ? 'allowed' : decision.code;
  };

  test('counts when it is signed', async () => {
    assert.equal(await check(sign(tenant, get)), 'allowed');
    assert.equal(await check(sign(tenant, get, { scheme: 'ROA-HMAC-SHA1' })), 'allowed');
    const other = sign(tenant, { ...get, headers: [['x-acs-tenant', 'b']] });
    assert.equal(await check(other), 'NoPermission');
  });

  test('is refused when it is not signed', async () => {
    const signed = sign(tenant, { target: '/orders/17' });
    const added = { ...signed, rawHeaders: [...signed.rawHeaders, 'X-Acs-Tenant', 'a'] };
    assert.equal(await check(added), 'InvalidParameter.Header');
    const rpc = sign(tenant, get, { scheme: 'RPC-HMAC-SHA1', action: 'GetOrder' });
    assert.equal(await check(rpc), 'InvalidParameter.Header');
  });

  test('is refused when it stands there twice, or once more with an underscore', async () => {
    for (const name of ['x-acs-tenant', 'X-ACS-TENANT', 'x_acs_tenant', 'X-Acs_Tenant']) {
      const signed = sign(tenant, get);
      for (const rawHeaders of [
        [...signed.rawHeaders, name, 'a'],
        [name, 'a', ...signed.rawHeaders],
      ]) {
        assert.notEqual(await check({ ...signed, rawHeaders }), 'allowed', name);
      }
    }
  });

  test('is missing when it is absent', async () => {
    assert.equal(await check(sign(tenant, { target: '/orders/17' })), 'NoPermission');
  });

  test('is refused when it is not ASCII', async () => {
    const request = sign(tenant, { ...get, headers: [['x-acs-tenant', 'a\u00e8']] });
    assert.equal(await check(request), 'InvalidParameter.Header');
  });
});

describe('a query parameter that conditions are decided by', () => {
  const channels = new Keys();
  const web = channels.addUser('web', [
    { Effect: 'Allow', Action: 'orders:*', Resource: '*' },
    {
      Effect: 'Deny',
      Action: 'orders:*',
      Resource: '*',
      Condition: { StringEquals: { 'orders:Channel': 'internal' } },
    },
  ]);
  const check = async (
    target: string,
    more: Partial<Call> = {},
    scheme: 'ACS3-HMAC-SHA256' | 'RPC-HMAC-SHA1' = 'ACS3-HMAC-SHA256',
  ) => {
    const request = sign(web, { target, ...more }, { scheme, action: 'GetOrder' });
    const decision = await ordersGuard(channels).check(arriving(request));
    return decision.allowed ? 'allowed' : decision.code;
  };

  test('counts as it is decoded', async () => {
    assert.equal(await check('/orders/17?channel=web'), 'allowed');
    assert.equal(await check('/orders/17?channel=internal'), 'NoPermission');
    assert.equal(await check('/orders/17?channel=%69nternal'), 'NoPermission');
    assert.equal(await check('/orders/17?ch%61nnel=internal'), 'NoPermission');
    assert.equal(await check('/orders/17'), 'allowed');
  });

  test('is refused twice', async () => {
    const signed = sign(web, { target: '/orders/17?channel=web' });
    for (const target of [
      '/orders/17?channel=web&channel=internal',
      '/orders/17?channel=web&ch%61nnel=internal',
    ]) {
      const decision = await ordersGuard(channels).check(arriving({ ...signed, target }));
      assert.ok(!decision.allowed);
      assert.equal(decision.code, 'InvalidParameter.Duplicate');
    }
  });

  for (const name of [
    'channel[]',
    'channel[0]',
    'channel%5B%5D',
    'channel.name',
    'Channel',
    'CHANNEL',
    'channel%20',
    '+channel',
    '?channel',
    '?Channel',
    '[channel]',
    '[channel',
    ']channel',
    'channel]',
    'channel%00',
    'channel%00x',
    '!channel',
    '_channel',
    '.channel',
    '%20channel',
    'channel[a][b]',
  ]) {
    test(`is refused under a name that frameworks take for it: ${name}`, async () => {
      assert.equal(await check(`/orders/17?${name}=internal`), 'InvalidParameter.Query');
      assert.equal(await check(`/orders/17?channel=web&${name}=internal`), 'InvalidParameter.Query');
    });
  }

  test('is refused in a form, since some servers put query and form together', async () => {
    const type: [string, string] = ['content-type', 'application/x-www-form-urlencoded'];
    const form = { method: 'GET', headers: [type], body: 'channel=internal' };
    assert.equal(await check('/orders/17', form), 'InvalidParameter.Query');
    assert.equal(await check('/orders/17', { ...form, body: '?channel=internal' }), 'InvalidParameter.Query');
    assert.equal(await check('/orders/17', { ...form, body: 'size=1' }), 'allowed');
    const other = sign(web, { target: '/orders/17?channel=web', ...form, body: 'size=1' });
    const both = await ordersGuard(channels).check(arriving({ ...other, body: Buffer.from(form.body) }));
    assert.ok(!both.allowed);
    assert.equal(both.code, 'InvalidParameter.Duplicate');
  });

  test('is refused beside a form that is out of sight', async () => {
    const multipart: Partial<Call> = {
      headers: [['content-type', 'multipart/form-data; boundary=x']],
      body: '--x\r\nContent-Disposition: form-data; name="channel"\r\n\r\ninternal\r\n--x--\r\n',
    };
    assert.equal(await check('/orders/17', multipart), 'InvalidParameter.Query');
    const type: [string, string] = ['content-type', 'application/x-www-form-urlencoded'];
    const { body, ...head } = arriving(sign(web, { target: '/orders/17', headers: [type], body: 'size=1' }));
    const decision = await ordersGuard(channels).checkHead(head);
    assert.ok(!decision.allowed);
    assert.equal(decision.code, 'InvalidParameter.Query');
  });

  test('is refused beside a charset by which some servers decode it', async () => {
    const inCharset = (charset: string): Partial<Call> => ({
      headers: [['content-type', `text/plain; charset=${charset}`]],
      body: 'a',
      method: 'GET',
    });
    assert.equal(await check('/orders/17?channel=web', inCharset('ibm037')), 'InvalidParameter.Query');
    assert.equal(await check('/orders/17?channel=web', inCharset('utf-8')), 'allowed');
  });

  test('is refused behind more others than every server reads', async () => {
    const others = (count: number) => Array.from({ length: count }, (_, at) => `a${at}=`).join('&');
    assert.equal(await check(`/orders/17?${others(499)}&channel=web`), 'allowed');
    assert.equal(await check(`/orders/17?${others(500)}&channel=web`), 'InvalidParameter.Query');
  });

  test('may stand beside others', async () => {
    assert.equal(await check('/orders/17?channels=internal&my_channel=internal'), 'allowed');
  });

  test('is refused behind a semicolon, which some servers take for `&`', async () => {
    assert.equal(await check('/orders/17?a=1;channel=internal'), 'InvalidParameter.Query');
  });
});

describe('a parameter that some servers take for the method', () => {
  const form: [string, string] = ['content-type', 'application/x-www-form-urlencoded'];
  const post = { method: 'POST', target: '/orders' };

  for (const [target, body] of [
    ['/orders?_method=DELETE', ''],
    ['/orders?_METHOD=delete', ''],
    ['/orders?%5Fmethod=PUT', ''],
    ['/orders?X-HTTP-Method-Override=DELETE', ''],
    ['/orders??_method=DELETE', ''],
    ['/orders?[_method]=DELETE', ''],
    ['/orders?_method%00x=DELETE', ''],
    ['/orders', '_method=DELETE'],
    ['/orders', 'a=1&_method=%20delete'],
  ] as const) {
    test(`is refused: ${target} ${body}`, async () => {
      for (const scheme of ['ACS3-HMAC-SHA256', 'RPC-HMAC-SHA1'] as const) {
        const signed = sign(clerk, { ...post, target, headers: [form], body }, { scheme });
        const decision = await ordersGuard(keys).check(arriving(signed));
        assert.ok(!decision.allowed, scheme);
        assert.equal(decision.code, 'InvalidParameter.Method', scheme);
      }
    });
  }

  test('may say what the request says, or nothing', async () => {
    for (const target of ['/orders?_method=POST', '/orders?_method=post', '/orders?_method=']) {
      assert.equal(await meaning(sign(clerk, { ...post, target })), 'CreateOrder order/*');
    }
  });
});

describe('the name of an action', () => {
  test('may be in the request, and must be that of its route', async () => {
    const check = async (options: object, target = '/orders/17') => meaning(sign(clerk, { target }, options));
    assert.equal(await check({ action: 'GetOrder' }), 'GetOrder order/17');
    assert.equal(await check({ action: 'DeleteOrder' }), 'InvalidParameter.Action');
    assert.equal(await check({ action: 'getorder' }), 'InvalidParameter.Action');
    assert.equal(await check({ scheme: 'RPC-HMAC-SHA1', action: 'GetOrder' }), 'GetOrder order/17');
    assert.equal(await check({ scheme: 'RPC-HMAC-SHA1', action: 'DeleteOrder' }), 'InvalidParameter.Action');
    assert.equal(await check({ scheme: 'ROA-HMAC-SHA1', action: 'DeleteOrder' }), 'InvalidParameter.Action');
    assert.equal(
      await check({ action: 'GetOrder' }, '/orders/17?Action=DeleteOrder'),
      'InvalidParameter.Action',
    );
  });

  test('in a header that RPC 1.0 does not sign must be the same too', async () => {
    const signed = sign(clerk, { target: '/orders/17' }, { scheme: 'RPC-HMAC-SHA1', action: 'GetOrder' });
    const request = { ...signed, rawHeaders: [...signed.rawHeaders, 'x-acs-action', 'DeleteOrder'] };
    assert.equal(await meaning(request), 'InvalidParameter.Action');
  });
});
