import type { Principal } from '../credential.ts';
import { parseRateLimit, type RateLimit } from './rate-limit.ts';
import { TokenBuckets } from './token-buckets.ts';

/** Rate limits of a service, written as `100/s`, `6000/m`, or `100/s burst 200`. */
export interface RateLimits {
  /** For each AccessKey. */
  readonly perKey?: string;
  /** For each RAM user, role or account root, over all its keys and sessions. */
  readonly perPrincipal?: string;
  /**
   * For each account, over all its principals. Guards are excluded: they call on behalf of the clients of
   * their services, and must not use up the rate of the account's own callers.
   */
  readonly perAccount?: string;
}

/** Limits the rate of calls of each key, principal and account. */
export class RateLimiter {
  #perKey: TokenBuckets | undefined;
  #perPrincipal: TokenBuckets | undefined;
  #perAccount: TokenBuckets | undefined;

  /** @throws RangeError that names the invalid setting */
  constructor(limits: RateLimits) {
    this.setLimits(limits);
  }

  /** Replaces the limits; every allowance is full again. @throws RangeError that names the invalid setting */
  setLimits({ perKey, perPrincipal, perAccount }: RateLimits): void {
    this.#perKey = bucketsFor('perKey', perKey);
    this.#perPrincipal = bucketsFor('perPrincipal', perPrincipal);
    this.#perAccount = bucketsFor('perAccount', perAccount);
  }

  /**
   * Takes one call off each allowance, or none off any.
   *
   * @param now milliseconds since the epoch
   * @returns 0 if the call may proceed, otherwise the milliseconds until the next one may
   */
  take(accessKeyId: string, principal: Principal, now: number): number {
    const owner = this.#perPrincipal === undefined ? '' : ownerOf(principal);
    const perAccount = principal.type === 'guard' ? undefined : this.#perAccount;
    const wait = Math.max(
      this.#perKey?.waitFor(accessKeyId, now) ?? 0,
      this.#perPrincipal?.waitFor(owner, now) ?? 0,
      perAccount?.waitFor(principal.accountId, now) ?? 0,
    );
    if (wait > 0) return wait;
    this.#perKey?.take(accessKeyId, now);
    this.#perPrincipal?.take(owner, now);
    perAccount?.take(principal.accountId, now);
    return 0;
  }
}

/** Returns the owner of an allowance. Sessions of a role share it: their names are chosen by the caller. */
function ownerOf(principal: Principal): string {
  switch (principal.type) {
    case 'ram-user':
      return principal.userId;
    case 'assumed-role':
      return principal.roleId;
    case 'guard':
      return principal.guardId;
    case 'root':
      return principal.accountId;
  }
}

function bucketsFor(name: keyof RateLimits, text: string | undefined): TokenBuckets | undefined {
  if (text === undefined) return undefined;
  const limit: RateLimit | undefined = parseRateLimit(text);
  if (limit === undefined) {
    throw new RangeError(
      `invalid rateLimits.${name} \`${text}\`: expected calls per \`s\`, \`m\` or \`h\`, as in \`100/s\` or \`100/s burst 200\``,
    );
  }
  return new TokenBuckets(limit);
}
