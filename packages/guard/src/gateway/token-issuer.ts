import type { ContentHash } from '@claviger/signature';
import type { AllowedHead, AllowedRequest } from '../decision.ts';
import { RecentMap } from '../recent-map.ts';
import { newRequestId } from '../request-id.ts';
import { IDENTITY_TOKEN_SECONDS, type IdentityTokens } from './identity-token.ts';

/** What an identity token vouches for: the caller, for a while, or each request by itself. */
export type IdentityTokenScope = 'caller' | 'request';

/** A request as it goes on to the service. */
export interface PassedRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** The digest of the body. */
  readonly contentHash: ContentHash;
}

/** Makes the identity tokens of one service. */
export interface TokenIssuer {
  /**
   * @param decision that let the request through
   * @param passed the request itself
   * @returns the token in its compact form; a promise only when it has yet to be signed
   */
  issue(decision: AllowedRequest | AllowedHead, passed: PassedRequest): string | Promise<string>;
}

/** Signs a token for each request, which is good for this one alone. */
export class RequestTokens implements TokenIssuer {
  readonly #tokens: IdentityTokens;
  readonly #service: string;

  /** @param service its code */
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

/** How long a caller's token is handed out, in milliseconds: whoever gets it last still has half of its life. */
const REUSE_MS = (IDENTITY_TOKEN_SECONDS * 1000) / 2;

/** Callers whose tokens are kept. */
const KEPT_CALLERS = 65_536;

interface CallerToken {
  readonly principalArn: string;
  readonly kid: string;
  /** Milliseconds since the epoch. */
  readonly signedAt: number;
  token: string | Promise<string>;
}

/**
 * Signs one token for all requests of a caller within half a minute: a signature takes longer than all else that is
 * done for a request. The service can keep what it has verified, too.
 */
export class CallerTokens implements TokenIssuer {
  readonly #tokens: IdentityTokens;
  readonly #service: string;
  readonly #now: () => number;
  /** By the id of the AccessKey. */
  readonly #kept = new RecentMap<string, CallerToken>(KEPT_CALLERS);

  /**
   * @param service its code
   * @param now milliseconds since the epoch
   */
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
      // A clock that was set back makes old tokens look as if they came from the future.
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
      // Told to whoever waits for it; the next request tries again.
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
