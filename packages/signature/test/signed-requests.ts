import { generateKeyPairSync } from 'node:crypto';
import { type SignedRequest, SigningKey, type SignOptions, signRequest } from '../src/index.ts';
import type { Random } from './random.ts';

/** The moment at which all requests of these tests are signed. */
export const NOW = Date.UTC(2026, 10, 24, 2, 10, 19);

const SECRETS = new Map([
  ['LTAI5tEXAMPLEKEYID000001', 'ExampleSecret0000000000000001'],
  ['LTAI5tEXAMPLEKEYID000002', 'ExampleSecret0000000000000003'],
  ['STS.EXAMPLEKEYID000001', 'ExampleSecret0000000000000002'],
]);
const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const RSA_KEY_ID = 'EXAMPLEKEYPAIRID000001';

const KEYS = new Map([...SECRETS].map(([id, secret]) => [id, SigningKey.fromSecret(secret)]));
KEYS.set(RSA_KEY_ID, SigningKey.fromPublicKey(rsa.publicKey));

/** The key that belongs to an id, as a server would look it up. */
export function findKey(accessKeyId: string): SigningKey | undefined {
  return KEYS.get(accessKeyId);
}

export const SCHEMES = [
  'ACS3-HMAC-SHA256',
  'ACS3-HMAC-SM3',
  'ACS3-RSA-SHA256',
  'ACS4-HMAC-SHA256',
  'ACS4-HMAC-SM3',
  'RPC-HMAC-SHA1',
  'ROA-HMAC-SHA1',
] as const;

const VALUES = [
  '1',
  'alice',
  'a b',
  'a+b',
  "a*b!'()~",
  'x&y=z',
  '中文',
  '🔑',
  '%41',
  '',
  '["a"]',
  'acs:ram::1:role/x',
];
const NAMES = ['UserName', 'Comments', 'Tag.1.Key', 'Tag.1.Value', 'Map.a b', '中', 'Name', 'Z', 'a'];

/** A request as some client might send it, signed. */
export function signSomeRequest(scheme: (typeof SCHEMES)[number], random: Random): SignedRequest {
  const isPathStyle = scheme === 'ROA-HMAC-SHA1' || random.below(3) === 0;
  const path =
    isPathStyle && scheme !== 'RPC-HMAC-SHA1' ? random.pick(['/clusters', '/a%20b/*', '/a~/%E4%B8%AD']) : '/';
  const query = somePairs(random, scheme === 'ROA-HMAC-SHA1' ? /&|=/ : /$^/);
  const isJson = isPathStyle && scheme !== 'RPC-HMAC-SHA1';
  const bodyText = random.below(2) === 0 ? '' : isJson ? '{"name":"中"}' : 'Own.1=x&Own.2=%E4%B8%AD';
  const headers: [string, string][] = [
    ['host', '127.0.0.1:18080'],
    ['accept', 'application/json'],
  ];
  if (bodyText !== '') {
    headers.push(['content-type', isJson ? 'application/json' : 'application/x-www-form-urlencoded']);
  }
  const isTemporary = scheme !== 'ACS3-RSA-SHA256' && random.below(4) === 0;
  const accessKeyId = isTemporary ? 'STS.EXAMPLEKEYID000001' : 'LTAI5tEXAMPLEKEYID000001';
  return signRequest(
    {
      method: random.pick(['GET', 'POST', 'PUT']),
      target: query === '' ? path : `${path}?${query}`,
      headers,
      body: Buffer.from(bodyText),
    },
    scheme === 'ACS3-RSA-SHA256'
      ? { accessKeyId: RSA_KEY_ID, accessKeySecret: rsa.privateKey }
      : {
          accessKeyId,
          accessKeySecret: SECRETS.get(accessKeyId)!,
          ...(isTemporary ? { securityToken: 'ExampleSecurityToken000001==' } : {}),
        },
    optionsFor(scheme, random),
  );
}

function optionsFor(scheme: (typeof SCHEMES)[number], random: Random): SignOptions {
  const nonce = `${random.below(2 ** 32).toString(16)}-${random.below(2 ** 32).toString(16)}`;
  const common = { now: NOW, nonce, action: random.pick(['CreateUser', 'ListUsers']), version: '2015-05-01' };
  switch (scheme) {
    case 'ACS4-HMAC-SHA256':
    case 'ACS4-HMAC-SM3':
      return { ...common, scheme, product: 'ram', derivedKeys: random.pick(['text', 'bytes']) };
    case 'RPC-HMAC-SHA1':
      return { ...common, scheme, systemParameters: random.pick(['query', 'form']) };
    default:
      return { ...common, scheme };
  }
}

function somePairs(random: Random, unwanted: RegExp): string {
  const names = new Set<string>();
  for (let count = random.below(4); count > 0; count--) names.add(random.pick(NAMES));
  return [...names]
    .map((name) => {
      const value = random.pick(VALUES.filter((candidate) => !unwanted.test(candidate)));
      return `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
    })
    .join('&');
}
