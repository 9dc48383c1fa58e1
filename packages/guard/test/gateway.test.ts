import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { accountId, noon, sign } from './orders.ts';
import { runningGateway } from './running-gateway.ts';
import { onTheWire, Wire } from './wire.ts';

const everything = [{ Effect: 'Allow', Action: 'orders:*', Resource: '*' }];

describe('a request through the gateway', () => {
  test('goes on as it was signed, with who signed it, and without the signature', async () => {
    const { url, upstream, keys, close } = await runningGateway();
    const alice = keys.addUser('alice', everything);
    const wire = await Wire.open(url);
    const request = sign(alice, {
      target: '/orders/17?expand=items',
      headers: [
        ['x-trace', 'abc'],
        ['host', 'Orders.Example.com'],
      ],
    });
    wire.write(onTheWire(request));
    const { status, body, head } = await wire.answer();
    assert.equal(status, 200, head + body);
    assert.deepEqual(JSON.parse(body), { asked: 'GET /orders/17?expand=items' });
    const [seen] = upstream.requests;
    const { headers } = seen!;
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
    wire.close();
    await close();
  });

  test('carries a token that the service can check by the published keys', async () => {
    const { url, upstream, keys, close, gateway } = await runningGateway();
    const alice = keys.addUser('alice', everything);
    const wire = await Wire.open(url);
    const body = '{"item":"book"}';
    wire.write(
      onTheWire(
        sign(alice, {
          method: 'POST',
          target: '/orders?a=b',
          headers: [['content-type', 'application/json']],
          body,
        }),
      ),
    );
    assert.equal((await wire.answer()).status, 200);
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
    wire.close();
    await close();
  });
});
