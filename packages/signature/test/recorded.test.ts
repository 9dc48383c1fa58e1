import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type KeySignature,
  parseSignature,
  type SignedRequest,
  SigningKey,
  type SignOptions,
  signRequest,
  verifySignature,
} from '../src/index.ts';
import { asReceived, RECORDINGS, type RecordedRequest, readRecording } from '../testkit/recorded.ts';

const SYSTEM_PARAMETERS = [
  'Action',
  'Version',
  'Format',
  'Timestamp',
  'SignatureMethod',
  'SignatureVersion',
  'SignatureNonce',
  'AccessKeyId',
  'SecurityToken',
  'Signature',
];
const HEADERS_THAT_SIGNING_ADDS = [
  'authorization',
  'date',
  'content-md5',
  'x-acs-action',
  'x-acs-version',
  'x-acs-date',
  'x-acs-signature-nonce',
  'x-acs-signature-method',
  'x-acs-signature-version',
  'x-acs-content-sha256',
  'x-acs-accesskey-id',
  'x-acs-security-token',
];

describe('a request that an official client sent', () => {
  for (const file of RECORDINGS) {
    const { vectors, publicKey } = readRecording(file);
    assert.ok(vectors.length > 0);
    for (const vector of vectors) {
      const request = asReceived(vector);
      if (file === 'bearer-token') {
        test(`carries its bearer token (${vector.name})`, () => {
          const parsed = parseSignature(request);
          assert.equal(parsed.scheme, 'bearer');
          assert.equal(parsed.scheme === 'bearer' && parsed.bearerToken, vector.credentials.bearerToken);
        });
      } else if (file === 'anonymous') {
        test(`is anonymous (${vector.name})`, () => {
          const parsed = parseSignature(request);
          assert.equal(parsed.scheme, 'anonymous');
          assert.equal(parsed.action, vector.name.split(' ')[0]);
          assert.equal(parsed.version, '2015-04-01');
        });
      } else {
        test(`is accepted (${file}: ${vector.name})`, () => {
          const parsed = parseWithKey(request);
          assert.equal(parsed.accessKeyId, vector.credentials.accessKeyId);
          assert.equal(parsed.securityToken, vector.credentials.securityToken);
          assert.equal(parsed.signature, vector.expected?.signature);
          const verified = verifySignature(request, parsed, keyOf(vector, publicKey), {
            now: parsed.timestamp,
          });
          // openapi-core sends no content-md5 with ROA 1.0, so that nothing vouches for the body.
          const isVouchedFor = !(file === 'roa-v1-hmac-sha1' && vector.name === 'path style with JSON body');
          assert.equal(verified.body, isVouchedFor ? 'verified' : 'unverified');
        });
        if (publicKey === undefined) {
          test(`is signed again to the same bytes (${file}: ${vector.name})`, () => signAgain(vector));
        }
      }
    }
  }
});

function parseWithKey(request: SignedRequest): KeySignature {
  const parsed = parseSignature(request);
  assert.ok(parsed.scheme !== 'bearer' && parsed.scheme !== 'anonymous');
  return parsed;
}

function keyOf(vector: RecordedRequest, publicKey: string | undefined): SigningKey {
  return publicKey === undefined
    ? SigningKey.fromSecret(vector.credentials.accessKeySecret!)
    : SigningKey.fromPublicKey(publicKey);
}

function signAgain(vector: RecordedRequest): void {
  const request = asReceived(vector);
  const parsed = parseWithKey(request);
  const inForm = parsed.scheme === 'RPC-HMAC-SHA1' && !parsed.query.has('Signature');
  const { accessKeyId, accessKeySecret, securityToken } = vector.credentials;
  const signed = signRequest(
    {
      method: request.method,
      target: parsed.scheme === 'RPC-HMAC-SHA1' ? withoutSystemParameters(request.target) : request.target,
      headers: vector.request.headers.filter(([name]) => !isAddedBySigning(parsed.scheme, name)),
      body: inForm ? Buffer.from(withoutSystemParameters(`?${vector.request.body}`).slice(1)) : request.body,
    },
    {
      accessKeyId: accessKeyId!,
      accessKeySecret: accessKeySecret!,
      ...(securityToken === undefined ? {} : { securityToken }),
    },
    optionsOf(parsed, inForm),
  );
  const again = parseWithKey(signed);
  assert.equal(again.signature, vector.expected?.signature);
  assert.deepEqual([...again.parameters].sort(), [...parsed.parameters].sort());
  assert.deepEqual(headerPairs(signed), headerPairs(request));
  if (parsed.scheme !== 'RPC-HMAC-SHA1') assert.equal(signed.target, request.target);
  if (!inForm) assert.deepEqual(signed.body, request.body);
}

function optionsOf(parsed: KeySignature, inForm: boolean): SignOptions {
  const common = {
    now: parsed.timestamp,
    nonce: parsed.nonce,
    ...(parsed.action === undefined ? {} : { action: parsed.action }),
    ...(parsed.version === undefined ? {} : { version: parsed.version }),
  };
  switch (parsed.scheme) {
    case 'ACS3-HMAC-SHA256':
    case 'ACS3-HMAC-SM3':
    case 'ACS3-RSA-SHA256':
      return { ...common, scheme: parsed.scheme };
    case 'ACS4-HMAC-SHA256':
    case 'ACS4-HMAC-SM3':
      return { ...common, scheme: parsed.scheme, product: parsed.scope.product };
    case 'RPC-HMAC-SHA1': {
      const format = parsed.parameters.get('Format')!;
      return { ...common, scheme: parsed.scheme, format, systemParameters: inForm ? 'form' : 'query' };
    }
    case 'ROA-HMAC-SHA1':
      return { ...common, scheme: parsed.scheme, contentMd5: parsed.contentHash !== undefined };
  }
}

function isAddedBySigning(scheme: string, name: string): boolean {
  // RPC 1.0 signs no headers, and signing it adds none.
  return scheme !== 'RPC-HMAC-SHA1' && HEADERS_THAT_SIGNING_ADDS.includes(name.toLowerCase());
}

function withoutSystemParameters(target: string): string {
  const [path, query = ''] = target.split('?');
  const own = query.split('&').filter((pair) => !SYSTEM_PARAMETERS.includes(pair.split('=')[0]!));
  return own.join('') === '' ? path! : `${path}?${own.join('&')}`;
}

function headerPairs({ rawHeaders }: SignedRequest): string[] {
  const pairs: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    pairs.push(`${name}: ${rawHeaders[at + 1]}`);
  }
  return pairs.sort();
}
