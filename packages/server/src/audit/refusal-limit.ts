import { senderNetwork } from '@claviger/policy';

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
  /** Of one principal, in bytes of events: whoever has a key pays nothing for a record but the call. */
  readonly bytesPerPrincipal: Rate;
}

/** A client in error tries a few times a minute; who fills a log tries as often as it can. */
const usualRates: RefusalRates = {
  perSource: { burst: 60, perSecond: 1 },
  together: { burst: 1000, perSecond: 20 },
  perAccount: { burst: 200, perSecond: 5 },
  // The event of a refusal has 1 to 4 KiB.
  bytesPerPrincipal: { burst: 256 * 1024, perSecond: 4096 },
};

/** How many sources are told apart; the one heard of longest ago makes room. */
const mostSources = 4096;

/** How many accounts have a rate of their own at one time; the one heard of longest ago makes room. */
const mostAccounts = 4096;

/** How many principals have a rate of their own at one time; the one heard of longest ago makes room. */
const mostPrincipals = 16_384;

/** How many sources have their refusals counted apart at one time; those of further ones are counted together. */
const mostCounts = 256;

/** Whose the refusals are, as an event names it; empty where that is not known. */
export interface RefusedIdentity {
  readonly type: string;
  /** Without a principal: of the keys that were named. */
  readonly accountId: string;
  /** Of a verified caller. */
  readonly principalId: string;
  readonly userName: string;
}

/** Refusals that were not written one by one. */
export interface CountedRefusals {
  readonly identity: RefusedIdentity;
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
 * Bounds what refused callers can make us write. Each source and each principal may have some refusals written, and
 * then as many as its rate has; of the rest is known how many there were. Its own memory is bounded, too.
 */
export class RefusalLimit {
  readonly #rates: RefusalRates;
  /** In the order in which they were last heard of. */
  readonly #sources = new Map<string, Bucket>();
  readonly #accounts = new Map<string, Bucket>();
  readonly #principals = new Map<string, Bucket>();
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
    const source = senderNetwork(sourceAddress);
    const bucket = bucketOf(this.#sources, source, mostSources, this.#rates.perSource, time);
    if (take(bucket, this.#rates.perSource, time)) return true;
    this.#count(unproven(''), source, time);
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
    if (!isAdmitted) this.#count(unproven(accountId), senderNetwork(sourceAddress), time);
    return isAdmitted;
  }

  /**
   * Whether a refusal of a verified caller is to be written; if not, it was counted. The sessions of a role share one
   * allowance.
   * @param bytes of the event
   */
  admitsPrincipal(identity: RefusedIdentity, sourceAddress: string, bytes: number, time: number): boolean {
    const { bytesPerPrincipal: rate } = this.#rates;
    const [owner = ''] = identity.principalId.split(':', 1);
    const name = `${identity.accountId} ${owner}`;
    if (take(bucketOf(this.#principals, name, mostPrincipals, rate, time), rate, time, bytes)) return true;
    this.#count(identity, senderNetwork(sourceAddress), time);
    return false;
  }

  /** What was counted since this was last asked, the busiest source first; counting begins anew. */
  takeCounted(): readonly CountedRefusals[] {
    const counted = [...this.#counted.values()].sort((one, other) => other.count - one.count);
    this.#counted = new Map();
    return counted;
  }

  #count(identity: RefusedIdentity, source: string, time: number): void {
    const own = `${identity.accountId} ${identity.principalId}\n${source}`;
    const apart = this.#counted.has(own) || this.#counted.size < mostCounts;
    const key = apart ? own : '';
    const { count = 0, from = time, until = time } = this.#counted.get(key) ?? {};
    this.#counted.set(key, {
      identity: apart ? identity : unproven(''),
      source: apart ? source : '',
      count: count + 1,
      from: Math.min(from, time),
      until: Math.max(until, time),
    });
  }
}

/** Nobody has proven to be anybody. */
function unproven(accountId: string): RefusedIdentity {
  return { type: 'unknown', accountId, principalId: '', userName: '' };
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

/** Takes a cost from a bucket, if it is there. A clock that was set back fills nothing, and empties nothing. */
function take(bucket: Bucket, { burst, perSecond }: Rate, time: number, cost = 1): boolean {
  const gained = (Math.max(0, time - bucket.at) / 1000) * perSecond;
  bucket.level = Math.min(burst, bucket.level + gained);
  bucket.at = time;
  if (bucket.level < cost) return false;
  bucket.level -= cost;
  return true;
}
