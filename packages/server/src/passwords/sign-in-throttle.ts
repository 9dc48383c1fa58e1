import { senderNetwork } from '@claviger/policy';

/** How many failures in a row of time one name or address gets. */
export interface ThrottleRules {
  /** Failures at once. */
  readonly burst: number;
  /** One more is forgiven in as many milliseconds. */
  readonly forgiveMs: number;
}

interface Bucket {
  failures: number;
  at: number;
}

/** How many buckets are kept of each kind; those that were not used for longest make room. */
const bucketsAtMost = 20_000;

/** Whoever is at it from one place is stopped long before somebody else who has that name. */
const perNameAndAddress: ThrottleRules = { burst: 20, forgiveMs: 30_000 };
const perName: ThrottleRules = { burst: 200, forgiveMs: 10_000 };
const perAddress: ThrottleRules = { burst: 60, forgiveMs: 10_000 };
const perKey: ThrottleRules = { burst: 20, forgiveMs: 30_000 };

/**
 * Failures for a name from one address that are as those of somebody who mistypes, also while the name or the address
 * has too many.
 */
const mistyped = 3;

import type { Guess, GuessAttempt, GuessThrottle } from '../context/services.ts';

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
  readonly #names = new Map<string, Bucket>();
  readonly #namesFromAddresses = new Map<string, Bucket>();
  readonly #addresses = new Map<string, Bucket>();
  readonly #keys = new Map<string, Bucket>();

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
    const ofName = bucket(this.#names, name, perName, now);
    const ofAddress = bucket(this.#addresses, network, perAddress, now);
    const ofBoth = bucket(this.#namesFromAddresses, `${network} ${name}`, perNameAndAddress, now);
    const counted = [ofName, ofAddress, ofBoth];
    if (accessKeyId !== undefined) {
      const ofKey = bucket(this.#keys, accessKeyId, perKey, now);
      if (ofKey.failures >= perKey.burst) return undefined;
      counted.push(ofKey);
    }
    if (ofBoth.failures >= perNameAndAddress.burst) return undefined;
    const isPersistent = ofBoth.failures >= mistyped;
    const nameIsTried = ofName.failures >= perName.burst;
    if (nameIsTried && isPersistent) return undefined;
    for (const of of counted) of.failures += 1;
    return {
      needsSecondFactor: nameIsTried || (isPersistent && ofAddress.failures > perAddress.burst),
      over(outcome) {
        if (outcome === 'failed') return;
        for (const of of counted) of.failures = Math.max(0, of.failures - 1);
      },
    };
  }
}

function bucket(buckets: Map<string, Bucket>, key: string, rules: ThrottleRules, now: number): Bucket {
  const known = buckets.get(key);
  buckets.delete(key);
  const fresh: Bucket = known ?? { failures: 0, at: now };
  const forgiven = Math.floor(Math.max(0, now - fresh.at) / rules.forgiveMs);
  fresh.failures = Math.max(0, fresh.failures - forgiven);
  fresh.at = fresh.failures === 0 ? now : fresh.at + forgiven * rules.forgiveMs;
  if (buckets.size >= bucketsAtMost) {
    const [oldest] = buckets.keys();
    if (oldest !== undefined) buckets.delete(oldest);
  }
  buckets.set(key, fresh);
  return fresh;
}
