import type { Parameters } from './parameters.ts';
import type { RequestHead, SignedRequest } from './request.ts';
import type { Acs4Scope } from './signing-key.ts';

/** Digest of the body that the signature covers. */
export interface ContentHash {
  readonly algorithm: 'sha256' | 'sm3' | 'md5';
  /** Lower-case hexadecimal; base64 for MD5. */
  readonly value: string;
}

interface Parsed {
  /** Request that was parsed, and that will be verified. */
  readonly request: SignedRequest | RequestHead;
  /** Decoded parameters of query and form. Act on these: they are what is verified. */
  readonly parameters: Parameters;
  /** Decoded parameters of the query only. */
  readonly query: Parameters;
  /** Operation name, from the signed part of the request if there is one. */
  readonly action: string | undefined;
  /** API version, from the signed part of the request if there is one. */
  readonly version: string | undefined;
}

interface SignedWithKey extends Parsed {
  readonly accessKeyId: string;
  readonly securityToken: string | undefined;
  /** Empty if the request is presigned. */
  readonly nonce: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Timestamp as sent. */
  readonly timestampText: string;
  /** Signature as sent, not verified: hexadecimal (ACS3, ACS4) or base64 (RPC 1.0, ROA 1.0). */
  readonly signature: string;
}

interface SignedHeaderFields extends SignedWithKey {
  /** Lower-case names in the client's order. */
  readonly signedHeaders: readonly string[];
  /** Signed header fields and the list of their names, as in the canonical request. */
  readonly canonicalHeaders: string;
  readonly contentHash: ContentHash;
}

/** ACS3 signature: in the `Authorization` header, over method, path, query, named headers and body digest. */
export interface Acs3Signature extends SignedHeaderFields {
  readonly scheme: 'ACS3-HMAC-SHA256' | 'ACS3-HMAC-SM3' | 'ACS3-RSA-SHA256';
  /**
   * Whether neither host nor nonce is signed, so that the holder of the request can send it to any host, any
   * number of times. Only with the option `acceptsPresigned`.
   */
  readonly isPresigned: boolean;
}

/** ACS4 signature: as ACS3, with a key derived for one day, region and product. */
export interface Acs4Signature extends SignedHeaderFields {
  readonly scheme: 'ACS4-HMAC-SHA256' | 'ACS4-HMAC-SM3';
  readonly scope: Acs4Scope;
}

/** RPC 1.0 signature: in the parameters, over method, path and all parameters of query and form. */
export interface RpcSignature extends SignedWithKey {
  readonly scheme: 'RPC-HMAC-SHA1';
}

/** ROA 1.0 signature: in the `Authorization` header, over method, path, query and a fixed set of headers. */
export interface RoaSignature extends SignedWithKey {
  readonly scheme: 'ROA-HMAC-SHA1';
  /**
   * Whether the client sent a nonce. If not, `nonce` is a digest of the signature: equal requests of one
   * second are the same. Always true without the option `acceptsRoaWithoutNonce`.
   */
  readonly hasOwnNonce: boolean;
  /** Undefined without `content-md5`: the body is not signed then. */
  readonly contentHash: ContentHash | undefined;
  /** Signed header fields, as in the string to sign. */
  readonly canonicalHeaders: string;
}

/** Request with a bearer token and no signature. The caller must verify the token. */
export interface BearerRequest extends Parsed {
  readonly scheme: 'bearer';
  readonly bearerToken: string;
}

/** Request without any credential. Nothing in it is authenticated. */
export interface AnonymousRequest extends Parsed {
  readonly scheme: 'anonymous';
}

/** Signature that `verifySignature` can verify. */
export type KeySignature = Acs3Signature | Acs4Signature | RpcSignature | RoaSignature;

/**
 * Result of `parseSignature`, discriminated by `scheme`. The union is closed: a `switch` with a `never` check
 * does not compile when a scheme is added and not handled.
 */
export type ParsedSignature = KeySignature | BearerRequest | AnonymousRequest;

/** Name of a signature scheme, or of an unsigned kind of request. */
export type SignatureScheme = ParsedSignature['scheme'];
