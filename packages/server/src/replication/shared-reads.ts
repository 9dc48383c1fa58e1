import { systemTimer, type Timer } from '../context/timer.ts';
import type { Store } from '../store/store.ts';
import { Cursor } from './cursor.ts';

/** Maximum number of results kept for one account. */
const MAXIMUM_RESULTS = 500;

/** Age up to which a result is shared, ms. */
const MAXIMUM_AGE_MS = 1000;

/**
 * Database reads for replication records, made once for all streams of an account that need them at the same time: a
 * change wakes every stream, and each asks for the same rows. What a guard may receive is decided by each stream.
 *
 * INVARIANT: a result was read after the last change of its account that this node has heard of. Changes are heard
 * before any stream that they wake goes on, so a stream never sends rows from before the change that it was woken by.
 */
export class SharedReads {
  /** Positions in the change log. */
  readonly position: Cursor;
  readonly #results = new Map<string, Map<string, Promise<unknown>>>();
  readonly #timer: Timer;

  constructor(store: Pick<Store, 'follow' | 'queries'>, timer: Timer = systemTimer) {
    this.position = new Cursor(store);
    this.#timer = timer;
    store.follow(({ accountId, topic }) => {
      if (topic === 'everything') this.#results.clear();
      else this.#results.delete(accountId);
    });
  }

  /**
   * Returns the result of a read, or of the same one that another stream has begun since the account's last change.
   * Callers must not modify it.
   * @param what names the read and all that it depends on
   */
  read<T>(accountId: string, what: readonly unknown[], query: () => Promise<T>): Promise<T> {
    const results = this.#resultsOf(accountId);
    const key = JSON.stringify(what);
    const known = results.get(key);
    if (known !== undefined) return known as Promise<T>;
    if (results.size >= MAXIMUM_RESULTS) results.clear();
    const result = query();
    results.set(key, result);
    // Each caller receives the error; the next one reads again.
    result.catch(() => results.delete(key));
    return result;
  }

  #resultsOf(accountId: string): Map<string, Promise<unknown>> {
    const known = this.#results.get(accountId);
    if (known !== undefined) return known;
    const results = new Map<string, Promise<unknown>>();
    this.#results.set(accountId, results);
    // Rows and verifiers stay in memory no longer than streams share them.
    this.#timer(() => {
      if (this.#results.get(accountId) === results) this.#results.delete(accountId);
    }, MAXIMUM_AGE_MS);
    return results;
  }
}
