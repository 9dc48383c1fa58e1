import { TokenBuckets } from '@claviger/guard/internal';
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

/**
 * Bounds what refused callers can make us write. Each source and each principal may have some refusals written, and
 * then as many as its rate has; of the rest is known how many there were. Its own memory is bounded, too.
 */
export class RefusalLimit {
  readonly #sources: TokenBuckets;
  readonly #accounts: TokenBuckets;
  readonly #principals: TokenBuckets;
  readonly #together: TokenBuckets;
  #counted = new Map<string, CountedRefusals>();

  constructor({ perSource, perAccount, bytesPerPrincipal, together }: RefusalRates = usualRates) {
    this.#sources = buckets(perSource, mostSources);
    this.#accounts = buckets(perAccount, mostAccounts);
    this.#principals = buckets(bytesPerPrincipal, mostPrincipals);
    this.#together = buckets(together, 2);
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
    if (this.#sources.tryTake(source, time)) return true;
    this.#count(unproven(''), source, time);
    return false;
  }

  /**
   * Whether a refusal that `admitsSource` let through is to be written; if not, it was counted.
   * @param accountId of the key that it names; empty for nobody's
   */
  admitsFor(accountId: string, sourceAddress: string, time: number): boolean {
    const isAdmitted = (accountId === '' ? this.#together : this.#accounts).tryTake(accountId, time);
    if (!isAdmitted) this.#count(unproven(accountId), senderNetwork(sourceAddress), time);
    return isAdmitted;
  }

  /**
   * Whether a refusal of a verified caller is to be written; if not, it was counted. The sessions of a role share one
   * allowance.
   * @param bytes of the event
   */
  admitsPrincipal(identity: RefusedIdentity, sourceAddress: string, bytes: number, time: number): boolean {
    const [owner = ''] = identity.principalId.split(':', 1);
    const name = `${identity.accountId} ${owner}`;
    if (this.#principals.tryTake(name, time, bytes)) return true;
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

/** Buckets of which the one heard of longest ago makes room: senders can make up names. */
function buckets({ burst, perSecond }: Rate, most: number): TokenBuckets {
  return new TokenBuckets({ burst, intervalMs: 1000 / perSecond }, most, 'forget');
}
