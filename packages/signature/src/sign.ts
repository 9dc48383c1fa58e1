import { createSign } from 'node:crypto';
import { ACS_HASHES, type AcsScheme, acsStringToSign, readAcs4Credential } from './acs.ts';
import { ACS3_QUERY, ACS4_QUERY, acs3Path, canonicalQuery, canonicalRequest } from './canonical-request.ts';
import { HeaderFields } from './header-fields.ts';
import { bodyDigest } from './hmac.ts';
import { decodeParameters } from './parameters.ts';
import type { KeySignature } from './parsed-signature.ts';
import { percentEncode } from './percent-encoding.ts';
import type { SignedRequest } from './request.ts';
import { hasFormType, readContent } from './request-content.ts';
import { contentMd5, roaHeaderFields, roaStringToSign, signRoa } from './roa.ts';
import { rpcStringToSign, signRpc } from './rpc.ts';
import { canonicalHeaderFields, readSignedHeaders } from './signed-headers.ts';
import { type Acs4Scope, acs4KeyOf, hmacKeyOf, SigningKey } from './signing-key.ts';
import { formatIsoTimestamp } from './timestamp.ts';

/** Access key with its secret. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  /** Secret; for ACS3-RSA-SHA256 the private key as PKCS#8 in PEM. */
  readonly accessKeySecret: string;
  /** Security token of a temporary key. */
  readonly securityToken?: string;
}

/** Request to sign: headers as pairs; ACS3 and ACS4 need `host` among them. */
export interface UnsignedRequest {
  readonly method: string;
  /** Path, and `?` with the operation's own parameters when they are sent in the query. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array;
}

interface CommonOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Text of at most 128 characters that this key has not signed with before. */
  readonly nonce: string;
  /** Operation name. */
  readonly action?: string;
  /** API version. */
  readonly version?: string;
}

/** Signature scheme with its options. */
export type SchemeOptions =
  | { readonly scheme: 'ACS3-HMAC-SHA256' | 'ACS3-HMAC-SM3' | 'ACS3-RSA-SHA256' }
  | {
      readonly scheme: 'ACS4-HMAC-SHA256' | 'ACS4-HMAC-SM3';
      readonly product: string;
      /** Default: `center`. */
      readonly region?: string;
      /** Default: `text`, as the official client derives keys. */
      readonly derivedKeys?: 'text' | 'bytes';
    }
  | {
      readonly scheme: 'RPC-HMAC-SHA1';
      /** Default: `JSON`. */
      readonly format?: string;
      /** Where the protocol's parameters are sent. Default: `query`. */
      readonly systemParameters?: 'query' | 'form';
    }
  | {
      readonly scheme: 'ROA-HMAC-SHA1';
      /** Whether to sign the body with `content-md5`. Default: true. */
      readonly contentMd5?: boolean;
    };

/** Options of {@link signRequest}: scheme, time, nonce and operation. */
export type SignOptions = CommonOptions & SchemeOptions;

/**
 * Signs a request as the official clients do.
 *
 * @param request not modified
 * @param credentials key that signs
 * @returns the request to send; `rawHeaders` can be passed to `node:http` as `headers`
 * @throws SignatureError when the request could not be verified either, such as a malformed query or two
 *   `host` headers
 * @throws TypeError when the secret is empty
 * @example
 * const signed = signRequest(
 *   { method: 'POST', target: '/', headers: [['host', 'ims.example.com']] },
 *   { accessKeyId: 'testid', accessKeySecret: 'testsecret' },
 *   { scheme: 'ACS3-HMAC-SHA256', now: Date.now(), nonce: crypto.randomUUID(), action: 'GetAccountSummary', version: '2019-08-15' },
 * );
 */
export function signRequest(
  request: UnsignedRequest,
  credentials: SigningCredentials,
  options: SignOptions,
): SignedRequest {
  const body = request.body ?? new Uint8Array(0);
  switch (options.scheme) {
    case 'ACS3-HMAC-SHA256':
    case 'ACS3-HMAC-SM3':
    case 'ACS3-RSA-SHA256':
    case 'ACS4-HMAC-SHA256':
    case 'ACS4-HMAC-SM3':
      return signAcs({ ...request, body }, credentials, options);
    case 'RPC-HMAC-SHA1':
      return signWithParameters({ ...request, body }, credentials, options);
    case 'ROA-HMAC-SHA1':
      return signPathStyle({ ...request, body }, credentials, options);
    default:
      return unreachable(options);
  }
}

type WithBody = UnsignedRequest & { readonly body: Uint8Array };
type OptionsOf<Scheme extends KeySignature['scheme']> = Extract<SignOptions, { readonly scheme: Scheme }>;

function signAcs(
  request: WithBody,
  credentials: SigningCredentials,
  options: OptionsOf<AcsScheme>,
): SignedRequest {
  const { scheme } = options;
  const { hash, header } = ACS_HASHES[scheme];
  const digest = bodyDigest(hash, request.body);
  const date = formatIsoTimestamp(options.now);
  const headers = [
    ...request.headers,
    ...given([
      ['x-acs-action', options.action],
      ['x-acs-version', options.version],
      ['x-acs-date', date],
      ['x-acs-signature-nonce', options.nonce],
      [header, digest],
      ...temporaryKeyHeaders(credentials),
    ]),
  ];
  const signed = {
    method: request.method,
    target: request.target,
    rawHeaders: headers.flat(),
    body: request.body,
  };
  const content = readContent(signed);
  const names = [...content.headers.names()].filter(isSignedByAcs).sort().join(';');
  const canonicalHeaders = canonicalHeaderFields(
    readSignedHeaders(names, header, false),
    content.headers,
    request.body.length > 0,
  );
  const isAcs4 = 'product' in options;
  const canonical = canonicalRequest(
    request.method,
    isAcs4 ? content.path : acs3Path(content.path),
    canonicalQuery(content.query, isAcs4 ? ACS4_QUERY : ACS3_QUERY),
    canonicalHeaders,
    digest,
  );
  const day = date.slice(0, 10).replaceAll('-', '');
  const credential = isAcs4
    ? `${credentials.accessKeyId}/${day}/${options.region ?? 'center'}/${options.product}/aliyun_v4_request`
    : credentials.accessKeyId;
  const scope = isAcs4 ? readAcs4Credential(credential, date) : undefined;
  const signature = signAcsString(acsStringToSign(scheme, canonical), credentials, options, scope);
  const authorization = `${scheme} Credential=${credential},SignedHeaders=${names},Signature=${signature}`;
  return { ...signed, rawHeaders: [...signed.rawHeaders, 'Authorization', authorization] };
}

function signAcsString(
  stringToSign: string,
  credentials: SigningCredentials,
  options: OptionsOf<AcsScheme>,
  scope: Acs4Scope | undefined,
): string {
  const secret = credentials.accessKeySecret;
  switch (options.scheme) {
    case 'ACS3-HMAC-SHA256':
      return hmacKeyOf(SigningKey.fromSecret(secret), 'acs3-sha256').digest(stringToSign, 'hex');
    case 'ACS3-HMAC-SM3':
      return hmacKeyOf(SigningKey.fromSecret(secret), 'acs3-sm3').digest(stringToSign, 'hex');
    case 'ACS3-RSA-SHA256':
      return createSign('RSA-SHA256').update(stringToSign).sign(secret, 'hex');
    case 'ACS4-HMAC-SHA256':
    case 'ACS4-HMAC-SM3': {
      const { hash } = ACS_HASHES[options.scheme];
      const key = acs4KeyOf(SigningKey.fromSecret(secret), hash, scope!, options.derivedKeys ?? 'text');
      return key.digest(stringToSign, 'hex');
    }
    default:
      return unreachable(options);
  }
}

function signWithParameters(
  request: WithBody,
  credentials: SigningCredentials,
  options: OptionsOf<'RPC-HMAC-SHA1'>,
): SignedRequest {
  const system = given([
    ['Action', options.action],
    ['Version', options.version],
    ['Format', options.format ?? 'JSON'],
    ['Timestamp', formatIsoTimestamp(options.now)],
    ['SignatureMethod', 'HMAC-SHA1'],
    ['SignatureVersion', '1.0'],
    ['SignatureNonce', options.nonce],
    ['AccessKeyId', credentials.accessKeyId],
    ['SecurityToken', credentials.securityToken],
  ]);
  const signature = (unsigned: SignedRequest) => {
    const content = readContent(unsigned);
    const stringToSign = rpcStringToSign(request.method, unsigned.target, content.parameters);
    return signRpc(SigningKey.fromSecret(credentials.accessKeySecret), stringToSign);
  };
  const rawHeaders = request.headers.flat();
  if (options.systemParameters === 'form') {
    if (!hasFormType(new HeaderFields(rawHeaders)))
      rawHeaders.push('content-type', 'application/x-www-form-urlencoded');
    const withForm = (pairs: readonly Pair[]) => {
      const body = appendPairs(Buffer.from(request.body).toString('utf8'), pairs);
      return { method: request.method, target: request.target, rawHeaders, body: Buffer.from(body) };
    };
    return withForm([...system, ['Signature', signature(withForm(system))]]);
  }
  const mark = request.target.indexOf('?');
  const path = mark < 0 ? request.target : request.target.slice(0, mark);
  const withQuery = (pairs: readonly Pair[]) => {
    const query = appendPairs(mark < 0 ? '' : request.target.slice(mark + 1), pairs);
    return { method: request.method, target: `${path}?${query}`, rawHeaders, body: request.body };
  };
  return withQuery([...system, ['Signature', signature(withQuery(system))]]);
}

function signPathStyle(
  request: WithBody,
  credentials: SigningCredentials,
  options: OptionsOf<'ROA-HMAC-SHA1'>,
): SignedRequest {
  const headers = [
    ...request.headers,
    ...given([
      ['date', new Date(options.now).toUTCString()],
      ['x-acs-action', options.action],
      ['x-acs-version', options.version],
      ['x-acs-signature-nonce', options.nonce],
      ['x-acs-signature-method', 'HMAC-SHA1'],
      ['x-acs-signature-version', '1.0'],
      ['content-md5', options.contentMd5 === false ? undefined : contentMd5(request.body)],
      ...temporaryKeyHeaders(credentials),
    ]),
  ];
  const rawHeaders = headers.flat();
  const mark = request.target.indexOf('?');
  const query = decodeParameters(mark < 0 ? '' : request.target.slice(mark + 1));
  const fields = roaHeaderFields(new HeaderFields(rawHeaders));
  const stringToSign = roaStringToSign(request.method, request.target, query, fields);
  const signature = signRoa(SigningKey.fromSecret(credentials.accessKeySecret), stringToSign);
  return {
    method: request.method,
    target: request.target,
    rawHeaders: [...rawHeaders, 'authorization', `acs ${credentials.accessKeyId}:${signature}`],
    body: request.body,
  };
}

type Pair = readonly [name: string, value: string];

function temporaryKeyHeaders(credentials: SigningCredentials): Pair[] {
  if (credentials.securityToken === undefined) return [];
  return [
    ['x-acs-accesskey-id', credentials.accessKeyId],
    ['x-acs-security-token', credentials.securityToken],
  ];
}

function given(pairs: readonly (readonly [string, string | undefined])[]): Pair[] {
  return pairs.filter((pair): pair is Pair => pair[1] !== undefined);
}

function appendPairs(encoded: string, pairs: readonly Pair[]): string {
  const added = pairs.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join('&');
  return encoded === '' ? added : `${encoded}&${added}`;
}

function isSignedByAcs(name: string): boolean {
  return name === 'host' || name === 'content-type' || name.startsWith('x-acs-');
}

function unreachable(options: never): never {
  throw new TypeError(`unknown scheme: ${JSON.stringify((options as { scheme?: unknown }).scheme)}`);
}
