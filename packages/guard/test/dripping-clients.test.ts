/**
 * A client that was refused cannot hold its connection by sending one byte at a time: every listener of a gateway and
 * of forward-auth reads the rest of such a request for ten seconds and closes the connection.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, mock, test } from 'node:test';
import { type ForwardAuthEndpoint, startForwardAuth } from '../src/forward-auth/start-forward-auth.ts';
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
beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
afterEach(() => mock.timers.reset());

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Sends a byte every ten seconds of the mocked clock. @returns whether the other side hung up within fifty of them */
async function isCutWhileDripping(wire: Wire): Promise<boolean> {
  let isCut = false;
  const ended = wire.rest().then(() => {
    isCut = true;
  });
  for (let sent = 0; sent < 50 && !isCut; sent++) {
    wire.write('a');
    for (let turns = 0; turns < 20; turns++) await turn();
    mock.timers.tick(10_000);
    await Promise.race([ended, turn()]);
  }
  wire.close();
  return isCut;
}

const post = (host: string, length: number, more = '') =>
  `POST /orders HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n${more}content-length: ${length}\r\n\r\n`;

const rows: readonly [name: string, at: () => string, bytes: string, status: number][] = [
  ['no signature, a long body', () => running.url, post('127.0.0.1', 1_000_000), 400],
  [
    'no signature, a body short enough to keep the connection',
    () => running.url,
    post('127.0.0.1', 1000),
    400,
  ],
  ['a host that is not served', () => running.url, post('other.example.com', 1_000_000), 421],
  ['a doubtful head', () => running.url, post('127.0.0.1', 1_000_000, 'host: b\r\n'), 400],
  ['a body beyond the limit', () => running.url, post('127.0.0.1', 1_000_000_000), 413],
  ['a question of forward-auth with a body', () => forwardAuth.address, post('127.0.0.1', 1000), 500],
  ['the admin listener', () => running.gateway.adminAddress!, post('127.0.0.1', 1000), 404],
];

describe('a client that goes on byte by byte after its refusal is cut off', () => {
  for (const [name, at, bytes, status] of rows) {
    test(name, async () => {
      const wire = await Wire.open(at());
      wire.write(bytes);
      assert.equal((await wire.answer()).status, status);
      assert.ok(await isCutWhileDripping(wire));
    });
  }

  test('a form that did not arrive in time', async () => {
    const wire = await Wire.open(running.url);
    wire.write(
      'POST /orders HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 100000\r\n\r\na',
    );
    let status = 0;
    const answered = wire.answer().then((answer) => {
      status = answer.status;
    });
    for (let turns = 0; turns < 1000 && status === 0; turns++) {
      await Promise.race([answered, turn()]);
      mock.timers.tick(1000);
    }
    assert.equal(status, 408);
    assert.ok(await isCutWhileDripping(wire));
  });
});

test('a body that arrives after the refusal leaves the connection usable', async () => {
  const wire = await Wire.open(running.url);
  wire.write(post('127.0.0.1', 10));
  assert.equal((await wire.answer()).status, 400);
  wire.write(`0123456789${post('127.0.0.1', 0)}`);
  assert.equal((await wire.answer()).status, 400);
  mock.timers.tick(60_000);
  wire.write(post('127.0.0.1', 0));
  assert.equal((await wire.answer()).status, 400);
  wire.close();
});
