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
import { assertWithinWindow, DEFAULT_WINDOW_MS } from './timestamp.ts';

export interface VerifyOptions {
  /** The verifier's clock: milliseconds since 1970. */
  readonly now: number;
  /** How far the request's timestamp may lie from it, to either side, in milliseconds; 15 minutes when absent. */
  readonly windowMs?: number;
}

/** What is known of a request once its signature holds. */
export interface VerifiedSignature {
  readonly scheme: KeySignature['scheme'];
  readonly accessKeyId: string;
  /** Remember it for this key until the timestamp leaves the window; a second one is a replay. */
  readonly nonce: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /**
   * Whether the body's bytes are those that were signed. `unverified` when there was no body to look at, and when
   * the scheme vouches for none (ROA 1.0 without `content-md5`, RPC 1.0 with anything but a form): whoever acts on
   * an unverified body must compare it with `contentHash` first, or refuse.
   */
  readonly body: 'verified' | 'unverified';
}

/**
 * Verifies a parsed signature: first that its timestamp is near enough, then the signature, compared in constant
 * time, then the body. It neither knows whether the key may be used nor remembers nonces: that is the caller's.
 *
 * @param request the request that `parsed` came from
 * @param parsed what `parseSignature` made of it
 * @param key the key that belongs to `parsed.accessKeyId`
 * @throws SignatureError `InvalidTimeStamp.Expired`, `SignatureDoesNotMatch`, `ContentSHA256NotMatched`,
 *   `ContentMD5NotMatched`, `InvalidSignatureMethod` when the key is of another kind than the scheme needs, and
 *   `IncompleteSignature` when a head lacks what was signed
 * @throws TypeError when `parsed` came from another request: what was verified would not be what is acted on
 */
export function verifySignature(
  request: SignedRequest | RequestHead,
  parsed: KeySignature,
  key: SigningKey,
  options: VerifyOptions,
): VerifiedSignature {
  if (parsed.request !== request) throw new TypeError('the signature was parsed from another request');
  assertWithinWindow(parsed.timestamp, options.now, options.windowMs ?? DEFAULT_WINDOW_MS);
  return {
    scheme: parsed.scheme,
    accessKeyId: parsed.accessKeyId,
    nonce: parsed.nonce,
    timestamp: parsed.timestamp,
    body: verifyScheme(parsed, key),
  };
}

/**
 * The strings of which the signature has to be over one: of a scheme that clients sign in more than one way there are
 * several.
 *
 * @param parsed what `parseSignature` made of a request
 * @throws SignatureError for what is wrong with the request whatever its key is
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

/** A signature over a string, without the request that it came with. */
export interface BareSignature {
  readonly scheme: KeySignature['scheme'];
  readonly stringToSign: string;
  readonly signature: string;
  /** Of ACS4: where its key is good. */
  readonly scope?: Acs4Scope | undefined;
}

/**
 * Whether a signature over a string to sign holds, compared in constant time. What the string says of the request, its
 * time and nonce among it, is the caller's to judge.
 *
 * @throws SignatureError `InvalidSignatureMethod` when the key is of another kind than the scheme needs
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
      // A caller without types could pass a bearer or an anonymous request: that is never verified.
      return unreachable(parsed);
  }
}

function unreachable(parsed: never): never {
  throw new TypeError(`nothing to verify: ${JSON.stringify((parsed as { scheme?: unknown }).scheme)}`);
}
