import { randomUUID } from 'node:crypto';
import type { Store } from './store.ts';

/** Time after which a lease that is not renewed is free: its node was killed. */
const LEASE_MS = 5 * 60_000;

/** Interval at which a lease is renewed, ms. */
const RENEWAL_MS = 60_000;

/** Difference between the clocks of nodes that is no mistake, ms. */
const CLOCK_DIFFERENCE_MS = 60_000;

/** Work that only one node does at a time, since it has the lease of its name. */
export class Lease {
  readonly #store: Store;
  readonly #name: string;
  readonly #now: () => number;
  readonly #holder = randomUUID();
  readonly #timer: NodeJS.Timeout;
  #isLost = false;
  #renewal: Promise<void> = Promise.resolve();

  private constructor(store: Store, name: string, now: () => number) {
    this.#store = store;
    this.#name = name;
    this.#now = now;
    this.#timer = setInterval(() => {
      // Without an answer the lease may have gone to another node.
      this.#renewal = this.#write().catch(() => {
        this.#isLost = true;
      });
    }, RENEWAL_MS).unref();
  }

  /**
   * Takes a lease until it is released.
   * @param now time, ms since the epoch
   * @returns `undefined` if another node has it
   */
  static async take(store: Store, name: string, now: () => number): Promise<Lease | undefined> {
    const lease = new Lease(store, name, now);
    try {
      await lease.#write();
    } catch (error) {
      clearInterval(lease.#timer);
      throw error;
    }
    if (!lease.#isLost) return lease;
    clearInterval(lease.#timer);
    return undefined;
  }

  /** Whether another node may have the lease now, so that the work has to end. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Gives the lease back. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewal;
    if (this.#isLost) return;
    this.#isLost = true;
    await this.#store.write(({ queries }) =>
      queries
        .deleteFrom('leases')
        .where('lease_name', '=', this.#name)
        .where('holder', '=', this.#holder)
        .execute(),
    );
  }

  /** Takes or renews the lease; notes if another node has it. */
  async #write(): Promise<void> {
    const isHeld = await this.#store.write(async ({ queries }) => {
      const held = await queries
        .selectFrom('leases')
        .selectAll()
        .where('lease_name', '=', this.#name)
        .executeTakeFirst();
      const now = this.#now();
      // A time that no lease given now could have is that of a clock that was ahead.
      const isOfAnother =
        held !== undefined &&
        held.holder !== this.#holder &&
        held.held_until > now &&
        held.held_until <= now + LEASE_MS + CLOCK_DIFFERENCE_MS;
      if (isOfAnother) return false;
      const row = { lease_name: this.#name, holder: this.#holder, held_until: now + LEASE_MS };
      await queries
        .insertInto('leases')
        .values(row)
        .onConflict((conflict) => conflict.column('lease_name').doUpdateSet(row))
        .execute();
      return true;
    });
    if (!isHeld) this.#isLost = true;
  }
}
