import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { SignedRequest } from '@claviger/signature';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { type ForwardAuthEndpoint, startForwardAuth } from '../src/forward-auth/start-forward-auth.ts';
import { IDENTITY_HEADERS } from '../src/gateway/identity-headers.ts';
import { type Nginx, noNginx, startNginx } from './nginx.ts';
import { accountId, type Call, type Key, Keys, noon, ordersMap, sign } from './orders.ts';
import { onTheWire, Wire } from './raw-connection.ts';
import { RecordingUpstream } from './recording-upstream.ts';
import { freshDirectory, TestLog } from './running-gateway.ts';

const everything = [{ Effect: 'Allow', Action: 'orders:*', Resource: '*' }];
const json = ['content-type', 'application/json'] as const;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

interface Running {
  readonly endpoint: ForwardAuthEndpoint;
  readonly keys: Keys;
  readonly alice: Key;
  readonly log: TestLog;
  readonly file: string;
  readonly directory: string;
}

const endpoints: ForwardAuthEndpoint[] = [];
after(async () => {
  for (const endpoint of endpoints) await endpoint.close(0);
});

async function running(
  settings = "listen: 127.0.0.1:0\nproxies: ['127.0.0.1']\n",
  service = '',
): Promise<Running> {
  const directory = freshDirectory();
  const keys = new Keys();
  const log = new TestLog();
  const file = join(directory, 'forward-auth.yaml');
  writeFileSync(join(directory, 'orders.yaml'), ordersMap);
  writeFileSync(
    file,
    `${settings.replaceAll('DIRECTORY', directory)}admin: { listen: '127.0.0.1:0' }\nsource: { server: 'http://127.0.0.1:1' }\nservices:\n  - map: orders.yaml\n${service}`,
  );
  const endpoint = await startForwardAuth(file, {
    openSource: () => ({ source: keys, isReady: () => true, close() {} }),
    now: () => noon,
    log,
  });
  endpoints.push(endpoint);
  return { endpoint, keys, alice: keys.addUser('alice', everything), log, file, directory };
}

interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks as a proxy does. */
function ask(
  address: string,
  path: string,
  rawHeaders: readonly string[],
  method = 'GET',
): Promise<Answered> {
  const where = address.startsWith('/')
    ? { socketPath: address }
    : { host: '127.0.0.1', port: new URL(address).port };
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...where, method, path, headers: rawHeaders as never, agent: false });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    outgoing.end();
  });
}

type Question = readonly [path: string, rawHeaders: readonly string[], method?: string];

/** How each proxy asks about a request. */
const proxies: Readonly<Record<string, (signed: SignedRequest) => Question>> = {
  nginx: ({ method, target, rawHeaders }) => [
    '/nginx',
    [
      ...rawHeaders,
      'X-Original-Method',
      method,
      'X-Original-URI',
      target,
      'X-Forwarded-For',
      '203.0.113.9',
      'Connection',
      'close',
    ],
  ],
  traefik: ({ method, target, rawHeaders }) => [
    '/traefik',
    [
      ...withoutHost(rawHeaders),
      'Host',
      '127.0.0.1:9180',
      'X-Forwarded-Method',
      method,
      'X-Forwarded-Uri',
      target,
      'X-Forwarded-Host',
      hostOf(rawHeaders),
      'X-Forwarded-For',
      '203.0.113.9',
      'X-Forwarded-Proto',
      'https',
    ],
  ],
  caddy: ({ method, target, rawHeaders }) => [
    '/caddy',
    [
      ...rawHeaders,
      'X-Forwarded-Method',
      method,
      'X-Forwarded-Uri',
      target,
      'X-Forwarded-Host',
      hostOf(rawHeaders),
      'X-Forwarded-For',
      '203.0.113.9',
      'X-Forwarded-Proto',
      'https',
    ],
  ],
  envoy: ({ method, target, rawHeaders }) => [
    `/envoy${target}`,
    [...rawHeaders, 'X-Forwarded-For', '203.0.113.9', 'Content-Length', '0'],
    method,
  ],
};

const hostOf = (rawHeaders: readonly string[]) => rawHeaders[rawHeaders.indexOf('host') + 1]!;
function withoutHost(rawHeaders: readonly string[]): string[] {
  const at = rawHeaders.indexOf('host');
  return rawHeaders.toSpliced(at, 2);
}

for (const [name, asksAbout] of Object.entries(proxies)) {
  describe(`${name} asks`, () => {
    let site: Running;
    before(async () => {
      site = await running();
    });
    const about = (signed: SignedRequest, more: readonly string[] = []) => {
      const [path, rawHeaders, method] = asksAbout(signed);
      return ask(site.endpoint.address, path, [...rawHeaders, ...more], method);
    };

    test('about a signed request: it may pass, with its sender', async () => {
      const body = '{"item":"book"}';
      const { status, headers } = await about(
        sign(site.alice, { method: 'POST', target: '/orders?a=%2f&b=1', headers: [json], body }),
      );
      assert.equal(status, 200);
      assert.equal(headers[IDENTITY_HEADERS.accountId], accountId);
      assert.equal(headers[IDENTITY_HEADERS.principalArn], `acs:ram::${accountId}:user/alice`);
      assert.equal(headers[IDENTITY_HEADERS.action], 'orders:CreateOrder');
      assert.equal(headers[IDENTITY_HEADERS.sourceAddress], '203.0.113.9');
      // Unverified parts are marked.
      assert.equal(headers['x-claviger-body'], 'unverified');
      assert.equal(headers[IDENTITY_HEADERS.contentSha256], sha256(body));
      const token = String(headers[IDENTITY_HEADERS.identity]);
      const jwks = await (await fetch(`${site.endpoint.adminAddress}/.well-known/claviger/jwks.json`)).json();
      const { payload } = await jwtVerify(token, createLocalJWKSet(jwks as never), {
        audience: 'orders',
        currentDate: new Date(noon),
      });
      assert.deepEqual(
        [payload['method'], payload['target'], payload['content_hash']],
        ['POST', '/orders?a=%2f&b=1', `sha256:${sha256(body)}`],
      );
    });

    test('about one by RPC 1.0 in the query: it may pass without a body', async () => {
      const signed = sign(site.alice, { target: '/orders/17' }, { scheme: 'RPC-HMAC-SHA1' });
      const { status, headers } = await about(signed);
      assert.equal(status, 200);
      assert.equal(headers[IDENTITY_HEADERS.contentSha256], sha256(''));
    });

    test('about one that RPC 1.0 signs in a form: refused, with the way to go', async () => {
      const signed = sign(
        site.alice,
        {
          method: 'POST',
          target: '/orders',
          headers: [['content-type', 'application/x-www-form-urlencoded']],
          body: 'a=b',
        },
        { scheme: 'RPC-HMAC-SHA1', systemParameters: 'form' },
      );
      const { status, headers, body } = await about(signed);
      assert.equal(status, 401);
      assert.equal(headers['x-claviger-error-code'], 'IncompleteSignature');
      assert.match(JSON.parse(body).Message, /use the gateway or the library/);
    });

    test('about one with a missing or wrong signature: 401 with RAM’s code', async () => {
      const unsigned = await about({
        method: 'GET',
        target: '/orders/17',
        rawHeaders: ['host', 'a'],
        body: Buffer.alloc(0),
      });
      assert.deepEqual(
        [unsigned.status, unsigned.headers['x-claviger-error-code']],
        [401, 'MissingAccessKeyId'],
      );
      assert.equal(unsigned.headers['www-authenticate'], 'ACS3-HMAC-SHA256');
      const other = await about({ ...sign(site.alice, { target: '/orders/17' }), target: '/orders/18' });
      assert.deepEqual(
        [other.status, other.headers['x-claviger-error-code']],
        [401, 'SignatureDoesNotMatch'],
      );
      assert.deepEqual(
        [other.headers['x-claviger-error-status'], JSON.parse(other.body).Code],
        ['400', 'SignatureDoesNotMatch'],
      );
    });

    test('about one of OSS: 401 with an error in XML, also in the header for nginx', async () => {
      const { status, headers, body } = await about({
        method: 'GET',
        target: '/orders/17',
        rawHeaders: ['host', 'a', 'authorization', 'OSS LTAI5tExample:c2ln'],
        body: Buffer.alloc(0),
      });
      assert.deepEqual([status, headers['x-claviger-error-code']], [401, 'InvalidSignatureMethod']);
      assert.match(
        body,
        /<Error><Code>InvalidSignatureMethod<\/Code><Message>The signature scheme OSS is not/,
      );
      if (name === 'nginx') assert.equal(headers['x-claviger-error'], body);
    });

    test('about one that may not: 403 with RAM’s code and what was missing', async () => {
      const stranger = site.keys.addUser(`stranger-${name}`, []);
      const { status, headers, body } = await about(sign(stranger, { target: '/orders/17' }));
      assert.deepEqual([status, headers['x-claviger-error-code']], [403, 'NoPermission']);
      assert.equal(JSON.parse(body).AccessDeniedDetail.AuthAction, 'orders:GetOrder');
    });

    test('about the host that was signed, and no other', async () => {
      const call: Call = { target: '/orders/17', headers: [['host', 'Orders.Example.com:8443']] };
      assert.equal((await about(sign(site.alice, call))).status, 200);
      const moved = sign(site.alice, call);
      const rawHeaders = moved.rawHeaders.map((each) =>
        each === 'Orders.Example.com:8443' ? 'orders.example.com' : each,
      );
      const answer = await about({ ...moved, rawHeaders });
      assert.deepEqual(
        [answer.status, answer.headers['x-claviger-error-code']],
        [401, 'SignatureDoesNotMatch'],
      );
    });

    test('about one that claims an identity: refused, in every spelling', async () => {
      for (const header of ['x-claviger-account-id', 'X_Claviger_Principal_Arn', 'x.claviger.identity']) {
        const { status, headers } = await about(sign(site.alice, { target: '/orders/17' }), [
          header,
          'spoofed',
        ]);
        assert.deepEqual(
          [status, headers['x-claviger-error-code']],
          [403, 'InvalidParameter.Header'],
          header,
        );
      }
    });

    test('about one with the headers of another proxy: they are the client’s, and not believed', async () => {
      const foreign: Readonly<Record<string, readonly string[]>> = {
        nginx: [
          'X-Forwarded-Uri',
          '/orders/18',
          'X-Forwarded-Method',
          'DELETE',
          'X-Forwarded-Host',
          'other.example.com',
        ],
        traefik: ['X-Original-URI', '/orders/18'],
        caddy: ['X-Original-URI', '/orders/18'],
        envoy: ['X-Forwarded-Uri', '/orders/18', 'X-Forwarded-Method', 'DELETE'],
      };
      const { status, headers } = await about(sign(site.alice, { target: '/orders/17' }), foreign[name]);
      if (status === 200) assert.match(String(headers[IDENTITY_HEADERS.resource]), /order\/17$/);
      else assert.deepEqual([status, headers['x-claviger-error-code']], [401, 'InvalidParameter.Header']);
      // What the proxy sets itself counts once; of two, one would be the client's.
      const own = { nginx: 'X-Original-URI', traefik: 'X-Forwarded-Uri', caddy: 'X-Forwarded-Uri' }[name];
      if (own === undefined) return;
      const twice = await about(sign(site.alice, { target: '/orders/17' }), [own, '/orders/18']);
      assert.deepEqual(
        [twice.status, twice.headers['x-claviger-error-code']],
        [500, 'ForwardAuth.Misconfigured'],
      );
    });

    test('about the same one twice: a replay', async () => {
      const signed = sign(site.alice, { target: '/orders/17' });
      assert.equal((await about(signed)).status, 200);
      const again = await about(signed);
      assert.deepEqual([again.status, again.headers['x-claviger-error-code']], [401, 'SignatureNonceUsed']);
    });

    test('about what could mean two things: refused', async () => {
      for (const target of ['/orders/../orders/17', '/orders//17', '/orders/17%2Fitems', '/orders/17;a']) {
        const { status } = await about(sign(site.alice, { target }));
        assert.equal(status, 401, target);
      }
    });
  });
}

describe('the endpoint', () => {
  test('answers only the configured proxies', async () => {
    const { endpoint, alice } = await running("listen: 127.0.0.1:0\nproxies: ['10.0.0.0/8']\n");
    const [path, headers] = proxies['nginx']!(sign(alice, { target: '/orders/17' }));
    const answer = await ask(endpoint.address, path, headers);
    assert.deepEqual([answer.status, answer.headers['x-claviger-error-code']], [403, 'Forbidden.NotAProxy']);
  });

  test('on a Unix socket answers every client', async () => {
    const { endpoint, alice } = await running('listen: unix:DIRECTORY/auth.sock\n');
    const [path, headers] = proxies['nginx']!(sign(alice, { target: '/orders/17' }));
    const answer = await ask(endpoint.address, path, headers);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers[IDENTITY_HEADERS.sourceAddress], '203.0.113.9');
  });

  test('tells of a proxy that is not configured as it must be', async () => {
    const { endpoint, alice, log } = await running();
    const { rawHeaders } = sign(alice, { target: '/orders/17' });
    const answer = await ask(endpoint.address, '/nginx', rawHeaders);
    assert.deepEqual(
      [answer.status, answer.headers['x-claviger-error-code']],
      [500, 'ForwardAuth.Misconfigured'],
    );
    const { fields } = await log.until(({ fields }) => 'problem' in fields);
    assert.match(String(fields['problem']), /the header `x-original-method` is missing/);
    assert.equal((await ask(endpoint.address, '/', rawHeaders)).status, 500);
    assert.equal((await ask(endpoint.address, '/apache', rawHeaders)).status, 500);
  });

  test('throttles with RAM’s code', async () => {
    const { endpoint, alice } = await running(
      "listen: 127.0.0.1:0\nproxies: ['127.0.0.1']\nrateLimits: { perKey: 1/m }\n",
    );
    const about = (target: string) => {
      const [path, headers] = proxies['traefik']!(sign(alice, { target }));
      return ask(endpoint.address, path, headers);
    };
    assert.equal((await about('/orders/17')).status, 200);
    const { status, headers } = await about('/orders/17');
    assert.deepEqual(
      [status, headers['x-claviger-error-code'], headers['retry-after'], headers['x-acs-retry-after']],
      [403, 'Throttling.User', '60', '60000'],
    );
  });

  test('takes a new service map while it runs', async () => {
    const { endpoint, alice, directory } = await running();
    const map = join(directory, 'orders.yaml');
    writeFileSync(
      map,
      readFileSync(map, 'utf8').replace('GET /orders/{orderId}\n', 'GET /bestellungen/{orderId}\n'),
    );
    assert.equal(await endpoint.reload(), 'taken');
    const [path, headers] = proxies['nginx']!(sign(alice, { target: '/bestellungen/17' }));
    assert.equal((await ask(endpoint.address, path, headers)).status, 200);
  });

  test('is not started without anybody who may ask', async () => {
    await assert.rejects(
      running('listen: 127.0.0.1:0\n'),
      /forward-auth\.yaml:1:1: the field `proxies` is missing/,
    );
  });
});

describe('a real nginx with auth_request', { skip: noNginx }, () => {
  let site: Running;
  let upstream: RecordingUpstream;
  let nginx: Nginx;

  before(async () => {
    if (noNginx) return;
    site = await running();
    upstream = await RecordingUpstream.start();
    nginx = await startDocumentedNginx(site);
  });
  after(async () => {
    await nginx?.stop();
    await upstream?.close();
  });

  /** Starts nginx with the documented configuration in front of a forward-auth. */
  const startDocumentedNginx = ({ endpoint }: Running) => {
    const { host } = new URL(endpoint.address);
    const documented = readFileSync(
      new URL('../../../docs/forward-auth/nginx.conf', import.meta.url),
      'utf8',
    );
    return startNginx(freshDirectory(), (port) =>
      documented
        .replace('listen 8080;', `listen 127.0.0.1:${port};`)
        .replaceAll('127.0.0.1:9180', host)
        .replaceAll('127.0.0.1:3000', new URL(upstream.url).host),
    );
  };

  const send = async (bytes: string) => {
    const wire = await Wire.open(nginx.url);
    wire.write(bytes);
    const answer = await wire.answer();
    wire.close();
    return answer;
  };

  test('lets a signed request pass, as it was signed, with who signed it', async () => {
    const body = '{"item":"book"}';
    const answer = await send(
      onTheWire(
        sign(site.alice, {
          method: 'POST',
          target: '/orders?a=%2f',
          headers: [json, ['host', 'Orders.Example.com:8443']],
          body,
        }),
      ),
    );
    assert.equal(answer.status, 200, answer.body);
    const { headers, target, body: seen } = upstream.requests.at(-1)!;
    assert.equal(target, '/orders?a=%2f');
    assert.equal(headers.get('x-claviger-principal-arn'), `acs:ram::${accountId}:user/alice`);
    assert.equal(headers.get('x-claviger-source-address'), '127.0.0.1');
    assert.equal(headers.get('x-claviger-content-sha256'), sha256(seen.toString()));
    assert.equal(headers.get('authorization'), undefined);
    assert.equal(headers.get('x-acs-security-token'), undefined);
  });

  test('shows the service a body that is not the signed one by its digest: it has to look', async () => {
    const signed = sign(site.alice, { method: 'POST', target: '/orders', headers: [json], body: '{}' });
    const answer = await send(onTheWire({ ...signed, body: Buffer.from('[]') }));
    assert.equal(answer.status, 200);
    const { headers, body } = upstream.requests.at(-1)!;
    assert.notEqual(headers.get('x-claviger-content-sha256'), sha256(body.toString()));
  });

  test('tells a throttled client when to retry, and no other client', async () => {
    const throttling = await running(
      "listen: 127.0.0.1:0\nproxies: ['127.0.0.1']\nrateLimits: { perKey: 1/m }\n",
    );
    const inFront = await startDocumentedNginx(throttling);
    const answers = [];
    for (let call = 0; call < 2; call++) {
      const wire = await Wire.open(inFront.url);
      wire.write(onTheWire(sign(throttling.alice, { target: '/orders/17' })));
      answers.push(await wire.answer());
      wire.close();
    }
    await inFront.stop();
    const [passed, throttled] = answers;
    assert.equal(passed!.status, 200);
    assert.doesNotMatch(passed!.head, /retry-after/i);
    assert.equal(throttled!.status, 403);
    assert.equal(JSON.parse(throttled!.body).Code, 'Throttling.User');
    assert.match(throttled!.head, /\r\nretry-after: 60(?:\r|$)/i);
    assert.match(throttled!.head, /\r\nx-acs-retry-after: 60000(?:\r|$)/i);
  });

  test('gives the client RAM’s error, with the code and what was missing', async () => {
    const stranger = site.keys.addUser('stranger-nginx-real', []);
    const count = upstream.requests.length;
    const denied = await send(onTheWire(sign(stranger, { target: '/orders/17' })));
    assert.equal(denied.status, 403, denied.body);
    assert.equal(JSON.parse(denied.body).Code, 'NoPermission');
    assert.equal(JSON.parse(denied.body).AccessDeniedDetail.AuthAction, 'orders:GetOrder');
    assert.match(denied.head, /content-type: application\/json/i);
    const wrong = await send(
      onTheWire(sign({ ...site.alice, accessKeySecret: 'x' }, { target: '/orders/17' })),
    );
    assert.equal(wrong.status, 401);
    assert.equal(JSON.parse(wrong.body).Code, 'SignatureDoesNotMatch');
    const unsigned = await send('GET /orders/17 HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.equal(unsigned.status, 401);
    assert.equal(JSON.parse(unsigned.body).Code, 'MissingAccessKeyId');
    assert.equal(upstream.requests.length, count);
  });

  test('gives an error too large for its buffer shortened, and no other status', async () => {
    const signed = sign(
      { ...site.alice, accessKeySecret: 'x' },
      { target: `/orders/17?a=${'%E4%BD%A0'.repeat(300)}` },
    );
    const answer = await send(onTheWire(signed));
    assert.equal(answer.status, 401, answer.body);
    assert.equal(JSON.parse(answer.body).Code, 'SignatureDoesNotMatch');
  });

  test('never passes on what a client says of itself', async () => {
    for (const name of Object.values(IDENTITY_HEADERS)) {
      for (const spelling of [name, name.toUpperCase(), name.replaceAll('-', '_')]) {
        const count = upstream.requests.length;
        const answer = await send(
          onTheWire(sign(site.alice, { target: '/orders/17' }), [`${spelling}: spoofed`]),
        );
        if (upstream.requests.length === count) {
          assert.equal(answer.status, 403, spelling);
          continue;
        }
        assert.ok(!upstream.requests.at(-1)!.rawHeaders.includes('spoofed'), spelling);
      }
    }
  });

  test('asks about what the client sent, whatever headers of its own it sends', async () => {
    const { alice } = site;
    const allowed = sign(alice, { target: '/orders/17' });
    const bytes = onTheWire({ ...allowed, target: '/orders/18' }, [
      'X-Original-URI: /orders/17',
      'X-Original-Method: GET',
      'X-Forwarded-Uri: /orders/17',
      'X-Forwarded-For: 10.1.1.1',
    ]);
    const count = upstream.requests.length;
    assert.equal((await send(bytes)).status, 401);
    assert.equal(upstream.requests.length, count);
    const honest = await send(
      onTheWire(sign(alice, { target: '/orders/17' }), ['X-Forwarded-For: 10.1.1.1']),
    );
    assert.equal(honest.status, 200);
    assert.equal(upstream.requests.at(-1)!.headers.get('x-claviger-source-address'), '127.0.0.1');
  });

  test('refuses a form that RPC 1.0 signs, and says the way to go', async () => {
    const signed = sign(
      site.alice,
      {
        method: 'POST',
        target: '/orders',
        headers: [['content-type', 'application/x-www-form-urlencoded']],
        body: 'a=b',
      },
      { scheme: 'RPC-HMAC-SHA1', systemParameters: 'form' },
    );
    const answer = await send(onTheWire(signed));
    assert.equal(answer.status, 401);
    assert.match(JSON.parse(answer.body).Message, /use the gateway or the library/);
  });

  test('lets nothing through without an answer', async () => {
    const gone = await running();
    await gone.endpoint.close(0);
    const lonely = await startDocumentedNginx(gone);
    const count = upstream.requests.length;
    const wire = await Wire.open(lonely.url);
    wire.write(onTheWire(sign(site.alice, { target: '/orders/17' })));
    assert.equal((await wire.answer()).status, 500);
    wire.close();
    assert.equal(upstream.requests.length, count);
    await lonely.stop();
  });
});
