import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ServiceMapError } from './map-fault.ts';
import { parseServiceMap } from './parse-service-map.ts';

/** `line:column message` of each fault; none when the map is good. */
function faults(text: string): string[] {
  try {
    parseServiceMap(text);
    return [];
  } catch (error) {
    assert.ok(error instanceof ServiceMapError, String(error));
    return error.faults.map(({ line, column, message }) => `${line}:${column} ${message}`);
  }
}

/** A map of these routes, each `METHOD /path action resource`. */
function mapOf(...routes: string[]): string {
  const items = routes.map((route) => {
    const [method, path, action = 'Act', resource = 'thing'] = route.split(' ');
    return { route: `${method} ${path}`, action, resource };
  });
  return JSON.stringify({ service: 'orders', routes: items }, null, 1);
}

describe('a service map', () => {
  test('may be YAML', () => {
    const map = parseServiceMap(`
# Orders of the shop.
service: orders
region: cn-hangzhou
routes:
  - route: GET /orders/{orderId}
    action: GetOrder
    resource: order/{orderId}
    conditions: { orders:Channel: query.channel, orders:Tenant: header.X-Acs-Tenant, orders:Order: path.orderId }
`);
    assert.equal(map.service, 'orders');
    assert.equal(map.region, 'cn-hangzhou');
    const [route] = map.routes;
    assert.equal(route?.method, 'GET');
    assert.equal(route?.template, '/orders/{orderId}');
    assert.equal(route?.action, 'orders:GetOrder');
    assert.equal(route?.resource.text, 'acs:orders:cn-hangzhou:{account}:order/{path.orderId}');
    assert.deepEqual(
      route?.conditions.map(({ key, from }) => [key, from.in, from.name]),
      [
        ['orders:channel', 'query', 'channel'],
        ['orders:tenant', 'header', 'x-acs-tenant'],
        ['orders:order', 'path', 'orderId'],
      ],
    );
  });

  test('may be JSON', () => {
    assert.equal(parseServiceMap(mapOf('GET /orders ListOrders order/*')).routes.length, 1);
  });

  test('has resources in every region when it names none', () => {
    const [route] = parseServiceMap(mapOf('GET /a')).routes;
    assert.equal(route?.resource.text, 'acs:orders:*:{account}:thing');
  });

  test('may write actions and resources in full', () => {
    const [route] = parseServiceMap(
      mapOf('GET /a/{id} orders:GetA acs:orders:{region}:{account}:a/{id}'),
    ).routes;
    assert.equal(route?.action, 'orders:GetA');
    assert.equal(route?.resource.text, 'acs:orders:*:{account}:a/{path.id}');
  });

  test('may name a region in a resource', () => {
    const [route] = parseServiceMap(mapOf('GET /a GetA acs:orders:cn-beijing:{account}:a')).routes;
    assert.equal(route?.resource.text, 'acs:orders:cn-beijing:{account}:a');
  });

  test('may use YAML anchors', () => {
    const map = parseServiceMap(`
service: orders
routes:
  - { route: GET /a, action: GetA, resource: a, conditions: &common { orders:Channel: query.channel } }
  - { route: GET /b, action: GetB, resource: b, conditions: *common }
`);
    assert.equal(map.routes[1]?.conditions[0]?.key, 'orders:channel');
  });

  test('takes what looks like a number or a truth for the text it is', () => {
    const map = parseServiceMap(`
service: orders
routes:
  - { route: GET /a, action: Yes, resource: 1.10 }
`);
    assert.equal(map.routes[0]?.action, 'orders:Yes');
    assert.equal(map.routes[0]?.resource.text, 'acs:orders:*:{account}:1.10');
  });
});

describe('a fault of a service map', () => {
  test('is told with its line and column, and so are all the others', () => {
    assert.deepEqual(
      faults(`service: Orders
region: cn_hangzhou
owner: me
routes:
  - route: GET /orders/{orderId}
    action: get order
    resource: order/{id}
    note: x
  - route: FETCH /orders
    action: ram:ListUsers
    resource: acs:ram:*:{account}:user/*
  - action: A
`),
      [
        '1:10 `Orders` is not a service code: expected a lower-case letter, then lower-case letters, digits and `-`, at most 63',
        '2:9 `cn_hangzhou` is not a region: expected lower-case letters, digits and `-`',
        '3:1 `owner` is not a field of a service map: expected `service`, `region`, `caseSensitive`, `routes`',
        '6:13 `get order` is not an action name: expected a letter, then letters and digits',
        '7:15 the path has no parameter `id`',
        '8:5 `note` is not a field of a route: expected `route`, `action`, `resource`, `caseSensitive`, `conditions`',
        '9:12 `FETCH` is not a method of a route: expected GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
        '10:13 the action `ram:ListUsers` is one of another service than `Orders`',
        '12:5 the field `route` is missing',
        '12:5 the field `resource` is missing',
      ],
    );
  });

  test('does not hide that two routes are the same', () => {
    const map = mapOf('GET /a/{id} get-a', 'GET /a/{name} GetA');
    assert.deepEqual(
      faults(map).map((fault) => fault.replace(/^\d+:\d+ /, '')),
      [
        '`get-a` is not an action name: expected a letter, then letters and digits',
        '`GET /a/{name}` matches the same requests as `GET /a/{id}`: remove one',
      ],
    );
  });

  test('is in the message, with the name of the file', () => {
    assert.throws(() => parseServiceMap('service: orders', { file: 'orders.yaml' }), {
      name: 'ServiceMapError',
      message: 'orders.yaml:1:1: the field `routes` is missing',
    });
  });

  const notation: [string, string, string][] = [
    ['a key twice', 'service: orders\nservice: other\nroutes: []', '2:1 Map keys must be unique'],
    ['broken JSON', '{"service": "orders", "routes": [', '1:34 '],
    ['a text instead of a mapping', 'orders', '1:1 a service map must be a mapping of names to values'],
    ['nothing', '', '1:1 a service map must be a mapping of names to values'],
    ['two documents', 'service: orders\n---\nservice: orders', '2:1 '],
    [
      'a brace that is not quoted',
      'service: orders\nroutes:\n - { route: GET /a/{id}, action: GetA, resource: a }',
      '3:20 Unexpected flow-map-start at node end: a text with `{` must be quoted here',
    ],
  ];
  for (const [name, text, expected] of notation) {
    test(`may be one of the notation: ${name}`, () => {
      const [first = ''] = faults(text);
      assert.ok(first.startsWith(expected), first);
    });
  }

  const values: [string, string, string][] = [
    [
      'no service',
      '{"routes": [{"route":"GET /","action":"A","resource":"a"}]}',
      'the field `service` is missing',
    ],
    ['no routes', '{"service": "orders", "routes": []}', '`routes` is empty: every request would be denied'],
    ['routes that are no list', '{"service": "orders", "routes": {}}', '`routes` must be a list'],
    [
      'a list as action',
      '{"service":"o","routes":[{"route":"GET /","action":[],"resource":"a"}]}',
      '`action` must be a text',
    ],
    [
      'a route without method',
      '{"service":"o","routes":[{"route":"/a","action":"A","resource":"a"}]}',
      '`/a` is not a route: expected `METHOD /path`, as in `GET /orders/{orderId}`',
    ],
    [
      'the code of the control plane',
      mapOf('GET /a').replace('orders', 'ram'),
      '`ram` is a code of the control plane: choose another for your service',
    ],
    [
      'a method in lower case',
      mapOf('get /a'),
      '`get` is not a method of a route: expected GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
    ],
    ['a relative path', mapOf('GET a'), '`a`: a path begins with `/`'],
    [
      'an empty segment',
      mapOf('GET /a//b'),
      '`/a//b`: an empty segment (`//`) never matches: such requests are refused',
    ],
    [
      'a dot segment',
      mapOf('GET /a/../b'),
      '`/a/../b`: a dot segment never matches: such requests are refused',
    ],
    [
      'a parameter within a segment',
      mapOf('GET /a/{id}.json'),
      '`/a/{id}.json`: `{id}.json` mixes a parameter with text: a parameter is a whole segment, `{name}`',
    ],
    ['a parameter twice', mapOf('GET /a/{id}/{id}'), '`/a/{id}/{id}`: the parameter `id` occurs twice'],
    [
      'a rest that is not the last',
      mapOf('GET /a/{id+}/b'),
      '`/a/{id+}/b`: `{id+}` matches the rest of the path, so it must be the last',
    ],
    [
      'an encoded literal',
      mapOf('GET /a%20b'),
      '`/a%20b`: `a%20b` has a character that a path cannot have unencoded: put a parameter there',
    ],
    [
      "an account of one's own",
      mapOf('GET /a A acs:orders:*:1803869963967015:a'),
      "the account of a resource is `{account}`, the caller's own: write that",
    ],
    [
      'every account',
      mapOf('GET /a A acs:orders:*:*:a'),
      "the account of a resource is `{account}`, the caller's own: write that",
    ],
    [
      'another service in a resource',
      mapOf('GET /a A acs:oss:*:{account}:a'),
      'the resource belongs to `oss`, and this map is that of `orders`',
    ],
    [
      'an ARN that is cut short',
      mapOf('GET /a A acs:orders:a'),
      '`acs:orders:a` is not an ARN: expected `acs:orders:{region}:{account}:TYPE/NAME`',
    ],
    [
      'a wildcard for one character',
      mapOf('GET /a A a?'),
      '`a?` has a character that a resource cannot have (`?`, `$`, `}`, control characters)',
    ],
    [
      'a policy variable',
      mapOf('GET /a A $' + '{acs:SourceIp}'),
      '`$` has a character that a resource cannot have (`?`, `$`, `}`, control characters)',
    ],
    ['a brace that is not closed', mapOf('GET /a/{id} A a/{id'), 'a `{` is not closed'],
    [
      'two values side by side',
      mapOf('GET /a/{x}/{y} A a/{x}{y}'),
      'two values must be separated by a `/` or a `:`',
    ],
    [
      'two values with a hyphen between',
      mapOf('GET /a/{x}/{y} A a/{x}-{y}'),
      'two values must be separated by a `/` or a `:`, not only by `-`',
    ],
    [
      'a rest within a resource',
      mapOf('GET /a/{x+} A a/{x}/b'),
      '`{x}` matches the rest of a path, slashes included, so it must be the end of the resource',
    ],
    [
      'the region in the relative id',
      mapOf('GET /a A a/{region}'),
      '`{region}` has its own place in an ARN and cannot be used here',
    ],
  ];
  for (const [name, text, expected] of values) {
    test(`is ${name}`, () => {
      assert.deepEqual(
        faults(text).map((fault) => fault.replace(/^\d+:\d+ /, '')),
        [expected],
      );
    });
  }

  const conditions: [string, Record<string, string>, string][] = [
    [
      'a key of the platform',
      { 'acs:SourceIp': 'query.ip' },
      '`acs:SourceIp` is not a condition key of this service: expected `orders:NAME`, or a tag, `acs:ResourceTag/KEY` or `acs:RequestTag/KEY`',
    ],
    [
      'a key without a name',
      { 'orders:': 'query.ip' },
      '`orders:` is not a condition key of this service: expected `orders:NAME`, or a tag, `acs:ResourceTag/KEY` or `acs:RequestTag/KEY`',
    ],
    [
      'a key twice, in another case',
      { 'orders:A': 'query.a', 'orders:a': 'query.b' },
      '`orders:a` occurs twice: letter case does not matter in it',
    ],
    [
      'a source that is none',
      { 'orders:A': 'body.a' },
      '`body.a` is not a source: expected `path.NAME`, `query.NAME` or `header.NAME`',
    ],
    [
      'a header with an underscore',
      { 'orders:A': 'header.x_a' },
      '`x_a` is not a name of a header: expected letters, digits, `-`',
    ],
    [
      'a query parameter with brackets',
      { 'orders:A': 'query.a[]' },
      '`a[]` is not a name of a query parameter: expected letters, digits, `_`, `-`, `.`',
    ],
    ['a path parameter that is not there', { 'orders:A': 'path.id' }, 'the path has no parameter `id`'],
  ];
  for (const [name, written, expected] of conditions) {
    test(`is, among conditions, ${name}`, () => {
      const text = JSON.stringify({
        service: 'orders',
        routes: [{ route: 'GET /a', action: 'A', resource: 'a', conditions: written }],
      });
      assert.deepEqual(
        faults(text).map((fault) => fault.replace(/^\d+:\d+ /, '')),
        [expected],
      );
    });
  }
});

describe('two routes of a service map', () => {
  const same = 'matches the same requests as';
  const crossing = 'both match some requests, and neither is the exception';
  const pairs: [string, string, string | undefined][] = [
    ['GET /a', 'GET /a', same],
    ['GET /a/{x}', 'GET /a/{y}', same],
    ['GET /a/{x+}', 'GET /a/{y+}', same],
    ['GET /a/{x}/c', 'GET /a/b/{y}', crossing],
    ['GET /{x}/b/{z+}', 'GET /a/{y}/c', crossing],
    ['GET /{x}/b', 'GET /a/{y+}', crossing],
    ['GET /a', 'POST /a', undefined],
    ['GET /a', 'GET /b', undefined],
    ['GET /a', 'GET /a/', undefined],
    ['GET /a/{x}', 'GET /a/b', undefined],
    ['GET /a/{x}', 'GET /a/', undefined],
    ['GET /a/{x}', 'GET /a/{x}/b', undefined],
    ['GET /a/{x+}', 'GET /a', undefined],
    ['GET /a/{x+}', 'GET /a/b', undefined],
    ['GET /a/{x+}', 'GET /a/{y}', undefined],
    ['GET /a/{x+}', 'GET /a/{y}/b', undefined],
    ['GET /a/{x+}', 'GET /a/b/', undefined],
    ['GET /a/{x}/c', 'GET /a/b/d', undefined],
  ];
  for (const [first, second, expected] of pairs) {
    const verdict = expected === undefined ? 'can stand together' : 'are refused';
    test(`${verdict}: ${first} and ${second}`, () => {
      for (const routes of [
        [first, second],
        [second, first],
      ]) {
        const found = faults(mapOf(...routes.map((route, at) => `${route} Act${at}`)));
        assert.equal(found.length, expected === undefined ? 0 : 1, found.join());
        if (expected !== undefined) assert.ok(found[0]!.includes(expected), found[0]);
      }
    });
  }

  test('that cross are accepted when a third one says what becomes of the requests both match', () => {
    assert.deepEqual(faults(mapOf('GET /a/{x}/c', 'GET /a/b/{y}', 'GET /a/b/c')), []);
    assert.deepEqual(faults(mapOf('GET /{x}/b', 'GET /a/{y+}', 'GET /a/b')), []);
    assert.equal(faults(mapOf('GET /a/{x}/c', 'GET /a/b/{y}', 'GET /a/b/d')).length, 1);
  });
});

describe('letter case', () => {
  /** `line:column message` of each warning. */
  const warnings = (text: string) =>
    parseServiceMap(text).warnings.map(({ line, column, message }) => `${line}:${column} ${message}`);
  const head = 'service: orders\nroutes:\n';
  const route = (path: string, more = '', method = 'GET') =>
    `  - { route: '${method} ${path}', action: Act, resource: 'order/${path.includes('{id}') ? '{id}' : '*'}'${more} }\n`;

  test('matters in every route unless the map or the route says otherwise', () => {
    const of = (text: string) => parseServiceMap(text).routes.map(({ caseSensitive }) => caseSensitive);
    const two = route('/a/{id}') + route('/b/{id}', ', caseSensitive: false');
    assert.deepEqual(of(head + two), [true, false]);
    assert.deepEqual(of(`caseSensitive: false\n${head}${two}`), [false, false]);
    const back = route('/a/{id}', ', caseSensitive: true');
    assert.deepEqual(of(`caseSensitive: false\n${head}${back}`), [true]);
  });

  test('is `true` or `false`', () => {
    assert.deepEqual(faults(head + route('/a', ', caseSensitive: no')), [
      '3:73 `no`: `caseSensitive` is `true`, or `false` if the service folds letter case',
    ]);
  });

  test('is asked for once where a resource is named by the request and the map does not say', () => {
    const [warning, ...more] = warnings(head + route('/a') + route('/b/{id}') + route('/c/{id}'));
    assert.match(warning ?? '', /^4:14 2 routes from here on name a resource .* `caseSensitive: false`/);
    assert.deepEqual(more, []);
    assert.deepEqual(warnings(`caseSensitive: true\n${head}${route('/b/{id}')}`), []);
    assert.deepEqual(warnings(head + route('/a')), []);
  });

  test('makes two routes of one path one when it is ignored, and is warned of when it is not', () => {
    const two = route('/Orders') + route('/orders');
    assert.match(faults(`caseSensitive: false\n${head}${two}`)[0] ?? '', /matches the same requests as/);
    assert.match(
      warnings(head + two)[0] ?? '',
      /`GET \/orders` and `GET \/Orders` only differ in letter case/,
    );
  });

  test('is warned of when two methods of a path disagree, and a slash at the end alone makes a route', () => {
    const mixed =
      route('/a/{id}', ', caseSensitive: true') + route('/a/{id}', ', caseSensitive: false', 'PUT');
    assert.match(warnings(head + mixed)[0] ?? '', /have the same path, and only one is `caseSensitive`/);
    assert.match(warnings(head + route('/a') + route('/a/'))[0] ?? '', /only differ in the slash at the end/);
  });
});
