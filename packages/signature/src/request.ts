/**
 * Request without its body, as forward authentication sees it. ACS3 and ACS4 can be verified from it, since
 * they sign the digest of the body; the body itself is not verified then.
 */
export interface RequestHead {
  /** HTTP method in upper case. */
  readonly method: string;
  /** Request target as received: path, and `?` with the query if any. */
  readonly target: string;
  /** Name, value, name, value …, as in `req.rawHeaders` of `node:http`; one character per byte. */
  readonly rawHeaders: readonly string[];
  readonly body?: undefined;
}

/** HTTP request with its body. */
export interface SignedRequest {
  /** HTTP method in upper case. */
  readonly method: string;
  /** Request target as received: path, and `?` with the query if any. */
  readonly target: string;
  /** Name, value, name, value …, as in `req.rawHeaders` of `node:http`; one character per byte. */
  readonly rawHeaders: readonly string[];
  /** Body as received; empty if absent. */
  readonly body: Uint8Array;
}
