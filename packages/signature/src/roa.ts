import { hash } from 'node:crypto';
import { assertBytes, readableText, utf8Bytes } from './canonical-request.ts';
import { equalInConstantTime } from './constant-time.ts';
import { SignatureError } from './errors.ts';
import { HeaderFields } from './header-fields.ts';
import { assertSameAccessKeyId, optionalToken, parseAccessKeyId, parseNonce } from './key-fields.ts';
import type { Parameters } from './parameters.ts';
import type { RoaSignature } from './parsed-signature.ts';
import { compareBytes, sortByBytes } from './percent-encoding.ts';
import type { RequestContent } from './request-content.ts';
import { hmacKeyOf, type SigningKey } from './signing-key.ts';
import { parseHttpDate } from './timestamp.ts';

const AUTHORIZATION = /^acs ([^:\s]+):([^:\s]+)$/;
const SIGNED_STANDARD_HEADERS = ['accept', 'content-md5', 'content-type', 'date'];

/**
 * Parses an `Authorization` header that begins with `acs `, together with the parts of the request that it
 * signs.
 *
 * @param acceptsNoNonce whether a request without `x-acs-signature-nonce` is accepted; its signature
 *   stands for the nonce then
 * @throws SignatureError `IncompleteSignature`, `InvalidSignatureMethod`, `InvalidSignatureVersion`,
 *   `MissingTimestamp`, and the errors of nonce and date
 */
export function parseRoa(
  content: RequestContent,
  authorization: string,
  acceptsNoNonce: boolean,
): RoaSignature {
  const match = AUTHORIZATION.exec(authorization);
  if (match === null) {
    throw new SignatureError(
      'IncompleteSignature',
      'The Authorization header is not a valid ROA 1.0 header.',
    );
  }
  const { headers } = content;
  const accessKeyId = parseAccessKeyId(match[1]);
  assertSameAccessKeyId(accessKeyId, headers.get('x-acs-accesskey-id'));
  const method = headers.get('x-acs-signature-method');
  if (method !== undefined && method !== 'HMAC-SHA1') throw new SignatureError('InvalidSignatureMethod');
  const version = headers.get('x-acs-signature-version');
  if (version !== undefined && version !== '1.0') throw new SignatureError('InvalidSignatureVersion');
  const timestampText = headers.get('date');
  if (timestampText === undefined) throw new SignatureError('MissingTimestamp');
  const sentNonce = headers.get('x-acs-signature-nonce');
  const hasOwnNonce = sentNonce !== undefined || !acceptsNoNonce;
  if (hasOwnNonce) assertOneReading(content.query);
  else assertPlainQuery(content.query);
  const md5 = headers.get('content-md5');
  return {
    scheme: 'ROA-HMAC-SHA1',
    request: content.request,
    parameters: content.parameters,
    query: content.query,
    action: headers.get('x-acs-action'),
    version: headers.get('x-acs-version'),
    accessKeyId,
    securityToken: optionalToken(headers.get('x-acs-security-token')),
    nonce: hasOwnNonce ? parseNonce(sentNonce) : nonceOfSignature(match[2]!),
    hasOwnNonce,
    timestamp: parseHttpDate(timestampText),
    timestampText,
    signature: match[2]!,
    contentHash: md5 === undefined ? undefined : { algorithm: 'md5', value: md5 },
    canonicalHeaders: roaHeaderFields(headers),
  };
}

/**
 * Verifies a ROA 1.0 signature, and the body if `content-md5` is present.
 *
 * @returns `unverified` when the body is not signed. Without `content-md5` only a request with neither body
 *   nor `content-type` is complete: the body of any other may have been removed.
 * @throws SignatureError `SignatureDoesNotMatch`, `ContentMD5NotMatched`
 */
export function verifyRoa(parsed: RoaSignature, key: SigningKey): 'verified' | 'unverified' {
  const { method, target, body } = parsed.request;
  const stringToSign = roaStringToSign(method, target, parsed.query, parsed.canonicalHeaders);
  if (!equalInConstantTime(signRoa(key, stringToSign), parsed.signature) && !goFormHolds(parsed, key)) {
    throw new SignatureError('SignatureDoesNotMatch', readableText(stringToSign));
  }
  if (body === undefined) return 'unverified';
  if (parsed.contentHash === undefined) {
    const declaresContent = new HeaderFields(parsed.request.rawHeaders).has('content-type');
    return body.length === 0 && !declaresContent ? 'verified' : 'unverified';
  }
  if (contentMd5(body) !== parsed.contentHash.value) throw new SignatureError('ContentMD5NotMatched');
  return 'verified';
}

/**
 * Returns the nonce of a request that has none: a digest of its signature, since nonces are stored and logged
 * and signatures are not.
 */
function nonceOfSignature(signature: string): string {
  return hash('sha256', signature, 'hex');
}

/** Returns the value of `content-md5` for a body: its MD5 in base64. */
export function contentMd5(body: Uint8Array): string {
  return hash('md5', body, 'base64');
}

/**
 * Returns the string to sign of ROA 1.0, one character per byte: method, header fields, and the path with its
 * query, sorted and not encoded.
 *
 * @throws SignatureError `IncompleteSignature` when a header contains a character that is not a single byte
 */
export function roaStringToSign(
  method: string,
  target: string,
  query: Parameters,
  headerFields: string,
): string {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const pairs = sortByBytes([...query.keys()]).map((name) => utf8Bytes(`${name}=${query.get(name)!}`));
  const text = `${method}\n${headerFields}${path}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`;
  assertBytes(text);
  return text;
}

/**
 * Returns the header fields as ROA 1.0 signs them: the values of accept, content-md5, content-type and date,
 * then each `x-acs-*` header with its name, one per line.
 *
 * @throws SignatureError `IncompleteSignature` when one of them occurs twice
 */
export function roaHeaderFields(headers: HeaderFields): string {
  let fields = '';
  for (const name of SIGNED_STANDARD_HEADERS) fields += `${lineOf(headers, name)}\n`;
  const own = [...headers.names()].filter((name) => name.startsWith('x-acs-')).sort();
  for (const name of own) fields += `${name}:${lineOf(headers, name)}\n`;
  return fields;
}

/** Returns the base64 HMAC-SHA1 of a string to sign, keyed with the secret. */
export function signRoa(key: SigningKey, stringToSign: string): string {
  return hmacKeyOf(key, 'roa-sha1').digest(stringToSign, 'base64');
}

/**
 * Whether the signature of a request without a nonce is over the form of the old Go client. That client
 * signs no `=` before an empty value, and its earlier releases sign and send `?` before an empty query. Only
 * requests without a nonce have this form, since their queries have one reading in either form.
 */
function goFormHolds(parsed: RoaSignature, key: SigningKey): boolean {
  if (parsed.hasOwnNonce) return false;
  const { method, target } = parsed.request;
  const mark = target.indexOf('?');
  if (mark < 0) return false;
  const names = sortByBytes([...parsed.query.keys()]);
  if (names.length > 0 && names.every((name) => parsed.query.get(name) !== '')) return false;
  const pairs = names.map((name) => {
    const value = parsed.query.get(name)!;
    return utf8Bytes(value === '' ? name : `${name}=${value}`);
  });
  const text = `${method}\n${parsed.canonicalHeaders}${target.slice(0, mark)}?${pairs.join('&')}`;
  assertBytes(text);
  return equalInConstantTime(signRoa(key, text), parsed.signature);
}

function lineOf(headers: HeaderFields, name: string): string {
  const value = headers.get(name) ?? '';
  if (value.includes('\n')) throw new SignatureError('IncompleteSignature', 'A header contains a line feed.');
  return value;
}

/**
 * Asserts that the query of a ROA 1.0 request has only one reading. ROA 1.0 does not encode the query that it
 * signs, so `a=1&b=2` has the same signature whether it is two parameters or one with the value `1&b=2`. The
 * accepted reading: from the right, each piece that can be a parameter in sorted order is one; any other
 * piece belongs to the value before it.
 *
 * @throws SignatureError `IncompleteSignature` when the query has another reading
 */
function assertOneReading(query: Parameters): void {
  const names = sortByBytes([...query.keys()]);
  const pairs = names.map((name) => `${name}=${query.get(name)!}`);
  const isPlain = names.every((name) => !name.includes('='));
  if (isPlain && pairs.every((pair) => !pair.includes('&'))) return;
  const reading = readFromTheRight(pairs.join('&').split('&'));
  if (isPlain && reading.length === pairs.length && reading.every((pair, at) => pair === pairs[at])) return;
  throw new SignatureError(
    'IncompleteSignature',
    'ROA 1.0 signs the query unencoded, and this query is ambiguous.',
  );
}

/**
 * Asserts that a query has the same single reading with and without the `=` of empty values.
 *
 * @throws SignatureError `IncompleteSignature` for a name with `=` or `&`, and for a value with `&`
 */
function assertPlainQuery(query: Parameters): void {
  for (const [name, value] of query) {
    if (!/[=&]/.test(name) && !value.includes('&')) continue;
    throw new SignatureError(
      'IncompleteSignature',
      'ROA 1.0 signs the query unencoded, and this query is ambiguous without `x-acs-signature-nonce`.',
    );
  }
}

function readFromTheRight(pieces: readonly string[]): string[] {
  const pairs: string[] = [];
  let following: string | undefined;
  let rest: string | undefined;
  for (const piece of pieces.toReversed()) {
    rest = rest === undefined ? piece : `${piece}&${rest}`;
    const name = piece.slice(0, Math.max(piece.indexOf('='), 0));
    if (name === '' || (following !== undefined && compareBytes(name, following) >= 0)) continue;
    pairs.push(rest);
    following = name;
    rest = undefined;
  }
  if (rest !== undefined) pairs.push(rest);
  return pairs.reverse();
}
