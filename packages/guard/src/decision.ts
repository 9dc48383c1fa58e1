import type { ContentHash } from '@claviger/signature';
import type { Principal } from './credential.ts';

/** A request that may pass: who sent it, and what it does. */
export interface GuardedCall {
  readonly allowed: true;
  /** Upper-case UUID, made for this request; give it to the client as `x-acs-request-id`. */
  readonly requestId: string;
  readonly principal: Principal;
  readonly accessKeyId: string;
  /** `orders:GetOrder` */
  readonly action: string;
  /** `acs:orders:cn-hangzhou:1234567890123456:order/17` */
  readonly resource: string;
  /** The address the request was judged by: the peer's, or what a trusted proxy says. */
  readonly sourceAddress: string;
  /** Whether the client's own connection was TLS. */
  readonly secure: boolean;
}

/** A request that may pass, with the body that was signed. */
export interface AllowedRequest extends GuardedCall {
  readonly body: 'verified';
  readonly contentHash?: undefined;
}

/** A request that may pass if its body turns out to be the one that was signed; nobody has looked at it yet. */
export interface AllowedHead extends GuardedCall {
  readonly body: 'unverified';
  /**
   * The digest the body must have, signed: give it to `verifyingBody`. Where the scheme signs no body it is the
   * digest of the empty one.
   */
  readonly contentHash: ContentHash;
}

/** A request that must not pass, and the answer to it. */
export interface RefusedRequest {
  readonly allowed: false;
  readonly requestId: string;
  /** RAM's error code, such as `SignatureDoesNotMatch`, `NoPermission`, `Throttling.User`. */
  readonly code: string;
  readonly httpStatus: number;
  /** For the sender, not for a log: of a wrong signature it repeats what was sent. */
  readonly message: string;
  readonly contentType: string;
  /** RAM's error in JSON, with `AccessDeniedDetail` when a policy refused. */
  readonly errorBody: string;
  /** The key that the request named; proven to be the sender's only when `principal` is there. */
  readonly accessKeyId?: string | undefined;
  /** Who sent it, when the signature held. */
  readonly principal?: Principal | undefined;
  /** What was asked for, when it got that far. */
  readonly action?: string | undefined;
  readonly resource?: string | undefined;
  /** Of a throttled request: when the next one will pass. */
  readonly retryAfterSeconds?: number | undefined;
}

/** The answer about a whole request. */
export type Decision = AllowedRequest | RefusedRequest;

/** The answer about a request whose body was not seen. */
export type HeadDecision = AllowedHead | RefusedRequest;

/** The header fields with which a refusal is answered, lower-case names. */
export function refusalHeaders(refused: RefusedRequest): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': refused.contentType,
    'x-acs-request-id': refused.requestId,
    'cache-control': 'no-store',
  };
  if (refused.retryAfterSeconds !== undefined) {
    Object.assign(headers, retryHeaders(refused.retryAfterSeconds * 1000));
  }
  return headers;
}

/**
 * When to try again, for HTTP clients in seconds and for the official clients in milliseconds. The newest Python client
 * and the command line of Alibaba Cloud try again only when the second one is there.
 * @param waitMs milliseconds; both are rounded up
 */
export function retryHeaders(waitMs: number): { readonly [name: string]: string } {
  return {
    'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))),
    'x-acs-retry-after': String(Math.max(1, Math.ceil(waitMs))),
  };
}
