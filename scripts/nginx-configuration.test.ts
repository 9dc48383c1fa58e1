/** `deploy/container/nginx.conf`, with nodes that fail before and after they have read a request. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { freePort } from './free-port.ts';
import type { KillableProcess } from './killable-process.ts';
import { nginxProcess, skipWithoutNginx } from './nginx-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'claviger-nginx-'));
const servers: Server[] = [];
const proxies: KillableProcess[] = [];

after(async () => {
  for (const proxy of proxies) await proxy.end('SIGTERM');
  for (const server of servers) server.close().closeAllConnections();
  rmSync(directory, { recursive: true });
});

/** Node that handles requests so. @returns its port */
async function node(handle: RequestListener): Promise<number> {
  const server = createServer(handle).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** nginx in front of three nodes. @returns its URL */
async function proxyOf(ports: readonly number[]): Promise<string> {
  const port = await freePort();
  const folder = mkdtempSync(join(directory, 'proxy-'));
  const proxy = nginxProcess(folder, port, ports, (message) => assert.fail(message));
  proxies.push(proxy);
  await proxy.start();
  return `http://127.0.0.1:${port}/`;
}

for (const method of ['GET', 'POST']) {
  test(`${method} is repeated on another node only if no byte of it was sent`, {
    skip: skipWithoutNginx,
  }, async () => {
    let read = 0;
    const ends = await node((request) => {
      read += 1;
      request.socket.destroy();
    });
    const url = await proxyOf([ends, ends, ends]);
    const answer = await fetch(url, { method });
    assert.equal(answer.status, 502);
    assert.equal(read, 1);
    const { Code, RequestId } = (await answer.json()) as Record<string, string>;
    assert.equal(Code, 'BadGateway');
    assert.equal(answer.headers.get('x-acs-request-id'), RequestId);
  });

  test(`${method} is answered by another node when one cannot be reached`, {
    skip: skipWithoutNginx,
  }, async () => {
    const serves = await node((request, response) => void request.pipe(response));
    const url = await proxyOf([await freePort(), serves, serves]);
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const answer = await fetch(url, { method, ...(method === 'POST' ? { body: 'a=b' } : {}) });
      assert.equal(answer.status, 200);
      assert.equal(await answer.text(), method === 'POST' ? 'a=b' : '');
    }
  });

  test(`${method} is refused with 503 when no node can be reached`, { skip: skipWithoutNginx }, async () => {
    const gone = await freePort();
    const url = await proxyOf([gone, gone, gone]);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const answer = await fetch(url, { method });
      assert.equal(answer.status, 503);
      assert.equal(((await answer.json()) as { Code: string }).Code, 'ServiceUnavailable');
      assert.equal(answer.headers.get('retry-after'), '1');
      assert.equal(answer.headers.get('x-acs-retry-after'), '1000');
    }
  });
}

test('a refusal of a node passes unchanged', { skip: skipWithoutNginx }, async () => {
  const refuses = await node((_, response) => void response.writeHead(503).end('busy'));
  const answer = await fetch(await proxyOf([refuses, refuses, refuses]));
  assert.equal(answer.status, 503);
  assert.equal(await answer.text(), 'busy');
});
