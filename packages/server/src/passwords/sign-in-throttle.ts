import { type RateLimit, TokenBuckets } from '@claviger/guard/internal';
import { senderNetwork } from '@claviger/policy';
import type { Guess, GuessAttempt, GuessThrottle } from '../context/services.ts';

/** How many buckets are kept of each kind; those that were not used for longest make room. */
const bucketsAtMost = 20_000;

/** Whoever is at it from one place is stopped long before somebody else who has that name. */
const perNameAndAddress: RateLimit = { burst: 20, intervalMs: 30_000 };
const perName: RateLimit = { burst: 200, intervalMs: 10_000 };
const perAddress: RateLimit = { burst: 60, intervalMs: 10_000 };
const perKey: RateLimit = { burst: 20, intervalMs: 30_000 };

/**
 * Failures for a name from one address that are as those of somebody who mistypes, also while the name or the address
 * has too many.
 */
const mistyped = 3;

/** Of a token: intervals are whole ms, and so are the times of failures. */
const ROUNDING = 1e-6;

/** The name of a user or root in the throttle, however it is found: all guesses at it count together. */
export function secretOwner(accountId: string, name: string): string {
  return `${accountId} ${name.toLowerCase()}`;
}

/**
 * Slows down whoever guesses passwords and codes. Failures are counted by the name that is tried, also one of nobody,
 * by the address that tries, by both together, and by the AccessKey that signs. An address with too many failures does
 * not lock out others behind it: each name still has a few attempts from there.
 *
 * It is this node's own and in memory; the lock-out of users is stored, and comes on top.
 */
export class SignInThrottle implements GuessThrottle {
  readonly #now: () => number;
  readonly #names = buckets(perName);
  readonly #namesFromAddresses = buckets(perNameAndAddress);
  readonly #addresses = buckets(perAddress);
  readonly #keys = buckets(perKey);

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Begins an attempt. It counts as failed until it is said to have succeeded, so that attempts at the same time are
   * no more than those one after the other.
   * @returns undefined when there have been too many; otherwise what to say when it is over
   */
  begin({ name, address, accessKeyId }: Guess): GuessAttempt | undefined {
    const now = this.#now();
    const network = senderNetwork(address);
    const both = `${network} ${name}`;
    const ofBoth = failures(this.#namesFromAddresses, both, now);
    const isPersistent = ofBoth >= mistyped;
    const nameIsTried = failures(this.#names, name, now) >= perName.burst;
    const addressIsBusy = failures(this.#addresses, network, now) >= perAddress.burst;
    const keyIsBusy = accessKeyId !== undefined && failures(this.#keys, accessKeyId, now) >= perKey.burst;
    if (keyIsBusy || ofBoth >= perNameAndAddress.burst || (nameIsTried && isPersistent)) return undefined;
    const counted: [TokenBuckets, string][] = [
      [this.#names, name],
      [this.#addresses, network],
      [this.#namesFromAddresses, both],
    ];
    if (accessKeyId !== undefined) counted.push([this.#keys, accessKeyId]);
    const taken = counted.map(([of, owner]) => of.take(owner, now));
    return {
      needsSecondFactor: nameIsTried || (isPersistent && addressIsBusy),
      over(outcome) {
        if (outcome === 'failed') return;
        for (const [at, [of, owner]] of counted.entries()) of.giveBack(owner, taken[at]!);
      },
    };
  }
}

/** Returns the failures that are not forgiven yet. */
function failures(buckets: TokenBuckets, owner: string, now: number): number {
  // One is forgiven when the whole of its time has passed.
  return Math.ceil(buckets.missing(owner, now) - ROUNDING);
}

function buckets(rate: RateLimit): TokenBuckets {
  return new TokenBuckets(rate, bucketsAtMost, 'forget');
}
