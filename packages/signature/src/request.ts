/**
 * What forward authentication sees of a request: everything but the body. ACS3 and ACS4 can be verified from
 * it, since the digest of the body is signed; whether the body has that digest nobody has checked then.
 */
export interface RequestHead {
  /** HTTP method in upper case. */
  readonly method: string;
  /** The request target as it stood on the wire: path, and `?` with the query when there is one. */
  readonly target: string;
  /** Name, value, name, value … as `node:http` gives them in `req.rawHeaders`; each character is one byte. */
  readonly rawHeaders: readonly string[];
  readonly body?: undefined;
}

/** A whole HTTP request. */
export interface SignedRequest {
  /** HTTP method in upper case. */
  readonly method: string;
  /** The request target as it stood on the wire: path, and `?` with the query when there is one. */
  readonly target: string;
  /** Name, value, name, value … as `node:http` gives them in `req.rawHeaders`; each character is one byte. */
  readonly rawHeaders: readonly string[];
  /** The body's bytes as received; of length 0 when there is none. */
  readonly body: Uint8Array;
}
