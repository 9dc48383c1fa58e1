import { type RateLimit, TokenBuckets } from '@claviger/guard/internal';
import { senderNetwork } from '@claviger/policy';
import type { Guess, GuessAttempt, GuessThrottle } from '../context/services.ts';

/** Maximum number of buckets of each kind; the least recently used make room. */
const MAX_BUCKETS = 20_000;

/** An attacker at one address is stopped long before the owner of the name elsewhere. */
const PER_NAME_AND_ADDRESS: RateLimit = { burst: 20, intervalMs: 30_000 };
const PER_NAME: RateLimit = { burst: 200, intervalMs: 10_000 };
const PER_ADDRESS: RateLimit = { burst: 60, intervalMs: 10_000 };
const PER_KEY: RateLimit = { burst: 20, intervalMs: 30_000 };

/**
 * Failures for a name from one address that count as typing errors, even while the name or the address has too
 * many.
 */
const TYPING_ERRORS = 3;

/** Rounding error of tokens: intervals and times of failures are whole ms. */
const ROUNDING = 1e-6;

/** Returns the name of a user or root in the throttle: all guesses at its secrets count together. */
export function secretOwner(accountId: string, name: string): string {
  return `${accountId} ${name.toLowerCase()}`;
}

/**
 * Throttles guessing of passwords and codes. Failures are counted by name (known or unknown), by address, by both
 * together, and by the signing AccessKey. An address with too many failures does not lock out other users behind
 * it: each name still has a few attempts from there.
 *
 * Kept in memory by each node, for all its worker processes; the lock of users is stored and applies in addition.
 */
export class SignInThrottle implements GuessThrottle {
  readonly #now: () => number;
  readonly #names = buckets(PER_NAME);
  readonly #namesFromAddresses = buckets(PER_NAME_AND_ADDRESS);
  readonly #addresses = buckets(PER_ADDRESS);
  readonly #keys = buckets(PER_KEY);

  /** @param now the clock, ms since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Starts an attempt. It counts as failed until it is reported as succeeded, so that concurrent attempts get no
   * more tries than consecutive ones.
   * @returns undefined if there were too many failures; otherwise the attempt, to be reported when it is over
   */
  begin({ name, address, accessKeyId }: Guess): GuessAttempt | undefined {
    const now = this.#now();
    const network = senderNetwork(address);
    const both = `${network} ${name}`;
    const pairFailures = failures(this.#namesFromAddresses, both, now);
    const exceedsTypingErrors = pairFailures >= TYPING_ERRORS;
    const isNameThrottled = failures(this.#names, name, now) >= PER_NAME.burst;
    const isAddressThrottled = failures(this.#addresses, network, now) >= PER_ADDRESS.burst;
    const isKeyThrottled =
      accessKeyId !== undefined && failures(this.#keys, accessKeyId, now) >= PER_KEY.burst;
    if (
      isKeyThrottled ||
      pairFailures >= PER_NAME_AND_ADDRESS.burst ||
      (isNameThrottled && exceedsTypingErrors)
    )
      return undefined;
    const counted: [TokenBuckets, string][] = [
      [this.#names, name],
      [this.#addresses, network],
      [this.#namesFromAddresses, both],
    ];
    if (accessKeyId !== undefined) counted.push([this.#keys, accessKeyId]);
    const taken = counted.map(([bucket, owner]) => bucket.take(owner, now));
    return {
      needsSecondFactor: isNameThrottled || (exceedsTypingErrors && isAddressThrottled),
      over(outcome) {
        if (outcome === 'failed') return;
        for (const [at, [bucket, owner]] of counted.entries()) bucket.giveBack(owner, taken[at]!);
      },
    };
  }
}

/** Returns the failures that are not forgiven yet. */
function failures(buckets: TokenBuckets, owner: string, now: number): number {
  // A failure is forgiven once its whole interval has passed.
  return Math.ceil(buckets.missing(owner, now) - ROUNDING);
}

function buckets(rate: RateLimit): TokenBuckets {
  return new TokenBuckets(rate, MAX_BUCKETS, 'forget');
}
