import { DAY_MS } from './context/limits.ts';
import { databaseTime } from './store/database-time.ts';
import type { Store } from './store/store.ts';

/** Age that a round has to have for its time to be relied on. */
const CONFIRMED_AFTER_MS = DAY_MS;

/** Difference between the clocks of nodes that is no mistake, when clocks are not compared. */
const NODE_DIFFERENCE_MS = 60_000;

/** Clocks of a round of housekeeping. */
export interface HousekeepingClock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of the monotonic clock. */
  readonly monotonic: () => number;
  /** Difference of two clocks from which a round is left out, in milliseconds; `undefined`: clocks are not compared. */
  readonly maxDifferenceMs: number | undefined;
}

/** Reason why a round of housekeeping changes nothing. */
export type UnreliableTime =
  | 'the clock was set since the round before'
  | 'the clock differs from that of the database'
  | 'the clock is behind that of an earlier round'
  | 'no round was begun a day ago or earlier';

/**
 * Decides up to which time housekeeping may act. What is disabled or deleted has to be due at two rounds that lie a day
 * apart: a clock that is wrong for hours ends nothing.
 */
export class HousekeepingTime {
  readonly #store: Store;
  readonly #clock: HousekeepingClock;
  #before: { readonly now: number; readonly monotonic: number };

  constructor(store: Store, clock: HousekeepingClock) {
    this.#store = store;
    this.#clock = clock;
    this.#before = { now: clock.now(), monotonic: clock.monotonic() };
  }

  /**
   * Begins a round.
   *
   * @returns the latest time of a round that was begun a day ago or earlier, in milliseconds since the epoch: what was
   *   due then may be disabled or deleted now
   */
  async begin(): Promise<number | UnreliableTime> {
    const now = this.#clock.now();
    const monotonic = this.#clock.monotonic();
    const before = this.#before;
    this.#before = { now, monotonic };
    if (this.#differ(now - before.now, monotonic - before.monotonic)) {
      return 'the clock was set since the round before';
    }
    const ofDatabase = await databaseTime(this.#store);
    if (ofDatabase !== undefined && this.#differ(now, ofDatabase)) {
      return 'the clock differs from that of the database';
    }
    return this.#store.write(async ({ queries }) => {
      const { last } = await queries
        .selectFrom('housekeeping_rounds')
        .select(({ fn }) => fn.max<number | null>('begun_at').as('last'))
        .executeTakeFirstOrThrow();
      const latest = now + (this.#clock.maxDifferenceMs ?? NODE_DIFFERENCE_MS);
      if (last !== null && last > latest) {
        // Of a clock that was ahead, then or now. The rounds to come decide by the clock as it is.
        await queries.deleteFrom('housekeeping_rounds').where('begun_at', '>', latest).execute();
        return 'the clock is behind that of an earlier round';
      }
      await queries
        .insertInto('housekeeping_rounds')
        .values({ begun_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const { confirmed } = await queries
        .selectFrom('housekeeping_rounds')
        .select(({ fn }) => fn.max<number | null>('begun_at').as('confirmed'))
        .where('begun_at', '<=', now - CONFIRMED_AFTER_MS)
        .executeTakeFirstOrThrow();
      if (confirmed === null) return 'no round was begun a day ago or earlier';
      await queries.deleteFrom('housekeeping_rounds').where('begun_at', '<', confirmed).execute();
      return confirmed;
    });
  }

  #differ(one: number, other: number): boolean {
    const { maxDifferenceMs } = this.#clock;
    return maxDifferenceMs !== undefined && Math.abs(one - other) > maxDifferenceMs;
  }
}
