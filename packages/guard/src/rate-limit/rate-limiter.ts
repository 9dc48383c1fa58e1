import type { Principal } from '../credential.ts';
import { parseRateLimit, type RateLimit } from './rate-limit.ts';
import { TokenBuckets } from './token-buckets.ts';

/** How often a service may be called, as `100/s`, `6000/m`, or `100/s burst 200`. */
export interface RateLimits {
  /** For each AccessKey by itself. */
  readonly perKey?: string;
  /** For each RAM user, role or account root, over all its keys and sessions. */
  readonly perPrincipal?: string;
  /**
   * For each account, over all its principals. Guards are not among them: they call for whoever sends requests to their
   * services, and must not use up what the account's own callers may.
   */
  readonly perAccount?: string;
}

/** Lets each key, each principal and each account call as often as is set, and no oftener. */
export class RateLimiter {
  readonly #perKey: TokenBuckets | undefined;
  readonly #perPrincipal: TokenBuckets | undefined;
  readonly #perAccount: TokenBuckets | undefined;

  /** @throws RangeError that names the setting which cannot be read */
  constructor({ perKey, perPrincipal, perAccount }: RateLimits) {
    this.#perKey = bucketsFor('perKey', perKey);
    this.#perPrincipal = bucketsFor('perPrincipal', perPrincipal);
    this.#perAccount = bucketsFor('perAccount', perAccount);
  }

  /**
   * Takes one call off each allowance, or none off any.
   *
   * @param now milliseconds since the epoch
   * @returns 0 when the call may go on, else how many milliseconds from now the next one may
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

/** Sessions of a role share its allowance: their names are chosen by whoever opens them. */
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
      `rateLimits.${name}: \`${text}\` is no rate: write calls for each \`s\`, \`m\` or \`h\`, as in \`100/s\` or \`100/s burst 200\``,
    );
  }
  return new TokenBuckets(limit);
}
