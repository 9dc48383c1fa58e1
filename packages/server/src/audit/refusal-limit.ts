import { TokenBuckets } from '@claviger/guard/internal';
import { senderNetwork } from '@claviger/policy';

/** Token bucket: capacity, and refill rate. */
interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Rates at which refusals are written one by one. */
export interface RefusalRates {
  readonly perSource: Rate;
  /** Of all sources together: addresses are cheap. */
  readonly allSources: Rate;
  /**
   * Of all sources that name keys of one account. It is separate, so that unauthenticated callers cannot use it up.
   */
  readonly perAccount: Rate;
  /** Of one principal, in bytes of events: a caller with a key pays nothing for a record but the call. */
  readonly bytesPerPrincipal: Rate;
}

/** A faulty client tries a few times a minute; an attacker who fills the log tries as often as it can. */
const DEFAULT_RATES: RefusalRates = {
  perSource: { burst: 60, perSecond: 1 },
  allSources: { burst: 1000, perSecond: 20 },
  perAccount: { burst: 200, perSecond: 5 },
  // The event of a refusal has 1 to 4 KiB.
  bytesPerPrincipal: { burst: 256 * 1024, perSecond: 4096 },
};

/** Sources with a bucket of their own; the least recently seen makes room. */
const MAX_SOURCES = 4096;

/** Accounts with a bucket of their own; the least recently seen makes room. */
const MAX_ACCOUNTS = 4096;

/** Principals with a bucket of their own; the least recently seen makes room. */
const MAX_PRINCIPALS = 16_384;

/** Sources whose refusals are counted separately; those of further ones are counted together. */
const MAX_COUNTS = 256;

/** Identity that refusals are recorded for; empty fields are unknown. */
export interface RefusedIdentity {
  readonly type: string;
  /** Without a principal: the account of the named keys. */
  readonly accountId: string;
  /** Of an authenticated caller. */
  readonly principalId: string;
  readonly userName: string;
}

/** Refusals that were counted instead of written. */
export interface CountedRefusals {
  readonly identity: RefusedIdentity;
  /**
   * An IPv4 address, or the /64 block of an IPv6 one, which belongs to one sender; empty for several sources
   * together.
   */
  readonly source: string;
  readonly count: number;
  /** Arrival of the first and the last; ms since the epoch. */
  readonly from: number;
  readonly until: number;
}

/**
 * Bounds the audit events that refused callers can cause. Each source and each principal may have a burst of
 * refusals written, and then as many as its rate allows; the rest is only counted. Its own memory is bounded, too.
 */
export class RefusalLimit {
  readonly #sources: TokenBuckets;
  readonly #accounts: TokenBuckets;
  readonly #principals: TokenBuckets;
  readonly #allSources: TokenBuckets;
  #counted = new Map<string, CountedRefusals>();

  /** @param workers processes among which the rates are divided */
  constructor(rates: RefusalRates = DEFAULT_RATES, workers = 1) {
    const { perSource, perAccount, bytesPerPrincipal, allSources } = dividedRates(rates, workers);
    this.#sources = buckets(perSource, MAX_SOURCES);
    this.#accounts = buckets(perAccount, MAX_ACCOUNTS);
    this.#principals = buckets(bytesPerPrincipal, MAX_PRINCIPALS);
    this.#allSources = buckets(allSources, 2);
  }

  /**
   * Returns whether an unauthenticated refusal without an account is to be written; counts it otherwise.
   * @param sourceAddress as the request has it
   * @param time arrival of the request, ms since the epoch
   */
  admits(sourceAddress: string, time: number): boolean {
    return this.admitsSource(sourceAddress, time) && this.admitsFor('', sourceAddress, time);
  }

  /**
   * Returns whether the source has room; counts the refusal otherwise. Checked before any look-up for the refusal.
   */
  admitsSource(sourceAddress: string, time: number): boolean {
    const source = senderNetwork(sourceAddress);
    if (this.#sources.tryTake(source, time)) return true;
    this.#count(unproven(''), source, time);
    return false;
  }

  /**
   * Returns whether a refusal that `admitsSource` admitted is to be written; counts it otherwise.
   * @param accountId of the key that it names; empty if unknown
   */
  admitsFor(accountId: string, sourceAddress: string, time: number): boolean {
    const isAdmitted = (accountId === '' ? this.#allSources : this.#accounts).tryTake(accountId, time);
    if (!isAdmitted) this.#count(unproven(accountId), senderNetwork(sourceAddress), time);
    return isAdmitted;
  }

  /**
   * Returns whether a refusal of an authenticated caller is to be written; counts it otherwise. The sessions of a
   * role share one bucket.
   * @param bytes of the event
   */
  admitsPrincipal(identity: RefusedIdentity, sourceAddress: string, bytes: number, time: number): boolean {
    const [owner = ''] = identity.principalId.split(':', 1);
    const name = `${identity.accountId} ${owner}`;
    if (this.#principals.tryTake(name, time, bytes)) return true;
    this.#count(identity, senderNetwork(sourceAddress), time);
    return false;
  }

  /** Returns the refusals counted since the last call, the busiest source first, and resets the counts. */
  takeCounted(): readonly CountedRefusals[] {
    const counted = [...this.#counted.values()].sort((one, other) => other.count - one.count);
    this.#counted = new Map();
    return counted;
  }

  #count(identity: RefusedIdentity, source: string, time: number): void {
    const own = `${identity.accountId} ${identity.principalId}\n${source}`;
    const apart = this.#counted.has(own) || this.#counted.size < MAX_COUNTS;
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

/** Returns the part of each rate that one of several workers has. */
function dividedRates(
  { perSource, perAccount, bytesPerPrincipal, allSources }: RefusalRates,
  workers: number,
) {
  const part = ({ burst, perSecond }: Rate): Rate => ({
    burst: Math.max(1, Math.floor(burst / workers)),
    perSecond: perSecond / workers,
  });
  return {
    perSource: part(perSource),
    perAccount: part(perAccount),
    bytesPerPrincipal: part(bytesPerPrincipal),
    allSources: part(allSources),
  };
}

/** Returns the identity of an unauthenticated caller. */
function unproven(accountId: string): RefusedIdentity {
  return { type: 'unknown', accountId, principalId: '', userName: '' };
}

/** Creates token buckets of which the least recently seen makes room: clients can invent names. */
function buckets({ burst, perSecond }: Rate, capacity: number): TokenBuckets {
  return new TokenBuckets({ burst, intervalMs: 1000 / perSecond }, capacity, 'forget');
}
