import assert from 'node:assert/strict';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  type HttpAnswer,
  type Listener,
  type ListenerOptions,
  type ReceivedRequest,
  startListener,
} from './listener.ts';
import { selfSignedCertificate } from './self-signed-certificate.ts';

const ok: HttpAnswer = { status: 200, headers: { 'content-type': 'text/plain' }, body: 'fine' };
const dayMs = 24 * 60 * 60 * 1000;

/** Starts a listener for one test and cuts it off afterwards. */
async function listening(
  options: Partial<ListenerOptions>,
  test: (port: number, listener: Listener) => Promise<void>,
): Promise<void> {
  const listener = await startListener({
    host: '127.0.0.1',
    port: 0,
    api: () => ok,
    routes: new Map(),
    now: () => 1_796_112_000_000,
    onBug: (error) => assert.fail(String(error)),
    ...options,
  });
  try {
    await test(Number(new URL(listener.address).port), listener);
  } finally {
    await listener.close(0);
  }
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: readonly (string | Uint8Array)[];
  readonly agent?: Agent;
  readonly ca?: string;
}

interface Received {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

function send(port: number, sent: Sent): Promise<Received> {
  return new Promise((resolve, reject) => {
    const { method = 'POST', path = '/', headers = {}, body = [], agent, ca } = sent;
    const options = { host: '127.0.0.1', port, method, path, headers, agent: agent ?? false };
    const outgoing = ca === undefined ? httpRequest(options) : httpsRequest({ ...options, agent: false, ca });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    for (const chunk of body) outgoing.write(chunk);
    outgoing.end();
  });
}

/** Writes bytes to a socket and reads until the other side hangs up. */
function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

function assertRamError(text: string, code: string): void {
  const error = JSON.parse(text);
  assert.equal(error.Code, code);
  assert.match(error.RequestId, /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
  for (const field of ['HostId', 'Message', 'Recommend']) assert.equal(typeof error[field], 'string', field);
}

describe('a request', () => {
  it('reaches the API as it stood on the wire', async () => {
    const seen: ReceivedRequest[] = [];
    const api = (request: ReceivedRequest): HttpAnswer => {
      seen.push(request);
      return ok;
    };
    await listening({ api }, async (port) => {
      const answer = await sendRaw(
        port,
        'POST /?Action=GetUser&A=%2f HTTP/1.1\r\nHost: ims.aliyuncs.com\r\nX-Acs-Action: GetUser\r\nx-acs-action: Other\r\n' +
          'Content-Length: 5\r\nConnection: close\r\n\r\nhello',
      );
      assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
      assert.match(answer, /\r\ncontent-length: 4\r\n/);
      assert.match(answer, /\r\n\r\nfine$/);
    });
    const [request] = seen;
    assert.equal(request?.method, 'POST');
    assert.equal(request.target, '/?Action=GetUser&A=%2f');
    assert.deepEqual(request.rawHeaders.slice(0, 6), [
      'Host',
      'ims.aliyuncs.com',
      'X-Acs-Action',
      'GetUser',
      'x-acs-action',
      'Other',
    ]);
    assert.equal(Buffer.from(request.body).toString(), 'hello');
    assert.equal(request.peerAddress, '127.0.0.1');
    assert.equal(request.secure, false);
    assert.equal(request.receivedAt, 1_796_112_000_000);
  });

  it('has its body put together from several chunks, of declared length or not', async () => {
    const echo = (request: ReceivedRequest): HttpAnswer => ({ ...ok, body: request.body });
    await listening({ api: echo }, async (port) => {
      const body = ['x'.repeat(200_000), 'y'.repeat(200_000), 'z'];
      const chunked = await send(port, { body });
      assert.equal(chunked.text, body.join(''));
      const declared = await send(port, { body, headers: { 'content-length': '400001' } });
      assert.equal(declared.text, body.join(''));
    });
  });

  it('of a form with far too many parameters keeps only as much as shows that', async () => {
    let kept = 0;
    const api = (request: ReceivedRequest): HttpAnswer => {
      kept = request.body.length;
      return ok;
    };
    await listening({ api }, async (port) => {
      const body = ['a=&'.repeat(200_000)];
      await send(port, {
        body,
        headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
      });
      assert.ok(kept > 3000 && kept <= 65_536 + 3000, String(kept));
      await send(port, { body, headers: { 'content-type': 'text/plain' } });
      assert.equal(kept, 600_000);
    });
  });

  it('shows IPv4 peers in their usual form on a socket of both families', async (context) => {
    let peer = '';
    const api = (request: ReceivedRequest): HttpAnswer => {
      peer = request.peerAddress;
      return ok;
    };
    try {
      await listening({ api, host: '::' }, async (port) => {
        await send(port, {});
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') throw error;
      context.skip('this machine has no IPv6: the form of mapped addresses is NOT tested');
      return;
    }
    assert.equal(peer, '127.0.0.1');
  });

  it('may carry headers of up to 160 KiB, as a SAML assertion in the query needs', async () => {
    await listening({}, async (port) => {
      assert.equal(
        (await send(port, { headers: { 'x-acs-security-token': 'C'.repeat(150_000) } })).status,
        200,
      );
      const tooLong = await send(port, { headers: { 'x-acs-security-token': 'C'.repeat(170_000) } });
      assert.equal(tooLong.status, 431);
      assertRamError(tooLong.text, 'RequestHeaderFieldsTooLarge');
    });
  });

  it('with more headers than anybody needs is refused, and none of them is dropped silently', async () => {
    let headers = 0;
    const api = (request: ReceivedRequest): HttpAnswer => {
      headers = request.rawHeaders.length / 2;
      return ok;
    };
    const head = (count: number): string =>
      `GET / HTTP/1.1\r\nHost: h\r\n${'A: b\r\n'.repeat(count - 2)}Connection: close\r\n\r\n`;
    await listening({ api }, async (port) => {
      assert.match(await sendRaw(port, head(256)), /^HTTP\/1\.1 200 /);
      assert.equal(headers, 256);
      assert.match(await sendRaw(port, head(2500)), /^HTTP\/1\.1 431 .*RequestHeaderFieldsTooLarge/s);
      assert.equal(headers, 256);
    });
  });

  it('is answered after a HEAD without a body', async () => {
    await listening({}, async (port) => {
      const { status, headers, text } = await send(port, { method: 'HEAD' });
      assert.deepEqual([status, headers['content-length'], text], [200, '4', '']);
    });
  });
});

describe('a body above the limit', () => {
  const limits = { bodyBytes: 1000 };
  const api = (): HttpAnswer => assert.fail('it must not reach the API');

  it('is refused by its declared length, in RAM form', async () => {
    await listening({ api, limits }, async (port) => {
      const { status, headers, text } = await send(port, {
        body: ['x'.repeat(1001)],
        headers: { 'content-length': '1001' },
      });
      assert.equal(status, 413);
      assert.equal(headers['content-type'], 'application/json;charset=utf-8');
      assert.equal(headers['connection'], 'close');
      assertRamError(text, 'RequestTooLarge');
      assert.equal(JSON.parse(text).RequestId, headers['x-acs-request-id']);
    });
  });

  it('is refused when it grows too long without having said so', async () => {
    await listening({ api, limits }, async (port) => {
      const { status, text } = await send(port, { body: ['x'.repeat(600), 'y'.repeat(600)] });
      assert.equal(status, 413);
      assertRamError(text, 'RequestTooLarge');
    });
  });

  it('does not cost a client that is still sending its answer', async () => {
    await listening({ api, limits }, async (port) => {
      const { status } = await send(port, { body: new Array<Buffer>(64).fill(Buffer.alloc(64 * 1024)) });
      assert.equal(status, 413);
    });
  });

  it('is not even asked for when the client waits to be told', async () => {
    await listening({ api, limits }, async (port) => {
      const answer = await sendRaw(
        port,
        'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n' +
          'x'.repeat(1001),
      );
      assert.match(answer, /^HTTP\/1\.1 413 /);
    });
  });

  it('of exactly the limit is taken', async () => {
    await listening({ limits }, async (port) => {
      assert.equal((await send(port, { body: ['x'.repeat(1000)] })).status, 200);
    });
  });

  it('is 1 MiB unless told otherwise', async () => {
    await listening({}, async (port) => {
      assert.equal((await send(port, { body: [Buffer.alloc(1024 * 1024)] })).status, 200);
      assert.equal((await send(port, { body: [Buffer.alloc(1024 * 1024 + 1)] })).status, 413);
    });
  });
});

describe('what is not a request', () => {
  for (const [what, text] of [
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['a bad content length', 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a blank before the colon', 'GET / HTTP/1.1\r\nHost : h\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n'],
  ] as const) {
    it(`is refused with 400 in RAM form: ${what}`, async () => {
      const api = (): HttpAnswer => assert.fail('it must not reach the API');
      await listening({ api }, async (port) => {
        const [head = '', body = ''] = (await sendRaw(port, text)).split('\r\n\r\n');
        assert.match(head, /^HTTP\/1\.1 400 Bad Request\r\n/);
        assert.match(head, /content-type: application\/json;charset=utf-8/);
        assert.match(head, new RegExp(`content-length: ${Buffer.byteLength(body)}`));
        assertRamError(body, /hosts?$/.test(what) ? 'InvalidHost' : 'InvalidRequest');
      });
    });
  }

  it('gets no answer in the middle of another one', async () => {
    let finish = (): void => {};
    const reached = Promise.withResolvers<void>();
    const api = (): Promise<HttpAnswer> =>
      new Promise((resolve) => {
        finish = () => resolve(ok);
        reached.resolve();
      });
    await listening({ api }, async (port) => {
      const answer = sendRaw(port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\nnonsense\r\n\r\n');
      await reached.promise;
      assert.equal(await answer.catch((error: NodeJS.ErrnoException) => error.code), '');
      finish();
    });
  });

  it('is refused in RAM form when its chunks cannot be read', async () => {
    const api = (): HttpAnswer => assert.fail('it must not reach the API');
    await listening({ api }, async (port) => {
      const head = 'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n';
      const answer = await sendRaw(port, `${head}2\r\nab\r\nno length\r\n`);
      assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
      assertRamError(answer.split('\r\n\r\n')[1] ?? '', 'InvalidRequest');
    });
  });

  it('does not take the refusal of a request before it away', async () => {
    await listening({ limits: { bodyBytes: 1 } }, async (port) => {
      const head = 'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n';
      const answer = await sendRaw(port, `${head}2\r\nab\r\nno length\r\n`);
      assert.match(answer, /^HTTP\/1\.1 413 /);
    });
  });

  it('is told so when it takes too long to come', async () => {
    await listening({ limits: { headersMs: 1, requestMs: 1 } }, async (port) => {
      assert.match(await sendRaw(port, 'GET / HTTP/1.1\r\n'), /^HTTP\/1\.1 408 .*RequestTimeout/s);
    });
  });
});

describe('a failure of the API', () => {
  for (const [way, api] of [
    [
      'thrown',
      () => {
        throw new Error('detail');
      },
    ],
    ['rejected', () => Promise.reject(new Error('detail'))],
    ['an answer that cannot be sent', () => Promise.resolve({ ...ok, headers: { 'x-bad': 'a\r\nb' } })],
  ] as const) {
    it(`answers InternalError without its detail: ${way}`, async () => {
      const bugs: [unknown, string][] = [];
      await listening({ api, onBug: (error, requestId) => bugs.push([error, requestId]) }, async (port) => {
        const { status, text } = await send(port, { method: 'GET' });
        assert.equal(status, 500);
        assertRamError(text, 'InternalError');
        assert.doesNotMatch(text, /detail/);
        assert.equal(bugs.length, 1);
        assert.equal(bugs[0]![1], JSON.parse(text).RequestId);
      });
    });
  }
});

describe('a route', () => {
  const routes = new Map([
    ['/healthz', () => ({ ...ok, body: 'healthy' })],
    ['/', (request: ReceivedRequest) => (request.target === '/' ? { ...ok, body: 'console' } : undefined)],
  ]);

  it('answers GET and HEAD of its path, whatever the query', async () => {
    await listening({ routes }, async (port) => {
      assert.equal((await send(port, { method: 'GET', path: '/healthz' })).text, 'healthy');
      assert.equal((await send(port, { method: 'GET', path: '/healthz?a=b' })).text, 'healthy');
      assert.equal((await send(port, { method: 'HEAD', path: '/healthz' })).headers['content-length'], '7');
    });
  });

  it('leaves other methods, other paths and what it declines to the API', async () => {
    await listening({ routes }, async (port) => {
      assert.equal((await send(port, { method: 'POST', path: '/healthz' })).text, 'fine');
      assert.equal((await send(port, { method: 'GET', path: '/other' })).text, 'fine');
      assert.equal((await send(port, { method: 'GET', path: '/' })).text, 'console');
      assert.equal((await send(port, { method: 'GET', path: '/?Action=GetUser' })).text, 'fine');
    });
  });
});

describe('an answer without end', () => {
  const head = { status: 200, headers: { 'content-type': 'application/octet-stream' } };

  /** Sends a request and gives its answer while it is still coming. */
  const open = (port: number) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = httpRequest({ host: '127.0.0.1', port, method: 'POST', agent: false });
      outgoing.on('response', resolve).on('error', reject).end();
    });

  let closed = 0;
  const stream = (chunks: (ended: AbortSignal) => AsyncIterable<Uint8Array>) => ({
    chunks,
    close() {
      closed += 1;
    },
  });

  beforeEach(() => {
    closed = 0;
  });

  // However it ended: who made it lets go of what it held, once.
  afterEach(() => assert.equal(closed, 1));

  it('arrives piece by piece, each before the next is made', async () => {
    const read = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    async function* body() {
      yield Buffer.from('one');
      await read[0].promise;
      yield Buffer.from('two');
      await read[1].promise;
    }
    await listening({ api: () => ({ ...head, body: stream(body) }) }, async (port) => {
      const pieces: string[] = [];
      for await (const piece of await open(port)) {
        pieces.push(String(piece));
        read[pieces.length - 1]?.resolve();
      }
      assert.deepEqual(pieces, ['one', 'two']);
    });
  });

  it('is made no faster than it is read', async () => {
    const piece = Buffer.alloc(1024 * 1024);
    let made = 0;
    let untilStill = Promise.withResolvers<void>();
    async function* body(ended: AbortSignal) {
      while (!ended.aborted) {
        made += 1;
        untilStill.resolve();
        yield piece;
      }
    }
    await listening({ api: () => ({ ...head, body: stream(body) }) }, async (port) => {
      const answer = await open(port);
      // Nothing is read: what the system buffers is all that can be made, however often the loop turns.
      let before = -1;
      while (made !== before) {
        before = made;
        for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate);
      }
      assert.ok(made < 64, `${made} MiB were made for a client that reads nothing`);
      untilStill = Promise.withResolvers();
      answer.resume();
      await untilStill.promise;
      answer.destroy();
    });
  });

  it('ends when the client goes', async () => {
    const gone = Promise.withResolvers<void>();
    async function* body(ended: AbortSignal) {
      yield Buffer.from('one');
      ended.addEventListener('abort', () => gone.resolve());
      await gone.promise;
    }
    await listening({ api: () => ({ ...head, body: stream(body) }) }, async (port) => {
      (await open(port)).destroy();
      await gone.promise;
    });
  });

  it('ends when the client stops reading for too long', async () => {
    const cut = Promise.withResolvers<void>();
    async function* body(ended: AbortSignal) {
      ended.addEventListener('abort', () => cut.resolve());
      while (!ended.aborted) yield Buffer.alloc(1024 * 1024);
    }
    const limits = { stalledMs: 1 };
    await listening({ api: () => ({ ...head, body: stream(body) }), limits }, async (port) => {
      const answer = await open(port);
      await cut.promise;
      answer.on('error', () => {}).destroy();
    });
  });

  it('ends when the server stops, and does not hold it up', async () => {
    async function* body(ended: AbortSignal) {
      yield Buffer.from('one');
      await new Promise((resolve) => ended.addEventListener('abort', resolve));
    }
    await listening({ api: () => ({ ...head, body: stream(body) }) }, async (port, listener) => {
      const answer = await open(port);
      const pieces: string[] = [];
      const read = (async () => {
        for await (const piece of answer) pieces.push(String(piece));
      })();
      await listener.close(60_000);
      await read;
      assert.deepEqual(pieces, ['one']);
    });
  });

  it('is over before it began when its head cannot be sent', async () => {
    const bugs: unknown[] = [];
    const headers = { 'content-type': 'text/plain\r\n' };
    const onBug = (error: unknown) => void bugs.push(error);
    const body = stream(async function* () {
      yield Buffer.from('never');
    });
    await listening({ api: () => ({ status: 200, headers, body }), onBug }, async (port) => {
      const { status } = await send(port, {});
      assert.equal(status, 500);
      assert.equal(bugs.length, 1);
    });
  });

  it('is cut off, not ended, when making it fails', async () => {
    const bugs: unknown[] = [];
    const read = Promise.withResolvers<void>();
    async function* body() {
      yield Buffer.from('one');
      await read.promise;
      throw new Error('a bug');
    }
    const onBug = (error: unknown) => void bugs.push(error);
    await listening({ api: () => ({ ...head, body: stream(body) }), onBug }, async (port) => {
      const answer = await open(port);
      await assert.rejects(
        async () => {
          for await (const _ of answer) read.resolve();
        },
        { code: 'ECONNRESET' },
      );
      assert.equal(String(bugs[0]), 'Error: a bug');
    });
  });
});

describe('closing', () => {
  it('finishes what is under way, and takes nothing new', async () => {
    const reached = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<HttpAnswer>();
    const api = (): Promise<HttpAnswer> => {
      reached.resolve();
      return answer.promise;
    };
    const agent = new Agent({ keepAlive: true });
    await listening({ api }, async (port, listener) => {
      const response = send(port, { agent });
      await reached.promise;
      const closed = listener.close(60_000);
      await assert.rejects(send(port, {}), { code: 'ECONNREFUSED' });
      answer.resolve(ok);
      const { status, headers } = await response;
      assert.deepEqual([status, headers['connection']], [200, 'close']);
      await closed;
    });
    agent.destroy();
  });

  it('does not wait for connections that are idle, or that never said anything', async () => {
    const agent = new Agent({ keepAlive: true });
    await listening({}, async (port, listener) => {
      await send(port, { agent });
      const silent = connect(port, '127.0.0.1');
      await new Promise((resolve) => silent.once('connect', resolve));
      const ended = new Promise((resolve) => silent.once('close', resolve));
      silent.resume();
      await send(port, {});
      await listener.close(60_000);
      await ended;
    });
    agent.destroy();
  });

  it('cuts off what is not finished in time', async () => {
    const reached = Promise.withResolvers<void>();
    const api = (): Promise<HttpAnswer> => {
      reached.resolve();
      return new Promise(() => {});
    };
    await listening({ api }, async (port, listener) => {
      const response = send(port, {});
      const refused = assert.rejects(response, { code: 'ECONNRESET' });
      await reached.promise;
      await listener.close(0);
      await refused;
    });
  });
});

describe('a listener', () => {
  it('says when its address is taken', async () => {
    await listening({}, async (port) => {
      await assert.rejects(
        listening({ port }, async () => {}),
        { code: 'EADDRINUSE' },
      );
    });
  });

  it('takes a renewed certificate while it serves', async () => {
    const now = Date.now();
    const [first, second] = await Promise.all(
      [1, 2].map(() => selfSignedCertificate(['127.0.0.1'], now - dayMs, now + dayMs)),
    );
    await listening({ tls: first! }, async (port, listener) => {
      assert.equal((await send(port, { ca: first!.cert })).text, 'fine');
      listener.setTls(second!);
      assert.equal((await send(port, { ca: second!.cert })).text, 'fine');
      await assert.rejects(send(port, { ca: first!.cert }));
    });
  });

  it('serves TLS, and tells the API so', async () => {
    const now = Date.now();
    const tls = await selfSignedCertificate(['127.0.0.1'], now - dayMs, now + dayMs);
    let secure = false;
    const api = (request: ReceivedRequest): HttpAnswer => {
      secure = request.secure;
      return ok;
    };
    await listening({ api, tls }, async (port) => {
      assert.equal((await send(port, { ca: tls.cert })).text, 'fine');
      assert.equal(secure, true);
      await assert.rejects(send(port, {}), { code: 'ECONNRESET' });
    });
  });
});
