/** ROA 1.0 as the old generation of clients in Go and Python signs it: without `x-acs-signature-nonce`. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  type ParseOptions,
  parseSignature,
  type RoaSignature,
  SignatureError,
  type SignedRequest,
  SigningKey,
  verifySignature,
} from '../src/index.ts';
import { asReceived, RECORDINGS_WITHOUT_NONCE, readRecording } from '../testkit/recorded.ts';

const NOW = Date.UTC(2026, 10, 24, 2, 10, 19);
const SECRET = 'ExampleSecret0000000000000001';
const KEY = SigningKey.fromSecret(SECRET);
const ACCEPTED: ParseOptions = { acceptsRoaWithoutNonce: true };

interface Call {
  readonly method?: string;
  readonly target?: string;
  /** Path and query as signed. Default: the target. */
  readonly signedTarget?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly time?: number;
}

/** Signs a call with nothing but `node:crypto`. */
function signedByHand({
  method = 'GET',
  target = '/orders/17',
  signedTarget = target,
  headers = {},
  body = '',
  time = NOW,
}: Call = {}): SignedRequest {
  const all: Record<string, string> = {
    host: 'orders.example.com',
    accept: 'application/json',
    'content-md5': createHash('md5').update(body).digest('base64'),
    'content-type': 'application/json',
    date: new Date(time).toUTCString(),
    'x-acs-signature-method': 'HMAC-SHA1',
    'x-acs-signature-version': '1.0',
    'x-acs-version': '2026-11-24',
    ...headers,
  };
  const own = Object.keys(all)
    .filter((name) => name.startsWith('x-acs-'))
    .sort();
  const text = [
    method,
    all['accept'],
    all['content-md5'],
    all['content-type'],
    all['date'],
    ...own.map((name) => `${name}:${all[name]}`),
    signedTarget,
  ].join('\n');
  const signature = createHmac('sha1', SECRET).update(text).digest('base64');
  const rawHeaders = [
    ...Object.entries(all).flat(),
    'authorization',
    `acs LTAI5tEXAMPLEKEYID000001:${signature}`,
  ];
  return { method, target, rawHeaders, body: Buffer.from(body) };
}

function parse(request: SignedRequest, options = ACCEPTED): RoaSignature {
  const parsed = parseSignature(request, options);
  assert.equal(parsed.scheme, 'ROA-HMAC-SHA1');
  return parsed as RoaSignature;
}

const verify = (request: SignedRequest, now = NOW) => verifySignature(request, parse(request), KEY, { now });

const refusedWith = (code: string) => (error: unknown) =>
  error instanceof SignatureError && error.code === code;

describe('ROA 1.0 without a nonce', () => {
  for (const file of RECORDINGS_WITHOUT_NONCE) {
    const { client, vectors } = readRecording(file);
    for (const vector of vectors) {
      test(`${client} is accepted with the option, and refused without it: ${vector.name}`, () => {
        const request = asReceived(vector);
        const parsed = parse(request);
        const key = SigningKey.fromSecret(vector.credentials.accessKeySecret!);
        const { body, nonce } = verifySignature(request, parsed, key, { now: parsed.timestamp });
        assert.equal(body, 'verified');
        assert.equal(parsed.hasOwnNonce, false);
        assert.equal(parsed.securityToken, vector.credentials.securityToken);
        assert.equal(nonce, createHash('sha256').update(vector.expected!.signature).digest('hex'));
        assert.throws(() => parseSignature(request), refusedWith('MissingSignatureNonce'));
      });
    }
  }

  test('a request signed by hand is verified, with a nonce of its own for each signature', () => {
    const nonces = [
      signedByHand(),
      signedByHand({ time: NOW + 1000 }),
      signedByHand({ target: '/orders/18' }),
      signedByHand({ method: 'PUT', body: '{}' }),
    ].map((request) => verify(request).nonce);
    assert.equal(new Set(nonces).size, 4);
    assert.equal(verify(signedByHand()).nonce, nonces[0]);
  });

  test('it is accepted 5 minutes to either side, however long the window is', () => {
    const request = signedByHand();
    const window = 5 * 60 * 1000;
    for (const windowMs of [undefined, 60 * 60 * 1000]) {
      const at = (now: number) =>
        verifySignature(request, parse(request), KEY, { now, ...(windowMs !== undefined && { windowMs }) });
      assert.equal(at(NOW + window).body, 'verified');
      assert.equal(at(NOW - window).body, 'verified');
      assert.throws(() => at(NOW + window + 1), refusedWith('InvalidTimeStamp.Expired'));
      assert.throws(() => at(NOW - window - 1), refusedWith('InvalidTimeStamp.Expired'));
    }
    assert.throws(
      () => verifySignature(request, parse(request), KEY, { now: NOW + 30_001, windowMs: 30_000 }),
      refusedWith('InvalidTimeStamp.Expired'),
    );
  });

  test('with a nonce the window stays 15 minutes', () => {
    const request = signedByHand({ headers: { 'x-acs-signature-nonce': 'n-1' } });
    const verified = verify(request, NOW + 15 * 60 * 1000);
    assert.equal(verified.nonce, 'n-1');
  });

  test('an empty nonce is refused, and one that was taken away breaks the signature', () => {
    const headers = { 'x-acs-signature-nonce': '' };
    assert.throws(() => parse(signedByHand({ headers })), refusedWith('MissingSignatureNonce'));
    const whole = signedByHand({ headers: { 'x-acs-signature-nonce': 'n-1' } });
    const at = whole.rawHeaders.indexOf('x-acs-signature-nonce');
    const rawHeaders = [...whole.rawHeaders.slice(0, at), ...whole.rawHeaders.slice(at + 2)];
    assert.throws(() => verify({ ...whole, rawHeaders }), refusedWith('SignatureDoesNotMatch'));
  });

  test('a changed request is refused', () => {
    const request = signedByHand({ method: 'POST', target: '/orders?channel=web', body: '{}' });
    const replaced = (name: string, value: string) =>
      request.rawHeaders.map((each, at) => (request.rawHeaders[at - 1] === name ? value : each));
    assert.throws(
      () => verify({ ...request, target: '/orders?channel=app' }),
      refusedWith('SignatureDoesNotMatch'),
    );
    assert.throws(() => verify({ ...request, method: 'PUT' }), refusedWith('SignatureDoesNotMatch'));
    assert.throws(() => verify({ ...request, body: Buffer.from('[]') }), refusedWith('ContentMD5NotMatched'));
    const later = replaced('date', new Date(NOW + 1000).toUTCString());
    assert.throws(() => verify({ ...request, rawHeaders: later }), refusedWith('SignatureDoesNotMatch'));
  });

  test("the old Go client's empty query and empty values are accepted, only as they were sent", () => {
    assert.equal(verify(signedByHand({ target: '/orders?' })).body, 'verified');
    assert.equal(
      verify(signedByHand({ target: '/orders?b=1&flag', signedTarget: '/orders?b=1&flag' })).body,
      'verified',
    );
    assert.throws(
      () => verify(signedByHand({ target: '/orders', signedTarget: '/orders?' })),
      refusedWith('SignatureDoesNotMatch'),
    );
    const headers = { 'x-acs-signature-nonce': 'n-1' };
    assert.throws(
      () => verify(signedByHand({ target: '/orders?', headers })),
      refusedWith('SignatureDoesNotMatch'),
    );
  });

  test('a query with two readings is refused', () => {
    // Signed as `x=1&b`: the value `1&b`, or two parameters.
    const targets = ['/orders?x=1%26b', '/orders?x%26b=1', '/orders?x%3D1=2'];
    for (const target of targets) {
      assert.throws(
        () => parse(signedByHand({ target, signedTarget: decodeURIComponent(target) })),
        refusedWith('IncompleteSignature'),
      );
    }
    // The other reading of the first is the one that was signed.
    assert.equal(verify(signedByHand({ target: '/orders?b&x=1' })).body, 'verified');
  });

  test('any two queries that are accepted and differ have different strings to sign', () => {
    const pieces = ['', 'a', 'b', 'a=', 'a=1', 'b=1', 'a=1%26b', 'a%3D1', 'a=%3D', 'b=%26', 'a%26b', 'a==1'];
    const signatureOf = (signedTarget: string) =>
      signedByHand({ signedTarget }).rawHeaders.at(-1)!.split(':')[1]!;
    const texts = [
      '',
      '?',
      '?a',
      '?a=',
      '?a=1',
      '?a=1&b',
      '?a=1&b=',
      '?a&b=1',
      '?a=&b=1',
      '?a==',
      '?a==1',
      '?b=&',
    ];
    const readings = new Map<string, Set<string>>();
    for (const first of pieces) {
      for (const second of pieces) {
        const target = `/o?${first}&${second}`;
        for (const text of texts) {
          const request = { ...signedByHand({ target }), target };
          const rawHeaders = [
            ...request.rawHeaders.slice(0, -1),
            `acs LTAI5tEXAMPLEKEYID000001:${signatureOf(`/o${text}`)}`,
          ];
          try {
            const parsed = parse({ ...request, rawHeaders });
            verifySignature(parsed.request, parsed, KEY, { now: NOW });
            const meaning = JSON.stringify([...parsed.query].sort());
            readings.set(text, (readings.get(text) ?? new Set()).add(meaning));
          } catch (error) {
            assert.ok(error instanceof SignatureError);
          }
        }
      }
    }
    assert.ok(readings.size > 5);
    for (const [text, meanings] of readings) assert.equal(meanings.size, 1, `${text}: ${[...meanings]}`);
  });
});
