import type { ContentHash } from '@claviger/signature';
import type { AllowedHead, AllowedRequest } from '../decision.ts';
import { RecentMap } from '../recent-map.ts';
import { newRequestId } from '../request-id.ts';
import { IDENTITY_TOKEN_SECONDS, type IdentityTokens } from './identity-token.ts';

/** Scope of an identity token: the caller, for a while, or a single request. */
export type IdentityTokenScope = 'caller' | 'request';

/** Request as passed on to the service. */
export interface PassedRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Digest of the body. */
  readonly contentHash: ContentHash;
}

/** Issuer of the identity tokens of a service. */
export interface TokenIssuer {
  /**
   * Issues a token.
   *
   * @param decision decision that allowed the request
   * @param passed the request itself
   * @returns the token in its compact form; a promise only if it has yet to be signed
   */
  issue(decision: AllowedRequest | AllowedHead, passed: PassedRequest): string | Promise<string>;
}

/** Issues a token for each request, valid for that one only. */
export class RequestTokens implements TokenIssuer {
  readonly #tokens: IdentityTokens;
  readonly #service: string;

  /** @param service code of the service */
  constructor(tokens: IdentityTokens, service: string) {
    this.#tokens = tokens;
    this.#service = service;
  }

  issue(
    decision: AllowedRequest | AllowedHead,
    { method, target, contentHash }: PassedRequest,
  ): Promise<string> {
    return this.#tokens.sign({
      ...callerClaims(decision, this.#service),
      jti: decision.requestId,
      action: decision.action,
      resource: decision.resource,
      method,
      target,
      content_hash: `${contentHash.algorithm}:${contentHash.value}`,
      source_address: decision.sourceAddress,
    });
  }
}

/**
 * Time that a caller's token is reused, in milliseconds: at least half of its lifetime is left for each use.
 */
const REUSE_MS = (IDENTITY_TOKEN_SECONDS * 1000) / 2;

/** Maximum number of callers with a cached token. */
const KEPT_CALLERS = 65_536;

interface CallerToken {
  readonly principalArn: string;
  readonly kid: string;
  /** Milliseconds since the epoch. */
  readonly signedAt: number;
  token: string | Promise<string>;
}

/**
 * Issues one token for all requests of a caller within half a minute: signing takes longer than all other
 * work of a request. The service can cache verified tokens, too.
 */
export class CallerTokens implements TokenIssuer {
  readonly #tokens: IdentityTokens;
  readonly #service: string;
  readonly #now: () => number;
  /** By AccessKey id. */
  readonly #kept = new RecentMap<string, CallerToken>(KEPT_CALLERS);

  /** @param service code of the service @param now milliseconds since the epoch */
  constructor(tokens: IdentityTokens, service: string, now: () => number) {
    this.#tokens = tokens;
    this.#service = service;
    this.#now = now;
  }

  issue(decision: AllowedRequest | AllowedHead): string | Promise<string> {
    const { accessKeyId, principal } = decision;
    const now = this.#now();
    const kept = this.#kept.get(accessKeyId);
    if (kept !== undefined) {
      const age = now - kept.signedAt;
      // If the clock was set back, old tokens seem to come from the future.
      const isYoung = age >= 0 && age < REUSE_MS;
      if (isYoung && kept.principalArn === principal.arn && kept.kid === this.#tokens.kid) return kept.token;
    }
    const token = this.#tokens.sign({ ...callerClaims(decision, this.#service), jti: newRequestId() });
    const entry: CallerToken = { principalArn: principal.arn, kid: this.#tokens.kid, signedAt: now, token };
    this.#kept.set(accessKeyId, entry);
    token.then(
      (signed) => {
        entry.token = signed;
      },
      // The waiting request gets the error; the next request tries again.
      () => this.#kept.delete(accessKeyId),
    );
    return token;
  }
}

function callerClaims({ principal, accessKeyId }: AllowedRequest | AllowedHead, service: string) {
  return {
    aud: service,
    sub: principal.arn,
    account_id: principal.accountId,
    principal_type: principal.type,
    access_key_id: accessKeyId,
  };
}
