import {
  ACS3_QUERY,
  ACS3_QUERY_PLAIN_NAMES,
  ACS4_QUERY,
  acs3Path,
  canonicalQuery,
  canonicalRequest,
  hasPlainNames,
  type QueryStyle,
  readableText,
} from './canonical-request.ts';
import { equalInConstantTime } from './constant-time.ts';
import { SignatureError } from './errors.ts';
import { placeOf } from './header-fields.ts';
import { bodyDigest, digestOfBytes } from './hmac.ts';
import { assertSameAccessKeyId, optionalToken, parseAccessKeyId, parseNonce } from './key-fields.ts';
import type { Acs3Signature, Acs4Signature } from './parsed-signature.ts';
import type { RequestContent } from './request-content.ts';
import { canonicalHeaderFields, readSignedHeaders, unsigned } from './signed-headers.ts';
import { acs4KeyOf, hmacKeyOf, rsaSignatureHolds, type SigningKey } from './signing-key.ts';
import { parseIsoTimestamp } from './timestamp.ts';

const ACCESS_KEY_ID_HEADER = placeOf('x-acs-accesskey-id');
const ACTION_HEADER = placeOf('x-acs-action');
const DATE_HEADER = placeOf('x-acs-date');
const NONCE_HEADER = placeOf('x-acs-signature-nonce');
const SECURITY_TOKEN_HEADER = placeOf('x-acs-security-token');
const VERSION_HEADER = placeOf('x-acs-version');
const DIGEST_HEADERS = {
  'x-acs-content-sha256': placeOf('x-acs-content-sha256'),
  'x-acs-content-sm3': placeOf('x-acs-content-sm3'),
};
const NO_BODY = new Uint8Array(0);
const CREDENTIAL = 'Credential=';
const SIGNED_HEADERS = 'SignedHeaders=';
const SIGNATURE = 'Signature=';
const DIGEST = /^[0-9a-f]{64}$/;
// Region and product become bytes of a key. Only ASCII is allowed, so that two different values never have
// the same bytes.
const ACS4_CREDENTIAL = /^([^/]+)\/(\d{8})\/([\w.-]+)\/([\w.-]+)\/aliyun_v4_request$/;

/** Hash and body digest header of each scheme. */
export const ACS_HASHES = {
  'ACS3-HMAC-SHA256': { hash: 'sha256', header: 'x-acs-content-sha256' },
  // The header keeps SHA-256 in its name when it carries an SM3 digest.
  'ACS3-HMAC-SM3': { hash: 'sm3', header: 'x-acs-content-sha256' },
  'ACS3-RSA-SHA256': { hash: 'sha256', header: 'x-acs-content-sha256' },
  'ACS4-HMAC-SHA256': { hash: 'sha256', header: 'x-acs-content-sha256' },
  'ACS4-HMAC-SM3': { hash: 'sm3', header: 'x-acs-content-sm3' },
} as const;

/** Scheme that signs named headers. */
export type AcsScheme = keyof typeof ACS_HASHES;
const SCHEMES = Object.keys(ACS_HASHES) as AcsScheme[];

/**
 * Parses an `Authorization` header that begins with `ACS3-` or `ACS4-`, together with the parts of the
 * request that it signs.
 *
 * @param acceptsPresigned whether ACS3-HMAC-SHA256 may sign neither host nor nonce, if there is no body
 * @throws SignatureError `InvalidSignatureMethod` for an unknown algorithm, `IncompleteSignature` when the
 *   header is malformed or too little is signed, and the errors of nonce, date and digest
 */
export function parseAcs(
  content: RequestContent,
  authorization: string,
  acceptsPresigned: boolean,
): Acs3Signature | Acs4Signature {
  const { scheme, credential, signedHeaders, signature } = readAuthorization(authorization);
  const { hash, header } = ACS_HASHES[scheme];
  const { headers } = content;

  const mayBePresigned = acceptsPresigned && scheme === 'ACS3-HMAC-SHA256';
  const list = readSignedHeaders(signedHeaders, header, mayBePresigned);
  const digest = headers.at(DIGEST_HEADERS[header]);
  const hasBody = digest !== bodyDigest(hash, NO_BODY);
  if (digest === undefined || (hasBody && !DIGEST.test(digest))) {
    throw malformed(`The header \`${header}\` is not a digest in lower-case hexadecimal.`);
  }
  if (list.isPresigned && hasBody) throw unsigned('host');
  const canonicalHeaders = canonicalHeaderFields(list, headers, hasBody);
  const timestampText = headers.at(DATE_HEADER)!;
  const scope = isAcs4(scheme) ? readAcs4Credential(credential, timestampText) : undefined;
  const accessKeyId = parseAccessKeyId(scope === undefined ? credential : scope.accessKeyId);
  assertSameAccessKeyId(accessKeyId, headers.at(ACCESS_KEY_ID_HEADER));
  const parsed = {
    scheme,
    request: content.request,
    parameters: content.parameters,
    query: content.query,
    action: headers.at(ACTION_HEADER) ?? content.parameters.get('Action'),
    version: headers.at(VERSION_HEADER) ?? content.parameters.get('Version'),
    accessKeyId,
    securityToken: optionalToken(headers.at(SECURITY_TOKEN_HEADER)),
    nonce: list.isPresigned ? '' : parseNonce(headers.at(NONCE_HEADER)),
    isPresigned: list.isPresigned,
    timestamp: parseIsoTimestamp(timestampText),
    timestampText,
    signature,
    signedHeaders: list.names,
    canonicalHeaders,
    contentHash: { algorithm: hash, value: digest },
  };
  return scope === undefined ? (parsed as Acs3Signature) : ({ ...parsed, scope } as Acs4Signature);
}

/**
 * Verifies an ACS3 or ACS4 signature, and the body if there is one to verify.
 *
 * @throws SignatureError `SignatureDoesNotMatch`, `ContentSHA256NotMatched`, `InvalidSignatureMethod`
 */
export function verifyAcs(parsed: Acs3Signature | Acs4Signature, key: SigningKey): 'verified' | 'unverified' {
  const canonical = acsCanonicalRequest(parsed);
  if (!signatureHolds(parsed, key, canonical) && !plainNamesHold(parsed, key)) {
    throw new SignatureError('SignatureDoesNotMatch', readableText(canonical));
  }
  const { body } = parsed.request;
  if (body === undefined) return 'unverified';
  if (bodyDigest(ACS_HASHES[parsed.scheme].hash, body) !== parsed.contentHash.value) {
    throw new SignatureError('ContentSHA256NotMatched');
  }
  return 'verified';
}

/** Returns the canonical request of a parsed signature as specified, one character per byte. */
export function acsCanonicalRequest(parsed: Acs3Signature | Acs4Signature): string {
  return canonicalFormOf(parsed, isAcs4(parsed.scheme) ? ACS4_QUERY : ACS3_QUERY);
}

/**
 * Returns the string to sign of a canonical request.
 *
 * @param canonical one character per byte
 */
export function acsStringToSign(scheme: AcsScheme, canonical: string): string {
  return `${scheme}\n${digestOfBytes(ACS_HASHES[scheme].hash, canonical)}`;
}

function canonicalFormOf(parsed: Acs3Signature | Acs4Signature, style: QueryStyle): string {
  const { method, target } = parsed.request;
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  return canonicalRequest(
    method,
    isAcs4(parsed.scheme) ? path : acs3Path(path),
    canonicalQuery(parsed.query, style),
    parsed.canonicalHeaders,
    parsed.contentHash.value,
  );
}

function plainNamesHold(parsed: Acs3Signature | Acs4Signature, key: SigningKey): boolean {
  if (isAcs4(parsed.scheme) || !hasPlainNames(parsed.query)) return false;
  return signatureHolds(parsed, key, canonicalFormOf(parsed, ACS3_QUERY_PLAIN_NAMES));
}

function signatureHolds(parsed: Acs3Signature | Acs4Signature, key: SigningKey, canonical: string): boolean {
  const stringToSign = acsStringToSign(parsed.scheme, canonical);
  switch (parsed.scheme) {
    case 'ACS3-HMAC-SHA256':
      return equalInConstantTime(hmacKeyOf(key, 'acs3-sha256').digest(stringToSign, 'hex'), parsed.signature);
    case 'ACS3-HMAC-SM3':
      return equalInConstantTime(hmacKeyOf(key, 'acs3-sm3').digest(stringToSign, 'hex'), parsed.signature);
    case 'ACS3-RSA-SHA256':
      return rsaSignatureHolds(key, stringToSign, parsed.signature);
    case 'ACS4-HMAC-SHA256':
    case 'ACS4-HMAC-SM3': {
      const { hash } = ACS_HASHES[parsed.scheme];
      // The scheme hashes bytes; the official Node.js plug-in, the only client on record, hashes text.
      const bytes = acs4KeyOf(key, hash, parsed.scope, 'bytes').digest(stringToSign, 'hex');
      const text = acs4KeyOf(key, hash, parsed.scope, 'text').digest(stringToSign, 'hex');
      const asBytes = equalInConstantTime(bytes, parsed.signature);
      return equalInConstantTime(text, parsed.signature) || asBytes;
    }
    default:
      return unreachable(parsed);
  }
}

/**
 * Splits `ALGORITHM Credential=…,SignedHeaders=…,Signature=…`; blanks may follow the commas. The three values
 * are validated by their readers: a wrong signature does not match, a wrong list names no header.
 */
function readAuthorization(authorization: string) {
  const space = authorization.indexOf(' ');
  const scheme = findScheme(authorization.slice(0, Math.max(space, 0)));
  if (scheme === undefined) throw new SignatureError('InvalidSignatureMethod');
  const credentialEnd = authorization.indexOf(',', space);
  const listAt = skipBlanks(authorization, credentialEnd + 1);
  const listEnd = authorization.indexOf(',', listAt);
  const signatureAt = skipBlanks(authorization, listEnd + 1);
  if (
    credentialEnd < 0 ||
    listEnd < 0 ||
    !authorization.startsWith(CREDENTIAL, space + 1) ||
    !authorization.startsWith(SIGNED_HEADERS, listAt) ||
    !authorization.startsWith(SIGNATURE, signatureAt)
  ) {
    throw malformed('The Authorization header is not a valid ACS3 header.');
  }
  return {
    scheme,
    credential: authorization.slice(space + 1 + CREDENTIAL.length, credentialEnd),
    signedHeaders: authorization.slice(listAt + SIGNED_HEADERS.length, listEnd),
    signature: authorization.slice(signatureAt + SIGNATURE.length),
  };
}

function skipBlanks(text: string, at: number): number {
  while (text.charCodeAt(at) === 0x20) at++;
  return at;
}

/** Splits `KEY_ID/YYYYMMDD/REGION/PRODUCT/aliyun_v4_request`. */
export function readAcs4Credential(credential: string, timestamp: string) {
  const match = ACS4_CREDENTIAL.exec(credential);
  if (match === null) throw malformed('The credential is not a valid ACS4 credential.');
  const date = match[2]!;
  if (timestamp.slice(0, 10).replaceAll('-', '') !== date) {
    throw malformed('The date of the credential differs from `x-acs-date`.');
  }
  return { accessKeyId: match[1]!, date, region: match[3]!, product: match[4]! };
}

/**
 * Returns the scheme's constant instead of a slice of the header, so that later comparisons are by identity.
 */
function findScheme(text: string): AcsScheme | undefined {
  return SCHEMES.find((scheme) => scheme === text);
}

function isAcs4(scheme: AcsScheme): boolean {
  return scheme === 'ACS4-HMAC-SHA256' || scheme === 'ACS4-HMAC-SM3';
}

function malformed(detail: string): SignatureError {
  return new SignatureError('IncompleteSignature', detail);
}

function unreachable(parsed: never): never {
  throw new TypeError(`unknown scheme: ${String(parsed)}`);
}
