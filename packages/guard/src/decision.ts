import type { ContentHash } from '@claviger/signature';
import type { ClientDialect } from './client-dialect.ts';
import type { Principal } from './credential.ts';

/** Allowed request: its sender, action and resource. */
export interface GuardedCall {
  readonly allowed: true;
  /** Upper-case UUID, unique to this request; return it to the client as `x-acs-request-id`. */
  readonly requestId: string;
  readonly principal: Principal;
  readonly accessKeyId: string;
  /** `orders:GetOrder` */
  readonly action: string;
  /** `acs:orders:cn-hangzhou:1234567890123456:order/17` */
  readonly resource: string;
  /** Address that the request was judged by: the peer's, or the one that a trusted proxy reports. */
  readonly sourceAddress: string;
  /** Whether the client's own connection was TLS. */
  readonly secure: boolean;
}

/** Allowed request with a verified body. */
export interface AllowedRequest extends GuardedCall {
  readonly body: 'verified';
  readonly contentHash?: undefined;
}

/** Allowed request whose body was not seen: it may pass if the body has the signed digest. */
export interface AllowedHead extends GuardedCall {
  readonly body: 'unverified';
  /**
   * Signed digest of the body: pass it to `verifyingBody`. If the scheme does not sign the body, the digest
   * of the empty one.
   */
  readonly contentHash: ContentHash;
}

/** Refused request and the answer to it. */
export interface RefusedRequest {
  readonly allowed: false;
  readonly requestId: string;
  /** RAM's error code, such as `SignatureDoesNotMatch`, `NoPermission`, `Throttling.User`. */
  readonly code: string;
  readonly httpStatus: number;
  /** For the sender, not for a log: for a wrong signature it repeats what was sent. */
  readonly message: string;
  readonly contentType: string;
  /** RAM's error, with `AccessDeniedDetail` if a policy refused; for clients of OSS and Log Service in their form. */
  readonly errorBody: string;
  /** Form of `errorBody`. */
  readonly dialect: ClientDialect;
  /** Key that the request named; proven to be the sender's only if `principal` is set. */
  readonly accessKeyId?: string | undefined;
  /** Sender, if the signature is valid. */
  readonly principal?: Principal | undefined;
  /** Requested action, if it was determined. */
  readonly action?: string | undefined;
  readonly resource?: string | undefined;
  /** When the next request will pass, for a throttled one. */
  readonly retryAfterSeconds?: number | undefined;
}

/** Decision on a whole request. */
export type Decision = AllowedRequest | RefusedRequest;

/** Decision on a request whose body was not seen. */
export type HeadDecision = AllowedHead | RefusedRequest;

/** Returns the header fields of the answer to a refusal, with lower-case names. */
export function refusalHeaders(refused: RefusedRequest): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': refused.contentType,
    'x-acs-request-id': refused.requestId,
    ...(refused.dialect === 'oss' && { 'x-oss-request-id': refused.requestId }),
    ...(refused.dialect === 'sls' && { 'x-log-requestid': refused.requestId }),
    'cache-control': 'no-store',
  };
  const { code, retryAfterSeconds: seconds } = refused;
  return { ...headers, ...retryHeaders(code, seconds === undefined ? undefined : seconds * 1000) };
}

/** Suggested wait after a refusal that has no time of its own, ms. */
const DEFAULT_WAIT_MS = 1000;

/**
 * Returns the headers that tell when to retry a request that was throttled, or came during an outage: `Retry-After` in
 * seconds for HTTP clients, `x-acs-retry-after` in milliseconds for the official ones. The newest Python client
 * (alibabacloud-tea-openapi 0.4 on darabonba-core 1.0) and the command line of Alibaba Cloud retry only with the second
 * one; what is not above 0 they ignore.
 *
 * @param code of the refusal; only `Throttling`, `ServiceUnavailable` and their kinds have the headers
 * @param waitMs milliseconds; both are rounded up
 */
export function retryHeaders(
  code: string,
  waitMs: number = DEFAULT_WAIT_MS,
): { readonly [name: string]: string } {
  if (!/^(?:Throttling|ServiceUnavailable)(?:\.|$)/.test(code)) return {};
  return {
    'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))),
    'x-acs-retry-after': String(Math.max(1, Math.ceil(waitMs))),
  };
}
