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

/** How many sign-ins are verified at the same time: a password costs 19 MiB and much of a core. */
const underWayAtMost = 64;

/** Whoever is at it from one place is stopped long before somebody else who has that name. */
const perNameAndAddress: ThrottleRules = { burst: 20, forgiveMs: 30_000 };
const perName: ThrottleRules = { burst: 200, forgiveMs: 10_000 };
const perAddress: ThrottleRules = { burst: 60, forgiveMs: 10_000 };

/**
 * Slows down whoever guesses: by the name that is tried, also one that nobody has, and by the address that tries.
 * It is this node's own and in memory; the lock-out of users is stored, and comes on top.
 */
export class SignInThrottle {
  readonly #now: () => number;
  readonly #names = new Map<string, Bucket>();
  readonly #namesFromAddresses = new Map<string, Bucket>();
  readonly #addresses = new Map<string, Bucket>();
  #underWay = 0;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Begins an attempt. It counts as failed until it is said to have succeeded, so that attempts at the same time are
   * no more than those one after the other.
   * @param name what is tried: a login name, in lower case, or a session's owner
   * @param address that tries
   * @returns undefined when there have been too many; otherwise what to say when it is over
   */
  begin(name: string, address: string): ((outcome: 'succeeded' | 'failed') => void) | undefined {
    const now = this.#now();
    const network = networkOf(address);
    const counted = [
      { rules: perName, of: bucket(this.#names, name, perName, now) },
      { rules: perAddress, of: bucket(this.#addresses, network, perAddress, now) },
      {
        rules: perNameAndAddress,
        of: bucket(this.#namesFromAddresses, `${network} ${name}`, perNameAndAddress, now),
      },
    ];
    const tooMany = counted.some(({ rules, of }) => of.failures >= rules.burst);
    if (tooMany || this.#underWay >= underWayAtMost) return undefined;
    for (const { of } of counted) of.failures += 1;
    this.#underWay += 1;
    return (outcome) => {
      this.#underWay -= 1;
      if (outcome === 'failed') return;
      for (const { of } of counted) of.failures = Math.max(0, of.failures - 1);
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

/** Whoever has one IPv6 address has 2^64 of them. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('::', 2);
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  return [...front, ...new Array<string>(zeros).fill('0'), ...back].slice(0, 4).join(':');
}
