/** Where an adapter may stand: behind what took its time, under a path, before parsers and never behind them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { describe, test } from 'node:test';
import express, { type RequestHandler } from 'express';
import fastify from 'fastify';
import { expressBodyErrors, expressGuard } from '../src/adapters/express.ts';
import { fastifyGuard } from '../src/adapters/fastify.ts';
import type { BodyOptions } from '../src/adapters/node-http.ts';
import { Keys, ordersGuard, sign } from './orders.ts';
import { send } from './send.ts';
import { listening, type RunningService } from './services.ts';

const keys = new Keys();
const clerk = keys.addUser('clerk', [{ Effect: 'Allow', Action: 'orders:*', Resource: '*' }]);
const json: [string, string] = ['content-type', 'application/json'];
const text = JSON.stringify({ text: 'x'.repeat(300) });
const post = () => sign(clerk, { method: 'POST', target: '/orders', headers: [json], body: text });

/** Express, with something before the guard. */
function behind(before: RequestHandler, options?: BodyOptions): Promise<RunningService> {
  return listening((handled) => {
    const app = express();
    app.use(before, expressGuard(ordersGuard(keys), options), express.json());
    app.post('/orders', (request, response) => {
      handled.push(request.claviger!.action);
      response.json(request.body);
    });
    app.use(((error, _request, response, _next) => {
      response.status(500).send(error.message);
    }) as express.ErrorRequestHandler);
    return app;
  });
}

/** Goes on once so much of the body has arrived as there is, or as there is room for. */
async function arrived(request: IncomingMessage, isEnough: () => boolean): Promise<void> {
  while (!isEnough()) await new Promise((turn) => setImmediate(turn));
  assert.equal(request.readableDidRead, false);
}

for (const body of ['whole', 'stream'] as const) {
  describe(`a guard behind something that took its time, body: ${body}`, () => {
    test('finds the body whole, and verifies it all the same', async () => {
      await using service = await behind(
        (request, _response, next) => void arrived(request, () => request.complete).then(() => next()),
        { body },
      );
      assert.equal((await send(service.port, post())).text, text);
      const altered = await send(service.port, post(), { body: Buffer.from(text.replace('x', 'y')) });
      assert.equal(altered.status, 400, altered.text);
      assert.deepEqual(service.handled, ['orders:CreateOrder']);
    });

    test('finds a part of the body, and verifies it with the rest', async () => {
      await using service = await behind(
        (request, _response, next) =>
          void arrived(request, () => request.readableLength > 0).then(() => next()),
        { body },
      );
      const large = JSON.stringify({ text: 'x'.repeat(90_000) });
      const signed = sign(clerk, { method: 'POST', target: '/orders', headers: [json], body: large });
      assert.equal((await send(service.port, signed, { chunkBytes: 10_000 })).text, large);
    });
  });
}

describe('a guard before something that takes its time', () => {
  test('lets the parser behind it read no body that was altered, however late it begins', async () => {
    await using service = await listening((handled) => {
      const app = express();
      app.use(expressGuard(ordersGuard(keys), { body: 'stream' }));
      app.use((request, _response, next) => void arrived(request, () => request.complete).then(() => next()));
      app.use(express.json({ limit: '10mb' }));
      app.post('/orders', (request, response) => {
        handled.push(request.claviger!.action);
        response.json(request.body);
      });
      app.use(expressBodyErrors(ordersGuard(keys)));
      return app;
    });
    const large = JSON.stringify({ text: 'x'.repeat(10_000) });
    const signed = () => sign(clerk, { method: 'POST', target: '/orders', headers: [json], body: large });
    assert.equal((await send(service.port, signed(), { chunkBytes: 1000 })).text, large);
    for (const body of [
      Buffer.from(large.replace('x', 'y')),
      Buffer.from(large).subarray(0, -1),
      Buffer.alloc(0),
    ]) {
      const altered = await send(service.port, signed(), { body, chunkBytes: 1000 });
      assert.equal(altered.code, 'ContentSHA256NotMatched', altered.text);
    }
    assert.deepEqual(service.handled, ['orders:CreateOrder']);
  });
});

describe('a guard behind a parser', () => {
  test('says that it stands in the wrong place, and lets nothing pass', async () => {
    await using service = await behind(express.json());
    const answer = await send(service.port, post());
    assert.equal(answer.status, 500);
    assert.match(answer.text, /put the guard before body parsers/);
    assert.deepEqual(service.handled, []);
  });
});

describe('a guard under a path of Express', () => {
  test('judges requests by their whole path', async () => {
    await using service = await listening(() => {
      const app = express();
      app.use('/orders', expressGuard(ordersGuard(keys)));
      app.get('/orders/:orderId', (request, response) => void response.send(request.claviger?.resource));
      app.get('/open', (_request, response) => void response.send('open'));
      return app;
    });
    const answer = await send(service.port, sign(clerk, { target: '/orders/17' }));
    assert.match(answer.text, /:order\/17$/);
    assert.equal((await fetch(`${service.url}/orders/17`)).status, 400);
    assert.equal(await (await fetch(`${service.url}/open`)).text(), 'open');
  });
});

describe('a guard of Fastify', () => {
  test('guards the instance that it is registered with and those below, and no others', async () => {
    const app = fastify();
    app.get('/open', async () => 'open');
    await app.register(async (inner) => {
      await inner.register(fastifyGuard, { guard: ordersGuard(keys) });
      inner.get('/orders/:orderId', async (request) => request.claviger?.resource);
      await inner.register(async (deeper) => {
        deeper.get('/orders', async (request) => request.claviger?.resource);
      });
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as { port: number };
    assert.equal((await send(port, sign(clerk, { target: '/orders/17' }))).status, 200);
    assert.equal((await send(port, sign(clerk, { target: '/orders' }))).status, 200);
    for (const path of ['/orders/17', '/orders']) {
      assert.equal((await fetch(`http://127.0.0.1:${port}${path}`)).status, 400, path);
    }
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/open`)).text(), 'open');
    app.server.closeAllConnections();
    await app.close();
  });

  test('works without a connection, as its tests do', async () => {
    const app = fastify();
    await app.register(fastifyGuard, { guard: ordersGuard(keys) });
    app.post('/orders', async (request) => request.body);
    const inject = async (body: string) => {
      const signed = post();
      const headers: Record<string, string> = {};
      for (let at = 0; at < signed.rawHeaders.length; at += 2)
        headers[signed.rawHeaders[at]!] = signed.rawHeaders[at + 1]!;
      return app.inject({ method: 'POST', url: signed.target, headers, payload: body });
    };
    assert.equal((await inject(text)).body, text);
    const altered = await inject(text.replace('x', 'y'));
    assert.equal(altered.statusCode, 400);
    assert.equal(altered.json().Code, 'ContentSHA256NotMatched');
    await app.close();
  });

  test("answers in RAM's form also where it has no route", async () => {
    const app = fastify();
    await app.register(fastifyGuard, { guard: ordersGuard(keys) });
    const answer = await app.inject({ method: 'GET', url: '/nowhere' });
    assert.equal(answer.json().Code, 'MissingAccessKeyId');
    await app.close();
  });
});

test('a client that goes away while its body is awaited leaves nothing behind', async () => {
  await using service = await behind((_request, _response, next) => next());
  const { request: open } = await import('node:http');
  const signed = post();
  const sent = open({
    host: '127.0.0.1',
    port: service.port,
    method: 'POST',
    path: signed.target,
    headers: [...signed.rawHeaders, 'content-length', String(text.length)],
    setHost: false,
    agent: false,
  });
  sent.on('error', () => {});
  sent.write(text.slice(0, 10));
  await once(sent, 'socket');
  assert.equal((await send(service.port, post())).status, 200);
  sent.destroy();
  assert.equal((await send(service.port, post())).status, 200);
  assert.deepEqual(service.handled, ['orders:CreateOrder', 'orders:CreateOrder']);
});
