/** ACS3 that signs neither host nor nonce, as `ack-ram-tool` presigns its identity. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  type Acs3Signature,
  parseSignature,
  SignatureError,
  type SignedRequest,
  SigningKey,
  verifySignature,
} from '../src/index.ts';

const NOW = Date.UTC(2026, 10, 24, 2, 10, 19);
const SECRET = 'ExampleSecret0000000000000001';
const KEY = SigningKey.fromSecret(SECRET);
const MINUTE_MS = 60 * 1000;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

interface Presigned {
  readonly scheme?: string;
  readonly signed?: Readonly<Record<string, string>>;
  readonly without?: readonly string[];
  readonly unsigned?: readonly string[];
  readonly body?: string;
}

/** Presigns with nothing but `node:crypto`. */
function presigned({
  scheme = 'ACS3-HMAC-SHA256',
  signed = {},
  without = [],
  unsigned = [],
  body = '',
}: Presigned = {}): SignedRequest {
  const headers = Object.fromEntries(
    Object.entries({
      'x-acs-action': 'GetCallerIdentity',
      'x-acs-content-sha256': sha256(body),
      'x-acs-date': new Date(NOW).toISOString().replace('.000Z', 'Z'),
      'x-acs-version': '2015-04-01',
      ...signed,
    }).filter(([name]) => !without.includes(name)),
  );
  const names = Object.keys(headers).sort();
  const fields = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const canonical = ['POST', '/', 'ACKClusterId=c1', fields, names.join(';'), sha256(body)].join('\n');
  const signature = createHmac('sha256', SECRET)
    .update(`${scheme}\n${sha256(canonical)}`)
    .digest('hex');
  const authorization = `${scheme} Credential=LTAI5tEXAMPLEKEYID000001,SignedHeaders=${names.join(';')},Signature=${signature}`;
  const rawHeaders = [
    ...['host', 'sts.example.com'].filter(() => headers['host'] === undefined),
    ...Object.entries(headers).flat(),
    ...unsigned,
    'Authorization',
    authorization,
  ];
  return { method: 'POST', target: '/?ACKClusterId=c1', rawHeaders, body: Buffer.from(body) };
}

const parse = (request: SignedRequest) =>
  parseSignature(request, { acceptsPresigned: true }) as Acs3Signature;
const verify = (request: SignedRequest, now = NOW, windowMs?: number) =>
  verifySignature(request, parse(request), KEY, { now, ...(windowMs !== undefined && { windowMs }) });
const refusedWith =
  (code: string, detail = '') =>
  (error: unknown) =>
    error instanceof SignatureError && error.code === code && error.message.includes(detail);

describe('a presigned request', () => {
  test('is verified with the option only, and has no nonce', () => {
    const request = presigned();
    assert.equal(parse(request).isPresigned, true);
    assert.equal(parse(request).action, 'GetCallerIdentity');
    const { body, nonce } = verify(request);
    assert.deepEqual({ body, nonce }, { body: 'verified', nonce: '' });
    assert.throws(() => parseSignature(request), refusedWith('IncompleteSignature', '`host` must be signed'));
    const options = { acceptsRoaWithoutNonce: true };
    assert.throws(() => parseSignature(request, options), refusedWith('IncompleteSignature', '`host`'));
  });

  test('is accepted for 15 minutes and not a millisecond longer, and one minute ahead of the clock', () => {
    const request = presigned();
    for (const windowMs of [undefined, 24 * 60 * MINUTE_MS]) {
      assert.equal(verify(request, NOW + 15 * MINUTE_MS, windowMs).body, 'verified');
      assert.equal(verify(request, NOW - MINUTE_MS, windowMs).body, 'verified');
      assert.throws(
        () => verify(request, NOW + 15 * MINUTE_MS + 1, windowMs),
        refusedWith('InvalidTimeStamp.Expired'),
      );
      assert.throws(
        () => verify(request, NOW - MINUTE_MS - 1, windowMs),
        refusedWith('InvalidTimeStamp.Expired'),
      );
    }
  });

  for (const name of ['x-acs-action', 'x-acs-version', 'x-acs-date', 'x-acs-content-sha256']) {
    test(`that does not sign ${name} is refused`, () => {
      assert.throws(() => parse(presigned({ without: [name] })), refusedWith('IncompleteSignature'));
    });
  }

  test('that signs one of host and nonce is not one: both are needed', () => {
    const nonce = { 'x-acs-signature-nonce': 'n-1' };
    const host = { host: 'sts.example.com' };
    assert.throws(() => parse(presigned({ signed: nonce })), refusedWith('IncompleteSignature', '`host`'));
    assert.throws(
      () => parse(presigned({ signed: host })),
      refusedWith('IncompleteSignature', '`x-acs-signature-nonce`'),
    );
    assert.equal(parse(presigned({ signed: { ...nonce, ...host } })).isPresigned, false);
  });

  test('with an unsigned nonce, token or key id is refused', () => {
    for (const name of ['x-acs-signature-nonce', 'x-acs-security-token', 'x-acs-accesskey-id']) {
      const request = presigned({ unsigned: [name, 'LTAI5tEXAMPLEKEYID000001'] });
      assert.throws(() => parse(request), refusedWith('IncompleteSignature', `\`${name}\` must be signed`));
    }
  });

  test('with a body is refused', () => {
    assert.throws(() => parse(presigned({ body: '{}' })), refusedWith('IncompleteSignature', '`host`'));
    assert.throws(
      () => verify({ ...presigned(), body: Buffer.from('{}') }),
      refusedWith('ContentSHA256NotMatched'),
    );
  });

  test('of another scheme is refused', () => {
    for (const scheme of ['ACS3-HMAC-SM3', 'ACS3-RSA-SHA256', 'ACS4-HMAC-SHA256']) {
      assert.throws(() => parse(presigned({ scheme })), refusedWith('IncompleteSignature'));
    }
  });

  test('that was changed is refused', () => {
    const request = presigned();
    assert.throws(() => verify({ ...request, method: 'GET' }), refusedWith('SignatureDoesNotMatch'));
    assert.throws(
      () => verify({ ...request, target: '/?ACKClusterId=c2' }),
      refusedWith('SignatureDoesNotMatch'),
    );
    const rawHeaders = request.rawHeaders.map((value) =>
      value === 'GetCallerIdentity' ? 'AssumeRole' : value,
    );
    assert.throws(() => verify({ ...request, rawHeaders }), refusedWith('SignatureDoesNotMatch'));
  });
});
