import { ACS_HASHES } from '../acs.ts';
import { utf8Bytes } from '../canonical-request.ts';
import { bodyDigest, HmacKey } from '../hmac.ts';
import type { Acs3Signature, Acs4Signature } from '../parsed-signature.ts';
import { acs4KeyOf, SigningKey } from '../signing-key.ts';
import { findMistakes, METHODS, type Mistake, mistake, secretMistakes } from './mistake.ts';
import { proxyChanges } from './proxy-changes.ts';
import { decodedOnceMore, type Pair, QUERY_MISTAKES } from './query-mistakes.ts';

/** Parts from which an ACS3 or ACS4 signature is computed, one character per byte. */
export interface AcsRecipe {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** In the order sent. */
  readonly pairs: readonly Pair[];
  readonly fields: readonly string[];
  readonly list: string;
  readonly digest: string;
  /** Text between the last header field and the list of names. */
  readonly gap: string;
  readonly stringToSign: (canonicalRequest: string, scheme: string, hash: 'sha256' | 'sm3') => string;
  readonly secret: string;
  readonly derivesKey: boolean;
  readonly written: (hexadecimal: string) => string;
}

const hex = (hash: 'sha256' | 'sm3', text: string) => bodyDigest(hash, Buffer.from(text, 'latin1'));
const byTheBook: AcsRecipe['stringToSign'] = (canonical, scheme, hash) =>
  `${scheme}\n${hex(hash, canonical)}`;

function about(part: string, mistakes: Readonly<Record<string, (recipe: AcsRecipe) => Partial<AcsRecipe>>>) {
  return Object.entries(mistakes).map(([what, change]) => mistake<AcsRecipe>(part, what, change));
}

const MISTAKES: readonly Mistake<AcsRecipe>[] = [
  ...about('method', {
    'signs the method in lower case': ({ method }) => ({ method: method.toLowerCase() }),
  }),
  ...METHODS.map((method) => mistake<AcsRecipe>('method', `signs the method ${method}`, () => ({ method }))),
  ...about('path', {
    'signs the path `/`, whatever the path is': () => ({ path: '/' }),
    'signs an empty path': () => ({ path: '' }),
    'signs the path decoded': ({ path }) => ({ path: utf8Bytes(decodedOnceMore(path)) }),
    'encodes the path twice': ({ path }) => ({ path: path.replaceAll('%', '%25') }),
    'encodes the slashes of the path': ({ path }) => ({ path: path.replaceAll('/', '%2F') }),
    'leaves `*` in the path as it is': ({ path }) => ({ path: path.replaceAll('%2A', '*') }),
    'signs the path with one slash where it has two': ({ path }) => ({ path: path.replace(/\/{2,}/g, '/') }),
    'signs the path with its dots resolved': ({ path }) => ({ path: new URL(`http://a${path}`).pathname }),
    'signs the path without the slash at its end': ({ path }) => ({ path: path.replace(/\/$/, '') }),
    'signs the path with a slash at its end': ({ path }) => ({ path: `${path}/` }),
  }),
  ...QUERY_MISTAKES.map(({ what, write }) =>
    mistake<AcsRecipe>('query', what, ({ pairs }) => ({ query: write(pairs) })),
  ),
  ...about('query', { 'signs the query with its `?`': ({ query }) => ({ query: `?${query}` }) }),
  ...about('headers', {
    'signs `host` without the port': (recipe) => withHost(recipe, (host) => host.replace(/:\d+$/, '')),
    'signs `host` with the port 80': (recipe) => withHost(recipe, (host) => withPort(host, 80)),
    'signs `host` with the port 443': (recipe) => withHost(recipe, (host) => withPort(host, 443)),
    'signs `host` in lower case': (recipe) => withHost(recipe, (host) => host.toLowerCase()),
    'signs `host` without the dot at its end': (recipe) =>
      withHost(recipe, (host) => host.replace(/\.(?=:\d+$|$)/, '')),
    'signs `content-type` without its parameters': ({ fields }) => ({
      fields: fields.map((field) => (isContentType(field) ? field.replace(/ *;.*$/, '') : field)),
    }),
    'signs `content-type` with `; charset=utf-8` behind it': ({ fields }) => ({
      fields: fields.map((field) => (isContentType(field) ? `${field}; charset=utf-8` : field)),
    }),
    'signs `content-type` with `;charset=UTF-8` behind it': ({ fields }) => ({
      fields: fields.map((field) => (isContentType(field) ? `${field};charset=UTF-8` : field)),
    }),
    'signs several blanks in the value of a header as one': ({ fields }) => ({
      fields: fields.map((field) => field.replace(/ {2,}/g, ' ')),
    }),
    'writes a blank behind the colon of each header': ({ fields }) => ({
      fields: fields.map((field) => field.replace(':', ': ')),
    }),
    'signs the values of headers in lower case': ({ fields }) => ({
      fields: fields.map((field) => field.toLowerCase()),
    }),
    'signs the names of headers in capitals': ({ fields }) => ({
      fields: fields.map((field) => field.replace(/^[^:]+/, withCapitals)),
    }),
  }),
  ...about('gap', {
    'leaves out the empty line before the list of signed headers': () => ({ gap: '\n' }),
    'writes two empty lines before the list of signed headers': () => ({ gap: '\n\n\n' }),
  }),
  ...about('list', {
    'joins the list of signed headers with commas': ({ list }) => ({ list: list.replaceAll(';', ',') }),
    'ends the list of signed headers with a semicolon': ({ list }) => ({ list: `${list};` }),
  }),
  ...about('digest', {
    'signs the digest of an empty body': () => ({ digest: hex('sha256', '') }),
    'signs nothing in place of the digest of the body': () => ({ digest: '' }),
    'signs `UNSIGNED-PAYLOAD` in place of the digest of the body': () => ({ digest: 'UNSIGNED-PAYLOAD' }),
    'signs the digest of the body in upper case': ({ digest }) => ({ digest: digest.toUpperCase() }),
    'signs the digest of the body in base64': ({ digest }) => ({
      digest: Buffer.from(digest, 'hex').toString('base64'),
    }),
  }),
  ...about('string to sign', {
    'signs the canonical request itself, not its hash': () => ({ stringToSign: (canonical) => canonical }),
    'signs the hash without the line of the algorithm': () => ({
      stringToSign: (canonical, _, hash) => hex(hash, canonical),
    }),
    'signs the canonical request behind the line of the algorithm, not its hash': () => ({
      stringToSign: (canonical, scheme) => `${scheme}\n${canonical}`,
    }),
    'ends the string to sign with a line feed': () => ({
      stringToSign: (...given) => `${byTheBook(...given)}\n`,
    }),
    'ends the canonical request with a line feed': () => ({
      stringToSign: (canonical, ...given) => byTheBook(`${canonical}\n`, ...given),
    }),
    'writes the hash of the canonical request in upper case': () => ({
      stringToSign: (canonical, scheme, hash) => `${scheme}\n${hex(hash, canonical).toUpperCase()}`,
    }),
  }),
  ...secretMistakes<AcsRecipe>(),
  ...about('secret', {
    'signs with the secret and `&` behind it, which is the rule of RPC 1.0': ({ secret }) => ({
      secret: `${secret}&`,
    }),
    'signs with the bare secret, not with a key that is derived from it': () => ({ derivesKey: false }),
  }),
  ...about('written', {
    'writes the signature in base64': () => ({
      written: (signature) => Buffer.from(signature, 'hex').toString('base64'),
    }),
    'writes the signature in upper case': () => ({ written: (signature) => signature.toUpperCase() }),
  }),
];

/**
 * Returns the known mistakes that explain the signature of an ACS3 or ACS4 request; none for ACS3-RSA-SHA256.
 *
 * @param canonicalRequest as specified
 * @param secret secret that the request should be signed with
 * @param sentTo host and port that the request was sent to, if known independently of `host`
 */
export function findAcsMistakes(
  parsed: Acs3Signature | Acs4Signature,
  canonicalRequest: string,
  secret: string,
  sentTo: string | undefined,
): readonly string[] {
  const { scheme } = parsed;
  if (scheme === 'ACS3-RSA-SHA256') return [];
  const { hash } = ACS_HASHES[scheme];
  const [method = '', path = '', query = '', ...rest] = canonicalRequest.split('\n');
  const recipe: AcsRecipe = {
    method,
    path,
    query,
    pairs: [...parsed.query],
    fields: rest.slice(0, -3),
    list: rest.at(-2)!,
    digest: rest.at(-1)!,
    gap: '\n\n',
    stringToSign: byTheBook,
    secret,
    derivesKey: true,
    written: (signature) => signature,
  };
  return findMistakes(recipe, [...MISTAKES, ...proxyChanges(parsed, sentTo)], (tried) => {
    if (tried.secret === '') return false;
    const lines = [tried.method, tried.path, tried.query, tried.fields.join('\n')].join('\n');
    const text = tried.stringToSign(`${lines}${tried.gap}${tried.list}\n${tried.digest}`, scheme, hash);
    const key =
      'scope' in parsed && tried.derivesKey
        ? acs4KeyOf(SigningKey.fromSecret(tried.secret), hash, parsed.scope, 'bytes')
        : new HmacKey(hash, Buffer.from(tried.secret));
    return tried.written(key.digest(text, 'hex')) === parsed.signature;
  });
}

function withHost({ fields }: AcsRecipe, change: (host: string) => string): Partial<AcsRecipe> {
  return {
    fields: fields.map((field) => (field.startsWith('host:') ? `host:${change(field.slice(5))}` : field)),
  };
}

function withPort(host: string, port: number): string {
  return `${host.replace(/:\d+$/, '')}:${port}`;
}

function isContentType(field: string): boolean {
  return field.startsWith('content-type:');
}

function withCapitals(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (initial) => initial.toUpperCase());
}
