import type { RateLimit } from './rate-limit.ts';

/** Most owners whose bucket is not full at the same time. */
const DEFAULT_MAXIMUM = 1_000_000;

/** An interval such as 1000/3 ms is not exact, and neither are sums of it. */
const ROUNDING_MS = 0.01;

/**
 * A bucket of tokens for each owner. Of a bucket only the moment is kept at which it will be full again; a full
 * one is not kept at all, since a new one is full too. So memory holds no more owners than have called within the
 * time a bucket takes to fill.
 */
export class TokenBuckets {
  readonly #limit: RateLimit;
  readonly #maximum: number;
  /** When each owner's bucket is full again; milliseconds since the epoch. */
  readonly #fullAt = new Map<string, number>();
  #sweep: MapIterator<[string, number]> | undefined;

  /** @param maximum owners that are kept; further ones are made to wait rather than let through uncounted */
  constructor(limit: RateLimit, maximum: number = DEFAULT_MAXIMUM) {
    this.#limit = limit;
    this.#maximum = maximum;
  }

  /** How many owners are kept. */
  get size(): number {
    return this.#fullAt.size;
  }

  /**
   * How long an owner has to wait for a token.
   *
   * @param now milliseconds since the epoch
   * @returns milliseconds; 0 when there is one
   */
  waitFor(owner: string, now: number): number {
    const { intervalMs, burst } = this.#limit;
    const fullAt = this.#fullAt.get(owner);
    if (fullAt === undefined) {
      this.#forgetSome(now);
      return this.#fullAt.size < this.#maximum ? 0 : intervalMs;
    }
    // One token is there as long as the bucket is no more than `burst - 1` tokens short of being full.
    const wait = fullAt - now - (burst - 1) * intervalMs;
    return wait <= ROUNDING_MS ? 0 : wait;
  }

  /** Takes a token. INVARIANT: `waitFor` said 0 for the same owner and moment. */
  take(owner: string, now: number): void {
    const fullAt = this.#fullAt.get(owner) ?? now;
    this.#fullAt.set(owner, Math.max(fullAt, now) + this.#limit.intervalMs);
  }

  /** Looks at two buckets and forgets those that are full: with each new owner, so that none piles up. */
  #forgetSome(now: number): void {
    for (let looked = 0; looked < 2; looked++) {
      this.#sweep ??= this.#fullAt.entries();
      const next = this.#sweep.next();
      if (next.done === true) {
        this.#sweep = undefined;
        return;
      }
      const [owner, fullAt] = next.value;
      if (fullAt <= now) this.#fullAt.delete(owner);
    }
  }
}
