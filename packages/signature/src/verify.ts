import { verifyAcs } from './acs.ts';
import { equalInConstantTime } from './constant-time.ts';
import { SignatureError } from './errors.ts';
import type { KeySignature } from './parsed-signature.ts';
import type { RequestHead, SignedRequest } from './request.ts';
import { verifyRoa } from './roa.ts';
import { verifyRpc } from './rpc.ts';
import {
  type Acs4Scope,
  acs4KeyOf,
  hmacKeyOf,
  type Mac,
  rsaSignatureHolds,
  SigningKey,
} from './signing-key.ts';
import { assertWithinWindow, DEFAULT_WINDOW_MS, timestampWindow } from './timestamp.ts';

export interface VerifyOptions {
  /** Verifier's clock, in milliseconds since the epoch. */
  readonly now: number;
  /**
   * Maximum distance of the request's timestamp from `now`, in milliseconds. Default: 15 minutes; 5 minutes at
   * most for ROA 1.0 without a nonce, 1 minute ahead at most for a presigned request.
   */
  readonly windowMs?: number;
}

/** Result of a successful verification. */
export interface VerifiedSignature {
  readonly scheme: KeySignature['scheme'];
  readonly accessKeyId: string;
  /**
   * Remember it for this key until the timestamp leaves the window: a second use is a replay. Empty if the
   * request is presigned, which may be used again.
   */
  readonly nonce: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /**
   * Whether the body is the signed one. `unverified` when the body was not available, and when the scheme
   * does not sign it (ROA 1.0 without `content-md5`, RPC 1.0 with anything but a form): compare such a body
   * with `contentHash` before acting on it, or refuse.
   */
  readonly body: 'verified' | 'unverified';
}

/**
 * Verifies a parsed signature: that its timestamp is within the window, then the signature, in constant time,
 * then the body. The caller decides whether the key may be used, and remembers nonces.
 *
 * @param request the request that `parsed` came from
 * @param parsed returned by `parseSignature`
 * @param key key of `parsed.accessKeyId`
 * @throws SignatureError `InvalidTimeStamp.Expired`, `SignatureDoesNotMatch`, `ContentSHA256NotMatched`,
 *   `ContentMD5NotMatched`, `InvalidSignatureMethod` when the key is of another type than the scheme needs,
 *   and `IncompleteSignature` when a head lacks what was signed
 * @throws TypeError when `parsed` came from another request, since another request would be acted on than
 *   was verified
 */
export function verifySignature(
  request: SignedRequest | RequestHead,
  parsed: KeySignature,
  key: SigningKey,
  options: VerifyOptions,
): VerifiedSignature {
  if (parsed.request !== request) throw new TypeError('the signature was parsed from another request');
  assertWithinWindow(
    parsed.timestamp,
    options.now,
    timestampWindow(parsed, options.windowMs ?? DEFAULT_WINDOW_MS),
  );
  return {
    scheme: parsed.scheme,
    accessKeyId: parsed.accessKeyId,
    nonce: parsed.nonce,
    timestamp: parsed.timestamp,
    body: verifyScheme(parsed, key),
  };
}

/**
 * Returns the strings to sign, one of which the signature must be over. There are several for a scheme that
 * clients sign in more than one way.
 *
 * @param parsed returned by `parseSignature`
 * @throws SignatureError for a fault of the request that does not depend on the key
 */
export function stringsToSign(parsed: KeySignature): readonly string[] {
  const tried = new Set<string>();
  try {
    verifyScheme(
      parsed,
      SigningKey.fromNothing((stringToSign) => tried.add(stringToSign)),
    );
  } catch (error) {
    if (!(error instanceof SignatureError) || tried.size === 0) throw error;
  }
  return [...tried];
}

/** Signature over a string to sign, without its request. */
export interface BareSignature {
  readonly scheme: KeySignature['scheme'];
  readonly stringToSign: string;
  readonly signature: string;
  /** Scope of an ACS4 key. */
  readonly scope?: Acs4Scope | undefined;
}

/**
 * Whether a signature over a string to sign is valid, compared in constant time. The caller judges what the
 * string says of the request, its time and nonce included.
 *
 * @throws SignatureError `InvalidSignatureMethod` when the key is of another type than the scheme needs
 */
export function signatureHoldsFor(key: SigningKey, bare: BareSignature): boolean {
  const { scheme, stringToSign, signature, scope } = bare;
  const holds = (mac: Mac, encoding: 'hex' | 'base64') =>
    equalInConstantTime(mac.digest(stringToSign, encoding), signature);
  switch (scheme) {
    case 'ACS3-HMAC-SHA256':
      return holds(hmacKeyOf(key, 'acs3-sha256'), 'hex');
    case 'ACS3-HMAC-SM3':
      return holds(hmacKeyOf(key, 'acs3-sm3'), 'hex');
    case 'ACS3-RSA-SHA256':
      return rsaSignatureHolds(key, stringToSign, signature);
    case 'ACS4-HMAC-SHA256':
    case 'ACS4-HMAC-SM3': {
      if (scope === undefined) return false;
      const hash = scheme === 'ACS4-HMAC-SHA256' ? 'sha256' : 'sm3';
      const asBytes = holds(acs4KeyOf(key, hash, scope, 'bytes'), 'hex');
      return holds(acs4KeyOf(key, hash, scope, 'text'), 'hex') || asBytes;
    }
    case 'RPC-HMAC-SHA1':
      return holds(hmacKeyOf(key, 'rpc-sha1'), 'base64');
    case 'ROA-HMAC-SHA1':
      return holds(hmacKeyOf(key, 'roa-sha1'), 'base64');
  }
}

function verifyScheme(parsed: KeySignature, key: SigningKey): 'verified' | 'unverified' {
  switch (parsed.scheme) {
    case 'ACS3-HMAC-SHA256':
    case 'ACS3-HMAC-SM3':
    case 'ACS3-RSA-SHA256':
    case 'ACS4-HMAC-SHA256':
    case 'ACS4-HMAC-SM3':
      return verifyAcs(parsed, key);
    case 'RPC-HMAC-SHA1':
      return verifyRpc(parsed, key);
    case 'ROA-HMAC-SHA1':
      return verifyRoa(parsed, key);
    default:
      // An untyped caller could pass a bearer or anonymous request, which is never verified.
      return unreachable(parsed);
  }
}

function unreachable(parsed: never): never {
  throw new TypeError(`cannot verify scheme ${JSON.stringify((parsed as { scheme?: unknown }).scheme)}`);
}
