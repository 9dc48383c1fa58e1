import type { Principal } from '../credential.ts';
import { parseRateLimit } from '../rate-limit/rate-limit.ts';
import type { RateLimiter, RateLimits } from '../rate-limit/rate-limiter.ts';
import { RecentMap } from '../recent-map.ts';

/** Calls that a worker may have granted at once, for one key. */
const MAX_GRANTED = 16;
/** Part of a limit that may be granted to workers and not used. */
const UNUSED_PART = 1 / 8;
/** Time for which granted calls may be used, ms: unused ones are lost after that. */
const GRANT_MS = 1_000;
/** Keys with granted calls that a worker keeps. */
const KEPT_GRANTS = 10_000;

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

/** Answer of the primary: the wait of `CallRates.take`, and how many further calls it has counted in advance. */
export type RateAnswer = readonly [wait: number, granted: number];

/**
 * Returns how many calls of a key a worker may have counted at once: so few that those it does not use are a small part of
 * each limit. 1: each call is asked for, such as with a limit of a few calls a minute.
 * @param workers among which the limits are shared
 */
export function callsPerGrant(limits: RateLimits, workers: number): number {
  let calls = MAX_GRANTED;
  for (const text of Object.values(limits)) {
    const limit = text === undefined ? undefined : parseRateLimit(text);
    if (limit === undefined) continue;
    const perGrant = Math.min(limit.burst, GRANT_MS / limit.intervalMs) * (UNUSED_PART / workers);
    calls = Math.min(calls, Math.floor(perGrant));
  }
  return Math.max(1, calls);
}

/** Takes a call of a worker off the allowances, and further ones as far as they are there. */
export function takeRated(
  limiter: RateLimiter,
  [accessKeyId, principal, now]: RatedCall,
  calls: number,
): RateAnswer {
  const wait = limiter.take(accessKeyId, principal as Principal, now);
  let granted = 0;
  if (wait === 0) {
    while (granted + 1 < calls && limiter.take(accessKeyId, principal as Principal, now) === 0) granted += 1;
  }
  return [wait, granted];
}

/** Calls that the primary has counted in advance. */
interface Grant {
  left: number;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/**
 * Rate limits of a worker: the primary counts the calls of all workers together, so that no limit is exceeded. A call is
 * refused when the primary does not answer.
 */
export class SharedRates implements CallRates {
  readonly #ask: (call: RatedCall) => Promise<RateAnswer>;
  readonly #grants = new RecentMap<string, Grant>(KEPT_GRANTS);
  /** Questions under way, by key. */
  readonly #asked = new Map<string, Promise<number>>();

  /** @param ask asks the primary, which calls {@link takeRated} */
  constructor(ask: (call: RatedCall) => Promise<RateAnswer>) {
    this.#ask = ask;
  }

  take(accessKeyId: string, principal: Principal, now: number): number | Promise<number> {
    return this.#useGranted(accessKeyId, now) ? 0 : this.#taken(accessKeyId, principal, now);
  }

  #useGranted(accessKeyId: string, now: number): boolean {
    const grant = this.#grants.get(accessKeyId);
    // A clock that was set back must not keep it.
    if (grant === undefined || grant.left === 0 || now >= grant.until || now < grant.until - GRANT_MS)
      return false;
    grant.left -= 1;
    return true;
  }

  /** One question for each key at a time: its answer is for the calls that came meanwhile, too. */
  async #taken(accessKeyId: string, principal: Principal, now: number): Promise<number> {
    for (
      let asked = this.#asked.get(accessKeyId);
      asked !== undefined;
      asked = this.#asked.get(accessKeyId)
    ) {
      const wait = await asked;
      if (wait > 0) return wait;
      if (this.#useGranted(accessKeyId, now)) return 0;
    }
    const asked = this.#askFor(accessKeyId, principal, now);
    this.#asked.set(accessKeyId, asked);
    try {
      return await asked;
    } finally {
      this.#asked.delete(accessKeyId);
    }
  }

  async #askFor(accessKeyId: string, principal: Principal, now: number): Promise<number> {
    const [wait, granted] = await this.#ask([accessKeyId, ratedPrincipal(principal), now]);
    if (granted > 0) this.#grants.set(accessKeyId, { left: granted, until: now + GRANT_MS });
    return wait;
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
