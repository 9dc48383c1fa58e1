import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ServiceMapError } from './map-fault.ts';
import { serviceMapFromOpenApi } from './open-api.ts';

const document = `
openapi: 3.1.0
info: { title: Orders, version: 1.0.0 }
servers:
  - url: https://orders.example.com/v1/
  - url: http://127.0.0.1:3000/v1
paths:
  /orders:
    parameters: []
    get: { operationId: listOrders, responses: {} }
    post: { operationId: create-order, responses: {} }
  /orders/{orderId}:
    summary: One of them
    get:
      operationId: orders.get
      x-claviger-conditions: { orders:Channel: query.channel }
    delete:
      operationId: remove_order_v2
      x-claviger-action: DeleteOrder
      x-claviger-resource: order/{orderId}
  /: { get: { operationId: readMe } }
  x-note: nothing
`;

/** `METHOD template action resource` of each route. */
function routes(text: string, service = 'orders'): string[] {
  return serviceMapFromOpenApi(text, { service }).routes.map(
    ({ method, template, action, resource }) => `${method} ${template} ${action} ${resource.text}`,
  );
}

function faults(text: string, service = 'orders'): string[] {
  try {
    routes(text, service);
    return [];
  } catch (error) {
    assert.ok(error instanceof ServiceMapError, String(error));
    return error.faults.map(({ line, column, message }) => `${line}:${column} ${message}`);
  }
}

/** A document with one path. */
function withPath(path: string, item: unknown, more: object = {}): string {
  return JSON.stringify({ openapi: '3.0.3', paths: { [path]: item }, ...more });
}

describe('a service map of an OpenAPI document', () => {
  test('has an action for each operation and a resource for each path', () => {
    assert.deepEqual(routes(document), [
      'GET /v1/orders orders:ListOrders acs:orders:*:{account}:orders',
      'POST /v1/orders orders:CreateOrder acs:orders:*:{account}:orders',
      'GET /v1/orders/{orderId} orders:OrdersGet acs:orders:*:{account}:orders/{path.orderId}',
      'DELETE /v1/orders/{orderId} orders:DeleteOrder acs:orders:*:{account}:order/{path.orderId}',
      'GET /v1/ orders:ReadMe acs:orders:*:{account}:/',
    ]);
  });

  test('has the conditions that the document adds', () => {
    const map = serviceMapFromOpenApi(document, { service: 'orders', region: 'cn-hangzhou' });
    const route = map.routes.find(({ action }) => action === 'orders:OrdersGet');
    assert.deepEqual(
      route?.conditions.map(({ key, from }) => [key, from.in, from.name]),
      [['orders:channel', 'query', 'channel']],
    );
    assert.equal(map.region, 'cn-hangzhou');
  });

  test('may be JSON, of OpenAPI 3.0, without servers', () => {
    assert.deepEqual(routes(withPath('/a', { get: { operationId: 'getA' } })), [
      'GET /a orders:GetA acs:orders:*:{account}:a',
    ]);
  });

  test('begins with the path of the servers that stand nearest, variables filled in', () => {
    const item = {
      servers: [{ url: '/near/{stage}', variables: { stage: { default: 'prod' } } }],
      get: { operationId: 'getA' },
      put: { operationId: 'putA', servers: [{ url: 'https://a.example.com' }] },
    };
    assert.deepEqual(routes(withPath('/a', item, { servers: [{ url: '/far' }] })), [
      'GET /near/prod/a orders:GetA acs:orders:*:{account}:a',
      'PUT /a orders:PutA acs:orders:*:{account}:a',
    ]);
  });

  test('names the place of each fault', () => {
    assert.deepEqual(
      faults(`openapi: 3.1.0
paths:
  /a:
    get: {}
    put: { operationId: put.a }
    post: { operationId: putA }
  /b/{id}.json:
    get: { operationId: getB }
  /c:
    $ref: other.yaml
  /d:
    trace: { operationId: traceD }
    get: { operationId: getD, x-claviger-resource: 'd/{id}' }
`),
      [
        '4:5 the operation has no `operationId`: add one, or `x-claviger-action`',
        '6:26 `putA` becomes the action `PutA`, as another `operationId` does: add `x-claviger-action`',
        '7:3 `/b/{id}.json`: `{id}.json` mixes a parameter with text: a parameter is a whole segment, `{name}`',
        '10:5 a path in another place (`$ref`) is not supported',
        '12:5 `TRACE` is not a method of a route: expected GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
        '13:52 the path has no parameter `id`',
      ],
    );
  });

  const refused: [string, string, string][] = [
    ['Swagger 2.0', '{"swagger":"2.0","paths":{}}', 'not an OpenAPI document: `openapi` is missing'],
    [
      'an unknown version',
      '{"openapi":"4.0.0","paths":{}}',
      'OpenAPI `4.0.0` is not supported: expected 3.0 or 3.1',
    ],
    ['no paths', '{"openapi":"3.1.0"}', 'the document has no `paths`: every request would be denied'],
    [
      'servers with different paths',
      withPath('/a', { get: { operationId: 'a' } }, { servers: [{ url: '/v1' }, { url: '/v2' }] }),
      'the servers begin with different paths, `/v1` and `/v2`: keep one',
    ],
  ];
  for (const [name, text, expected] of refused) {
    test(`is refused: ${name}`, () => {
      assert.ok(
        faults(text).some((fault) => fault.endsWith(expected)),
        faults(text).join(),
      );
    });
  }

  test('is refused when the service has a code of the control plane', () => {
    assert.equal(faults(withPath('/a', { get: { operationId: 'a' } }), 'ram').length, 1);
  });
});

test('an OpenAPI document says where letter case does not matter', () => {
  const text = JSON.stringify({
    openapi: '3.0.3',
    'x-claviger-case-sensitive': false,
    paths: {
      '/a/{id}': { get: { operationId: 'getA' } },
      '/b/{id}': { get: { operationId: 'getB', 'x-claviger-case-sensitive': true } },
    },
  });
  const map = serviceMapFromOpenApi(text, { service: 'orders' });
  assert.deepEqual(
    map.routes.map(({ caseSensitive }) => caseSensitive),
    [false, true],
  );
  assert.deepEqual(map.warnings, []);
});
