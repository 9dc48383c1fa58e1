import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import type { BodyOptions } from '../src/adapters/node-http.ts';
import type { ServiceGuardOptions } from '../src/index.ts';
import { accountId, type Call, type Key, Keys, ordersGuard, sign } from './orders.ts';
import { onTheWire, type Received, send, sendRaw } from './send.ts';
import { type RunningService, services } from './services.ts';

const keys = new Keys();
const clerk = keys.addUser('clerk', [{ Effect: 'Allow', Action: 'orders:*', Resource: '*' }]);
const reader = keys.addUser('reader', [
  { Effect: 'Allow', Action: 'orders:Get*', Resource: `acs:orders:*:${accountId}:order/1*` },
]);

const json: [string, string] = ['content-type', 'application/json'];
const bytes: [string, string] = ['content-type', 'application/octet-stream'];

for (const [framework, serve] of Object.entries(services)) {
  /** Runs a service, and takes it down when the test is over. */
  async function within(
    use: (service: RunningService) => Promise<void>,
    options: BodyOptions & Partial<ServiceGuardOptions> = {},
  ): Promise<void> {
    const { body, bodyLimit, ...more } = options;
    const guard = ordersGuard(keys, { ...(bodyLimit === undefined ? {} : { bodyLimit }), ...more });
    await using service = await serve(guard, body === undefined ? {} : { body });
    await use(service);
  }

  const call = (service: RunningService, key: Key, what: Call): Promise<Received> =>
    send(service.port, sign(key, what));

  describe(`a service on ${framework}`, () => {
    test('hears of an allowed request, and of who sent it', () =>
      within(async (service) => {
        const answer = await call(service, reader, { target: '/orders/17?channel=web' });
        assert.equal(answer.status, 200);
        const { requestId, ...rest } = answer.json;
        assert.deepEqual(rest, {
          action: 'orders:GetOrder',
          resource: `acs:orders:cn-hangzhou:${accountId}:order/17`,
          accessKeyId: reader.accessKeyId,
          sourceAddress: '127.0.0.1',
          arn: `acs:ram::${accountId}:user/reader`,
        });
        assert.equal(answer.headers['x-acs-request-id'], requestId);
      }));

    test('does not hear of any other', () =>
      within(async (service) => {
        const signed = sign(clerk, { target: '/orders/17' });
        const unsigned = { ...signed, rawHeaders: ['host', 'orders.example.com'] };
        const refused: [Received, number, string][] = [
          [await call(service, reader, { target: '/orders/23' }), 403, 'NoPermission'],
          [await call(service, clerk, { target: '/invoices' }), 404, 'InvalidAction.NotFound'],
          [await call(service, clerk, { target: '/orders/17/../23' }), 400, 'InvalidParameter.Path'],
          [
            await call(service, { ...clerk, accessKeySecret: 'x' }, { target: '/orders/17' }),
            400,
            'SignatureDoesNotMatch',
          ],
          [
            await call(service, { ...clerk, accessKeyId: 'x' }, { target: '/orders/17' }),
            404,
            'InvalidAccessKeyId.NotFound',
          ],
          [await send(service.port, unsigned), 400, 'MissingAccessKeyId'],
          [await send(service.port, { ...signed, target: '/orders/18' }), 400, 'SignatureDoesNotMatch'],
        ];
        for (const [answer, status, code] of refused) {
          // Fetch normalises paths before anybody sees them, so there the signature is what does not hold.
          const isNormalised = code === 'InvalidParameter.Path' && answer.code === 'SignatureDoesNotMatch';
          if (!isNormalised) assert.equal(answer.code, code);
          assert.equal(answer.status, status);
          assert.match(String(answer.headers['content-type']), /^application\/json/);
          assert.equal(answer.headers['x-acs-request-id'], answer.json['RequestId']);
          assert.equal(answer.headers['cache-control'], 'no-store');
        }
        assert.deepEqual(service.handled, []);
      }));

    test('reads the verified body with its own JSON parser', () =>
      within(async (service) => {
        const body = JSON.stringify({ item: '咖啡', count: 3 });
        const answer = await call(service, clerk, {
          method: 'POST',
          target: '/orders',
          headers: [json],
          body,
        });
        assert.deepEqual(answer.json['body'], { item: '咖啡', count: 3 }, answer.text);
        assert.deepEqual(service.handled, ['orders:CreateOrder', 'orders:CreateOrder read']);
      }));

    test('reads a form, signed by RPC 1.0 among its parameters or by ACS3', () =>
      within(async (service) => {
        const form = {
          method: 'POST',
          target: '/orders',
          headers: [['content-type', 'application/x-www-form-urlencoded']],
          body: 'item=tea&count=3',
        } as const;
        const rpc = sign(clerk, form, {
          scheme: 'RPC-HMAC-SHA1',
          systemParameters: 'form',
          action: 'CreateOrder',
        });
        const answer = await send(service.port, rpc);
        assert.equal((answer.json['body'] as Record<string, string>)['item'], 'tea', answer.text);
        const inQuery = sign(clerk, form, { scheme: 'RPC-HMAC-SHA1', action: 'CreateOrder' });
        assert.deepEqual((await send(service.port, inQuery)).json['body'], { item: 'tea', count: '3' });
        assert.deepEqual((await send(service.port, sign(clerk, form))).json['body'], {
          item: 'tea',
          count: '3',
        });
        const altered = await send(service.port, sign(clerk, form, { scheme: 'RPC-HMAC-SHA1' }), {
          body: Buffer.from('item=tea&count=4'),
        });
        assert.equal(altered.code, 'SignatureDoesNotMatch');
      }));

    test('reads a body that comes in many pieces', () =>
      within(async (service) => {
        const body = Buffer.from(JSON.stringify({ text: 'x'.repeat(200_000) }));
        const signed = sign(clerk, { method: 'POST', target: '/orders', headers: [json], body });
        const answer = await send(service.port, signed, { chunkBytes: 1000 });
        assert.equal((answer.json['body'] as { text: string }).text.length, 200_000, answer.text);
      }));

    test('reads a request that has no body', () =>
      within(async (service) => {
        const answer = await call(service, clerk, { method: 'POST', target: '/orders' });
        assert.equal(answer.json['action'], 'orders:CreateOrder', answer.text);
      }));

    test('does not hear of a body that is not the one that was signed', () =>
      within(async (service) => {
        const signed = sign(clerk, {
          method: 'POST',
          target: '/orders',
          headers: [json],
          body: '{"count":3}',
        });
        const whole = await send(service.port, signed, { body: Buffer.from('{"count":9}') });
        assert.equal(whole.status, 400);
        assert.equal(whole.code, 'ContentSHA256NotMatched');
        const lacking = sign(clerk, {
          method: 'POST',
          target: '/orders',
          headers: [json],
          body: '{"count":3}',
        });
        assert.equal(
          (await send(service.port, lacking, { body: Buffer.alloc(0) })).code,
          'ContentSHA256NotMatched',
        );
        const longer = sign(clerk, {
          method: 'POST',
          target: '/orders',
          headers: [json],
          body: '{"count":3}',
        });
        const added = await send(service.port, longer, { body: Buffer.from('{"count":3} '), chunkBytes: 3 });
        assert.equal(added.code, 'ContentSHA256NotMatched');
        assert.deepEqual(service.handled, []);
      }));

    test('does not hear of a body that is too large, whether its length was announced or not', () =>
      within(
        async (service) => {
          const body = Buffer.alloc(5000, 'x');
          const put = () => sign(clerk, { method: 'PUT', target: '/files/a', headers: [bytes], body });
          for (const answer of [
            await send(service.port, put()),
            await send(service.port, put(), { chunkBytes: 700 }),
            await send(service.port, put(), { body: Buffer.alloc(2_000_000), chunkBytes: 100_000 }),
          ]) {
            assert.equal(answer.status, 413);
            assert.equal(answer.code, 'RequestTooLarge');
            assert.equal(answer.json['Message'], 'The request body is larger than 4096 bytes.');
          }
          assert.deepEqual(service.handled, []);
        },
        { bodyLimit: 4096 },
      ));

    test('keeps its connection to a client that was refused, or whose body it did not read', () =>
      within(async (service) => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        const post = (key: Key) =>
          send(
            service.port,
            sign(key, { method: 'POST', target: '/orders', headers: [json], body: '{"a":1}' }),
            { agent },
          );
        assert.equal((await post(reader)).code, 'NoPermission');
        assert.equal((await post(clerk)).status, 200);
        const wrong = sign(clerk, { method: 'POST', target: '/orders', headers: [json], body: '{"a":1}' });
        assert.equal(
          (await send(service.port, wrong, { agent, body: Buffer.from('{"a":2}') })).code,
          'ContentSHA256NotMatched',
        );
        assert.equal((await post(clerk)).status, 200);
        agent.destroy();
      }));

    test('takes requests that come one behind the other in one piece', () =>
      within(async (service) => {
        const post = onTheWire(
          sign(clerk, { method: 'POST', target: '/orders', headers: [json], body: '{"a":1}' }),
        );
        const get = onTheWire(sign(clerk, { target: '/orders/17' }));
        const last = onTheWire(sign(reader, { target: '/orders/23' }), ['connection', 'close']);
        const text = await sendRaw(service.port, Buffer.concat([post, get, last]));
        assert.deepEqual(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 403']);
        assert.deepEqual(service.handled.toSorted(), [
          'orders:CreateOrder',
          'orders:CreateOrder read',
          'orders:GetOrder',
        ]);
      }));

    test('is never called for a body whose sender goes away before its end', () =>
      within(async (service) => {
        const signed = sign(clerk, { method: 'POST', target: '/orders', headers: [json], body: '{"a":1}' });
        const socket = connect(service.port, '127.0.0.1');
        socket.write(onTheWire(signed).subarray(0, -2));
        // Once another request has been answered, the first one has long arrived.
        await call(service, clerk, { target: '/orders/17' });
        socket.destroy();
        await once(socket, 'close');
        await call(service, clerk, { target: '/orders/17' });
        assert.deepEqual(service.handled, ['orders:GetOrder', 'orders:GetOrder']);
      }));

    test('is called no oftener than is set, and the client is told when to come again', () =>
      within(
        async (service) => {
          assert.equal((await call(service, clerk, { target: '/orders/17' })).status, 200);
          const answer = await call(service, clerk, { target: '/orders/17' });
          assert.equal(answer.code, 'Throttling.User');
          assert.equal(answer.status, 400);
          assert.equal(answer.headers['retry-after'], '3600');
          assert.equal(answer.headers['x-acs-retry-after'], '3600000');
          assert.deepEqual(service.handled, ['orders:GetOrder']);
        },
        { rateLimits: { perKey: '1/h' } },
      ));

    test('fails closed when credentials cannot be had', () => {
      const errors: unknown[] = [];
      return within(
        async (service) => {
          const answer = await call(service, clerk, { target: '/orders/17' });
          assert.equal(answer.status, 503);
          assert.equal(answer.code, 'ServiceUnavailable');
          assert.deepEqual(service.handled, []);
          assert.deepEqual(errors.map(String), ['Error: no route to host']);
        },
        {
          source: { find: () => Promise.reject(new Error('no route to host')) },
          onError: (error) => errors.push(error),
        },
      );
    });

    test('may get its credentials and nonces from elsewhere, a while later', () =>
      within(
        async (service) => {
          const body = JSON.stringify({ text: 'x'.repeat(100_000) });
          const answer = await call(service, clerk, {
            method: 'POST',
            target: '/orders',
            headers: [json],
            body,
          });
          assert.equal(answer.status, 200, answer.text);
          assert.equal((await call(service, clerk, { target: '/orders/17' })).status, 200);
        },
        {
          source: { find: (id) => new Promise((found) => setImmediate(() => found(keys.find(id)))) },
          nonces: { use: () => new Promise((used) => setImmediate(() => used('first'))) },
        },
      ));
  });

  describe(`a service on ${framework} that streams`, () => {
    const large = randomBytes(3_000_000);
    const streaming = { body: 'stream', bodyLimit: 4_000_000 } as const;
    const put = () => sign(clerk, { method: 'PUT', target: '/files/a/b', headers: [bytes], body: large });

    test('reads a large body while it comes', () =>
      within(async (service) => {
        assert.equal((await send(service.port, put())).json['bytes'], 3_000_000);
        assert.equal((await send(service.port, put(), { chunkBytes: 65_536 })).json['bytes'], 3_000_000);
        const small = sign(clerk, { method: 'PUT', target: '/files/a', headers: [bytes], body: 'x' });
        assert.equal((await send(service.port, small)).json['bytes'], 1);
      }, streaming));

    test('never reads the end of a body that is not the one that was signed', () =>
      within(async (service) => {
        const altered = Buffer.from(large);
        altered[2_999_999]! ^= 1;
        for (const answer of [
          await send(service.port, put(), { body: altered }),
          await send(service.port, put(), { body: altered, chunkBytes: 65_536 }),
          await send(service.port, put(), { body: large.subarray(0, -1) }),
          await send(service.port, put(), { body: Buffer.alloc(0) }),
          await send(service.port, sign(clerk, { method: 'PUT', target: '/files/a', headers: [bytes] }), {
            body: Buffer.from('x'),
          }),
        ]) {
          assert.equal(answer.code, 'ContentSHA256NotMatched', answer.text);
          assert.equal(answer.status, 400);
        }
        assert.ok(!service.handled.includes('orders:PutFile read'), service.handled.join());
      }, streaming));

    test('never reads the end of a body that is too large', () =>
      within(async (service) => {
        const answer = await send(service.port, put(), { body: Buffer.alloc(5_000_000), chunkBytes: 65_536 });
        assert.equal(answer.code, 'RequestTooLarge', answer.text);
        assert.ok(!service.handled.includes('orders:PutFile read'), service.handled.join());
      }, streaming));

    test('never takes a body that was taken away on the way for an empty one', () =>
      within(async (service) => {
        for (const what of [
          { method: 'PUT', target: '/files/a', headers: [bytes], body: 'x' },
          { method: 'POST', target: '/orders', headers: [json], body: '{"a":1}' },
        ] as const) {
          for (const more of [[], ['content-length', '0']]) {
            const bare = { ...sign(clerk, what), body: new Uint8Array(0) };
            const text = await sendRaw(service.port, onTheWire(bare, [...more, 'connection', 'close']));
            assert.match(text, /^HTTP\/1\.1 400 /);
            assert.match(text, /ContentSHA256NotMatched/);
          }
        }
        assert.ok(!service.handled.some((each) => each.endsWith(' read')), service.handled.join());
      }, streaming));

    test("reads JSON with its framework's parser, and refuses one that was altered", () =>
      within(async (service) => {
        const post = () =>
          sign(clerk, { method: 'POST', target: '/orders', headers: [json], body: '{"a":1}' });
        assert.deepEqual((await send(service.port, post())).json['body'], { a: 1 });
        const altered = await send(service.port, post(), { body: Buffer.from('{"a":2}') });
        assert.equal(altered.code, 'ContentSHA256NotMatched', altered.text);
        assert.equal(altered.status, 400);
        assert.ok(altered.json['RequestId'], altered.text);
      }, streaming));
  });
}
