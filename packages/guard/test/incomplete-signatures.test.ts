/** Signatures that lack a part: ROA 1.0 without a nonce is accepted in a short window, nothing else is. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type SignedRequest, SigningKey, signatureHoldsFor } from '@claviger/signature';
import { type CredentialSource, NonceMemory, type NonceStore, openNonceFiles } from '../src/index.ts';
import { arriving, type Call, type Key, Keys, noon, ordersGuard } from './orders.ts';

const minute = 60_000;
const keys = new Keys();
const clerk = keys.addUser('clerk', [{ Effect: 'Allow', Action: 'orders:*', Resource: '*' }]);

interface RoaCall extends Call {
  /** Milliseconds since the epoch. Default: noon. */
  readonly time?: number;
}

/** Signs as the old generation of clients in Python does, with nothing but `node:crypto`. */
function signRoa(
  key: Key,
  { method = 'GET', target, headers = [], body = '', time = noon }: RoaCall,
): SignedRequest {
  const isWithBody = body.length > 0;
  const all: Record<string, string> = {
    host: 'orders.example.com',
    Accept: 'application/octet-stream',
    Date: new Date(time).toUTCString(),
    'x-acs-signature-method': 'HMAC-SHA1',
    'x-acs-signature-version': '1.0',
    'x-acs-version': '2026-11-24',
    'x-acs-region-id': 'cn-hangzhou',
    ...(isWithBody && {
      'Content-MD5': createHash('md5').update(body).digest('base64'),
      'Content-Type': 'application/json',
    }),
    ...Object.fromEntries(headers),
  };
  const own = Object.keys(all).filter((name) => name.startsWith('x-acs-'));
  const text = [
    method,
    all['Accept'],
    all['Content-MD5'] ?? '',
    all['Content-Type'] ?? '',
    all['Date'],
    ...own.sort().map((name) => `${name}:${all[name]}`),
    target,
  ].join('\n');
  const signature = createHmac('sha1', key.accessKeySecret).update(text).digest('base64');
  const rawHeaders = [...Object.entries(all).flat(), 'Authorization', `acs ${key.accessKeyId}:${signature}`];
  return { method, target, rawHeaders, body: Buffer.from(body) };
}

async function decided(
  request: SignedRequest,
  options: Parameters<typeof ordersGuard>[1] = {},
  source: CredentialSource = keys,
) {
  return resultOf(ordersGuard(source, options), request);
}

async function resultOf(guard: ReturnType<typeof ordersGuard>, request: SignedRequest): Promise<string> {
  const decision = await guard.check(arriving(request));
  return decision.allowed ? 'allowed' : decision.code;
}

describe('ROA 1.0 without a nonce', () => {
  const order = signRoa(clerk, { method: 'POST', target: '/orders', body: '{"count":3}' });

  test('is allowed once; the refusal of its repetition says why', async () => {
    const guard = ordersGuard(keys);
    assert.equal(await resultOf(guard, order), 'allowed');
    const repeated = await guard.check(arriving(order));
    assert.ok(!repeated.allowed);
    assert.equal(repeated.code, 'SignatureNonceUsed');
    assert.match(repeated.message, /no `x-acs-signature-nonce`/);
    assert.equal(await resultOf(guard, signRoa(clerk, { target: '/orders/17' })), 'allowed');
    assert.equal(await resultOf(guard, signRoa(clerk, { target: '/orders/18' })), 'allowed');
    assert.equal(
      await resultOf(guard, signRoa(clerk, { target: '/orders/17', time: noon + 1000 })),
      'allowed',
    );
  });

  test('is one request in any other dress: letter case and order of headers, unsigned headers', async () => {
    const guard = ordersGuard(keys);
    assert.equal(await resultOf(guard, order), 'allowed');
    const pairs = order.rawHeaders.flatMap((name, at) =>
      at % 2 === 0 ? [[name, order.rawHeaders[at + 1]!]] : [],
    );
    const dressed = [
      [...pairs].reverse().flat(),
      pairs.flatMap(([name, value]) => [name!.toUpperCase(), ` ${value} `]),
      [...order.rawHeaders, 'user-agent', 'other'],
    ];
    for (const rawHeaders of dressed) {
      assert.equal(await resultOf(guard, { ...order, rawHeaders }), 'SignatureNonceUsed');
    }
    const withNonce = { ...order, rawHeaders: [...order.rawHeaders, 'x-acs-signature-nonce', 'n-1'] };
    assert.equal(await resultOf(guard, withNonce), 'SignatureDoesNotMatch');
  });

  test('is allowed 5 minutes to either side', async () => {
    for (const [shift, expected] of [
      [5 * minute, 'allowed'],
      [5 * minute + 1, 'InvalidTimeStamp.Expired'],
      [-5 * minute, 'allowed'],
      [-5 * minute - 1, 'InvalidTimeStamp.Expired'],
    ] as const) {
      const options = { now: () => noon + shift, nonces: new NonceMemory() };
      assert.equal(await decided(order, options), expected);
    }
  });

  test('of many that arrive at once one is allowed', async () => {
    const slow = new NonceMemory();
    const nonces: NonceStore = {
      use: async (...parts) => {
        await Promise.resolve();
        return slow.use(...parts);
      },
    };
    const guard = ordersGuard(keys, { nonces });
    const results = await Promise.all(Array.from({ length: 50 }, () => resultOf(guard, order)));
    assert.equal(results.filter((result) => result === 'allowed').length, 1);
  });

  test('is remembered after a restart, in files; in memory what was signed before the start is refused', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'claviger-nonces-'));
    const open = (time: number) => openNonceFiles({ directory, now: () => time, log: assert.fail });
    const first = await open(noon - minute);
    assert.equal(await decided(order, { nonces: first }), 'allowed');
    first.close();
    const second = await open(noon + minute);
    assert.equal(await decided(order, { nonces: second, now: () => noon + minute }), 'SignatureNonceUsed');
    second.close();
    rmSync(directory, { recursive: true });
    assert.equal(await decided(order, { now: () => noon + minute }), 'InvalidTimeStamp.BeforeStart');
  });

  test('is remembered for the whole window, so that a clock that steps back allows no replay', async () => {
    let time = noon;
    const guard = ordersGuard(keys, { now: () => time });
    assert.equal(await resultOf(guard, order), 'allowed');
    time = noon + 14 * minute;
    assert.equal(await resultOf(guard, order), 'InvalidTimeStamp.Expired');
    assert.equal(await resultOf(guard, signRoa(clerk, { target: '/orders/17', time })), 'allowed');
    time = noon + minute;
    assert.equal(await resultOf(guard, order), 'SignatureNonceUsed');
  });

  test('is verified elsewhere where the guard lacks the secret, with a nonce that is not the signature', async () => {
    const nonces: string[] = [];
    const admin = keys.addUser('admin', [{ Effect: 'Allow', Action: '*', Resource: '*' }]);
    const secret = SigningKey.fromSecret(admin.accessKeySecret);
    const source: CredentialSource = {
      find(id) {
        const found = keys.find(id);
        if (typeof found === 'string') return found;
        return { ...found, signingKey: SigningKey.fromNothing(), isVerifiedElsewhere: true };
      },
      async confirm({ scheme, stringsToSign, signature, nonce }) {
        nonces.push(nonce);
        const stringToSign = stringsToSign.find((text) =>
          signatureHoldsFor(secret, { scheme, stringToSign: text, signature }),
        );
        return stringToSign === undefined
          ? { confirmed: false, problem: 'SignatureDoesNotMatch' }
          : { confirmed: true, stringToSign };
      },
    };
    const request = signRoa(admin, { target: '/orders/17' });
    assert.equal(await decided(request, {}, source), 'allowed');
    assert.equal(nonces.length, 1);
    assert.match(nonces[0]!, /^[0-9a-f]{64}$/);
    assert.equal(
      await decided(request, { now: () => noon + 6 * minute, nonces: new NonceMemory() }, source),
      'InvalidTimeStamp.Expired',
    );
    assert.equal(nonces.length, 1, 'a request that is refused whatever the key is not sent for verification');
  });

  test('is bound by the rules of every request: body, host, disabled key', async () => {
    assert.equal(await decided({ ...order, body: Buffer.from('{"count":9}') }), 'ContentMD5NotMatched');
    const bare = signRoa(clerk, {
      method: 'POST',
      target: '/orders',
      headers: [['Content-Type', 'application/json']],
    });
    assert.equal(await decided({ ...bare, body: Buffer.from('{}') }), 'BodyNotCovered');
    const elsewhere = { hosts: ['payments.example.com'] };
    assert.equal(await decided(order, elsewhere), 'InvalidParameter.Header');
    const off = keys.addUser('off', [{ Effect: 'Allow', Action: '*', Resource: '*' }], {
      status: 'Inactive',
    });
    assert.equal(await decided(signRoa(off, { target: '/orders/17' })), 'InvalidAccessKeyId.Inactive');
  });
});

test('a presigned request is refused, whatever it names', async () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  for (const action of ['GetCallerIdentity', 'GetOrder']) {
    const headers = {
      'x-acs-action': action,
      'x-acs-content-sha256': sha256(''),
      'x-acs-date': '2026-11-24T12:00:00Z',
      'x-acs-version': '2015-04-01',
    };
    const names = Object.keys(headers).join(';');
    const fields = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
    const canonical = ['GET', '/orders/17', '', fields.join(''), names, sha256('')].join('\n');
    const text = `ACS3-HMAC-SHA256\n${sha256(canonical)}`;
    const signature = createHmac('sha256', clerk.accessKeySecret).update(text).digest('hex');
    const authorization = `ACS3-HMAC-SHA256 Credential=${clerk.accessKeyId},SignedHeaders=${names},Signature=${signature}`;
    const request = {
      method: 'GET',
      target: '/orders/17',
      rawHeaders: [
        'host',
        'orders.example.com',
        ...Object.entries(headers).flat(),
        'authorization',
        authorization,
      ],
      body: new Uint8Array(),
    };
    assert.equal(await decided(request), 'IncompleteSignature');
    const { body: _, ...head } = arriving(request);
    const decision = await ordersGuard(keys).checkHead(head);
    assert.ok(!decision.allowed && decision.code === 'IncompleteSignature');
  }
});
