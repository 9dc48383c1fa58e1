/** The official generic clients, unmodified, against a protected service on each framework. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import openApiClient from '@alicloud/openapi-client';
import openApiCore, { $OpenApiUtil } from '@alicloud/openapi-core';
import RpcClient from '@alicloud/pop-core';
import { createGuard, parseServiceMap } from '../src/index.ts';
import { accountId, type Key, Keys, ordersMap } from './orders.ts';
import { type Answer, type RunningService, services } from './services.ts';

const keys = new Keys();
const clerk = keys.addUser('clerk', [{ Effect: 'Allow', Action: 'orders:*', Resource: '*' }]);
const reader = keys.addUser('reader', [{ Effect: 'Allow', Action: 'orders:GetOrder', Resource: '*' }]);
const version = '2026-11-24';

/** Of the same package as the RPC client; its types leave it out. */
const { ROAClient } = RpcClient as unknown as {
  readonly ROAClient: new (
    settings: Readonly<Record<string, string>>,
  ) => {
    request(
      method: string,
      path: string,
      query: Readonly<Record<string, string>>,
      body: string,
      headers: Readonly<Record<string, string>>,
    ): Promise<Answer>;
  };
};

/** With a route for calls of RPC style, which all have the path `/`. */
const map = `${ordersMap}
  - { route: POST /, action: PlaceOrder, resource: order/* }
  - { route: GET /, action: PlaceOrder, resource: order/* }
`;

/** What an ROA call says. */
interface RoaCall {
  readonly action: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly pathname: string;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  readonly form?: boolean;
}

/** One way to call; answers what the service answered, or throws as that client does. */
type Caller = (port: number, key: Key, call: RoaCall) => Promise<Answer>;

const settingsOf = (port: number, { accessKeyId, accessKeySecret }: Key) => ({
  accessKeyId,
  accessKeySecret,
  endpoint: `127.0.0.1:${port}`,
  protocol: 'http',
});

const paramsOf = ({ action, method, pathname, form = false }: RoaCall) => ({
  action,
  version,
  protocol: 'HTTP',
  pathname,
  method,
  authType: 'AK',
  style: 'ROA',
  reqBodyType: form ? 'formData' : 'json',
  bodyType: 'json',
});

const callers: Readonly<Record<string, Caller>> = {
  '@alicloud/openapi-client': async (port, key, call) => {
    const client = new openApiClient.default(new openApiClient.Config(settingsOf(port, key)));
    const { query = {}, body } = call;
    const answer = await client.callApi(
      new openApiClient.Params(paramsOf(call)),
      new openApiClient.OpenApiRequest({ query, body }),
      {} as Parameters<typeof client.callApi>[2],
    );
    return answer['body'] as Answer;
  },
  '@alicloud/openapi-core': async (port, key, call) => {
    const client = new openApiCore.default(new $OpenApiUtil.Config(settingsOf(port, key)));
    const { query = {}, body } = call;
    const answer = await client.callApi(
      new $OpenApiUtil.Params(paramsOf(call)),
      new $OpenApiUtil.OpenApiRequest({ query, body }),
      {} as Parameters<typeof client.callApi>[2],
    );
    return answer['body'] as Answer;
  },
  '@alicloud/pop-core (ROA 1.0)': async (port, key, { method, pathname, query = {}, body, form = false }) => {
    const { accessKeyId, accessKeySecret } = key;
    const client = new ROAClient({
      accessKeyId,
      accessKeySecret,
      endpoint: `http://127.0.0.1:${port}`,
      apiVersion: version,
    });
    const text = body === undefined ? '' : JSON.stringify(body);
    const sent = form ? new URLSearchParams(body as Record<string, string>).toString() : text;
    const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
    return client.request(method, pathname, query, sent, sent === '' ? {} : { 'content-type': type });
  },
};

for (const [framework, serve] of Object.entries(services)) {
  async function within(use: (service: RunningService) => Promise<void>): Promise<void> {
    await using service = await serve(createGuard({ source: keys, service: parseServiceMap(map) }));
    await use(service);
  }

  describe(`a service on ${framework}`, () => {
    for (const [name, call] of Object.entries(callers)) {
      test(`is called by ${name}: with a query, with JSON, with a form, with letters of every script`, () =>
        within(async (service) => {
          const { port } = service;
          const got = await call(port, reader, {
            action: 'GetOrder',
            method: 'GET',
            pathname: '/orders/17',
            query: { channel: 'web', note: 'a b+c/ü~*' },
          });
          assert.equal(got.action, 'orders:GetOrder');
          assert.equal(got.arn, `acs:ram::${accountId}:user/reader`);
          const made = await call(port, clerk, {
            action: 'CreateOrder',
            method: 'POST',
            pathname: '/orders',
            body: { item: '咖啡', count: 3 },
          });
          assert.deepEqual({ ...(made.body as object) }, { item: '咖啡', count: 3 });
          const form = await call(port, clerk, {
            action: 'CreateOrder',
            method: 'POST',
            pathname: '/orders',
            body: { item: 'tea & milk', count: '3' },
            form: true,
          });
          assert.deepEqual({ ...(form.body as object) }, { item: 'tea & milk', count: '3' });
          const named = await call(port, clerk, {
            action: 'GetOrder',
            method: 'GET',
            pathname: `/orders/${encodeURIComponent('订单 a:b*c?')}`,
          });
          assert.equal(named.resource, `acs:orders:cn-hangzhou:${accountId}:order/订单 a%3Ab%2Ac%3F`);
        }));

      test(`tells ${name} what was missing`, () =>
        within(async ({ port, handled }) => {
          const denied = call(port, reader, {
            action: 'ListOrders',
            method: 'GET',
            pathname: '/orders',
          });
          await assert.rejects(denied, (error: Error & Record<string, unknown>) => {
            // Each client has its own way to spell the code and where it puts the rest.
            assert.match(String(error['code']), /^(NoPermission|403)$/);
            assert.match(
              error.message,
              /You are not authorized to do this action\. Resource: acs:orders:cn-hangzhou:1803869963967015:order\/\* Action: orders:ListOrders/,
            );
            return true;
          });
          assert.deepEqual(handled, []);
        }));

      test(`tells ${name} that its secret is wrong`, () =>
        within(async ({ port }) => {
          const wrong = { ...clerk, accessKeySecret: 'not-the-secret' };
          const denied = call(port, wrong, { action: 'GetOrder', method: 'GET', pathname: '/orders/17' });
          await assert.rejects(
            denied,
            /Specified signature is not matched with our calculation|InvalidAccessKeySecret/,
          );
        }));
    }

    test('is called in RPC style, signed by RPC 1.0 and by ACS3', () =>
      within(async ({ port }) => {
        const { accessKeyId, accessKeySecret } = clerk;
        const old = new RpcClient({
          accessKeyId,
          accessKeySecret,
          endpoint: `http://127.0.0.1:${port}`,
          apiVersion: version,
        });
        for (const method of ['GET', 'POST']) {
          const answer = await old.request<Answer>(
            'PlaceOrder',
            { Item: 'tea & milk' },
            { method, formatParams: false },
          );
          assert.equal(answer.action, 'orders:PlaceOrder');
        }
        await assert.rejects(old.request('DropTables', {}, { method: 'POST' }), /InvalidParameter\.Action/);
        const client = new openApiClient.default(new openApiClient.Config(settingsOf(port, clerk)));
        const answer = await client.callApi(
          new openApiClient.Params({
            ...paramsOf({ action: 'PlaceOrder', method: 'POST', pathname: '/' }),
            style: 'RPC',
            reqBodyType: 'formData',
          }),
          new openApiClient.OpenApiRequest({ query: { Size: '1' }, body: { Item: 'tea' } }),
          {} as Parameters<typeof client.callApi>[2],
        );
        assert.deepEqual((answer['body'] as Answer).body, { Item: 'tea' });
      }));
  });
}
