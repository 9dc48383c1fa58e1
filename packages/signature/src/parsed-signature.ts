import type { Parameters } from './parameters.ts';
import type { RequestHead, SignedRequest } from './request.ts';
import type { Acs4Scope } from './signing-key.ts';

/** The digest that the signature vouches for. */
export interface ContentHash {
  readonly algorithm: 'sha256' | 'sm3' | 'md5';
  /** Lower-case hexadecimal; base64 for MD5. */
  readonly value: string;
}

interface Parsed {
  /** The request that was parsed; it is verified as it stands here. */
  readonly request: SignedRequest | RequestHead;
  /** Decoded parameters of query and form together. Act on these: what is verified is what they say. */
  readonly parameters: Parameters;
  /** Decoded parameters of the query alone. */
  readonly query: Parameters;
  /** The operation's name: from the signed part of the request, where there is one. */
  readonly action: string | undefined;
  /** The API's version: from the signed part of the request, where there is one. */
  readonly version: string | undefined;
}

interface SignedWithKey extends Parsed {
  readonly accessKeyId: string;
  readonly securityToken: string | undefined;
  readonly nonce: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** The timestamp as it was sent. */
  readonly timestampText: string;
  /** Hexadecimal (ACS3, ACS4) or base64 (RPC 1.0, ROA 1.0), as it was sent; not verified yet. */
  readonly signature: string;
}

interface SignedHeaderFields extends SignedWithKey {
  /** Lower-case names in order, as the client listed them. */
  readonly signedHeaders: readonly string[];
  /** The signed header fields and the list of their names, as they stand in the canonical request. */
  readonly canonicalHeaders: string;
  readonly contentHash: ContentHash;
}

/** ACS3: signature in the `Authorization` header, over method, path, query, named headers and body digest. */
export interface Acs3Signature extends SignedHeaderFields {
  readonly scheme: 'ACS3-HMAC-SHA256' | 'ACS3-HMAC-SM3' | 'ACS3-RSA-SHA256';
}

/** ACS4: as ACS3, with a key derived for one day, region and product. */
export interface Acs4Signature extends SignedHeaderFields {
  readonly scheme: 'ACS4-HMAC-SHA256' | 'ACS4-HMAC-SM3';
  readonly scope: Acs4Scope;
}

/** RPC 1.0: signature among the parameters, over method, path and every parameter of query and form. */
export interface RpcSignature extends SignedWithKey {
  readonly scheme: 'RPC-HMAC-SHA1';
}

/** ROA 1.0: signature in the `Authorization` header, over method, path, query and a fixed set of headers. */
export interface RoaSignature extends SignedWithKey {
  readonly scheme: 'ROA-HMAC-SHA1';
  /** Absent when the client sent no `content-md5`: then nothing vouches for the body. */
  readonly contentHash: ContentHash | undefined;
  /** The signed header fields as they stand in the string to sign. */
  readonly canonicalHeaders: string;
}

/** A bearer token and no signature: whoever holds the token's issuer must check it. */
export interface BearerRequest extends Parsed {
  readonly scheme: 'bearer';
  readonly bearerToken: string;
}

/** No credential of any form. Nothing in the request is vouched for. */
export interface AnonymousRequest extends Parsed {
  readonly scheme: 'anonymous';
}

/** A request with a signature that `verifySignature` can verify. */
export type KeySignature = Acs3Signature | Acs4Signature | RpcSignature | RoaSignature;

/**
 * Everything that a request can be, told apart by `scheme`. Closed: a `switch` over it with a `never` check does
 * not compile when a scheme is added and forgotten.
 */
export type ParsedSignature = KeySignature | BearerRequest | AnonymousRequest;

/** The name of a way to sign, or not to sign, a request. */
export type SignatureScheme = ParsedSignature['scheme'];
