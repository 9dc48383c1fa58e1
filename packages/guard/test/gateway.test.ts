import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, test } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { GuardDependencies } from '../src/gateway/index.ts';
import { loadGateway } from '../src/gateway/load-configuration.ts';
import { GatewayConfigurationError } from '../src/gateway/settings-section.ts';
import { accountId, type Call, type Key, Keys, noon, sign } from './orders.ts';
import { onTheWire, Wire, type WireAnswer } from './raw-connection.ts';
import { RecordingUpstream } from './recording-upstream.ts';
import {
  freshDirectory,
  type GatewayTestOptions,
  gatewayYaml,
  type RunningGateway,
  runningGateway,
} from './running-gateway.ts';

const everything = [{ Effect: 'Allow', Action: 'orders:*', Resource: '*' }];
const json = ['content-type', 'application/json'] as const;
const form = ['content-type', 'application/x-www-form-urlencoded'] as const;
const MIB = 1024 * 1024;

/** A gateway for one test, with a user who may do everything. */
async function withGateway(
  options: GatewayTestOptions,
  work: (running: RunningGateway & { alice: Key; ask(call: Call): Promise<WireAnswer> }) => Promise<void>,
): Promise<void> {
  const running = await runningGateway(options);
  const alice = running.keys.addUser('alice', everything);
  const ask = async (call: Call) => {
    const wire = await Wire.open(running.url);
    wire.write(onTheWire(sign(alice, call)));
    const answer = await wire.answer();
    wire.close();
    return answer;
  };
  try {
    await work(Object.assign(running, { alice, ask }));
  } finally {
    await running.close();
  }
}

const codeOf = ({ body }: WireAnswer) => (JSON.parse(body) as { Code: string }).Code;

describe('a request through the gateway', () => {
  test('goes on as it was signed, with who signed it, and without the signature', () =>
    withGateway({}, async ({ ask, alice, upstream }) => {
      const { status, body } = await ask({
        target: '/orders/17?expand=items',
        headers: [
          ['x-trace', 'abc'],
          ['host', 'Orders.Example.com'],
        ],
      });
      assert.equal(status, 200, body);
      assert.deepEqual(JSON.parse(body), { asked: 'GET /orders/17?expand=items' });
      const { headers } = upstream.requests[0]!;
      assert.equal(headers.get('x-claviger-account-id'), accountId);
      assert.equal(headers.get('x-claviger-principal-arn'), `acs:ram::${accountId}:user/alice`);
      assert.equal(headers.get('x-claviger-principal-type'), 'ram-user');
      assert.equal(headers.get('x-claviger-access-key-id'), alice.accessKeyId);
      assert.equal(headers.get('x-claviger-action'), 'orders:GetOrder');
      assert.equal(headers.get('x-claviger-resource'), `acs:orders:cn-hangzhou:${accountId}:order/17`);
      assert.match(headers.get('x-claviger-request-id') ?? '', /^[0-9A-F-]{36}$/);
      assert.equal(headers.get('x-claviger-source-address'), '127.0.0.1');
      assert.equal(headers.get('host'), 'orders.example.com');
      assert.equal(headers.get('x-forwarded-host'), 'orders.example.com');
      assert.equal(headers.get('x-forwarded-for'), '127.0.0.1');
      assert.equal(headers.get('x-forwarded-proto'), 'http');
      assert.equal(headers.get('x-trace'), 'abc');
      for (const name of ['authorization', 'x-acs-signature-nonce', 'x-acs-content-sha256']) {
        assert.equal(headers.get(name), undefined, name);
      }
    }));

  test('carries a token by which the service knows who called, checked by the published keys', () =>
    withGateway({}, async ({ alice, ask, url, upstream, gateway }) => {
      for (const target of ['/orders/17', '/orders/18']) assert.equal((await ask({ target })).status, 200);
      const [token = '', second] = upstream.requests.map(({ headers }) => headers.get('x-claviger-identity'));
      for (const address of [url, gateway.adminAddress!]) {
        const jwks = await (await fetch(`${address}/.well-known/claviger/jwks.json`)).json();
        const { payload } = await jwtVerify(token, createLocalJWKSet(jwks as never), {
          audience: 'orders',
          issuer: 'claviger-gateway',
          currentDate: new Date(noon),
        });
        const { jti, ...claims } = payload;
        assert.match(jti!, /^[0-9A-F-]{36}$/);
        assert.deepEqual(claims, {
          iss: 'claviger-gateway',
          aud: 'orders',
          sub: `acs:ram::${accountId}:user/alice`,
          account_id: accountId,
          principal_type: 'ram-user',
          access_key_id: alice.accessKeyId,
          iat: noon / 1000,
          exp: noon / 1000 + 60,
        });
      }
      assert.equal(second, token, 'the service can keep what it has verified');
    }));

  test('carries a token of its own signer, after calls of others', () =>
    withGateway({}, async ({ ask, alice, keys, url, upstream }) => {
      const bob = keys.addUser('bob', everything);
      for (const key of [alice, bob, alice, bob]) {
        const wire = await Wire.open(url);
        wire.write(onTheWire(sign(key, { target: '/orders/17' })));
        assert.equal((await wire.answer()).status, 200);
        wire.close();
      }
      assert.equal((await ask({ target: '/orders/17' })).status, 200);
      const callers = upstream.requests.map(({ headers }) => {
        const token = headers.get('x-claviger-identity') ?? '';
        const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
        assert.equal(claims.access_key_id, headers.get('x-claviger-access-key-id'));
        return claims.sub.split('/')[1];
      });
      assert.deepEqual(callers, ['alice', 'bob', 'alice', 'bob', 'alice']);
    }));

  test('that is a form is passed on when all of it has been looked at', () =>
    withGateway({}, async ({ ask, upstream }) => {
      const body = `tag=a&note=${'x'.repeat(100_000)}&_method=`;
      assert.equal((await ask({ method: 'POST', target: '/orders', headers: [form], body })).status, 200);
      assert.equal(upstream.requests[0]!.body.toString(), body);
    }));

  test('that is a form goes on no further when it names another method for the service', () =>
    withGateway({}, async ({ ask, upstream }) => {
      for (const name of ['_method', '%5FMethod', '?_method', 'X-HTTP-Method-Override']) {
        for (const more of ['', `&note=${'x'.repeat(100_000)}`]) {
          const call = {
            method: 'POST',
            target: '/orders',
            headers: [form],
            body: `a=1&${name}=DELETE${more}`,
          };
          const answer = await ask(name.startsWith('?') ? { ...call, body: call.body.slice(4) } : call);
          assert.deepEqual([answer.status, codeOf(answer)], [400, 'InvalidParameter.Method'], name);
        }
      }
      assert.equal(upstream.requests.length, 0);
    }));

  test('that is a form is not taken beyond 1 MiB, nor beyond the limit of the gateway', () =>
    withGateway({}, async ({ ask, upstream }) => {
      const answer = await ask({
        method: 'POST',
        target: '/orders',
        headers: [form],
        body: 'a'.repeat(MIB + 1),
      });
      assert.deepEqual([answer.status, codeOf(answer)], [413, 'RequestTooLarge']);
      assert.equal(upstream.requests.length, 0);
    }));

  test('carries no token where the service wants none', () =>
    withGateway({ service: 'identityToken: none' }, async ({ ask, upstream }) => {
      const spoofed = ['x-claviger-identity', 'made.up.token'] as const;
      assert.equal((await ask({ target: '/orders/17', headers: [spoofed] })).status, 200);
      assert.equal(upstream.requests[0]!.headers.get('x-claviger-identity'), undefined);
    }));

  test('carries a token for this request alone where the service wants that', () =>
    withGateway({ service: 'identityToken: request' }, async ({ ask, url, upstream, gateway }) => {
      const body = '{"item":"book"}';
      assert.equal((await ask({ method: 'POST', target: '/orders?a=b', headers: [json], body })).status, 200);
      const token = upstream.requests[0]!.headers.get('x-claviger-identity')!;
      for (const address of [url, gateway.adminAddress!]) {
        const jwks = await (await fetch(`${address}/.well-known/claviger/jwks.json`)).json();
        const { payload } = await jwtVerify(token, createLocalJWKSet(jwks as never), {
          audience: 'orders',
          issuer: 'claviger-gateway',
          currentDate: new Date(noon),
        });
        assert.equal(payload.sub, `acs:ram::${accountId}:user/alice`);
        assert.equal(payload['method'], 'POST');
        assert.equal(payload['target'], '/orders?a=b');
        assert.equal(payload['content_hash'], `sha256:${createHash('sha256').update(body).digest('hex')}`);
        assert.equal(payload.exp! - payload.iat!, 60);
      }
    }));

  test('signed by RPC 1.0 in the query leaves the protocol behind, and the rest byte for byte', () =>
    withGateway({}, async ({ alice, url, upstream }) => {
      const wire = await Wire.open(url);
      const signed = sign(
        alice,
        { target: '/orders/17?channel=w%65b+1&z=%2f' },
        { scheme: 'RPC-HMAC-SHA1', action: 'GetOrder' },
      );
      wire.write(onTheWire(signed));
      const answer = await wire.answer();
      wire.close();
      assert.equal(answer.status, 200, answer.body);
      assert.equal(
        upstream.requests[0]!.target,
        '/orders/17?channel=w%65b+1&z=%2f&Action=GetOrder&Format=JSON',
      );
    }));

  test('signed by RPC 1.0 in the form leaves the protocol behind there as well', () =>
    withGateway({}, async ({ alice, url, upstream }) => {
      const wire = await Wire.open(url);
      const signed = sign(
        alice,
        {
          method: 'POST',
          target: '/orders',
          headers: [['content-type', 'application/x-www-form-urlencoded']],
          body: 'item=b%6Fok&note=%E4%BD%A0',
        },
        { scheme: 'RPC-HMAC-SHA1', systemParameters: 'form' },
      );
      wire.write(onTheWire(signed));
      const answer = await wire.answer();
      wire.close();
      assert.equal(answer.status, 200, answer.body);
      const { body, headers } = upstream.requests[0]!;
      assert.equal(body.toString(), 'item=b%6Fok&note=%E4%BD%A0&Format=JSON');
      assert.equal(headers.get('content-length'), String(body.length));
      assert.equal(headers.get('x-claviger-content-sha256'), createHash('sha256').update(body).digest('hex'));
    }));

  test('that is not signed, not known or not allowed never goes on', () =>
    withGateway({}, async ({ keys, url, upstream }) => {
      const bob = keys.addUser('bob', [{ Effect: 'Allow', Action: 'orders:ListOrders', Resource: '*' }]);
      for (const [bytes, status, code] of [
        ['GET /orders HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'MissingAccessKeyId'],
        [
          onTheWire(sign({ ...bob, accessKeySecret: 'x' }, { target: '/orders' })),
          400,
          'SignatureDoesNotMatch',
        ],
        [
          onTheWire(sign({ accessKeyId: 'LTAI5tnone', accessKeySecret: 'x' }, { target: '/orders' })),
          404,
          'InvalidAccessKeyId.NotFound',
        ],
        [onTheWire(sign(bob, { target: '/orders/17' })), 403, 'NoPermission'],
        [onTheWire(sign(bob, { target: '/elsewhere' })), 404, 'InvalidAction.NotFound'],
      ] as const) {
        const wire = await Wire.open(url);
        wire.write(bytes);
        const answer = await wire.answer();
        wire.close();
        assert.deepEqual([answer.status, codeOf(answer)], [status, code]);
        assert.match(answer.head, /\r\nx-acs-request-id: [0-9A-F-]{36}/);
      }
      assert.equal(upstream.requests.length, 0);
    }));

  test('says through a trusted proxy where it comes from', () =>
    withGateway({ more: "trustedProxies: ['127.0.0.0/8']" }, async ({ ask, upstream }) => {
      await ask({
        target: '/orders/17',
        headers: [
          ['x-forwarded-for', '198.51.100.9, 203.0.113.5'],
          ['x-forwarded-proto', 'https'],
        ],
      });
      const { headers } = upstream.requests[0]!;
      assert.equal(headers.get('x-claviger-source-address'), '203.0.113.5');
      assert.equal(headers.get('x-forwarded-for'), '198.51.100.9, 203.0.113.5, 127.0.0.1');
      assert.equal(headers.get('x-forwarded-proto'), 'https');
    }));

  test('for a host that is not served is told so', () =>
    withGateway({ service: 'hosts: [orders.example.com]' }, async ({ ask }) => {
      assert.equal(
        (await ask({ target: '/orders/17', headers: [['host', 'ORDERS.example.com:8080']] })).status,
        200,
      );
      const answer = await ask({ target: '/orders/17', headers: [['host', 'other.example.com']] });
      assert.deepEqual([answer.status, codeOf(answer)], [421, 'InvalidHost.NotServed']);
    }));

  test('shows the service its own host where that is wanted', () =>
    withGateway({ service: 'host: upstream' }, async ({ ask, upstream }) => {
      await ask({ target: '/orders/17' });
      assert.equal(upstream.requests[0]!.headers.get('host'), new URL(upstream.url).host);
      assert.equal(upstream.requests[0]!.headers.get('x-forwarded-host'), 'orders.example.com');
    }));

  test('too many from one key are throttled as RAM does it', () =>
    withGateway({ more: "rateLimits: { perKey: '1/m burst 2' }" }, async ({ ask }) => {
      assert.equal((await ask({ target: '/orders/17' })).status, 200);
      assert.equal((await ask({ target: '/orders/17' })).status, 200);
      const answer = await ask({ target: '/orders/17' });
      assert.equal(codeOf(answer), 'Throttling.User');
      assert.match(answer.head, /\r\nretry-after: 60(?:\r|$)/);
      assert.match(answer.head, /\r\nx-acs-retry-after: 60000(?:\r|$)/);
    }));
});

describe('a body', () => {
  const large = randomBytes(3 * MIB);
  const put = (body: Uint8Array): Call => ({
    method: 'PUT',
    target: '/files/a',
    headers: [['content-type', 'application/octet-stream']],
    body,
  });

  test('streams to the service and back', () =>
    withGateway({}, async ({ alice, url, upstream }) => {
      upstream.respond = (recorded, _, response) => response.end(recorded.body);
      const signed = sign(alice, put(large));
      const outgoing = request(url, { method: 'PUT', path: signed.target, headers: signed.rawHeaders });
      const back = new Promise<Buffer>((resolve) => {
        outgoing.on('response', (answer) =>
          answer.toArray().then((chunks) => resolve(Buffer.concat(chunks))),
        );
      });
      await pipeline(Readable.from([large.subarray(0, MIB), large.subarray(MIB)]), outgoing);
      assert.deepEqual(await back, large);
      assert.equal(upstream.requests[0]!.headers.get('transfer-encoding'), 'chunked');
    }));

  for (const [name, framed] of [
    ['declared', (body: Buffer) => `content-length: ${body.length}\r\n\r\n${body.toString('latin1')}`],
    [
      'chunked',
      (body: Buffer) =>
        `transfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body.toString('latin1')}\r\n0\r\n\r\n`,
    ],
  ] as const) {
    test(`that is wrong in its last byte never comes to its end: ${name}`, () =>
      withGateway({}, async ({ alice, url, upstream }) => {
        const heads: Promise<unknown>[] = [];
        upstream.onHead = (request) => {
          heads.push(new Promise((resolve) => request.on('error', () => {}).once('close', resolve)));
          return false;
        };
        const wrong = Buffer.from(large);
        wrong[wrong.length - 1]! ^= 1;
        const wire = await Wire.open(url);
        const signed = sign(alice, put(large));
        wire.write(onTheWire({ ...signed, body: Buffer.alloc(0) }).replace(/\r\n$/, '') + framed(wrong));
        const answer = await wire.answer();
        wire.close();
        assert.deepEqual([answer.status, codeOf(answer)], [400, 'ContentSHA256NotMatched']);
        await Promise.all(heads);
        assert.equal(heads.length, 1);
        assert.equal(upstream.complete.length, 0);
      }));
  }

  test('that breaks off never comes to its end', () =>
    withGateway({}, async ({ alice, url, upstream }) => {
      const closed = Promise.withResolvers<void>();
      upstream.onHead = (request) => {
        request.once('close', () => closed.resolve());
        // The client goes away once the service has begun to read.
        request.once('data', () => wire.close());
        return false;
      };
      const signed = sign(alice, put(large));
      const wire = await Wire.open(url);
      wire.write(
        `${onTheWire({ ...signed, body: large.subarray(0, MIB) }, [`content-length: ${large.length}`])}`,
      );
      await closed.promise;
      assert.equal(upstream.complete.length, 0);
    }));

  test('goes no faster than the service reads', () =>
    withGateway({ more: 'bodyLimit: 100MiB' }, async ({ alice, ask, url, upstream }) => {
      const body = Buffer.alloc(64 * MIB, 'x');
      let read = () => {};
      upstream.onHead = (request, response) => {
        if (request.method !== 'PUT') return false;
        read = () => {
          request.resume().on('end', () => response.end('done'));
        };
        return true;
      };
      const wire = await Wire.open(url);
      const signed = sign(alice, put(body));
      wire.write(onTheWire({ ...signed, body: Buffer.alloc(0) }, [`content-length: ${body.length}`]));
      wire.socket.write(body);
      const taken = () => wire.socket.bytesWritten - wire.socket.writableLength;
      // Other requests go through all the while: each is a chance for the gateway to take more of this one.
      for (let before = -1; before !== taken(); ) {
        before = taken();
        for (let call = 0; call < 20; call++) await ask({ target: '/orders/17' });
      }
      assert.ok(taken() < 40 * MIB, `${taken()} bytes were taken from the client`);
      read();
      await wire.until(/^HTTP\/1\.1 200 [\s\S]*done/);
      wire.close();
    }));

  test('above the limit is refused before it is read, or as soon as it is too long', () =>
    withGateway({ more: 'bodyLimit: 1MiB' }, async ({ alice, url, upstream }) => {
      const signed = sign(alice, put(large));
      for (const framing of [`content-length: ${large.length}`, 'transfer-encoding: chunked']) {
        const wire = await Wire.open(url);
        const bytes =
          framing === 'transfer-encoding: chunked'
            ? `${large.length.toString(16)}\r\n${large.toString('latin1')}\r\n0\r\n\r\n`
            : '';
        wire.write(onTheWire({ ...sign(alice, put(large)), body: Buffer.alloc(0) }, [framing]) + bytes);
        const answer = await wire.answer();
        assert.deepEqual([answer.status, codeOf(answer)], [413, 'RequestTooLarge'], framing);
        assert.match(answer.head, /\r\nconnection: close/i);
        wire.close();
      }
      assert.ok(signed);
      assert.equal(upstream.complete.length, 0);
    }));

  test('is asked for only when the head may pass', () =>
    withGateway({}, async ({ alice, keys, url, upstream }) => {
      const stranger = keys.addUser('stranger', []);
      const expects = (key: Key) =>
        onTheWire({ ...sign(key, put(Buffer.from('abc'))), body: Buffer.alloc(0) }, [
          'content-length: 3',
          'expect: 100-continue',
        ]);
      const refused = await Wire.open(url);
      refused.write(expects(stranger));
      assert.equal((await refused.answer()).status, 403);
      assert.doesNotMatch(refused.received, / 100 /);
      refused.close();
      const wire = await Wire.open(url);
      wire.write(expects(alice));
      await wire.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
      wire.write('abc');
      assert.equal((await wire.answer()).status, 200);
      wire.close();
      assert.equal(upstream.requests[0]!.headers.get('expect'), undefined);
      assert.equal(upstream.requests[0]!.body.toString(), 'abc');
    }));
});

describe('an answer', () => {
  test('comes back with its own headers, several of one name too, without those of the connection', () =>
    withGateway({}, async ({ ask, upstream }) => {
      upstream.respond = (_, __, response) => {
        response.writeHead(201, 'Made', [
          'set-cookie',
          'a=1',
          'set-cookie',
          'b=2',
          'x-internal',
          '1',
          'connection',
          'keep-alive, x-internal',
          'keep-alive',
          'timeout=900',
          'content-length',
          '2',
        ]);
        response.end('ok');
      };
      const { status, head, body } = await ask({ target: '/orders/17' });
      assert.deepEqual([status, body], [201, 'ok']);
      assert.equal(head.match(/\r\nset-cookie: /gi)?.length, 2);
      assert.doesNotMatch(head, /x-internal|timeout=900/i);
    }));

  test('to HEAD has the length and no body, and the connection goes on', () =>
    withGateway({}, async ({ url, keys, upstream }) => {
      const map = [{ Effect: 'Allow', Action: 'orders:*', Resource: '*' }];
      const carol = keys.addUser('carol', map);
      upstream.respond = (_, __, response) => {
        response.writeHead(200, { 'content-length': 1234 });
        response.end();
      };
      const wire = await Wire.open(url);
      wire.write(onTheWire(sign(carol, { method: 'HEAD', target: '/orders/17' })));
      await wire.until(/^HTTP\/1\.1 (200|404)[\s\S]*\r\n\r\n$/);
      wire.close();
    }));

  test('that is early is passed on, and the rest of the body is not', () =>
    withGateway({}, async ({ alice, url, upstream }) => {
      upstream.onHead = (_, response) => {
        response.writeHead(403, { 'content-length': 2 });
        response.end('no');
        return true;
      };
      const body = randomBytes(MIB);
      const signed = sign(alice, { method: 'PUT', target: '/files/a', headers: [json], body });
      const wire = await Wire.open(url);
      wire.write(
        onTheWire({ ...signed, body: body.subarray(0, 200_000) }, [`content-length: ${body.length}`]),
      );
      const answer = await wire.answer();
      assert.deepEqual([answer.status, answer.body], [403, 'no']);
      assert.equal(upstream.complete.length, 0);
      // The client may finish what it is sending, and go on.
      wire.write(
        body.subarray(200_000).toString('latin1') + onTheWire(sign(alice, { target: '/orders/17' })),
      );
      assert.equal((await wire.answer()).status, 403);
      wire.close();
    }));

  test('that breaks off is not taken for a whole one', () =>
    withGateway({}, async ({ alice, url, upstream }) => {
      upstream.respond = (_, __, response) => {
        response.writeHead(200, { 'transfer-encoding': 'chunked' });
        response.write('half', () => response.destroy());
      };
      const wire = await Wire.open(url);
      wire.write(onTheWire(sign(alice, { target: '/orders/17' })));
      const all = await wire.rest();
      assert.match(all, /4\r\nhalf\r\n/);
      assert.doesNotMatch(all, /\r\n0\r\n\r\n$/);
    }));

  test('to a client that disconnects is aborted, without effect on others', () =>
    withGateway({}, async ({ alice, ask, url, upstream }) => {
      for (let call = 0; call < 20; call++) {
        const closed = Promise.withResolvers<void>();
        upstream.respond = (_, incoming, response) => {
          incoming.socket.once('close', () => closed.resolve());
          const more = () => {
            while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
          };
          response.on('drain', more);
          more();
        };
        const wire = await Wire.open(url);
        wire.write(onTheWire(sign(alice, { target: '/orders/17' })));
        await wire.until(/^HTTP\/1\.1 200 [\s\S]{100000}/);
        wire.close();
        await closed.promise;
      }
      upstream.respond = undefined;
      assert.equal((await ask({ target: '/orders/17' })).status, 200);
    }));

  test('is aborted when its client is gone', () =>
    withGateway({}, async ({ alice, url, upstream }) => {
      const wire = await Wire.open(url);
      const closed = Promise.withResolvers<void>();
      upstream.respond = (_, request) => {
        request.socket.once('close', () => closed.resolve());
        wire.close();
      };
      wire.write(onTheWire(sign(alice, { target: '/orders/17' })));
      await closed.promise;
    }));
});

describe('a service that fails', () => {
  test('cannot be reached: 502 in RAM form', async () => {
    const dead = await RecordingUpstream.start();
    await dead.close();
    await withGateway({ urls: [dead.url] }, async ({ ask }) => {
      const answer = await ask({ target: '/orders/17' });
      assert.deepEqual([answer.status, codeOf(answer)], [502, 'BadGateway.UpstreamUnreachable']);
    });
  });

  test('hangs up: 502', () =>
    withGateway({}, async ({ ask, upstream }) => {
      upstream.onHead = (request) => {
        request.socket.destroy();
        return true;
      };
      const answer = await ask({ method: 'POST', target: '/orders', headers: [json], body: '{}' });
      assert.deepEqual([answer.status, codeOf(answer)], [502, 'BadGateway.UpstreamFailed']);
    }));

  test('says nothing: 504', () =>
    withGateway({ upstream: 'timeouts: { response: 50ms }' }, async ({ ask, upstream }) => {
      upstream.onHead = () => true;
      const answer = await ask({ target: '/orders/17' });
      assert.deepEqual([answer.status, codeOf(answer)], [504, 'GatewayTimeout.UpstreamResponse']);
    }));

  test('answers what is no HTTP: 502', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).end('hello\r\n\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await withGateway({ urls: [`http://127.0.0.1:${port}`] }, async ({ ask }) => {
      assert.equal((await ask({ target: '/orders/17' })).status, 502);
    });
    server.close();
  });

  test('at one address is asked at the other, and the first one rests', async () => {
    const [one, other] = [await RecordingUpstream.start(), await RecordingUpstream.start()];
    await one.close();
    await withGateway(
      { urls: [one.url, other.url], upstream: 'health: { failures: 2, rest: 1h }' },
      async ({ ask, gateway }) => {
        for (let call = 0; call < 6; call++) {
          const body = JSON.stringify({ call });
          const answer = await ask({ method: 'POST', target: '/orders', headers: [json], body });
          assert.equal(answer.status, 200);
        }
        const metrics = await (await fetch(`${gateway.adminAddress}/metrics`)).text();
        assert.match(
          metrics,
          new RegExp(`claviger_gateway_upstream_up{upstream="orders",address="${one.url}"} 0`),
        );
        assert.match(
          metrics,
          new RegExp(
            `failures_total{upstream="orders",address="${one.url}",code="BadGateway.UpstreamUnreachable"} 2`,
          ),
        );
      },
    );
    assert.equal(other.complete.length, 6);
    await other.close();
  });

  test('has closed an idle connection: a GET is sent again, and the client does not notice', () =>
    withGateway({}, async ({ ask, upstream }) => {
      assert.equal((await ask({ target: '/orders/17' })).status, 200);
      // Hangs up as soon as the next request is there, before it has answered anything on that connection.
      let first = true;
      upstream.onHead = (request) => {
        if (!first) return false;
        first = false;
        request.socket.destroy();
        return true;
      };
      assert.equal((await ask({ target: '/orders/18' })).status, 200);
      assert.deepEqual(
        upstream.requests.map(({ target }) => target),
        ['/orders/17', '/orders/18', '/orders/18'],
      );
    }));
});

describe('a WebSocket', () => {
  const upgrade = [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ];

  test('is opened by a signed request, and then passed through both ways', () =>
    withGateway({}, async ({ alice, url, upstream }) => {
      upstream.server.on('upgrade', (request, socket) => {
        assert.equal(request.headers['x-claviger-action'], 'orders:GetOrder');
        assert.equal(request.headers['authorization'], undefined);
        socket.on('error', () => {});
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nhello',
        );
        socket.on('data', (chunk) => socket.write(Buffer.concat([Buffer.from('echo:'), chunk])));
      });
      const wire = await Wire.open(url);
      wire.write(onTheWire(sign(alice, { target: '/orders/17' }), upgrade));
      await wire.until(
        /^HTTP\/1\.1 101 [\s\S]*sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=[\s\S]*\r\n\r\nhello$/i,
      );
      wire.write('\x81\x05world');
      await wire.until(/echo:..world$/);
      wire.close();
    }));

  test('that the service does not open, or that is not signed, is refused; data after it is dropped', () =>
    withGateway({}, async ({ alice, url, upstream }) => {
      const smuggled = 'GET /orders/smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
      const wire = await Wire.open(url);
      wire.write(onTheWire(sign(alice, { target: '/orders/17' }), upgrade) + smuggled);
      const all = await wire.rest();
      assert.match(all, /^HTTP\/1\.1 200 /);
      assert.deepEqual(
        upstream.requests.map(({ target }) => target),
        ['/orders/17'],
      );
      const unsigned = await Wire.open(url);
      unsigned.write(`GET /orders/17 HTTP/1.1\r\nHost: a\r\n${upgrade.join('\r\n')}\r\n\r\n`);
      assert.match(await unsigned.rest(), /^HTTP\/1\.1 400 [\s\S]*MissingAccessKeyId/);
    }));

  test('is refused where the service wants none', () =>
    withGateway({ service: 'upgrades: false' }, async ({ alice, url, upstream }) => {
      const wire = await Wire.open(url);
      wire.write(onTheWire(sign(alice, { target: '/orders/17' }), upgrade));
      assert.match(await wire.rest(), /^HTTP\/1\.1 400 [\s\S]*UnsupportedUpgrade/);
      assert.equal(upstream.requests.length, 0);
    }));
});

describe('a configuration', () => {
  const load = async (yaml: string) => {
    const directory = freshDirectory();
    writeFileSync(
      join(directory, 'orders.yaml'),
      'service: orders\nroutes:\n  - { route: GET /, action: Get, resource: "*" }\n',
    );
    const file = join(directory, 'gateway.yaml');
    writeFileSync(file, yaml);
    try {
      await loadGateway(file);
      return '';
    } catch (error) {
      if (!(error instanceof GatewayConfigurationError)) throw error;
      return error.message.replaceAll(`${directory}/`, '');
    }
  };
  const good = gatewayYaml(['http://127.0.0.1:1']);

  test('that is right has no fault', async () => {
    assert.equal(await load(good), '');
  });

  for (const [name, yaml, message] of [
    ['nothing', '', 'gateway.yaml:1:1: the file is empty'],
    ['no YAML', 'listen: [', 'gateway.yaml:1:10: '],
    [
      'an unknown field',
      good.replace('bodyLimit', '').replace('upstreams:', 'bodylimit: 1MiB\nupstreams:'),
      'gateway.yaml:5:1: `bodylimit` is not a field of a gateway configuration',
    ],
    ['a bad address', good.replace('127.0.0.1:0', 'here'), 'gateway.yaml:1:9: `here` is not an address'],
    [
      'a port that is none',
      good.replace('listen: 127.0.0.1:0', 'listen: 127.0.0.1:70000'),
      'gateway.yaml:1:9: ',
    ],
    [
      'a trusted proxy that is everybody',
      good.replace('upstreams:', "trustedProxies: ['10.0.0.1', '0.0.0.0/0']\nupstreams:"),
      'gateway.yaml:5:30: `0.0.0.0/0` contains every address',
    ],
    [
      'a URL with a path',
      good
        .replace("http://127.0.0.1:1'", "http://127.0.0.1:1/api'")
        .replace("'http://127.0.0.1:1']", "'http://127.0.0.1:1/api']"),
      'is not an origin: expected `http://HOST:PORT`',
    ],
    [
      'a rate that is none',
      good.replace('upstreams:', 'rateLimits: { perKey: fast }\nupstreams:'),
      'gateway.yaml:5:23: `fast` is not a rate',
    ],
    [
      'an upstream that is not there',
      good.replace('upstream: orders', 'upstream: other'),
      'gateway.yaml:10:15: there is no upstream `other`',
    ],
    [
      'an invalid duration',
      good.replace('services:', '    timeouts: { connect: soon }\nservices:'),
      'gateway.yaml:8:26: invalid duration "soon": expected 1ms to 24d',
    ],
    [
      'a map that is not there',
      good.replace('orders.yaml', 'other.yaml'),
      'other.yaml cannot be read: no such file or directory',
    ],
    [
      'a certificate without a key',
      good.replace('upstreams:', 'tls: { cert: a.pem }\nupstreams:'),
      'gateway.yaml:5:6: the field `key` is missing',
    ],
    [
      'two services for every host',
      `${good}  - { map: orders.yaml, upstream: orders }\n`,
      'gateway.yaml:11:5: two services have no `hosts`',
    ],
    ['no source', good.replace(/source: .*\n/, ''), 'gateway.yaml:1:1: the field `source` is missing'],
    [
      'a certificate that is none',
      good.replace('upstreams:', 'tls: { cert: orders.yaml, key: orders.yaml }\nupstreams:'),
      'orders.yaml and orders.yaml are not a certificate and its key',
    ],
  ] as const) {
    test(`with ${name} says where`, async () => {
      const said = await load(yaml);
      assert.ok(said.includes(message), `${message} in: ${said}`);
    });
  }

  test('may take an OpenAPI document for its map', async () => {
    const directory = freshDirectory();
    const file = join(directory, 'gateway.yaml');
    const openApi =
      'openapi: 3.1.0\ninfo: { title: Orders, version: "1" }\npaths:\n  /orders/{orderId}:\n    get: { operationId: getOrder }\n';
    writeFileSync(join(directory, 'orders.openapi.yaml'), openApi);
    writeFileSync(
      file,
      good.replace('map: orders.yaml', 'openApi: orders.openapi.yaml\n    service: orders'),
    );
    const { maps } = await loadGateway(file);
    assert.deepEqual(
      maps[0]!.routes.map(({ action }) => action),
      ['orders:GetOrder'],
    );
    writeFileSync(file, good.replace('map: orders.yaml', 'openApi: orders.openapi.yaml'));
    await assert.rejects(loadGateway(file), /gateway\.yaml:9:5: the field `service` is missing/);
    writeFileSync(file, good.replace('map: orders.yaml', 'map: orders.yaml\n    service: orders'));
    await assert.rejects(loadGateway(file), /gateway\.yaml:10:14: `service` is in the map/);
  });

  test('tells all of its faults at once', async () => {
    const said = await load(
      good.replace('127.0.0.1:0', 'here').replace('upstream: orders', 'upstream: other'),
    );
    assert.equal(said.split('\n').length, 2, said);
  });
});

describe('a change of the configuration', () => {
  const reloaded = (line: { message: string }) => line.message === 'the new configuration is in force';
  const refused = (line: { message: string }) => line.message.startsWith('the new configuration is invalid');

  test('is taken when the file changes, from one request to the next', () =>
    withGateway({}, async ({ ask, file, log }) => {
      const other = await RecordingUpstream.start();
      assert.equal((await ask({ target: '/orders/17' })).status, 200);
      writeFileSync(file, gatewayYaml([other.url]));
      await log.until(reloaded);
      assert.equal((await ask({ target: '/orders/18' })).status, 200);
      assert.deepEqual(
        other.complete.map(({ target }) => target),
        ['/orders/18'],
      );
      await other.close();
    }));

  test('of a service map counts too', () =>
    withGateway({}, async ({ ask, directory, log }) => {
      const map = join(directory, 'orders.yaml');
      writeFileSync(
        map,
        readFileSync(map, 'utf8').replace('GET /orders/{orderId}\n', 'GET /bestellungen/{orderId}\n'),
      );
      await log.until(reloaded);
      assert.equal((await ask({ target: '/orders/17' })).status, 404);
      assert.equal((await ask({ target: '/bestellungen/17' })).status, 200);
    }));

  test('with a fault changes nothing, and is told of with line and column', () =>
    withGateway({}, async ({ ask, file, gateway, log, upstream }) => {
      writeFileSync(file, gatewayYaml([upstream.url]).replace('upstream: orders', 'upstream: nowhere'));
      assert.equal(await gateway.reload(), 'refused');
      const { fields } = await log.until(refused);
      assert.match(String(fields['reason']), /gateway\.yaml:\d+:\d+: there is no upstream `nowhere`/);
      assert.equal((await ask({ target: '/orders/17' })).status, 200);
      const metrics = await (await fetch(`${gateway.adminAddress}/metrics`)).text();
      assert.match(metrics, /claviger_gateway_configuration_reloads_total{outcome="refused"} [1-9]/);
    }));

  test('of what cannot be changed is refused', () =>
    withGateway({}, async ({ file, gateway, log, upstream }) => {
      writeFileSync(file, gatewayYaml([upstream.url]).replace('listen: 127.0.0.1:0', 'listen: 127.0.0.1:1'));
      assert.equal(await gateway.reload(), 'refused');
      const { fields } = await log.until(refused);
      assert.equal(fields['reason'], 'a change of `listen` needs a restart');
    }));

  test('does not break what is under way', () =>
    withGateway({}, async ({ alice, url, file, gateway, upstream }) => {
      const answering = Promise.withResolvers<() => void>();
      upstream.respond = (_, __, response) => {
        response.write('first,');
        answering.resolve(() => response.end('last'));
      };
      const wire = await Wire.open(url);
      wire.write(onTheWire(sign(alice, { target: '/orders/17' })));
      const finish = await answering.promise;
      writeFileSync(file, gatewayYaml(['http://127.0.0.1:1']));
      assert.equal(await gateway.reload(), 'taken');
      finish();
      await wire.until(/first,\r\n[\s\S]*last\r\n0\r\n\r\n$/);
      wire.close();
    }));

  test('says which services are guarded, so that keys of others are forgotten', async () => {
    const told: (readonly string[])[] = [];
    const keys = new Keys();
    const openSource: GuardDependencies['openSource'] = (_settings, _ca, services) => {
      told.push(services);
      return {
        source: keys,
        isReady: () => true,
        setServices: (now) => void told.push(now),
        close() {},
      };
    };
    const { gateway, directory, close } = await runningGateway({ dependencies: { openSource } });
    const map = join(directory, 'orders.yaml');
    writeFileSync(
      map,
      readFileSync(map, 'utf8')
        .replaceAll('orders:', 'invoices:')
        .replace('service: orders', 'service: invoices'),
    );
    assert.equal(await gateway.reload(), 'taken');
    assert.deepEqual(told, [['orders'], ['invoices']]);
    await close();
  });

  test('leaves a used nonce used', () =>
    withGateway({}, async ({ alice, url, file, gateway, upstream }) => {
      const bytes = onTheWire(sign(alice, { target: '/orders/17' }));
      const send = async () => {
        const wire = await Wire.open(url);
        wire.write(bytes);
        const { status } = await wire.answer();
        wire.close();
        return status;
      };
      assert.equal(await send(), 200);
      writeFileSync(file, gatewayYaml([upstream.url], { more: 'bodyLimit: 5MiB' }));
      assert.equal(await gateway.reload(), 'taken');
      assert.equal(await send(), 400);
    }));
});

describe('stopping', () => {
  test('finishes what is under way, takes nothing new, and says so to those who watch', () =>
    withGateway({}, async ({ alice, url, gateway, upstream }) => {
      const answering = Promise.withResolvers<() => void>();
      upstream.respond = (_, __, response) => answering.resolve(() => response.end('done'));
      const wire = await Wire.open(url);
      wire.write(onTheWire(sign(alice, { target: '/orders/17' })));
      const finish = await answering.promise;
      const closed = gateway.close(60_000);
      const ready = await fetch(`${gateway.adminAddress}/readyz`);
      assert.deepEqual(
        [ready.status, await ready.json()],
        [503, { status: 'unavailable', reason: 'stopping' }],
      );
      await assert.rejects(Wire.open(url), { code: 'ECONNREFUSED' });
      finish();
      assert.match(await wire.rest(), /^HTTP\/1\.1 200 [\s\S]*\r\nconnection: close[\s\S]*done/i);
      await closed;
    }));

  test('cuts off what is not finished in time', () =>
    withGateway({}, async ({ alice, url, gateway, upstream }) => {
      const reached = Promise.withResolvers<void>();
      upstream.respond = () => reached.resolve();
      const wire = await Wire.open(url);
      wire.write(onTheWire(sign(alice, { target: '/orders/17' })));
      await reached.promise;
      await gateway.close(0);
      assert.equal(await wire.rest(), '');
    }));
});

describe('those who run it', () => {
  test('see whether it lives, and whether it has credentials', () =>
    withGateway({}, async (running) => {
      const { gateway } = running;
      const ask = async (path: string) => {
        const answer = await fetch(`${gateway.adminAddress}${path}`);
        return [answer.status, await answer.json()];
      };
      assert.deepEqual(await ask('/healthz'), [200, { status: 'ok' }]);
      assert.deepEqual(await ask('/readyz'), [200, { status: 'ok' }]);
      running.isReady = false;
      assert.deepEqual(await ask('/readyz'), [503, { status: 'unavailable', reason: 'credentials' }]);
      assert.deepEqual(await ask('/elsewhere'), [404, { status: 'not found' }]);
    }));

  test('log each request with its sender, and never a secret', () =>
    withGateway({}, async ({ alice, url, log, ask }) => {
      await ask({ target: '/orders/17?token=query-secret', headers: [['cookie', 'cookie-secret']] });
      const wire = await Wire.open(url);
      const rpc = sign(
        { ...alice, securityToken: 'token-secret' } as Key,
        { target: '/orders/17' },
        { scheme: 'RPC-HMAC-SHA1' },
      );
      wire.write(onTheWire(rpc));
      await wire.answer();
      wire.close();
      const { fields } = await log.until(({ message }) => message === 'request');
      assert.equal(fields['path'], '/orders/17');
      assert.equal(fields['status'], 200);
      assert.equal(fields['principal'], `acs:ram::${accountId}:user/alice`);
      assert.equal(fields['action'], 'orders:GetOrder');
      assert.equal(fields['sourceAddress'], '127.0.0.1');
      const text = JSON.stringify(log.lines);
      for (const secret of [
        'query-secret',
        'cookie-secret',
        'token-secret',
        alice.accessKeySecret,
        'Signature',
        'eyJ',
      ]) {
        assert.ok(!text.includes(secret), secret);
      }
    }));

  test('count requests by service, status and code', () =>
    withGateway({}, async ({ ask, keys, url, gateway, log }) => {
      await ask({ target: '/orders/17' });
      const stranger = keys.addUser('stranger', []);
      const wire = await Wire.open(url);
      wire.write(onTheWire(sign(stranger, { target: '/orders/17' })));
      await wire.answer();
      wire.close();
      await log.until(({ fields }) => fields['code'] === 'NoPermission');
      const metrics = await (await fetch(`${gateway.adminAddress}/metrics`)).text();
      assert.match(metrics, /claviger_gateway_requests_total{service="orders",status="200",code="OK"} 1/);
      assert.match(
        metrics,
        /claviger_gateway_requests_total{service="orders",status="403",code="NoPermission"} 1/,
      );
      assert.match(metrics, /claviger_gateway_request_duration_seconds_count{service="orders"} 2/);
      assert.match(metrics, /process_resident_memory_bytes/);
    }));
});
