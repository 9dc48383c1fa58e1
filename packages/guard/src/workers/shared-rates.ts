import type { Principal } from '../credential.ts';
import type { RateLimiter } from '../rate-limit/rate-limiter.ts';

/** Limits the rate of calls; see `RateLimiter`. */
export interface CallRates {
  /**
   * Takes one call off each allowance, or none off any.
   * @param now milliseconds since the epoch
   * @returns 0 if the call may proceed, otherwise the milliseconds until the next one may
   */
  take(accessKeyId: string, principal: Principal, now: number): number | Promise<number>;
}

/** What rate limits depend on, as it goes to the primary. */
export type RatedCall = readonly [accessKeyId: string, principal: object, now: number];

/** Takes a call of a worker off the allowances. */
export function takeRated(limiter: RateLimiter, [accessKeyId, principal, now]: RatedCall): number {
  return limiter.take(accessKeyId, principal as Principal, now);
}

/**
 * Rate limits of a worker: the primary counts the calls of all workers together. A call is refused when the primary
 * does not answer.
 */
export class SharedRates implements CallRates {
  readonly #ask: (call: RatedCall) => Promise<number>;

  /** @param ask asks the primary, which calls {@link takeRated} */
  constructor(ask: (call: RatedCall) => Promise<number>) {
    this.#ask = ask;
  }

  take(accessKeyId: string, principal: Principal, now: number): Promise<number> {
    return this.#ask([accessKeyId, ratedPrincipal(principal), now]);
  }
}

/** Returns the part of a principal that names the owners of allowances. */
function ratedPrincipal(principal: Principal): object {
  const { type, accountId } = principal;
  switch (principal.type) {
    case 'ram-user':
      return { type, accountId, userId: principal.userId };
    case 'assumed-role':
      return { type, accountId, roleId: principal.roleId };
    case 'guard':
      return { type, accountId, guardId: principal.guardId };
    case 'root':
      return { type, accountId };
  }
}
