import { RecentMap } from '../recent-map.ts';
import type { RateLimit } from './rate-limit.ts';

/** Most owners whose bucket is not full at the same time. */
const DEFAULT_MAXIMUM = 1_000_000;

/** An interval such as 1000/3 ms is not exact, and neither are sums of it. */
const ROUNDING_MS = 0.01;

/** Requests reach us a little out of order; a clock that goes back further was set. */
const SET_BACK_MS = 60_000;

/** How the owners beyond the maximum are treated. */
export type WhenFull =
  /** They wait: none is let through uncounted. For owners that are few and known. */
  | 'wait'
  /** They take the place of the owners heard of longest ago. For owners that a sender can make up. */
  | 'forget';

/**
 * Buckets of tokens, one for each owner: the one rate limiter of this repository. Of a bucket only the moment is kept
 * at which it will be full again; a full one need not be kept, since a new one is full too. A clock that is set back
 * neither fills buckets nor empties them.
 */
export class TokenBuckets {
  readonly #limit: RateLimit;
  readonly #maximum: number;
  /** When each owner's bucket is full again; milliseconds since the epoch. */
  readonly #fullAt: Map<string, number> | RecentMap<string, number>;
  #sweep: MapIterator<[string, number]> | undefined;
  /** Added to the time that is given, since the clock was set back. */
  #ahead = 0;
  #latest = Number.NEGATIVE_INFINITY;

  /**
   * @param maximum owners that are kept
   * @param whenFull `wait` unless given
   */
  constructor(limit: RateLimit, maximum: number = DEFAULT_MAXIMUM, whenFull: WhenFull = 'wait') {
    this.#limit = limit;
    this.#maximum = maximum;
    this.#fullAt = whenFull === 'wait' ? new Map() : new RecentMap(maximum);
  }

  /** Owners that are kept. */
  get size(): number {
    return this.#fullAt.size;
  }

  /** Returns how many tokens an owner's bucket lacks, from 0 to the burst. @param now milliseconds since the epoch */
  missing(owner: string, now: number): number {
    const moment = this.#moment(now);
    const fullAt = this.#fullAt.get(owner);
    if (fullAt === undefined || fullAt - moment <= ROUNDING_MS) return 0;
    return (fullAt - moment) / this.#limit.intervalMs;
  }

  /**
   * Returns how long an owner has to wait for tokens, in ms; 0 if they are there.
   *
   * @param now milliseconds since the epoch
   */
  waitFor(owner: string, now: number, tokens = 1): number {
    const { intervalMs, burst } = this.#limit;
    const moment = this.#moment(now);
    const fullAt = this.#fullAt.get(owner);
    if (fullAt === undefined) {
      if (tokens > burst) return Number.POSITIVE_INFINITY;
      if (this.#fullAt instanceof RecentMap) return 0;
      this.#forgetSome(this.#fullAt, moment);
      return this.#fullAt.size < this.#maximum ? 0 : intervalMs;
    }
    // The tokens are there as long as the bucket is no more than `burst - tokens` short of being full.
    const wait = fullAt - moment - (burst - tokens) * intervalMs;
    return wait <= ROUNDING_MS ? 0 : wait;
  }

  /** Takes tokens; of a bucket with fewer, all that are left. @returns how many it took */
  take(owner: string, now: number, tokens = 1): number {
    const { intervalMs, burst } = this.#limit;
    const emptyMs = burst * intervalMs;
    const moment = this.#moment(now);
    const missingMs = Math.max(0, (this.#fullAt.get(owner) ?? moment) - moment);
    const takenMs = Math.max(0, Math.min(tokens * intervalMs, emptyMs - missingMs));
    this.#fullAt.set(owner, moment + missingMs + takenMs);
    return takenMs / intervalMs;
  }

  /** Takes tokens if they are there. @returns whether they were */
  tryTake(owner: string, now: number, tokens = 1): boolean {
    if (this.waitFor(owner, now, tokens) > 0) return false;
    this.take(owner, now, tokens);
    return true;
  }

  /** Puts tokens back. @param tokens as `take` returned them, so that none is given that was not taken */
  giveBack(owner: string, tokens: number): void {
    const fullAt = this.#fullAt.get(owner);
    if (fullAt !== undefined) this.#fullAt.set(owner, fullAt - tokens * this.#limit.intervalMs);
  }

  /** The time since which buckets fill, which never goes back. */
  #moment(now: number): number {
    const moment = now + this.#ahead;
    if (moment >= this.#latest) {
      this.#latest = moment;
    } else if (this.#latest - moment > SET_BACK_MS) {
      this.#ahead += this.#latest - moment;
    }
    return this.#latest;
  }

  /** Looks at two buckets and forgets those that are full: with each new owner, so that none piles up. */
  #forgetSome(buckets: Map<string, number>, now: number): void {
    for (let looked = 0; looked < 2; looked++) {
      this.#sweep ??= buckets.entries();
      const next = this.#sweep.next();
      if (next.done === true) {
        this.#sweep = undefined;
        return;
      }
      const [owner, fullAt] = next.value;
      if (fullAt <= now) buckets.delete(owner);
    }
  }
}
