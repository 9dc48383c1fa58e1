/** What cannot be read as a request, at every listener of a gateway and of forward-auth. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ForwardAuthEndpoint, startForwardAuth } from '../src/forward-auth/start-forward-auth.ts';
import { type HttpListener, startHttpListener } from '../src/http/listener.ts';
import { Keys, noon, ordersMap } from './orders.ts';
import { Wire } from './raw-connection.ts';
import { freshDirectory, type RunningGateway, runningGateway, TestLog } from './running-gateway.ts';

let running: RunningGateway;
let forwardAuth: ForwardAuthEndpoint;

before(async () => {
  running = await runningGateway({ service: 'hosts: [127.0.0.1]' });
  const directory = freshDirectory();
  writeFileSync(join(directory, 'orders.yaml'), ordersMap);
  const file = join(directory, 'forward-auth.yaml');
  writeFileSync(
    file,
    "listen: 127.0.0.1:0\nproxies: ['127.0.0.1']\nsource: { server: 'http://127.0.0.1:1' }\nservices: [{ map: orders.yaml }]\n",
  );
  forwardAuth = await startForwardAuth(file, {
    openSource: () => ({ source: new Keys(), isReady: () => true, close() {} }),
    now: () => noon,
    log: new TestLog(),
  });
});
after(async () => {
  await forwardAuth.close(0);
  await running.close();
});

const listeners: readonly [name: string, url: () => string][] = [
  ['the gateway', () => running.url],
  ['forward-auth', () => forwardAuth.address],
  ['the admin listener', () => running.gateway.adminAddress!],
];

const unreadable: readonly [name: string, bytes: string][] = [
  ['no HTTP at all', 'hello\r\n\r\n'],
  ['a bad content length', 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n'],
  ['two lengths', 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  [
    'a length and chunks',
    'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a blank before the colon', 'GET / HTTP/1.1\r\nHost : h\r\n\r\n'],
];

for (const [name, url] of listeners) {
  describe(`${name} refuses with 400 in RAM form`, () => {
    for (const [what, bytes] of unreadable) {
      test(what, async () => {
        const wire = await Wire.open(url());
        wire.write(bytes);
        const { status, head, body } = await wire.answer();
        assert.equal(status, 400);
        assert.match(head, /content-type: application\/json;charset=utf-8/);
        assert.match(head, /connection: close/);
        assert.equal(JSON.parse(body).Code, 'InvalidRequest');
        assert.equal(await wire.rest(), '');
      });
    }
  });
}

describe('a listener', () => {
  let listener: HttpListener;
  let answer: () => void = () => {};
  const reached: (() => void)[] = [];

  before(async () => {
    listener = await startHttpListener({
      listen: { host: '127.0.0.1', port: 0 },
      tls: undefined,
      headerLimit: 4096,
      handle(request, response) {
        request.resume();
        answer = () => response.end('fine');
        if (request.url === '/at-once') answer();
        reached.shift()?.();
      },
      onBug: assert.fail,
    });
  });
  after(() => listener.close(0));

  test('answers a request, and what follows it and cannot be read, one after the other', async () => {
    const wire = await Wire.open(listener.address);
    wire.write('GET /at-once HTTP/1.1\r\nHost: h\r\n\r\n');
    await wire.until(/fine/);
    wire.write('nonsense\r\n\r\n');
    await wire.until(/HTTP\/1\.1 400 /);
    await wire.rest();
  });

  test('puts no refusal in the place of an answer that is still to come', async () => {
    const wire = await Wire.open(listener.address);
    const arrived = new Promise<void>((resolve) => reached.push(resolve));
    wire.write('GET /later HTTP/1.1\r\nHost: h\r\n\r\nnonsense\r\n\r\n');
    await arrived;
    assert.equal(await wire.rest(), '');
    answer();
  });

  test('answers 431 to a head beyond its limit', async () => {
    const wire = await Wire.open(listener.address);
    wire.write(`GET / HTTP/1.1\r\nHost: h\r\nX-Long: ${'x'.repeat(8192)}\r\n\r\n`);
    assert.equal((await wire.answer()).status, 431);
    await wire.rest();
  });
});
