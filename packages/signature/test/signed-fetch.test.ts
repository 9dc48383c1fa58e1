/** signedFetch against a server that verifies, over real connections. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import {
  parseSignature,
  SignatureError,
  type SignedFetchOptions,
  type SigningCredentials,
  SigningKey,
  signedFetch,
  verifySignature,
} from '../src/index.ts';

const SECRETS = new Map([
  ['LTAI5tEXAMPLEKEYID000001', 'ExampleSecret0000000000000001'],
  ['STS.EXAMPLEKEYID000001', 'ExampleSecret0000000000000002'],
]);
const KEY: SigningCredentials = {
  accessKeyId: 'LTAI5tEXAMPLEKEYID000001',
  accessKeySecret: 'ExampleSecret0000000000000001',
};
const TEMPORARY: SigningCredentials = {
  accessKeyId: 'STS.EXAMPLEKEYID000001',
  accessKeySecret: 'ExampleSecret0000000000000002',
  securityToken: 'ExampleSecurityToken000001==',
};

interface Seen {
  readonly method: string;
  readonly target: string;
  readonly scheme: string;
  readonly accessKeyId: string;
  readonly securityToken: string | undefined;
  readonly nonce: string;
  readonly contentType: string | undefined;
  readonly body: 'verified' | 'unverified';
  readonly text: string;
}

describe('signedFetch', () => {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  let origin: string;

  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  const everyScheme: readonly SignedFetchOptions[] = [
    {},
    { scheme: 'ACS3-HMAC-SHA256' },
    { scheme: 'ACS3-HMAC-SM3' },
    { scheme: 'ACS4-HMAC-SHA256', product: 'orders', region: 'cn-hangzhou' },
    { scheme: 'ACS4-HMAC-SM3', product: 'orders' },
    { scheme: 'RPC-HMAC-SHA1' },
    { scheme: 'RPC-HMAC-SHA1', systemParameters: 'form' },
    { scheme: 'ROA-HMAC-SHA1' },
  ];
  for (const options of everyScheme) {
    const named = options.scheme ?? 'no scheme named, so ACS3-HMAC-SHA256';
    const where = 'systemParameters' in options ? ` in the ${options.systemParameters}` : '';
    const path = options.scheme === 'RPC-HMAC-SHA1' ? '/' : '/orders/a%20b/~*';

    test(`a verifier accepts what it sends: ${named}${where}`, async () => {
      const fetch = signedFetch(KEY, options);
      const form = new URLSearchParams({ Name: 'a b+c*~', 名: '值' });
      const response = await fetch(`${origin}${path}?q=1%202&empty=`, { method: 'POST', body: form });
      assert.equal(response.status, 200, await response.clone().text());
      const seen = (await response.json()) as Seen;
      assert.equal(seen.scheme, options.scheme ?? 'ACS3-HMAC-SHA256');
      assert.equal(seen.accessKeyId, KEY.accessKeyId);
      assert.equal(seen.body, 'verified');
      assert.equal(seen.method, 'POST');
      assert.ok(seen.text.startsWith('Name=a+b%2Bc*%7E&'), seen.text);
    });

    test(`a temporary key brings its token: ${named}${where}`, async () => {
      const response = await signedFetch(TEMPORARY, options)(`${origin}${path}`, { method: 'POST' });
      const seen = (await response.json()) as Seen;
      assert.deepEqual(
        [seen.accessKeyId, seen.securityToken],
        ['STS.EXAMPLEKEYID000001', TEMPORARY.securityToken],
      );
    });
  }

  for (const [kind, body, contentType] of [
    ['a text', '{"sku":"中"}', 'text/plain;charset=UTF-8'],
    ['an empty text', '', undefined],
    [
      'URLSearchParams',
      new URLSearchParams({ sku: '中' }),
      'application/x-www-form-urlencoded;charset=UTF-8',
    ],
    ['a Blob', new Blob(['{"sku":"中"}'], { type: 'application/json' }), 'application/json'],
    ['a Uint8Array', Buffer.from('{"sku":"中"}'), undefined],
    ['an ArrayBuffer', new Uint8Array(Buffer.from('中')).buffer, undefined],
  ] as const) {
    test(`a body may be ${kind}, and its type is signed with it`, async () => {
      const response = await signedFetch(KEY)(origin, { method: 'PUT', body });
      const seen = (await response.json()) as Seen;
      assert.equal(seen.text, await new Response(body).text());
      assert.equal(seen.body, 'verified');
      if (seen.text !== '') assert.equal(seen.contentType, contentType);
    });
  }

  test('a body may be a form with files', async () => {
    const form = new FormData();
    form.set('invoice', new Blob(['paid']), 'invoice.txt');
    const seen = (await (await signedFetch(KEY)(origin, { method: 'POST', body: form })).json()) as Seen;
    assert.match(seen.contentType ?? '', /^multipart\/form-data; boundary=/);
    assert.match(seen.text, /filename="invoice.txt"[\s\S]*paid/);
  });

  test("the caller's own content-type is kept", async () => {
    const headers = { 'content-type': 'application/merge-patch+json' };
    const response = await signedFetch(KEY)(origin, { method: 'patch', headers, body: '{}' });
    const seen = (await response.json()) as Seen;
    assert.deepEqual([seen.method, seen.contentType], ['PATCH', 'application/merge-patch+json']);
  });

  test('bytes that the caller changes after the call are sent as they were', async () => {
    const bytes = Buffer.from('before');
    const response = signedFetch(async () => KEY)(origin, { method: 'POST', body: bytes });
    bytes.write('after!');
    assert.equal(((await (await response).json()) as Seen).text, 'before');
  });

  test('a stream is refused before anything is sent, and the error names the option', async () => {
    const count = requests.length;
    for (const body of [new Blob(['x']).stream(), chunks('x')]) {
      await assert.rejects(signedFetch(KEY)(origin, { method: 'POST', body }), {
        name: 'TypeError',
        message: /is a stream.*bufferedStreamBytes/,
      });
    }
    const request = new Request(origin, { method: 'POST', body: 'x' });
    await assert.rejects(signedFetch(KEY)(request), /bufferedStreamBytes/);
    assert.equal(requests.length, count);
  });

  test('a stream is buffered up to the limit, and refused beyond it', async () => {
    const fetch = signedFetch(KEY, { bufferedStreamBytes: 6 });
    const seen = (await (await fetch(origin, { method: 'POST', body: chunks('abc', 'def') })).json()) as Seen;
    assert.deepEqual([seen.text, seen.body], ['abcdef', 'verified']);
    await assert.rejects(
      fetch(origin, { method: 'POST', body: chunks('abc', 'defg') }),
      /exceeds bufferedStreamBytes, 6 bytes/,
    );
  });

  test('a Request is signed with its method, headers and body', async () => {
    const headers = { 'content-type': 'application/json', 'x-acs-action': 'CreateOrder' };
    const request = new Request(`${origin}/orders?a=1#part`, { method: 'PUT', headers, body: '{}' });
    const response = await signedFetch(KEY, { bufferedStreamBytes: 1000 })(request);
    const seen = (await response.json()) as Seen;
    assert.deepEqual([seen.method, seen.target, seen.text], ['PUT', '/orders?a=1', '{}']);
    assert.equal(requests.at(-1)?.headers['x-acs-action'], 'CreateOrder');
  });

  test('a provider of keys is asked before each request, so that keys can rotate', async () => {
    const keys = [KEY, TEMPORARY];
    const fetch = signedFetch(async () => keys.shift()!);
    const ids = [];
    for (let at = 0; at < 2; at++) ids.push(((await (await fetch(origin)).json()) as Seen).accessKeyId);
    assert.deepEqual(ids, ['LTAI5tEXAMPLEKEYID000001', 'STS.EXAMPLEKEYID000001']);
  });

  test('the error of a provider of keys rejects the call', async () => {
    const fetch = signedFetch(() => Promise.reject(new Error('no key today')));
    await assert.rejects(fetch(origin), /no key today/);
  });

  test('each request has a nonce of its own; clock and nonce can be given', async () => {
    const nonces = new Set<string>();
    const fetch = signedFetch(KEY);
    for (let at = 0; at < 5; at++) nonces.add(((await (await fetch(origin)).json()) as Seen).nonce);
    assert.equal(nonces.size, 5);
    const late = signedFetch(KEY, { now: () => Date.now() - 3_600_000, nonce: () => 'n-1' });
    const response = await late(origin);
    assert.equal(response.status, 400);
    assert.match(await response.text(), /^InvalidTimeStamp.Expired/);
    assert.equal(requests.at(-1)?.headers['x-acs-signature-nonce'], 'n-1');
  });

  test('a redirect is answered, never followed: no signature reaches another address', async () => {
    for (const redirect of [undefined, 'follow', 'manual'] as const) {
      const count = requests.length;
      const init = redirect === undefined ? {} : { redirect };
      const response = await signedFetch(KEY)(`${origin}/moved`, init);
      assert.deepEqual([response.status, response.headers.get('location')], [307, 'http://127.0.0.1:1/']);
      assert.equal(requests.length, count + 1);
    }
    await assert.rejects(signedFetch(KEY)(`${origin}/moved`, { redirect: 'error' }), TypeError);
  });

  test('nothing is retried', async () => {
    const count = requests.length;
    const response = await signedFetch(KEY)(`${origin}/busy`);
    assert.equal(response.status, 503);
    await assert.rejects(signedFetch(KEY)(`${origin}/hangup`));
    assert.equal(requests.length, count + 2);
  });

  test('an authorization header of the caller is refused: there is only one', async () => {
    await assert.rejects(
      signedFetch(KEY)(origin, { headers: { Authorization: 'Bearer x' } }),
      /authorization/,
    );
  });

  test('a request that no verifier would parse is refused, not sent', async () => {
    const count = requests.length;
    await assert.rejects(signedFetch(KEY)(`${origin}/?a=1&a=2`), SignatureError);
    assert.equal(requests.length, count);
  });

  test('another fetch can be passed, and gets what must be sent', async () => {
    const calls: Request[] = [];
    const fetch = signedFetch(KEY, {
      fetch: async (input, init) => {
        calls.push(new Request(input instanceof Request ? input : String(input), init));
        return new Response('elsewhere');
      },
    });
    const controller = new AbortController();
    const response = await fetch('https://orders.example.com/a', { signal: controller.signal });
    assert.equal(await response.text(), 'elsewhere');
    const [sent] = calls;
    assert.equal(sent?.url, 'https://orders.example.com/a');
    assert.match(sent.headers.get('authorization') ?? '', /SignedHeaders=host;/);
    assert.equal(sent.headers.has('host'), false, 'a browser would refuse it');
    controller.abort();
    assert.equal(sent.signal.aborted, true);
  });

  test('a host that fetch would not send is refused before it is signed', async () => {
    const { host } = new URL(origin);
    assert.equal((await signedFetch(KEY)(origin, { headers: { host } })).status, 200);
    const elsewhere = signedFetch(KEY)(origin, { headers: { host: 'orders.example.com' } });
    await assert.rejects(elsewhere, /`orders.example.com`/);
  });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const received = {
    method: request.method!,
    target: request.url!,
    rawHeaders: request.rawHeaders,
    body: await buffer(request),
  };
  if (request.url === '/moved')
    return void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
  if (request.url === '/busy') return void response.writeHead(503).end();
  if (request.url === '/hangup') return void request.socket.destroy();
  try {
    const parsed = parseSignature(received);
    if (!('accessKeyId' in parsed)) throw new SignatureError('MissingSignature');
    const key = SigningKey.fromSecret(SECRETS.get(parsed.accessKeyId)!);
    const { body } = verifySignature(received, parsed, key, { now: Date.now() });
    const { scheme, accessKeyId, securityToken, nonce } = parsed;
    const seen: Seen = {
      method: received.method,
      target: received.target,
      scheme,
      accessKeyId,
      securityToken,
      nonce,
      contentType: request.headers['content-type'],
      body,
      text: received.body.toString(),
    };
    response.end(JSON.stringify(seen));
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    response.writeHead(error.httpStatus).end(`${error.code}: ${error.message}`);
  }
}

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}
