import { formatIpAddress, parseIpAddress } from '@claviger/policy';

/** What a bucket holds at most, and how fast it fills again. */
interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** How many refusals of strangers are written one by one. */
export interface RefusalRates {
  readonly perSource: Rate;
  /** Of all sources together: addresses are cheap. */
  readonly together: Rate;
  /** Of all sources together that name keys of one account: it has room of its own, which strangers cannot use up. */
  readonly perAccount: Rate;
}

/** A client in error tries a few times a minute; who fills a log tries as often as it can. */
const usualRates: RefusalRates = {
  perSource: { burst: 60, perSecond: 1 },
  together: { burst: 1000, perSecond: 20 },
  perAccount: { burst: 200, perSecond: 5 },
};

/** How many sources are told apart; the one heard of longest ago makes room. */
const mostSources = 4096;

/** How many accounts have a rate of their own at one time; the one heard of longest ago makes room. */
const mostAccounts = 4096;

/** How many sources have their refusals counted apart at one time; those of further ones are counted together. */
const mostCounts = 256;

/** Refusals that were not written one by one. */
export interface CountedRefusals {
  /** Of the keys that they named; empty where that is not known. */
  readonly accountId: string;
  /** An IPv4 address, or the /64 block of an IPv6 one, which one sender has to itself; empty for several together. */
  readonly source: string;
  readonly count: number;
  /** When the first and the last of them arrived; milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
}

interface Bucket {
  level: number;
  at: number;
}

/**
 * Bounds what those who have proven nothing can make us write. Each source may have some refusals written and then
 * one a second; of the rest is known how many there were. Its own memory is bounded, too.
 */
export class RefusalLimit {
  readonly #rates: RefusalRates;
  /** In the order in which they were last heard of. */
  readonly #sources = new Map<string, Bucket>();
  readonly #accounts = new Map<string, Bucket>();
  readonly #together: Bucket;
  #counted = new Map<string, CountedRefusals>();

  constructor(rates: RefusalRates = usualRates) {
    this.#rates = rates;
    this.#together = { level: rates.together.burst, at: 0 };
  }

  /**
   * Whether a refusal of nobody's key is to be written; if not, it was counted.
   * @param sourceAddress as the request has it
   * @param time when the request arrived; milliseconds since the epoch
   */
  admits(sourceAddress: string, time: number): boolean {
    return this.admitsSource(sourceAddress, time) && this.admitsFor('', sourceAddress, time);
  }

  /** Whether the source has room, which is asked before anything is looked up for it; if not, it was counted. */
  admitsSource(sourceAddress: string, time: number): boolean {
    const source = sourceOf(sourceAddress);
    const bucket = bucketOf(this.#sources, source, mostSources, this.#rates.perSource, time);
    if (take(bucket, this.#rates.perSource, time)) return true;
    this.#count('', source, time);
    return false;
  }

  /**
   * Whether a refusal that `admitsSource` let through is to be written; if not, it was counted.
   * @param accountId of the key that it names; empty for nobody's
   */
  admitsFor(accountId: string, sourceAddress: string, time: number): boolean {
    const { perAccount, together } = this.#rates;
    const isAdmitted =
      accountId === ''
        ? take(this.#together, together, time)
        : take(bucketOf(this.#accounts, accountId, mostAccounts, perAccount, time), perAccount, time);
    if (!isAdmitted) this.#count(accountId, sourceOf(sourceAddress), time);
    return isAdmitted;
  }

  /** What was counted since this was last asked, the busiest source first; counting begins anew. */
  takeCounted(): readonly CountedRefusals[] {
    const counted = [...this.#counted.values()].sort((one, other) => other.count - one.count);
    this.#counted = new Map();
    return counted;
  }

  #count(accountId: string, source: string, time: number): void {
    const own = `${accountId}\n${source}`;
    const apart = this.#counted.has(own) || this.#counted.size < mostCounts;
    const key = apart ? own : '\n';
    const { count = 0, from = time, until = time } = this.#counted.get(key) ?? {};
    this.#counted.set(key, {
      accountId: apart ? accountId : '',
      source: apart ? source : '',
      count: count + 1,
      from: Math.min(from, time),
      until: Math.max(until, time),
    });
  }
}

/** The bucket of a name, as the one that was last heard of; the one heard of longest ago makes room. */
function bucketOf(
  buckets: Map<string, Bucket>,
  name: string,
  most: number,
  { burst }: Rate,
  time: number,
): Bucket {
  const known = buckets.get(name);
  const bucket = known ?? { level: burst, at: time };
  if (known !== undefined) buckets.delete(name);
  else if (buckets.size >= most) {
    const [oldest = ''] = buckets.keys();
    buckets.delete(oldest);
  }
  buckets.set(name, bucket);
  return bucket;
}

/** Takes one from a bucket, if one is there. A clock that was set back fills nothing, and empties nothing. */
function take(bucket: Bucket, { burst, perSecond }: Rate, time: number): boolean {
  const gained = (Math.max(0, time - bucket.at) / 1000) * perSecond;
  bucket.level = Math.min(burst, bucket.level + gained);
  bucket.at = time;
  if (bucket.level < 1) return false;
  bucket.level -= 1;
  return true;
}

function sourceOf(address: string): string {
  const parsed = parseIpAddress(address);
  if (parsed === undefined) return address;
  if (parsed.family === 4) return formatIpAddress(parsed);
  const [high = 0, low = 0] = parsed.words;
  return `${formatIpAddress({ family: 6, words: Uint32Array.of(high, low, 0, 0) })}/64`;
}
