import { systemTimer } from '../context/timer.ts';
import type { Change, Store } from '../store/store.ts';
import type { DependencyNames } from './dependency-name.ts';

/**
 * Maximum number of changes that wait for a guard: entities of its account, and dependencies of sessions. A guard
 * that is slower has to connect again, and receives the changes since its cursor; beyond that number, everything
 * (cursor.ts).
 */
const MAXIMUM_WAITING = 20_000;

/** Changes taken out of a queue. */
export interface QueuedChanges {
  /** Changes of the account itself. */
  readonly changes: readonly Change[];
  /** Dependency names of sessions, of any account, that are stale. */
  readonly stale: readonly string[];
  /** Whether the queue is empty now. */
  readonly all: boolean;
}

/** Queue of the changes that one guard has not received; an entity is in it once, however often it changes. */
export class ChangeQueue {
  readonly #accountId: string;
  readonly #names: DependencyNames;
  readonly #unfollow: () => void;
  #changes = new Map<string, Change>();
  #stale = new Set<string>();
  #overrun = false;
  #wake: (() => void) | undefined;

  /** Subscribes to changes. */
  constructor(store: Pick<Store, 'follow'>, accountId: string, names: DependencyNames) {
    this.#accountId = accountId;
    this.#names = names;
    this.#unfollow = store.follow((change) => this.#hear(change));
  }

  /** Whether changes were missed: too many at once, or the node was disconnected from the database for too long. */
  get overrun(): boolean {
    return this.#overrun;
  }

  /** Adds changes from before the subscription. */
  add(changes: Iterable<Change>): void {
    for (const change of changes) this.#changes.set(`${change.topic}:${change.subject}`, change);
  }

  /** Takes out the oldest changes. @param most maximum number of changes of the account */
  take(most: number): QueuedChanges {
    const changes = [...this.#changes.values().take(most)];
    for (const { topic, subject } of changes) this.#changes.delete(`${topic}:${subject}`);
    const stale = [...this.#stale];
    this.#stale = new Set();
    return { changes, stale, all: this.#changes.size === 0 };
  }

  /** Waits until the queue is not empty, for `milliseconds` at most, or until `ended` is aborted. */
  async wait(milliseconds: number, ended: AbortSignal): Promise<void> {
    if (this.#changes.size > 0 || this.#stale.size > 0 || this.#overrun || ended.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        cancel();
        ended.removeEventListener('abort', wake);
        this.#wake = undefined;
        resolve();
      };
      const cancel = systemTimer(wake, milliseconds);
      ended.addEventListener('abort', wake);
      this.#wake = wake;
    });
  }

  /** Unsubscribes. */
  close(): void {
    this.#unfollow();
    this.#forget();
  }

  #hear(change: Change): void {
    if (this.#overrun) return;
    if (change.topic === 'everything') this.#overrun = true;
    else {
      this.#stale.add(this.#names.ofChange(change));
      if (change.accountId === this.#accountId)
        this.#changes.set(`${change.topic}:${change.subject}`, change);
    }
    if (this.#changes.size > MAXIMUM_WAITING || this.#stale.size > MAXIMUM_WAITING) this.#overrun = true;
    // The stream ends, but perhaps not soon: it waits for a guard that does not read.
    if (this.#overrun) this.#forget();
    this.#wake?.();
  }

  #forget(): void {
    this.#changes = new Map();
    this.#stale = new Set();
  }
}
