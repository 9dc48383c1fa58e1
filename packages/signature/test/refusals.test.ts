import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  explainSignature,
  type KeySignature,
  parseSignature,
  type RequestHead,
  SignatureError,
  type SignatureErrorCode,
  type SignedRequest,
  SigningKey,
  type SignOptions,
  signRequest,
  type UnsignedRequest,
  verifySignature,
} from '../src/index.ts';

const NOW = Date.UTC(2026, 10, 24, 2, 10, 19);
const KEY = SigningKey.fromSecret('testsecret');
const CREDENTIALS = { accessKeyId: 'testid', accessKeySecret: 'testsecret' };
const TEMPORARY = { ...CREDENTIALS, accessKeyId: 'STS.testid', securityToken: 'testtoken' };
const COMMON = { now: NOW, nonce: 'n-1', action: 'CreateUser', version: '2015-05-01' };
const ACS3: SignOptions = { ...COMMON, scheme: 'ACS3-HMAC-SHA256' };
const RPC: SignOptions = { ...COMMON, scheme: 'RPC-HMAC-SHA1' };
const ROA: SignOptions = { ...COMMON, scheme: 'ROA-HMAC-SHA1' };
const FORM = 'application/x-www-form-urlencoded';

describe('failure 9: a header that matters is not part of the signature', () => {
  const hashed = signed(
    ACS3,
    { body: Buffer.from('{}'), headers: [['content-type', 'application/json']] },
    TEMPORARY,
  );
  for (const [what, header] of [
    ['host', 'host'],
    ['action', 'x-acs-action'],
    ['version', 'x-acs-version'],
    ['date', 'x-acs-date'],
    ['content hash', 'x-acs-content-sha256'],
    ['nonce', 'x-acs-signature-nonce'],
    ['security token', 'x-acs-security-token'],
    ['key id of a temporary key', 'x-acs-accesskey-id'],
    ['type of a body', 'content-type'],
  ] as const) {
    test(`${what} left out of SignedHeaders is refused, though the signature itself is valid`, () => {
      const names = signedNames(hashed);
      // The control: the same way to sign is accepted when all are signed.
      assert.equal(verify(signedOver(hashed, names)).body, 'verified');
      const request = signedOver(
        hashed,
        names.filter((name) => name !== header),
      );
      assertRefused(request, 'IncompleteSignature', `The header \`${header}\` must be signed.`);
    });
    test(`${what} listed as signed and absent is refused`, () => {
      assertRefused(withoutHeader(hashed, header), 'IncompleteSignature');
    });
    test(`${what} sent twice is refused`, () => {
      const rawHeaders = [...hashed.rawHeaders, header, headerOf(hashed, header)];
      assertRefused({ ...hashed, rawHeaders }, 'IncompleteSignature', 'occurs more than once');
    });
  }
});

describe('failure 4: one code path skips verification', () => {
  test('every scheme is verified or is not a signature, and the compiler checks that all are handled', () => {
    const scheme = (request: SignedRequest): string => {
      const parsed = parseSignature(request);
      switch (parsed.scheme) {
        case 'ACS3-HMAC-SHA256':
        case 'ACS3-HMAC-SM3':
        case 'ACS3-RSA-SHA256':
        case 'ACS4-HMAC-SHA256':
        case 'ACS4-HMAC-SM3':
        case 'RPC-HMAC-SHA1':
        case 'ROA-HMAC-SHA1':
          return verifySignature(request, parsed, KEY, { now: NOW }).scheme;
        case 'bearer':
        case 'anonymous':
          return parsed.scheme;
        default: {
          const forgotten: never = parsed;
          return forgotten;
        }
      }
    };
    assert.equal(scheme(signed(ACS3)), 'ACS3-HMAC-SHA256');
    assert.equal(scheme(signed(RPC)), 'RPC-HMAC-SHA1');
    assert.equal(scheme(signed(ROA)), 'ROA-HMAC-SHA1');
    assert.equal(scheme(request('/')), 'anonymous');
  });

  test('an Authorization header of an unknown scheme is refused, never anonymous', () => {
    for (const value of [
      'Basic dGVzdA==',
      'AWS4-HMAC-SHA256 Credential=x',
      'ACS5-HMAC-SHA256 x',
      'acs3-hmac-sha256',
      '',
    ]) {
      assertRefused(
        request('/?Action=AssumeRoleWithOIDC', ['authorization', value]),
        'InvalidSignatureMethod',
      );
    }
    for (const scheme of ['ACS3-HMAC-SHA1', 'ACS3-', 'ACS4-RSA-SHA256', 'ACS3-toString']) {
      const value = `${scheme} Credential=a,SignedHeaders=host,Signature=b`;
      assertRefused(request('/', ['authorization', value]), 'InvalidSignatureMethod');
    }
  });

  test('a request that names a key and has no signature is refused, never anonymous', () => {
    assertRefused(request('/?AccessKeyId=testid'), 'MissingSignature');
    assertRefused(request('/?AccessKeyId='), 'MissingSignature');
    assertRefused(request('/', ['x-acs-accesskey-id', 'testid']), 'MissingSignature');
    assertRefused(request('/?Signature='), 'MissingSignature');
    assertRefused(request('/?Signature=x'), 'MissingAccessKeyId');
  });

  test('an empty or a doubled Authorization header is refused', () => {
    const { rawHeaders } = signed(ACS3);
    const authorization = rawHeaders.at(-1)!;
    assertRefused(
      { ...signed(ACS3), rawHeaders: [...rawHeaders, 'AUTHORIZATION', authorization] },
      'IncompleteSignature',
    );
  });

  test('a zero-trust ID token is refused, since nothing here can verify it', () => {
    assertRefused(request('/', ['x-acs-zero-trust-idtoken', 'x']), 'InvalidSignatureMethod');
  });

  test('bearer type with the id of a key is verified by neither, and refused', () => {
    const target = signed(RPC).target.replace(
      'Signature=',
      'SignatureType=BEARERTOKEN&BearerToken=x&Signature=',
    );
    assertRefused(request(target), 'InvalidSignatureMethod');
  });

  test('a bearer request that the old Go SDK signed with an empty key is a bearer request', () => {
    const target = '/?SignatureType=BEARERTOKEN&BearerToken=token&AccessKeyId=&Signature=x';
    const parsed = parseSignature(request(target));
    assert.ok(parsed.scheme === 'bearer' && parsed.bearerToken === 'token');
  });

  test('bearer type without a token, or with two tokens, is refused', () => {
    assertRefused(request('/?SignatureType=BEARERTOKEN'), 'MissingBearerToken');
    assertRefused(request('/', ['authorization', 'Bearer ']), 'MissingBearerToken');
    const two = ['authorization', 'Bearer a', 'x-acs-bearer-token', 'b'];
    assertRefused(request('/', two), 'IncompleteSignature');
  });

  test('an untyped caller cannot have an anonymous request verified', () => {
    const anonymous = request('/');
    const parsed = { ...parseSignature(anonymous), timestamp: NOW } as unknown as KeySignature;
    assert.throws(() => verifySignature(anonymous, parsed, KEY, { now: NOW }), TypeError);
  });

  test('a signature parsed from one request verifies no other', () => {
    const one = signed(ACS3);
    const other = { ...one, target: '/?UserName=mallory' };
    assert.throws(
      () => verifySignature(other, parseSignature(one) as KeySignature, KEY, { now: NOW }),
      TypeError,
    );
  });

  test('a public key is never taken for a secret, nor a secret for a public key', () => {
    const rsa = signed(ACS3).rawHeaders.map((value) => value.replace('ACS3-HMAC-SHA256', 'ACS3-RSA-SHA256'));
    assertRefused({ ...signed(ACS3), rawHeaders: rsa }, 'InvalidSignatureMethod');
  });
});

describe('the timestamp', () => {
  for (const options of [ACS3, RPC, ROA]) {
    test(`is valid for 15 minutes to either side, to the millisecond (${options.scheme})`, () => {
      const request = signed(options);
      const window = 15 * 60 * 1000;
      assert.equal(verify(request, NOW + window).nonce, 'n-1');
      assert.equal(verify(request, NOW - window).nonce, 'n-1');
      assertRefused(request, 'InvalidTimeStamp.Expired', '', NOW + window + 1);
      assertRefused(request, 'InvalidTimeStamp.Expired', '', NOW - window - 1);
    });
  }

  test("that is expired is answered with the server's time and the difference", () => {
    assertRefused(
      signed(ACS3),
      'InvalidTimeStamp.Expired',
      'Specified time stamp or date value is expired. Server time is 2026-11-24T02:25:20Z, the request is 901 s behind.',
      NOW + 901_000,
    );
    assertRefused(signed(ACS3), 'InvalidTimeStamp.Expired', 'the request is 901 s ahead.', NOW - 901_000);
  });

  test('is checked before the signature', () => {
    const forged = { ...signed(ACS3), target: '/?UserName=mallory' };
    assertRefused(forged, 'InvalidTimeStamp.Expired', '', NOW + 901_000);
  });

  test('in another form is refused', () => {
    for (const text of [
      '2026-11-24T02:10:19',
      '2026-11-24T02:10:19.000Z',
      '2026-11-24 02:10:19Z',
      '1795486219',
      '',
    ]) {
      const target = signed(RPC).target.replace('2026-11-24T02%3A10%3A19Z', encodeURIComponent(text));
      assertRefused(request(target), 'InvalidTimeStamp.Format');
      const rawHeaders = signed(ACS3).rawHeaders.map((value) =>
        value === '2026-11-24T02:10:19Z' ? text : value,
      );
      assertRefused({ ...signed(ACS3), rawHeaders }, 'InvalidTimeStamp.Format');
    }
    for (const text of [
      'Mon, 24 Nov 2026 02:10:19 GMT',
      '2026-11-24T02:10:19Z',
      'Tue, 24 Nov 2026 02:10:19 +0000',
    ]) {
      const rawHeaders = signed(ROA).rawHeaders.map((value) => (value.startsWith('Tue, ') ? text : value));
      assertRefused({ ...signed(ROA), rawHeaders }, 'InvalidTimeStamp.Format');
    }
  });
});

describe('a signature that does not match', () => {
  test('is answered, in RPC 1.0, with RAM’s text and the string to sign, and nothing after it', () => {
    const request = { ...signed(RPC), method: 'GET' };
    const stringToSign =
      'GET&%2F&AccessKeyId%3Dtestid%26Action%3DCreateUser%26Format%3DJSON%26SignatureMethod%3DHMAC-SHA1' +
      '%26SignatureNonce%3Dn-1%26SignatureVersion%3D1.0%26Timestamp%3D2026-11-24T02%253A10%253A19Z' +
      '%26Version%3D2015-05-01';
    const error = refusal(request, NOW);
    assert.equal(error.code, 'SignatureDoesNotMatch');
    assert.equal(error.httpStatus, 400);
    assert.equal(
      error.message,
      `Specified signature is not matched with our calculation. server string to sign is:${stringToSign}`,
    );
  });

  test('is answered, in ACS3, with the canonical request', () => {
    const error = refusal({ ...signed(ACS3), target: '/?UserName=%E4%B8%AD' }, NOW);
    const { 1: canonical } = error.message.split('server string to sign is:');
    assert.match(canonical!, /^POST\n\/\nUserName=%E4%B8%AD\nhost:127\.0\.0\.1\n/);
    assert.match(canonical!, /\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855$/);
  });

  test('repeats at most 4 KiB of the string to sign, and marks a truncated one', () => {
    for (const options of [ACS3, RPC, ROA]) {
      for (const filling of ['a', '中', '😀']) {
        for (const length of [500, 1500, 5000, 100_000]) {
          const request = signed(options);
          const target = `${request.target}${request.target.includes('?') ? '&' : '?'}x=${encodeURIComponent(filling.repeat(length))}`;
          const { message } = refusal({ ...request, target }, NOW);
          const { 1: echoed } = message.split('server string to sign is:');
          assert.ok(Buffer.byteLength(echoed!) <= 4096, `${Buffer.byteLength(echoed!)}`);
          assert.ok(echoed!.isWellFormed());
          if (length >= 5000) assert.match(echoed!, /… \(cut off: \d+ bytes in all\)$/);
          const explained = explainSignature(
            { ...request, target },
            { now: NOW, credentials: CREDENTIALS, serverMessage: message },
          );
          assert.equal(explained.difference, undefined);
        }
      }
    }
  });

  test('contains no secret, in any message', () => {
    for (const options of [ACS3, RPC, ROA]) {
      const error = refusal({ ...signed(options), method: 'PUT' }, NOW);
      assert.doesNotMatch(`${error.message} ${error.stack} ${JSON.stringify(error)}`, /testsecret/);
    }
  });

  test('is what a wrong secret gives', () => {
    const request = signed(ACS3);
    const parsed = parseSignature(request) as KeySignature;
    const otherKey = SigningKey.fromSecret('testsecret2');
    assert.throws(
      () => verifySignature(request, parsed, otherKey, { now: NOW }),
      (error: unknown) => error instanceof SignatureError && error.code === 'SignatureDoesNotMatch',
    );
  });

  test('of the documented example is valid', () => {
    const target =
      '/?UserName=test&SignatureVersion=1.0&Format=JSON&Timestamp=2015-08-18T03%3A15%3A45Z&AccessKeyId=testid' +
      '&SignatureMethod=HMAC-SHA1&Version=2015-05-01&Signature=kRA2cnpJVacIhDMzXnoNZG9tDCI%3D&Action=CreateUser' +
      '&SignatureNonce=6a6e0ca6-4557-11e5-86a2-b8e8563dc8d2';
    const documented = { ...request(target), method: 'GET' };
    assert.equal(verify(documented, Date.UTC(2015, 7, 18, 3, 15, 45)).accessKeyId, 'testid');
  });
});

describe('the body', () => {
  const json = { body: Buffer.from('{"a":1}'), headers: [['content-type', 'application/json']] as const };

  test('that is not the hashed one is refused', () => {
    assertRefused({ ...signed(ACS3, json), body: Buffer.from('{"a":2}') }, 'ContentSHA256NotMatched');
    assertRefused({ ...signed(ACS3, json), body: Buffer.alloc(0) }, 'ContentSHA256NotMatched');
    assertRefused({ ...signed(ROA, json), body: Buffer.from('{"a":2}') }, 'ContentMD5NotMatched');
  });

  test('is not checked before the signature', () => {
    const forged = { ...signed(ACS3, json), body: Buffer.from('{"a":2}'), target: '/?a=1' };
    assertRefused(forged, 'SignatureDoesNotMatch');
  });

  test('of a forward-auth request is unverified, though the signature is valid', () => {
    const { body: _, ...head } = signed(ACS3, json);
    const parsed = parseSignature(head) as KeySignature;
    assert.equal(verifySignature(head, parsed, KEY, { now: NOW }).body, 'unverified');
    assert.ok(parsed.scheme === 'ACS3-HMAC-SHA256');
    const digest = createHash('sha256').update('{"a":1}').digest('hex');
    assert.deepEqual(parsed.contentHash, { algorithm: 'sha256', value: digest });
  });

  test('is unverified when the scheme does not sign it', () => {
    assert.equal(verify(signed({ ...ROA, contentMd5: false } as SignOptions, json)).body, 'unverified');
    assert.equal(verify(signed(RPC, json)).body, 'unverified');
    // Without content-md5, a content type without a body may be what is left of a request.
    const stripped = { ...signed({ ...ROA, contentMd5: false } as SignOptions, json), body: Buffer.alloc(0) };
    assert.equal(verify(stripped).body, 'unverified');
    assert.equal(verify(signed({ ...ROA, contentMd5: false } as SignOptions)).body, 'verified');
  });

  test('that is a form is part of an RPC 1.0 signature', () => {
    const form = { body: Buffer.from('UserName=alice'), headers: [['content-type', FORM]] as const };
    const request = signed(RPC, form);
    assert.equal(verify(request).body, 'verified');
    assertRefused({ ...request, body: Buffer.from('UserName=mallory') }, 'SignatureDoesNotMatch');
  });

  test('that is a form is not seen by forward auth: the error names the gateway and the library', () => {
    const form = { body: Buffer.from('UserName=alice'), headers: [['content-type', FORM]] as const };
    for (const placement of ['query', 'form'] as const) {
      const { body: _, ...head } = signed({ ...RPC, systemParameters: placement } as SignOptions, form);
      assertRefused(head, 'IncompleteSignature', 'use the gateway or the library');
    }
  });
});

describe('a parameter', () => {
  test('sent twice, or in query and form, is refused under every scheme', () => {
    const form = { body: Buffer.from('UserName=bob'), headers: [['content-type', FORM]] as const };
    const twice = '/?UserName=alice&UserName=alice';
    for (const options of [ACS3, RPC, ROA]) {
      const request = signed(options, { target: '/?UserName=alice' });
      assertRefused(
        { ...request, target: request.target.replace('?', `${twice.slice(1)}&`) },
        'InvalidParameter.Duplicate',
      );
      const both = signed(options, { ...form, target: '/?Other=1' });
      assertRefused(
        { ...both, target: both.target.replace('Other=1', 'UserName=alice') },
        'InvalidParameter.Duplicate',
      );
    }
  });

  test('that is not percent-encoded UTF-8 is refused', () => {
    for (const bad of ['%', '%4', '%zz', '%C0%AF', '%ED%A0%80', '%FF', '%E4%B8']) {
      assertRefused(request(`/?a=${bad}`), 'InvalidParameter.Format');
      assertRefused(request(`/?${bad}=a`), 'InvalidParameter.Format');
      assertRefused(
        { ...request('/', ['content-type', FORM]), body: Buffer.from(`a=${bad}`) },
        'InvalidParameter.Format',
      );
    }
    assertRefused(
      { ...request('/', ['content-type', FORM]), body: Buffer.from([0x61, 0x3d, 0xff]) },
      'InvalidParameter.Format',
    );
  });

  test('needs a name, and a target needs to be one', () => {
    for (const target of ['/?=a', 'http://host/', '*', '', '/ ?a', '/?a=中', '/#a', '/?a=1#b']) {
      assertRefused(request(target), 'InvalidParameter.Format');
    }
  });

  test('of RPC 1.0 that is missing or wrong is named', () => {
    const pieces = signed(RPC).target.slice(2).split('&');
    const replaced = (name: string, value: string) =>
      request(
        `/?${pieces.map((piece) => (piece.startsWith(`${name}=`) ? `${name}=${value}` : piece)).join('&')}`,
      );
    const without = (name: string) =>
      request(`/?${pieces.filter((piece) => !piece.startsWith(`${name}=`)).join('&')}`);
    assertRefused(without('AccessKeyId'), 'MissingAccessKeyId', 'AccessKeyId is mandatory for this action.');
    assertRefused(without('SignatureMethod'), 'MissingSignatureMethod');
    assertRefused(without('SignatureVersion'), 'MissingSignatureVersion');
    assertRefused(without('SignatureNonce'), 'MissingSignatureNonce');
    assertRefused(without('Timestamp'), 'MissingTimestamp');
    assertRefused(replaced('SignatureMethod', 'HMAC-SHA256'), 'InvalidSignatureMethod');
    assertRefused(replaced('SignatureMethod', 'hmac-sha1'), 'InvalidSignatureMethod');
    assertRefused(replaced('SignatureVersion', '2.0'), 'InvalidSignatureVersion');
    assertRefused(replaced('SignatureNonce', ''), 'MissingSignatureNonce');
    assertRefused(replaced('SignatureNonce', 'n'.repeat(129)), 'InvalidSignatureNonce');
    assert.equal(verify(signed({ ...RPC, nonce: 'n'.repeat(128) })).nonce.length, 128);
  });

  test('SignatureType may be empty, as the old Go SDK sends it, and is signed then', () => {
    const request = signed(RPC, { target: '/?SignatureType=' });
    assert.equal(verify(request).accessKeyId, 'testid');
    assertRefused(
      { ...request, target: request.target.replace('SignatureType=&', '') },
      'SignatureDoesNotMatch',
    );
  });

  test('written with a plus or as %20 is the same space, in query and form', () => {
    const request = signed(RPC, { target: '/?Comments=a%20b' });
    const withPlus = { ...request, target: request.target.replace('a%20b', 'a+b') };
    assert.equal((parseSignature(withPlus) as KeySignature).parameters.get('Comments'), 'a b');
    assert.equal(verify(withPlus).accessKeyId, 'testid');
  });

  test('of ACS3 whose name needs encoding is accepted encoded and, if unambiguous, plain', () => {
    assert.equal(verify(signed(ACS3, { target: '/?%E4%B8%AD=1' })).body, 'verified');
    // As openapi-core signs it: the name is in the canonical request unencoded.
    const signedPlain = (target: string, canonicalQuery: string) => {
      const request = signed(ACS3, { target });
      return signedOver(request, signedNames(request), canonicalQuery);
    };
    assert.equal(verify(signedPlain('/?%E4%B8%AD%5B%5D=1', '中[]=1')).body, 'verified');
    // Here it could also be two parameters.
    assertRefused(signedPlain('/?a%3D1%26b=2', 'a=1&b=2'), 'SignatureDoesNotMatch');
    assertRefused(signedPlain('/?%2541=1', '%41=1'), 'SignatureDoesNotMatch');
  });
});

describe('ROA 1.0, which signs the query unencoded', () => {
  test('accepts only one reading of it', () => {
    const joined = signed(ROA, { target: '/c?b=2&a=1%26g%3D3' });
    assert.equal(verify(joined).accessKeyId, 'testid');
    assertRefused({ ...joined, target: '/c?a=1&g=3%26b%3D2' }, 'IncompleteSignature', 'is ambiguous');
    assertRefused({ ...joined, target: '/c?a=1%26g%3D3%26b%3D2' }, 'IncompleteSignature', 'is ambiguous');
    const two = signed(ROA, { target: '/c?a=1&b=2' });
    assertRefused({ ...two, target: '/c?a=1%26b%3D2' }, 'IncompleteSignature', 'is ambiguous');
    assertRefused({ ...two, target: '/c?a%3D1%26b=2' }, 'IncompleteSignature', 'is ambiguous');
  });
});

describe('ACS3', () => {
  test('refuses a list of signed headers that is unsorted, has duplicates or is not in lower case', () => {
    const change = (edit: (list: string) => string) => {
      const request = signed(ACS3);
      return {
        ...request,
        rawHeaders: request.rawHeaders.map((value) => value.replace(/(?<=SignedHeaders=)[^,]+/, edit)),
      };
    };
    assertRefused(
      change((list) => list.split(';').reverse().join(';')),
      'IncompleteSignature',
      'is unsorted',
    );
    assertRefused(
      change((list) => list.replace('host', 'host;host')),
      'IncompleteSignature',
      'is unsorted',
    );
    assertRefused(
      change((list) => list.replace('host', 'Host')),
      'IncompleteSignature',
    );
    assertRefused(
      change((list) => `${list};x-acs-zzz`),
      'IncompleteSignature',
      'absent',
    );
  });

  test('takes blanks after the commas of Authorization', () => {
    const request = signed(ACS3);
    const rawHeaders = request.rawHeaders.map((value) => value.replace(/,(?=S)/g, ', '));
    assert.equal(verify({ ...request, rawHeaders }).accessKeyId, 'testid');
  });

  test('refuses a key id header that differs from the key that signed', () => {
    const request = signed(ACS3, { headers: [['x-acs-accesskey-id', 'another']] });
    assertRefused(request, 'IncompleteSignature', 'names another key');
  });

  test('refuses a plus in the path, which would be signed like a space', () => {
    const request = signed(ACS3, { target: '/a%20b' });
    assertRefused({ ...request, target: '/a+b' }, 'IncompleteSignature', 'write `%2B`');
  });

  test('hashes header values as the bytes on the wire', () => {
    const utf8AsOnWire = Buffer.from('中').toString('latin1');
    const request = signed(ACS3, { headers: [['x-acs-note', utf8AsOnWire]] });
    assert.equal(verify(request).accessKeyId, 'testid');
    // U+4E2D truncated to one byte would be a hyphen.
    const wide = request.rawHeaders.map((value) => (value === utf8AsOnWire ? '中' : value));
    assertRefused({ ...request, rawHeaders: wide }, 'IncompleteSignature', 'not a single byte');
  });

  test('of ACS4 is refused when region or product contain a character whose low byte is the signed one', () => {
    const request = signed({ ...COMMON, scheme: 'ACS4-HMAC-SHA256', product: 'ram' });
    const rawHeaders = request.rawHeaders.map((value) => value.replace('/ram/', '/\u0172am/'));
    assertRefused({ ...request, rawHeaders }, 'IncompleteSignature', 'not a valid ACS4 credential');
    assert.throws(
      () => signed({ ...COMMON, scheme: 'ACS4-HMAC-SHA256', product: '\u0172am' }),
      SignatureError,
    );
  });

  test('of ACS4 is refused when the date of the credential differs', () => {
    const request = signed({ ...COMMON, scheme: 'ACS4-HMAC-SHA256', product: 'ram' });
    const rawHeaders = request.rawHeaders.map((value) => value.replace('/20261124/', '/20261125/'));
    assertRefused({ ...request, rawHeaders }, 'IncompleteSignature', 'differs from `x-acs-date`');
  });
});

function signed(
  options: SignOptions,
  changes: Partial<UnsignedRequest> = {},
  credentials: { accessKeyId: string; accessKeySecret: string; securityToken?: string } = CREDENTIALS,
): SignedRequest {
  const headers = [['host', '127.0.0.1'] as const, ...(changes.headers ?? [])];
  return signRequest({ method: 'POST', target: '/', ...changes, headers }, credentials, options);
}

function request(target: string, rawHeaders: readonly string[] = []): SignedRequest {
  return {
    method: 'POST',
    target,
    rawHeaders: ['host', '127.0.0.1', ...rawHeaders],
    body: new Uint8Array(0),
  };
}

function headerOf({ rawHeaders }: SignedRequest, name: string): string {
  return rawHeaders[rawHeaders.indexOf(name) + 1]!;
}

function withoutHeader(request: SignedRequest, name: string): SignedRequest {
  const at = request.rawHeaders.indexOf(name);
  return { ...request, rawHeaders: request.rawHeaders.toSpliced(at, 2) };
}

function signedNames({ rawHeaders }: SignedRequest): string[] {
  return /SignedHeaders=([^,]+)/.exec(rawHeaders.at(-1)!)![1]!.split(';');
}

/** Returns the request with an ACS3 signature over the named headers only, computed without the package. */
function signedOver(request: SignedRequest, names: readonly string[], canonicalQuery = ''): SignedRequest {
  const canonical = [
    `${request.method}\n/\n${canonicalQuery}`,
    ...names.map((name) => `${name}:${headerOf(request, name)}`),
    `\n${names.join(';')}`,
    headerOf(request, 'x-acs-content-sha256'),
  ].join('\n');
  const stringToSign = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical).digest('hex')}`;
  const signature = createHmac('sha256', 'testsecret').update(stringToSign).digest('hex');
  const id = /Credential=([^,]+)/.exec(request.rawHeaders.at(-1)!)![1];
  const authorization = `ACS3-HMAC-SHA256 Credential=${id},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return { ...request, rawHeaders: request.rawHeaders.with(-1, authorization) };
}

function verify(request: SignedRequest | RequestHead, now: number = NOW) {
  const parsed = parseSignature(request);
  assert.ok(parsed.scheme !== 'anonymous' && parsed.scheme !== 'bearer', `parsed as ${parsed.scheme}`);
  return verifySignature(request, parsed, KEY, { now });
}

function refusal(request: SignedRequest | RequestHead, now: number): SignatureError {
  try {
    verify(request, now);
  } catch (error) {
    if (error instanceof SignatureError) return error;
    throw error;
  }
  return assert.fail('it was accepted');
}

function assertRefused(
  request: SignedRequest | RequestHead,
  code: SignatureErrorCode,
  detail = '',
  now: number = NOW,
): void {
  const error = refusal(request, now);
  assert.equal(error.code, code, error.message);
  assert.equal(error.httpStatus, 400);
  assert.ok(error.message.includes(detail), `${error.message}\ndoes not include\n${detail}`);
}
