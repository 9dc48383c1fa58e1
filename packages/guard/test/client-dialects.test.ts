/** Errors in the form that the client reads: RAM's JSON or XML, the XML of OSS, the JSON of Log Service. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refusalHeaders } from '../src/decision.ts';
import type { Decision, RefusedRequest } from '../src/index.ts';
import { arriving, Keys, ordersGuard, sign } from './orders.ts';
import { onTheWire, Wire } from './raw-connection.ts';
import { runningGateway } from './running-gateway.ts';

const keys = new Keys();
const stranger = keys.addUser('stranger', []);

/** Asks a guard about an unsigned request, or one of a foreign scheme. */
async function check(target: string, ...rawHeaders: string[]): Promise<RefusedRequest> {
  const request = { method: 'GET', target, rawHeaders: ['host', 'a', ...rawHeaders], body: Buffer.alloc(0) };
  return refusedBy(await ordersGuard(keys).check(arriving(request)));
}

function refusedBy(decision: Decision): RefusedRequest {
  assert.ok(!decision.allowed);
  return decision;
}

/** Returns the text of an element. */
const element = (xml: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

const message = (scheme: string) =>
  `The signature scheme ${scheme} is not supported here. Sign with ACS3-HMAC-SHA256.`;

const credential = 'Credential=LTAI5tExample/20261201/cn-hangzhou/oss/aliyun_v4_request,Signature=00';

describe('a request of another scheme is refused with the name of the scheme', () => {
  test('in the XML of OSS, to its clients', async () => {
    for (const [scheme, authorization] of [
      ['OSS', 'OSS LTAI5tExample:c2lnbmF0dXJl'],
      ['OSS2', 'OSS2 AccessKeyId:LTAI5tExample,Signature:c2lnbmF0dXJl'],
      ['OSS4-HMAC-SHA256', `OSS4-HMAC-SHA256 ${credential}`],
    ] as const) {
      const refused = await check('/orders/17', 'authorization', authorization);
      assert.deepEqual([refused.code, refused.httpStatus], ['InvalidSignatureMethod', 400]);
      assert.equal(refused.contentType, 'application/xml');
      assert.match(refused.errorBody, /^<\?xml version='1\.0' encoding='UTF-8'\?><Error>.*<\/Error>$/);
      assert.equal(element(refused.errorBody, 'Code'), 'InvalidSignatureMethod');
      assert.equal(element(refused.errorBody, 'Message'), message(scheme));
      assert.equal(element(refused.errorBody, 'RequestId'), refused.requestId);
      assert.equal(element(refused.errorBody, 'HostId'), 'a');
      assert.equal(refusalHeaders(refused)['x-oss-request-id'], refused.requestId);
    }
  });

  test('in the XML of OSS, for its presigned URLs', async () => {
    for (const query of [
      'OSSAccessKeyId=LTAI5tExample&Expires=1764547200&Signature=c2ln',
      'x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=LTAI5tExample%2F20261201&x-oss-signature=00',
    ]) {
      const refused = await check(`/orders/17?${query}`);
      assert.equal(element(refused.errorBody, 'Code'), 'InvalidSignatureMethod');
      assert.equal(element(refused.errorBody, 'Message'), message('OSS presigned URL'));
    }
  });

  test('in the JSON of Log Service, to its clients', async () => {
    for (const [scheme, authorization] of [
      ['LOG', 'LOG LTAI5tExample:c2lnbmF0dXJl'],
      ['SLS4-HMAC-SHA256', `SLS4-HMAC-SHA256 ${credential}`],
      ['LOG4-HMAC-SHA256', `LOG4-HMAC-SHA256 ${credential}`],
    ] as const) {
      const refused = await check('/orders/17', 'authorization', authorization, 'x-log-apiversion', '0.6.0');
      assert.deepEqual(JSON.parse(refused.errorBody), {
        errorCode: 'InvalidSignatureMethod',
        errorMessage: message(scheme),
        requestId: refused.requestId,
      });
      assert.equal(refused.contentType, 'application/json');
      assert.equal(refusalHeaders(refused)['x-log-requestid'], refused.requestId);
    }
  });

  test('in the form of RAM, to every other client, without what follows the name', async () => {
    for (const [scheme, authorization] of [
      ['AWS4-HMAC-SHA256', `AWS4-HMAC-SHA256 ${credential}`],
      ['Basic', 'Basic YTpi'],
      ['Digest', 'Digest username="a"'],
    ] as const) {
      const { errorBody } = await check('/orders/17', 'authorization', authorization);
      assert.equal(JSON.parse(errorBody).Message, message(scheme));
    }
    for (const authorization of ['c2VjcmV0', `${'x'.repeat(64)} y`, '<b> z', 'Ä b']) {
      const { errorBody } = await check('/orders/17', 'authorization', authorization);
      assert.equal(JSON.parse(errorBody).Code, 'InvalidSignatureMethod');
      assert.ok(!JSON.parse(errorBody).Message.includes(authorization.slice(0, 3)));
    }
  });
});

describe('every other refusal', () => {
  test('is in XML for a client that asks for it, with the details of a denied permission', async () => {
    for (const call of [
      { target: '/orders/17?Format=XML', headers: [] },
      { target: '/orders/17', headers: [['accept', 'application/xml']] },
      { target: '/orders/17', headers: [['accept', 'text/xml;charset=utf-8']] },
    ] as const) {
      const signed = sign(stranger, { target: call.target, headers: call.headers.map(([a, b]) => [a, b]) });
      const { errorBody, contentType } = refusedBy(await ordersGuard(keys).check(arriving(signed)));
      assert.equal(contentType, 'text/xml;charset=utf-8');
      assert.equal(element(errorBody, 'Code'), 'NoPermission');
      assert.match(errorBody, /<AccessDeniedDetail><AuthAction>orders:GetOrder<\/AuthAction>/);
    }
  });

  test('is in JSON for browsers and clients that accept both', async () => {
    for (const accept of [
      'text/html,application/xhtml+xml,application/xml;q=0.9',
      'application/xml, */*',
      '',
    ]) {
      const { contentType } = await check('/orders/17', 'accept', accept);
      assert.equal(contentType, 'application/json;charset=utf-8');
    }
  });

  test('escapes what the sender wrote', async () => {
    const { errorBody } = await check('/orders/%zz<b>&', 'x-oss-date', '20261201T000000Z');
    assert.match(errorBody, /^<\?xml[^>]*\?><Error>(?:<\w+>[^<>]*<\/\w+>)+<\/Error>$/);
  });

  test('of a gateway itself is in the form of the client as well', async () => {
    const running = await runningGateway({ service: 'hosts: [orders.example.com]' });
    const ask = async (host: string, ...rawHeaders: string[]) => {
      const wire = await Wire.open(running.url);
      const head = { method: 'GET', target: '/orders/17', rawHeaders: ['host', host, ...rawHeaders] };
      wire.write(onTheWire({ ...head, body: Buffer.alloc(0) }));
      const answer = await wire.answer();
      wire.close();
      return answer;
    };
    try {
      const oss = await ask('bucket.example.org', 'authorization', `OSS4-HMAC-SHA256 ${credential}`);
      assert.equal(oss.status, 421);
      assert.equal(element(oss.body, 'Code'), 'InvalidHost.NotServed');
      const log = await ask('project.example.org', 'authorization', 'LOG LTAI5tExample:c2ln');
      assert.equal(JSON.parse(log.body).errorCode, 'InvalidHost.NotServed');
      const served = await ask('orders.example.com', 'authorization', `OSS4-HMAC-SHA256 ${credential}`);
      assert.equal(served.status, 400);
      assert.equal(element(served.body, 'Message'), message('OSS4-HMAC-SHA256'));
      assert.match(served.head, /\r\ncontent-type: application\/xml\r\n/i);
    } finally {
      await running.close();
    }
  });
});
