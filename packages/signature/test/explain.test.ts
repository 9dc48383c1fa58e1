import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type ExplainOptions,
  type Explanation,
  explainSignature,
  parseSignature,
  readServerMessage,
  SignatureError,
  type SignedRequest,
  SigningKey,
  type SignOptions,
  signRequest,
  verifySignature,
} from '../src/index.ts';
import type { Kit } from '../testkit/vector.ts';
import { verify } from './judge.ts';
import { applyChange, NEAR_MISSES } from './near-miss.ts';
import { Random } from './random.ts';
import { NOW, SCHEMES, signSomeRequest } from './signed-requests.ts';

const CREDENTIALS = { accessKeyId: 'testid', accessKeySecret: 'testsecret' };
const COMMON = { now: NOW, nonce: 'n-1', action: 'CreateUser', version: '2015-05-01' };
const FORM = 'application/x-www-form-urlencoded';

describe('an explanation', () => {
  const vectors = ['acs3-hmac-sha256.json', 'rpc-1.0.json'].flatMap((name) => {
    const kit = JSON.parse(readFileSync(new URL(`../testkit/${name}`, import.meta.url), 'utf8')) as Kit;
    return kit.vectors;
  });
  test('comes to the conclusion of the verifier for every vector of the test kit', () => {
    for (const { id, request, key, now, expect } of vectors) {
      const received = {
        method: request.method,
        target: request.target,
        rawHeaders: request.headers.flat(),
        body: Buffer.from(request.bodyBase64, 'base64'),
      };
      const { accessKeyId = key.accessKeyId } = tryParse(received);
      const credentials = { accessKeyId, accessKeySecret: key.accessKeySecret };
      const explanation = explainSignature(received, { credentials, now: Date.parse(now) });
      const accepted = expect.result === 'accepted' && expect.body === 'verified';
      assert.equal(explanation.holds, accepted, `${id}: ${textOf(explanation)}`);
      assert.equal(explanation.holds, !textOf(explanation).includes('fails:'), id);
    }
  });

  test('comes to the conclusion of the verifier for near misses of every scheme, and never breaks', () => {
    const secrets = new Map([
      ['LTAI5tEXAMPLEKEYID000001', 'ExampleSecret0000000000000001'],
      ['LTAI5tEXAMPLEKEYID000002', 'ExampleSecret0000000000000003'],
      ['STS.EXAMPLEKEYID000001', 'ExampleSecret0000000000000002'],
    ]);
    const schemes = SCHEMES.filter((scheme) => scheme !== 'ACS3-RSA-SHA256');
    const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(NEAR_MISSES)),
        fc.constantFrom(...schemes),
        seeds,
        (change, scheme, seed) => {
          const random = new Random(seed);
          const request = signSomeRequest(scheme, random);
          const changed = applyChange(change, request, signSomeRequest(scheme, random), random);
          const { accessKeyId = '' } = tryParse(changed);
          const accessKeySecret = secrets.get(accessKeyId) ?? 'no such secret';
          const explanation = explainSignature(changed, {
            credentials: { accessKeyId, accessKeySecret },
            now: NOW,
          });
          assert.equal(explanation.holds, isAccepted(changed), textOf(explanation));
        },
      ),
      { numRuns: 150 },
    );
  });

  test('does without the secret, and says what it could not look at', () => {
    const explanation = explainSignature(acs3(), { now: NOW });
    assert.equal(explanation.holds, false);
    assert.equal(step(explanation, 'signature').outcome, 'unknown');
    assert.equal(step(explanation, 'body').outcome, 'holds');
  });

  test('never has the secret in it', () => {
    const credentials = { ...CREDENTIALS, accessKeySecret: 'anothersecret' };
    for (const request of [acs3(), rpc(), roa()]) {
      const explanation = explainSignature(request, { credentials, now: NOW });
      assert.equal(explanation.holds, false);
      assert.ok(!JSON.stringify(explanation).includes('anothersecret'));
    }
  });

  test('has the texts that are signed', () => {
    const { canonicalRequest, stringToSign } = explainSignature(
      acs3({ target: '/a?b=中'.replace('中', '%E4%B8%AD') }),
      { now: NOW },
    );
    assert.match(canonicalRequest ?? '', /^POST\n\/a\nb=%E4%B8%AD\n/);
    const digest = createHash('sha256').update(canonicalRequest!).digest('hex');
    assert.equal(stringToSign, `ACS3-HMAC-SHA256\n${digest}`);
  });
});

describe('a request that is not signed rightly, step by step', () => {
  test('every header that should be signed and is not is named at once', () => {
    const request = withHeader(acs3(), 'Authorization', (value) =>
      value.replace(/SignedHeaders=[^,]*/, 'SignedHeaders=host;x-acs-content-sha256'),
    );
    const headers = step(explain(request), 'headers');
    assert.equal(headers.outcome, 'fails');
    for (const name of ['x-acs-date', 'x-acs-signature-nonce', 'x-acs-action', 'x-acs-version']) {
      assert.ok(headers.advice.includes(`\`${name}\` must be signed.`), `${name}: ${headers.advice}`);
    }
  });

  for (const [what, change, advice] of [
    [
      'a signed header that is absent',
      without('x-acs-version'),
      '`x-acs-version` is listed as signed, but not sent.',
    ],
    [
      'a nonce that is neither signed nor sent',
      without('x-acs-signature-nonce'),
      '`x-acs-signature-nonce` is listed as signed, but not sent.',
    ],
    [
      'a list out of order',
      list('x-acs-date;host;x-acs-action;x-acs-content-sha256;x-acs-signature-nonce;x-acs-version'),
      '`host` must come before `x-acs-date`.',
    ],
    [
      'a name in capitals',
      list('Host;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version'),
      '`Host` must stand in lower case in SignedHeaders.',
    ],
    ['a signed header that is sent twice', again('host', 'elsewhere'), '`host` is sent 2 times.'],
  ] as const) {
    test(`${what} is named`, () => {
      const headers = step(explain(change(acs3())), 'headers');
      assert.equal(headers.outcome, 'fails');
      assert.ok(headers.advice.includes(advice), headers.advice.join('\n'));
    });
  }

  test('a request that lost its Authorization header in transit is distinguished from an unsigned one', () => {
    assert.match(textOf(explain(without('Authorization')(acs3()))), /perhaps a proxy removed it/);
    const plain = { method: 'GET', target: '/', rawHeaders: ['host', 'a'], body: Buffer.alloc(0) };
    assert.match(textOf(explain(plain)), /It is not signed/);
    const bearer = { ...plain, rawHeaders: ['host', 'a', 'authorization', 'Bearer x'] };
    assert.match(textOf(explain(bearer)), /a bearer token and no signature/);
  });

  test('the key of another secret is named', () => {
    const credentials = { ...CREDENTIALS, accessKeyId: 'otherid' };
    const key = step(explainSignature(acs3(), { credentials, now: NOW }), 'key');
    assert.deepEqual([key.outcome, key.advice], ['fails', ['The available secret belongs to otherid.']]);
  });

  test('a temporary key without its token is named', () => {
    const credentials = { ...CREDENTIALS, securityToken: 'token' };
    const key = step(explainSignature(acs3(), { credentials, now: NOW }), 'key');
    assert.match(key.advice.join(), /no security token/);
  });

  test('a wrong clock is told in seconds, beside the clock of the server', () => {
    const at = step(explain(acs3(), { now: NOW + 1_000_000 }), 'time');
    assert.deepEqual([at.outcome, at.advice[0]], ['fails', '1000 s behind, where 15 minutes are allowed.']);
    const message = refusal(acs3(), CREDENTIALS.accessKeySecret, NOW - 3_600_000);
    const told = step(explain(acs3(), { serverMessage: message }), 'time');
    assert.match(told.seen, /the server's clock was at 2026-11-24T01:10:19Z/);
    assert.match(told.advice.join('\n'), /3600 s ahead.*\n.*client's clock is wrong/);
  });

  test('a parameter that is encoded twice is named', () => {
    const { advice, outcome } = step(
      explain(acs3({ target: '/?Name=%25E4%25B8%25AD&Other=50%25' })),
      'request',
    );
    assert.equal(outcome, 'holds', 'it may be meant like that');
    assert.deepEqual(advice, ['`Name`: still percent-encoded after decoding, so perhaps encoded twice.']);
    assert.match(step(explain(acs3({ target: '/a%2520b' })), 'request').advice.join(), /`%25`/);
  });

  for (const [what, signed, received, advice] of [
    ['was empty when it was signed', '', '{"a":1}', /An empty body was signed/],
    ['got a line feed', '{"a":1}', '{"a":1}\n', /The line feed at the end was not signed/],
    ['lost a line feed', '{"a":1}\n', '{"a":1}', /A line feed at the end was signed/],
    ['got CRLF line ends', 'a\nb\n', 'a\r\nb\r\n', /LF line ends were signed/],
    ['lost a byte order mark', '\ufeffa', 'a', /byte order mark was signed/],
    [
      'was JSON, and serialised again',
      '{"a": 1, "b": ["中"]}',
      '{"a":1,"b":["中"]}',
      /JSON was serialised again/,
    ],
    ['was JSON of ASCII, and serialised again', '{"a":"\\u4e2d"}', '{"a":"中"}', /JSON was serialised again/],
  ] as const) {
    test(`a body that ${what} is recognised`, () => {
      for (const sign of [acs3, roa]) {
        const headers = [
          ['host', 'a'],
          ['content-type', 'text/x'],
        ] as const;
        const request = sign({ headers, body: Buffer.from(signed) });
        const explanation = explain({ ...request, body: Buffer.from(received) });
        assert.equal(step(explanation, 'body').outcome, 'fails');
        assert.match(step(explanation, 'body').advice.join(), advice);
        assert.equal(step(explanation, 'signature').outcome, 'holds', 'the signature itself does');
      }
    });
  }

  test('a body that the signature does not cover is named', () => {
    const headers = [['content-type', 'application/json']] as const;
    const request = rpc({ headers, body: Buffer.from('{}') });
    assert.match(step(explain(request), 'body').seen, /does not cover the body of 2 bytes/);
  });
});

describe("a server's answer beside the request", () => {
  test('a host that a proxy changed is found to the byte', () => {
    const sent = acs3();
    const received = withHeader(sent, 'host', () => 'orders.internal');
    const explanation = explain(sent, { serverMessage: refusal(received, CREDENTIALS.accessKeySecret) });
    const { offset, line, column, part, here, there, sameCharacters } = explanation.difference!;
    assert.equal(part, 'the header `host`');
    assert.deepEqual([here, there], ['host:orders.example.com', 'host:orders.internal']);
    assert.deepEqual([line, column, sameCharacters], [4, 13, 12]);
    assert.equal(explanation.canonicalRequest?.slice(0, offset).endsWith('host:orders.'), true);
    assert.match(step(explanation, 'signature').advice.join(), /changed in transit/);
    assert.equal(step(explanation, 'signature').outcome, 'holds', 'the client signed correctly');
  });

  for (const [what, part, change] of [
    ['method', 'the method', (request: SignedRequest) => ({ ...request, method: 'PUT' })],
    ['path', 'the path', (request: SignedRequest) => ({ ...request, target: '/v1/a?x=1' })],
    ['query', 'the query', (request: SignedRequest) => ({ ...request, target: '/a?x=%2531' })],
    [
      'header',
      'the header `x-acs-action`',
      (request: SignedRequest) => withHeader(request, 'x-acs-action', () => 'X'),
    ],
  ] as const) {
    test(`a changed ${what} is named`, () => {
      const sent = acs3({ target: '/a?x=1' });
      const explanation = explain(sent, {
        serverMessage: refusal(change(sent), CREDENTIALS.accessKeySecret),
      });
      assert.equal(explanation.difference?.part, part);
    });
  }

  for (const [what, change, named] of [
    [
      'another name in `host`',
      host('orders.internal:3000'),
      /`host` was `orders\.example\.com:8443`, and `orders\.internal:3000` arrived: a proxy replaced it/,
    ],
    [
      'the port removed from `host`',
      host('orders.example.com'),
      /`host` was .*: the port 8443 was removed\./,
    ],
    [
      'another port in `host`',
      host('orders.example.com:443'),
      /`host` was .*: a proxy replaced the port by its own\./,
    ],
    ['`host` in lower case', host('Orders.Example.com:8443'), /`host` was .*: its letter case was changed\./],
    [
      'a HEAD that became a GET',
      { method: 'GET' },
      /The method was POST, and GET arrived: a redirect was followed/,
    ],
    [
      'a GET that became a HEAD',
      { method: 'HEAD' },
      /The method was POST, and HEAD arrived: a proxy changed it/,
    ],
    [
      'a prefix added to the path',
      { target: '/api/v1/orders?a=1&b=2' },
      /The path was `\/v1\/orders`.*a proxy added the prefix `\/api`/,
    ],
    [
      'a prefix removed from the path',
      { target: '/orders?a=1&b=2' },
      /arrived: a proxy removed the prefix `\/v1`/,
    ],
    [
      'the whole path removed',
      { target: '/?a=1&b=2' },
      /`\/` arrived: a proxy removed the prefix `\/v1\/orders`/,
    ],
    ['a slash at the end', { target: '/v1/orders/?a=1&b=2' }, /arrived: a slash at its end was added/],
    [
      'a double slash',
      { target: '/v1//orders?a=1&b=2' },
      /arrived: double slashes or dot segments were removed or added/,
    ],
    ['a path encoded again', { target: '/v1/%6Frders?a=1&b=2' }, /arrived: it was encoded again/],
    ['a path rewritten', { target: '/x?a=1&b=2' }, /arrived: it was rewritten/],
    [
      'a parameter added',
      { target: '/v1/orders?a=1&b=2&utm=3' },
      /The parameter `utm` of the query was added/,
    ],
    ['a parameter removed', { target: '/v1/orders?a=1' }, /The parameter `b` of the query was taken away/],
    ['a parameter changed', { target: '/v1/orders?a=1&b=3' }, /The parameter `b` of the query was changed/],
    [
      'a header trimmed',
      header('x-acs-note', 'one two'),
      /`x-acs-note` was `one {2}two`.*: its blanks were changed/,
    ],
    ['text appended to a header', header('x-acs-note', 'one  two, three'), /text was appended/],
  ] as const) {
    test(`names ${what}`, () => {
      const sent = acs3({
        target: '/v1/orders?a=1&b=2',
        headers: [
          ['host', 'orders.example.com:8443'],
          ['x-acs-note', 'one  two'],
        ],
      });
      const received = typeof change === 'function' ? change(sent) : { ...sent, ...change };
      const explanation = explain(sent, { serverMessage: refusal(received, CREDENTIALS.accessKeySecret) });
      const { outcome, advice } = step(explanation, 'signature');
      assert.equal(outcome, 'holds');
      assert.equal(advice.length, 2, advice.join('\n'));
      assert.match(advice[1]!, named);
    });
  }

  test('names every difference, not only the first; a query in another order is equal', () => {
    const sent = acs3({ target: '/v1?a=%2520&b=x+y', headers: [['host', 'a']] });
    const received = host('b')({ ...sent, method: 'PUT', target: '/?b=x%2By&a=%20' });
    const { advice } = step(
      explain(sent, { serverMessage: refusal(received, CREDENTIALS.accessKeySecret) }),
      'signature',
    );
    assert.deepEqual(
      advice.slice(1).map((line) => line.split(/ was | has /)[0]),
      [
        'The method',
        'The path',
        'The parameter `a` of the query',
        'The parameter `b` of the query',
        'The header `host`',
      ],
    );
    const sorted = { ...sent, target: '/v1?b=x+y&a=%2520' };
    const same = explain(sent, { serverMessage: refusal(sorted, CREDENTIALS.accessKeySecret) });
    assert.equal(same.difference, undefined);
    assert.equal(step(same, 'signature').advice.length, 1);
  });

  test('a changed, added or removed parameter of RPC 1.0 is named', () => {
    const sent = rpc({ target: '/?UserName=alice&Zone=a' });
    const changed = (target: string) => {
      const serverMessage = refusal({ ...sent, target }, CREDENTIALS.accessKeySecret);
      return explain(sent, { serverMessage }).difference?.part;
    };
    assert.equal(changed(sent.target.replace('alice', 'alicia')), 'the parameter `UserName`');
    assert.equal(changed(`${sent.target}&UserGroup=x`), 'the parameter `UserGroup` beside `UserName`');
    assert.equal(
      changed(sent.target.replace('UserName=alice&', '')),
      'the parameter `Version` beside `UserName`',
    );
    const method = refusal({ ...sent, method: 'GET' }, CREDENTIALS.accessKeySecret);
    assert.equal(explain(sent, { serverMessage: method }).difference?.part, 'the method');
  });

  test('a header and the path of ROA 1.0 are named', () => {
    const sent = roa({ target: '/a?x=1' });
    const differing = (received: SignedRequest) =>
      explain(sent, { serverMessage: refusal(received, CREDENTIALS.accessKeySecret) }).difference?.part;
    assert.equal(differing(withHeader(sent, 'x-acs-action', () => 'X')), 'the header `x-acs-action`');
    assert.equal(differing(withHeader(sent, 'date', () => new Date(NOW - 1000).toUTCString())), 'the date');
    assert.equal(differing({ ...sent, target: '/b?x=1' }), 'path and query');
  });

  test('the same text on both sides leaves the secret', () => {
    const serverMessage = refusal(acs3(), 'another secret');
    const signature = step(explain(acs3(), { serverMessage }), 'signature');
    assert.deepEqual(
      [signature.outcome, signature.advice],
      ['holds', ['The server signed the same text: it has another secret for this key.']],
    );
    const credentials = { ...CREDENTIALS, accessKeySecret: 'wrong' };
    const here = explainSignature(acs3(), { credentials, now: NOW, serverMessage: refusal(acs3(), 'wrong') });
    assert.match(step(here, 'signature').advice.join('\n'), /arrived unchanged.*\n.*another secret/);
  });

  test('a server that names the string to sign is understood as well', () => {
    const { stringToSign } = explain(acs3());
    const message = `Specified signature is not matched with our calculation. server string to sign is:${stringToSign}`;
    assert.match(step(explain(acs3(), { serverMessage: message }), 'signature').advice.join(), /same text/);
    const other = message.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    assert.equal(
      explain(acs3(), { serverMessage: other }).difference?.part,
      'the hash of the canonical request',
    );
  });

  test('an answer is read as JSON, as XML, as a message, and as the error of an official client', () => {
    const Message = refusal(
      withHeader(acs3(), 'host', () => 'a&b<c'),
      CREDENTIALS.accessKeySecret,
    );
    const escaped = Message.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\n', '&#10;');
    const expected = readServerMessage(Message).signedText;
    assert.match(expected ?? '', /\nhost:a&b<c\n/);
    for (const text of [
      JSON.stringify({ Code: 'SignatureDoesNotMatch', Message, RequestId: 'X' }),
      `<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code><Message>${escaped}</Message></Error>`,
      `SignatureDoesNotMatch: code: 400, ${Message} request id: 0A1B-2C`,
      `${Message}\n`,
      Message.replaceAll('\n', '\\n'),
    ]) {
      assert.equal(readServerMessage(text).signedText, expected, text);
    }
    assert.equal(readServerMessage('{"Code":"Throttling","Message":"slow"}').code, 'Throttling');
    assert.deepEqual(readServerMessage('{ something else'), {});
    assert.deepEqual(readServerMessage(''), {});
  });
});

describe('what a client does wrong is recognised by its signature', () => {
  const sorted = 'a=1&b=%2F%20*~&empty=';
  const target = '/v1/%E4%B8%AD?empty=&b=%2F%20%2A~&a=1';
  const encoded = 'a=1&b=%2F%20%2A~&empty=';

  for (const [what, canonical] of [
    [
      'signs the query in the order sent, not sorted by name',
      (text: string) => text.replace(encoded, 'empty=&b=%2F%20%2A~&a=1'),
    ],
    ['leaves the query out of what it signs', (text: string) => text.replace(encoded, '')],
    ['signs the query unencoded', (text: string) => text.replace(encoded, 'a=1&b=/ *~&empty=')],
    ['encodes the query twice', (text: string) => text.replace(encoded, 'a=1&b=%252F%2520%252A~&empty=')],
    [
      "leaves !'()* in the query unencoded, as encodeURIComponent does",
      (text: string) => text.replace(encoded, sorted),
    ],
    [
      'writes the query as a form: a space as `+`, and `~` as `%7E`',
      (text: string) => text.replace(encoded, 'a=1&b=%2F+*%7E&empty='),
    ],
    ['leaves out the `=` of an empty value', (text: string) => text.replace('&empty=', '&empty')],
    ['signs the path decoded', (text: string) => text.replace('%E4%B8%AD', '中')],
    ['encodes the path twice', (text: string) => text.replace('/%E4%B8%AD', '/%25E4%25B8%25AD')],
    ['signs the method in lower case', (text: string) => text.replace('POST', 'post')],
    [
      'signs `host` without the port',
      (text: string) => text.replace('orders.example.com:8080', 'orders.example.com'),
    ],
    [
      'leaves out the empty line before the list of signed headers',
      (text: string) => text.replace('\n\nhost', '\nhost'),
    ],
    [
      'writes a blank behind the colon of each header',
      (text: string) => text.replaceAll(/^(host|x-acs-[\w-]*):/gm, '$1: '),
    ],
    [
      'signs `UNSIGNED-PAYLOAD` in place of the digest of the body',
      (text: string) => text.replace(/[^\n]*$/, 'UNSIGNED-PAYLOAD'),
    ],
    ['ends the canonical request with a line feed', (text: string) => `${text}\n`],
  ] as const) {
    test(`a client that ${what}`, () => {
      const request = acs3({ target, headers: [['host', 'orders.example.com:8080']] });
      const right = explain(request).canonicalRequest!;
      const wrong = canonical(right);
      assert.notEqual(wrong, right);
      const hash = createHash('sha256').update(wrong).digest('hex');
      const signature = createHmac('sha256', 'testsecret').update(`ACS3-HMAC-SHA256\n${hash}`).digest('hex');
      assertMistake(withSignature(request, signature), [what]);
    });
  }

  for (const [what, request, arrived] of [
    [
      'signs the host `orders.example.com`, as in `x-forwarded-host`, where `orders.internal` arrived (a proxy changed `host`)',
      {},
      (sent: SignedRequest) => again('x-forwarded-host', 'orders.example.com')(host('orders.internal')(sent)),
    ],
    [
      'signs the host `orders.example.com:8443`, as in `x-forwarded-host` and `x-forwarded-port`, where `orders.internal` arrived (a proxy changed `host`)',
      { headers: [['host', 'orders.example.com:8443']] },
      (sent: SignedRequest) =>
        again(
          'x-forwarded-port',
          '8443',
        )(again('x-forwarded-host', 'orders.example.com')(host('orders.internal')(sent))),
    ],
    [
      'signs the host `Orders.example.com`, as in `forwarded`, where `orders.example.com` arrived (a proxy changed `host`)',
      { headers: [['host', 'Orders.example.com']] },
      (sent: SignedRequest) =>
        again(
          'Forwarded',
          'for=192.0.2.1;host="Orders.example.com";proto=https',
        )(host('orders.example.com')(sent)),
    ],
    ['signs `host` without the port', {}, host('orders.example.com:443')],
    [
      'signs `host` with the port 443',
      { headers: [['host', 'orders.example.com:443']] },
      host('orders.example.com:8443'),
    ],
    ['signs `host` without the dot at its end', {}, host('orders.example.com.')],
    ['signs the method HEAD', { method: 'HEAD' }, (sent: SignedRequest) => ({ ...sent, method: 'GET' })],
    [
      'signs the path without the prefix `/api/v2` (perhaps a proxy added it)',
      { target: '/orders/7' },
      (sent: SignedRequest) => ({ ...sent, target: '/api/v2/orders/7' }),
    ],
    [
      'signs the path without the prefix `/a/b/c/d` (perhaps a proxy added it)',
      { target: '/orders/7' },
      (sent: SignedRequest) => ({ ...sent, target: '/a/b/c/d/orders/7' }),
    ],
    [
      'signs the path with `/api` before it, as in `x-forwarded-prefix` (a proxy removed that prefix)',
      { target: '/api/orders' },
      (sent: SignedRequest) => again('x-forwarded-prefix', '/api/')({ ...sent, target: '/orders' }),
    ],
    [
      'signs the path `/a/orders`, as in `x-original-uri` (a proxy changed the path)',
      { target: '/a/orders?x=1' },
      (sent: SignedRequest) => again('x-original-uri', '/a/orders?x=1')({ ...sent, target: '/b?x=1' }),
    ],
    [
      'signs the path `/a/orders` and the query as in `x-original-uri` (a proxy changed the query)',
      { target: '/a/orders?x=1&y=a%20b' },
      (sent: SignedRequest) =>
        again('x-original-uri', '/a/orders?x=1&y=a%20b')({ ...sent, target: '/a/orders?y=a&tenant=t' }),
    ],
    [
      'signs the path with one slash where it has two',
      { target: '/a/orders' },
      (sent: SignedRequest) => ({ ...sent, target: '/a//orders' }),
    ],
    [
      'signs the path with its dots resolved',
      { target: '/a/orders' },
      (sent: SignedRequest) => ({ ...sent, target: '/a/b/../orders' }),
    ],
    [
      'signs `content-type` without its parameters',
      {
        headers: [
          ['host', 'a'],
          ['content-type', 'text/x'],
        ],
        body: Buffer.from('x'),
      },
      (sent: SignedRequest) => withHeader(sent, 'content-type', () => 'text/x; charset=utf-8'),
    ],
    [
      'signs several blanks in the value of a header as one',
      {
        headers: [
          ['host', 'a'],
          ['x-acs-note', 'one two'],
        ],
      },
      header('x-acs-note', 'one  two'),
    ],
  ] as const) {
    test(`a client that ${what}`, () => assertMistake(arrived(acs3(request)), [what]));
  }

  test('no prefix of more than four segments is tried', () => {
    const request = { ...acs3({ target: '/orders/7' }), target: '/a/b/c/d/e/orders/7' };
    assert.match(step(explain(request), 'signature').advice.join(), /No known mistake explains it/);
  });

  for (const [sentTo, signed] of [
    ['orders.example.com:8443', 'orders.example.com:8443'],
    ['orders.example.com:8443', 'orders.example.com'],
    ['orders.example.com', 'orders.example.com:443'],
    ['orders.example.com', 'orders.example.com:80'],
    ['Orders.Example.com', 'orders.example.com'],
  ] as const) {
    test(`a client that signs the host ${signed} where it calls ${sentTo}, and another arrives`, () => {
      const request = host('10.0.0.5:3000')(acs3({ headers: [['host', signed]] }));
      const what = `signs the host \`${signed}\`, to which it was sent, where \`host\` is \`10.0.0.5:3000\``;
      const { outcome, advice } = step(explain(request, { sentTo }), 'signature');
      assert.deepEqual([outcome, advice], ['fails', [`The signature fits a client that ${what}.`]]);
      assert.match(step(explain(request), 'signature').advice.join(), /No known mistake explains it/);
    });
  }

  test('a client whose list of signed headers is not the one it signs', () => {
    const request = acs3({
      headers: [
        ['host', 'a'],
        ['x-acs-note', 'n'],
      ],
    });
    const named = /SignedHeaders=([^,]*)/.exec(
      request.rawHeaders.find((text) => text.startsWith('ACS3'))!,
    )![1]!;
    assertMistake(list(named.replace(';x-acs-note', ''))(request), [
      'signs `x-acs-note`, and does not list it in SignedHeaders',
    ]);
    const bare = acs3({ headers: [['host', 'a']] });
    assertMistake(list(named)(again('x-acs-note', 'n')(bare)), [
      'lists `x-acs-note` in SignedHeaders, and leaves it out of what it signs',
    ]);
  });

  for (const [what, sign] of [
    ['signs with the secret and a line feed after it', (text: string) => hmac('testsecret\n', text)],
    ['signs with the secret in double quotes', (text: string) => hmac('"testsecret"', text)],
    [
      'signs with the secret and `&` behind it, which is the rule of RPC 1.0',
      (text: string) => hmac('testsecret&', text),
    ],
    [
      'signs the hash without the line of the algorithm',
      (text: string) => hmac('testsecret', text.split('\n')[1]!),
    ],
    ['ends the string to sign with a line feed', (text: string) => hmac('testsecret', `${text}\n`)],
    [
      'writes the signature in base64',
      (text: string) => createHmac('sha256', 'testsecret').update(text).digest('base64'),
    ],
    ['writes the signature in upper case', (text: string) => hmac('testsecret', text).toUpperCase()],
  ] as const) {
    test(`a client that ${what}`, () => {
      const request = acs3();
      assertMistake(withSignature(request, sign(explain(request).stringToSign!)), [what]);
    });
  }

  test('a client that makes two mistakes at once', () => {
    const request = acs3({ target });
    const wrong = explain(request).canonicalRequest!.replace(encoded, 'empty=&b=%2F%20%2A~&a=1');
    const hash = createHash('sha256').update(wrong).digest('hex');
    assertMistake(withSignature(request, hmac('testsecret\n', `ACS3-HMAC-SHA256\n${hash}`)), [
      'signs the query in the order sent, not sorted by name',
      'signs with the secret and a line feed after it',
    ]);
  });

  test('a client of ACS4 that does not derive its key', () => {
    const request = signRequest({ method: 'GET', target: '/', headers: [['host', 'a']] }, CREDENTIALS, {
      ...COMMON,
      scheme: 'ACS4-HMAC-SHA256',
      product: 'orders',
    });
    const signature = hmac('testsecret', explain(request).stringToSign!);
    assertMistake(withSignature(request, signature), [
      'signs with the bare secret, not with a key that is derived from it',
    ]);
  });

  for (const [what, change, key] of [
    ['signs with the bare secret, without the `&` behind it', (text: string) => text, 'testsecret'],
    ['signs the method GET', (text: string) => text.replace('POST', 'GET'), 'testsecret&'],
    ['signs the path unencoded', (text: string) => text.replace('&%2F&', '&/&'), 'testsecret&'],
    [
      'encodes the parameters once, and not once more as a whole',
      (text: string) => text.replace(/[^&]*$/, decodeURIComponent),
      'testsecret&',
    ],
    [
      'writes a space in the parameters as `+`, not `%20`',
      (text: string) => text.replaceAll('%2520', '%2B'),
      'testsecret&',
    ],
    [
      "leaves !'()* in the parameters unencoded, as encodeURIComponent does",
      (text: string) => text.replaceAll('%252A', '%2A'),
      'testsecret&',
    ],
  ] as const) {
    test(`a client of RPC 1.0 that ${what}`, () => {
      const request = rpc({ target: '/?Comments=a%20b%2A' });
      const wrong = change(explain(request).stringToSign!);
      const signature = createHmac('sha1', key).update(wrong).digest('base64');
      assertMistake(withParameter(request, encodeURIComponent(signature)), [what]);
    });
  }

  test('a client of RPC 1.0 whose signature is not encoded, or encoded twice', () => {
    const request = findRequest((signature) => signature.includes('+'));
    const signature = new URLSearchParams(request.target.slice(2)).get('Signature')!;
    assertMistake(withParameter(request, signature), [
      'does not encode the signature: its `+` arrives as a space',
    ]);
    const twice = encodeURIComponent(encodeURIComponent(signature));
    assertMistake(withParameter(request, twice), ['encodes the signature twice']);
  });

  test('a client of RPC 1.0 that leaves the form out', () => {
    const headers = [['content-type', FORM]] as const;
    const bare = rpc({ headers });
    assertMistake({ ...bare, body: Buffer.from('Tag=1') }, [
      'leaves the form in the body out of what it signs',
    ]);
  });

  for (const [what, change] of [
    ['signs the path `/`, whatever the path is', (text: string) => text.replace('/clusters', '/')],
    ['encodes the query, which ROA 1.0 signs as it is', (text: string) => text.replace('a b', 'a%20b')],
    [
      'leaves the `x-acs-` headers out of what it signs',
      (text: string) => text.replaceAll(/^x-acs.*\n/gm, ''),
    ],
  ] as const) {
    test(`a client of ROA 1.0 that ${what}`, () => {
      const request = roa({ target: '/clusters?x=a%20b' });
      const wrong = change(explain(request).stringToSign!);
      const signature = createHmac('sha1', 'testsecret').update(wrong).digest('base64');
      const changed = withHeader(request, 'authorization', () => `acs testid:${signature}`);
      assert.match(textOf(explain(changed)), new RegExp(`a client that ${what.replace(/[`/]/g, '.')}`));
    });
  }
});

type Unsigned = Partial<Parameters<typeof signRequest>[0]>;

const ACS3: SignOptions = { ...COMMON, scheme: 'ACS3-HMAC-SHA256' };

function acs3(request: Unsigned = {}): SignedRequest {
  return signed(request, ACS3);
}

function rpc(request: Unsigned = {}): SignedRequest {
  return signed(request, { ...COMMON, scheme: 'RPC-HMAC-SHA1' });
}

function roa(request: Unsigned = {}): SignedRequest {
  return signed(request, { ...COMMON, scheme: 'ROA-HMAC-SHA1' });
}

function signed(request: Unsigned, options: SignOptions): SignedRequest {
  const headers = [['host', 'orders.example.com']] as const;
  return signRequest({ method: 'POST', target: '/', headers, ...request }, CREDENTIALS, options);
}

function explain(request: SignedRequest, options: Partial<ExplainOptions> = {}): Explanation {
  return explainSignature(request, { credentials: CREDENTIALS, now: NOW, ...options });
}

function step({ steps }: Explanation, check: string) {
  const found = steps.find((each) => each.check === check);
  assert.ok(found, `no step ${check} in ${JSON.stringify(steps)}`);
  return found;
}

function textOf({ steps }: Explanation): string {
  return steps
    .map(({ check, outcome, seen, advice }) => `${check} ${outcome}: ${seen} ${advice.join(' ')}`)
    .join('\n');
}

function assertMistake(request: SignedRequest, what: readonly string[]): void {
  const signature = step(explain(request), 'signature');
  assert.equal(signature.outcome, 'fails');
  assert.deepEqual(signature.advice, [`The signature fits a client that ${what.join(' and ')}.`]);
}

/** Returns the message with which a server that has this secret refuses a request. */
function refusal(request: SignedRequest, secret: string, now: number = NOW): string {
  try {
    const parsed = parseSignature(request);
    if (!('accessKeyId' in parsed)) throw new TypeError('not signed');
    verifySignature(request, parsed, SigningKey.fromSecret(`not ${secret}`), { now });
  } catch (error) {
    if (error instanceof SignatureError) return error.message;
    throw error;
  }
  throw new TypeError('it was accepted');
}

function tryParse(request: SignedRequest): { readonly accessKeyId?: string } {
  try {
    return parseSignature(request) as { readonly accessKeyId?: string };
  } catch {
    return {};
  }
}

function isAccepted(request: SignedRequest): boolean {
  try {
    return verify(request, NOW)?.body === 'verified';
  } catch (error) {
    if (error instanceof SignatureError) return false;
    throw error;
  }
}

function hmac(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

function withSignature(request: SignedRequest, signature: string): SignedRequest {
  return withHeader(request, 'Authorization', (value) =>
    value.replace(/Signature=.*/, `Signature=${signature}`),
  );
}

function withParameter(request: SignedRequest, signature: string): SignedRequest {
  return { ...request, target: request.target.replace(/Signature=[^&]*$/, `Signature=${signature}`) };
}

function withHeader(request: SignedRequest, name: string, change: (value: string) => string): SignedRequest {
  const rawHeaders = request.rawHeaders.map((text, at, all) =>
    at % 2 === 1 && all[at - 1] === name ? change(text) : text,
  );
  return { ...request, rawHeaders };
}

function header(name: string, value: string) {
  return (request: SignedRequest): SignedRequest => withHeader(request, name, () => value);
}

function host(value: string) {
  return header('host', value);
}

function without(name: string) {
  return (request: SignedRequest): SignedRequest => ({
    ...request,
    rawHeaders: request.rawHeaders.filter((_, at, all) => all[at - (at % 2)] !== name),
  });
}

function list(names: string) {
  return (request: SignedRequest): SignedRequest =>
    withHeader(request, 'Authorization', (value) =>
      value.replace(/SignedHeaders=[^,]*/, `SignedHeaders=${names}`),
    );
}

function again(name: string, value: string) {
  return (request: SignedRequest): SignedRequest => ({
    ...request,
    rawHeaders: [...request.rawHeaders, name, value],
  });
}

function findRequest(wanted: (signature: string) => boolean): SignedRequest {
  for (let at = 0; ; at++) {
    const request = signed({}, { ...COMMON, scheme: 'RPC-HMAC-SHA1', nonce: `n-${at}` });
    if (wanted(new URLSearchParams(request.target.slice(2)).get('Signature')!)) return request;
  }
}
