import type { ContentHash, ParsedSignature, ParseOptions } from '@claviger/signature';
import { readBodyType } from './body-type.ts';
import { clientDialect, foreignScheme } from './client-dialect.ts';
import type { CredentialSource, Principal } from './credential.ts';
import type { ServedScope } from './credential-scope.ts';
import type { Decision, GuardedCall, HeadDecision, RefusedRequest } from './decision.ts';
import { type AccessDeniedDetail, accessDeniedDetail, encodeErrorBody } from './error-body.ts';
import {
  type Demand,
  Guard,
  type GuardHead,
  type GuardRequest,
  type Identity,
  readSignature,
} from './guard.ts';
import { type GuardRefusal, refuse } from './guard-refusal.ts';
import { NonceMemory, type NonceStore } from './nonce-memory.ts';
import { RateLimiter, type RateLimits } from './rate-limit/rate-limiter.ts';
import { demandOf } from './request-demand.ts';
import { announcesBody, firstHeader, headerProblem } from './request-headers.ts';
import { newRequestId } from './request-id.ts';
import { ServiceHosts } from './service-hosts.ts';
import type { FoundRoute } from './service-map/route-tree.ts';
import type { ServiceMap } from './service-map/service-map.ts';
import { type BodyError, bodyTooLarge } from './verifying-body.ts';
import type { CallRates } from './workers/shared-rates.ts';

/** Verified call of an AccessKey, for its last use. */
export interface AccessKeyUse {
  readonly accessKeyId: string;
  /** Code of the service. */
  readonly service: string;
  /** Region of the service; `*` if it has none. */
  readonly region: string;
  readonly sourceAddress: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

export interface ServiceGuardOptions {
  /** Source of credentials: the server's store, or a replica of it. */
  readonly source: CredentialSource;
  /** Meaning of requests to the service. */
  readonly service: ServiceMap;
  /**
   * Store of used nonces. Several guards of one service must share it. Default: the memory of this process,
   * which refuses what was signed before it started; see `openNonceFiles` and `RedisNonces` for alternatives.
   */
  readonly nonces?: NonceStore;
  /** Milliseconds since the epoch. Default: the system's clock. */
  readonly now?: () => number;
  /** Addresses and CIDR blocks of proxies whose `X-Forwarded-For` is trusted. Default: none. */
  readonly trustedProxies?: readonly string[];
  /**
   * Networks named as VPCs, `vpc-build=10.20.0.0/16`, for `acs:SourceVpc`, `acs:VpcSourceIp` and the VPC
   * statements of key network policies. Default: none.
   */
  readonly vpcNetworks?: readonly string[];
  /** Maximum distance of a request's timestamp from the clock, in milliseconds. Default: RAM's 15 minutes. */
  readonly windowMs?: number;
  /**
   * Host names of the service, such as `orders.example.com`. Default: any. With them, a request signed for
   * another service of the same key is refused.
   */
  readonly hosts?: readonly string[];
  /** Maximum size of a body in bytes. Default: 1 MiB. */
  readonly bodyLimit?: number;
  /** Rate limits per key and principal. Default: none. */
  readonly rateLimits?: RateLimits;
  /** Counts the calls in place of this process, for several that share `rateLimits`. */
  readonly sharedRates?: CallRates | undefined;
  /** Called for every request with a valid signature, whatever the decision. Must not throw. */
  readonly onUse?: (use: AccessKeyUse) => void;
  /**
   * Called when no decision could be made: the source of credentials cannot be reached, or a bug. The request
   * is refused with 503 or 500. Default: a process warning.
   */
  readonly onError?: (error: unknown, requestId: string) => void;
  /** Returns a unique request id. Default: an upper-case UUID. */
  readonly newRequestId?: () => string;
}

const ONE_MEBIBYTE = 1024 * 1024;
const EMPTY_SHA256: ContentHash = Object.freeze({
  algorithm: 'sha256',
  value: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
});
/** The old generation of clients in Go and Python sends path-style calls without a nonce. */
const ACCEPTED_FORMS: ParseOptions = Object.freeze({ acceptsRoaWithoutNonce: true });

/**
 * Creates a guard for one service: it authenticates a request, maps it to an action and resource, and
 * authorises it.
 *
 * @throws RangeError that names the invalid setting
 * @example
 * const guard = createGuard({ source, service: parseServiceMap(text) });
 * const decision = await guard.check(request);
 * if (!decision.allowed) answer(decision.httpStatus, decision.errorBody);
 */
export function createGuard(options: ServiceGuardOptions): ServiceGuard {
  return new ServiceGuard(options);
}

/** State of a check: what is known of a request so far. */
interface CheckState {
  readonly request: GuardRequest | GuardHead;
  readonly requestId: string;
  principal: Principal | undefined;
  demand: Demand | undefined;
}

/** Guard of one service. Created by {@link createGuard}. */
export class ServiceGuard {
  readonly service: ServiceMap;
  /** Maximum size of a body in bytes. */
  readonly bodyLimit: number;
  readonly #guard: Guard;
  readonly #scope: ServedScope;
  readonly #hosts: ServiceHosts | undefined;
  readonly #limiter: CallRates | undefined;
  readonly #onUse: ((use: AccessKeyUse) => void) | undefined;
  readonly #onError: (error: unknown, requestId: string) => void;
  readonly #newRequestId: () => string;

  constructor(options: ServiceGuardOptions) {
    const {
      source,
      service,
      trustedProxies,
      vpcNetworks,
      windowMs,
      rateLimits,
      bodyLimit = ONE_MEBIBYTE,
    } = options;
    if (!Number.isSafeInteger(bodyLimit) || bodyLimit < 0) {
      throw new RangeError(`invalid bodyLimit ${bodyLimit}: expected a number of bytes`);
    }
    const { now = Date.now } = options;
    this.service = service;
    this.#scope = { product: service.service, region: service.region };
    this.bodyLimit = bodyLimit;
    this.#guard = new Guard({
      source,
      nonces: options.nonces ?? new NonceMemory({ remembersFrom: startOf(now) }),
      now,
      ...(trustedProxies === undefined ? {} : { trustedProxies }),
      ...(vpcNetworks === undefined ? {} : { vpcNetworks }),
      ...(windowMs === undefined ? {} : { windowMs }),
    });
    this.#hosts = options.hosts && new ServiceHosts(options.hosts);
    this.#limiter = options.sharedRates ?? (rateLimits && new RateLimiter(rateLimits));
    this.#onUse = options.onUse;
    this.#onError = options.onError ?? warn;
    this.#newRequestId = options.newRequestId ?? newRequestId;
  }

  /**
   * Decides on a whole request. An allowed one is exactly what its sender signed, body included.
   *
   * @param request as received, with its whole body
   * @param bodyLimit maximum size of the body in bytes; default: the guard's own
   * @returns the decision; a promise only if the source of credentials or the nonces need one. Never
   *   throws.
   */
  check(request: GuardRequest, bodyLimit: number = this.bodyLimit): Decision | Promise<Decision> {
    if (request.body.length > bodyLimit) return this.refuseBody(bodyTooLarge(bodyLimit), request);
    return this.#decide(request) as Decision | Promise<Decision>;
  }

  /**
   * Decides on a request whose body was not seen. The caller must compare the body of an allowed one with
   * `contentHash` while it is passed on, as {@link verifyingBody} does, or mark it as unverified.
   *
   * A signature that covers a form in the body (RPC 1.0) cannot be verified so: it is refused with
   * `IncompleteSignature`. See {@link needsWholeBody}.
   *
   * @param head of the request; the body is still to come, or not available
   */
  checkHead(head: GuardHead): HeadDecision | Promise<HeadDecision> {
    return this.#decide(head) as HeadDecision | Promise<HeadDecision>;
  }

  /**
   * Returns the refusal for a body that is not the signed one, or is too large.
   *
   * @param error why the body was refused
   * @param request request of the body
   * @param call decision on the request's head, if any
   */
  refuseBody(error: BodyError, request: GuardRequest | GuardHead, call?: GuardedCall): RefusedRequest {
    const { code, httpStatus, message } = error;
    const refusal = { refused: true, code, httpStatus, message, accessKeyId: call?.accessKeyId } as const;
    if (call === undefined) return this.#refused(this.#begin(request), refusal);
    const { requestId, principal, action, resource } = call;
    return this.#refused({ request, requestId, principal, demand: { action, resource } }, refusal);
  }

  #begin(request: GuardRequest | GuardHead): CheckState {
    return { request, requestId: this.#newRequestId(), principal: undefined, demand: undefined };
  }

  #decide(request: GuardRequest | GuardHead): Decision | HeadDecision | Promise<Decision | HeadDecision> {
    const state = this.#begin(request);
    try {
      const decision = this.#examine(state);
      return decision instanceof Promise
        ? decision.catch((error: unknown) => this.#failed(state, 'ServiceUnavailable', error))
        : decision;
    } catch (error) {
      return this.#failed(state, 'InternalError', error);
    }
  }

  #failed(state: CheckState, code: 'ServiceUnavailable' | 'InternalError', error: unknown): RefusedRequest {
    this.#onError(error, state.requestId);
    return this.#refused(state, refuse(code, undefined));
  }

  #examine(state: CheckState): Decision | HeadDecision | Promise<Decision | HeadDecision> {
    const { request } = state;
    const doubtful = headerProblem(request);
    if (doubtful !== undefined) {
      return this.#refused(state, refuse('InvalidParameter.Header', undefined, { reason: doubtful }));
    }
    if (this.#hosts !== undefined && !this.#hosts.has(firstHeader(request.rawHeaders, 'host'))) {
      const reason = 'has a `host` that is not a host of this service';
      return this.#refused(state, refuse('InvalidParameter.Header', undefined, { reason }));
    }
    const found = this.service.match(request.method, request.target);
    if (found.kind === 'unclear') {
      return this.#refused(state, refuse('InvalidParameter.Path', undefined, { reason: found.reason }));
    }
    const signature = readSignature(request, ACCEPTED_FORMS);
    if ('refused' in signature) return this.#refused(state, foreignRefusal(request) ?? signature);
    const identity = this.#guard.authenticate(request, signature, this.#scope);
    if (identity instanceof Promise) {
      return identity.then((settled) => this.#admit(state, signature, settled, found));
    }
    return this.#admit(state, signature, identity, found);
  }

  #admit(
    state: CheckState,
    signature: ParsedSignature,
    identity: Identity | GuardRefusal,
    found: FoundRoute | { readonly kind: 'unmapped' },
  ): Decision | HeadDecision | Promise<Decision | HeadDecision> {
    if (identity.refused) {
      const foreign = signature.scheme === 'anonymous' ? foreignRefusal(state.request) : undefined;
      const refused = this.#refused(state, foreign ?? identity);
      return identity.code.startsWith('Throttling') ? { ...refused, retryAfterSeconds: 1 } : refused;
    }
    const { accessKeyId, principal, sourceAddress, now } = identity;
    state.principal = principal;
    const { service, region } = this.service;
    this.#onUse?.({ accessKeyId, service, region, sourceAddress, time: now });
    const wait = this.#limiter?.take(accessKeyId, principal, now) ?? 0;
    return wait instanceof Promise
      ? wait.then((settled) => this.#rated(state, signature, identity, found, settled))
      : this.#rated(state, signature, identity, found, wait);
  }

  #rated(
    state: CheckState,
    signature: ParsedSignature,
    identity: Identity,
    found: FoundRoute | { readonly kind: 'unmapped' },
    wait: number,
  ): Decision | HeadDecision {
    const { accessKeyId, principal, sourceAddress, secure } = identity;
    if (wait > 0) {
      const retryAfterSeconds = Math.max(1, Math.ceil(wait / 1000));
      return { ...this.#refused(state, refuse('Throttling.User', accessKeyId)), retryAfterSeconds };
    }
    if (found.kind === 'unmapped') return this.#refused(state, refuse('InvalidAction.NotFound', accessKeyId));

    const demand = demandOf(found, signature, identity, state.request.rawHeaders);
    if ('refused' in demand) return this.#refused(state, demand);
    state.demand = demand;
    const { action, resource } = demand;
    const authorization = this.#guard.authorize(identity, [demand]);
    if (!authorization.allowed) {
      return this.#refused(state, refuse('NoPermission', accessKeyId, { action, resource }), {
        ...accessDeniedDetail(principal, demand, authorization.decision),
        AuthResource: resource,
      });
    }
    const { request, requestId } = state;
    if (request.body !== undefined) {
      return {
        allowed: true,
        requestId,
        principal,
        accessKeyId,
        action,
        resource,
        sourceAddress,
        secure,
        body: 'verified',
      };
    }
    const contentHash = bodyToCome(signature, request.rawHeaders);
    if (contentHash === undefined) return this.#refused(state, refuse('BodyNotCovered', accessKeyId));
    return {
      allowed: true,
      requestId,
      principal,
      accessKeyId,
      action,
      resource,
      sourceAddress,
      secure,
      body: 'unverified',
      contentHash,
    };
  }

  #refused(state: CheckState, refusal: GuardRefusal, accessDenied?: AccessDeniedDetail): RefusedRequest {
    const { request, requestId, principal, demand } = state;
    const { code, httpStatus, message, accessKeyId } = refusal;
    const dialect = clientDialect(request);
    const { contentType, body } = encodeErrorBody(dialect, {
      requestId,
      hostId: firstHeader(request.rawHeaders, 'host') ?? '',
      code,
      message,
      product: this.service.service,
      accessDenied,
    });
    return {
      allowed: false,
      requestId,
      code,
      httpStatus,
      message,
      contentType,
      errorBody: body,
      dialect,
      accessKeyId,
      principal,
      action: demand?.action,
      resource: demand?.resource,
    };
  }
}

/** Returns the refusal of a scheme that no guard verifies; `undefined` for any other request. */
function foreignRefusal(request: GuardRequest | GuardHead): GuardRefusal | undefined {
  const scheme = foreignScheme(request);
  return scheme === undefined ? undefined : refuse('InvalidSignatureMethod.Scheme', undefined, { scheme });
}

/**
 * Returns the digest that the body of a head must have. RPC 1.0 signs no body except a form, and ROA 1.0 none
 * without `content-md5`: then only the empty body is signed.
 *
 * @returns undefined if the scheme does not sign the body and the head announces one
 */
function bodyToCome(signature: ParsedSignature, rawHeaders: readonly string[]): ContentHash | undefined {
  if ('contentHash' in signature && signature.contentHash !== undefined) return signature.contentHash;
  const isOfType = firstHeader(rawHeaders, 'content-type') !== undefined;
  // ROA 1.0 signs the type of a body that it does not sign: with a type, the body may have been removed.
  if (signature.scheme === 'ROA-HMAC-SHA1' && isOfType) return undefined;
  return announcesBody(rawHeaders) ? undefined : EMPTY_SHA256;
}

/**
 * Whether a request must be checked with its body: it is a form, which RPC 1.0 signs as parameters.
 *
 * @param rawHeaders of its head
 */
export function needsWholeBody(rawHeaders: readonly string[]): boolean {
  const type = firstHeader(rawHeaders, 'content-type');
  return type !== undefined && readBodyType(type).kind === 'form';
}

/** Returns the second in which a process starts: timestamps of requests have whole seconds. */
function startOf(now: () => number): number {
  return Math.floor(now() / 1000) * 1000;
}

function warn(error: unknown, requestId: string): void {
  process.emitWarning(`no decision on request ${requestId}: ${error}`, 'ClavigerGuardWarning');
}
