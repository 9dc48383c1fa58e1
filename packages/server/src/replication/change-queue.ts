import { systemTimer } from '../context/timer.ts';
import type { Change, Store } from '../store/store.ts';
import type { DependencyNames } from './dependency-name.ts';

/**
 * What waits for a guard at most, of things of its account and of what sessions are made from. One that is slower
 * connects again, and is told what changed since its cursor; beyond as much, everything (cursor.ts).
 */
const mostWaiting = 20_000;

/** What is taken out of a queue at once. */
export interface Waiting {
  /** Of the account itself. */
  readonly changes: readonly Change[];
  /** What sessions of whatever account may be made from. */
  readonly stale: readonly string[];
  /** Whether nothing is left in the queue. */
  readonly all: boolean;
}

/** What changed and one guard has not been told: each thing once, however often it changes meanwhile. */
export class ChangeQueue {
  readonly #accountId: string;
  readonly #names: DependencyNames;
  readonly #unfollow: () => void;
  #changes = new Map<string, Change>();
  #stale = new Set<string>();
  #overrun = false;
  #wake: (() => void) | undefined;

  /** Begins to listen. */
  constructor(store: Pick<Store, 'follow'>, accountId: string, names: DependencyNames) {
    this.#accountId = accountId;
    this.#names = names;
    this.#unfollow = store.follow((change) => this.#hear(change));
  }

  /** Whether changes were missed: too many at once, or the node was cut off for too long. */
  get overrun(): boolean {
    return this.#overrun;
  }

  /** Puts in what changed before the queue began to listen. */
  add(changes: Iterable<Change>): void {
    for (const change of changes) this.#changes.set(`${change.topic}:${change.subject}`, change);
  }

  /** Takes out what waits longest. @param most changes of the account */
  take(most: number): Waiting {
    const changes = [...this.#changes.values().take(most)];
    for (const { topic, subject } of changes) this.#changes.delete(`${topic}:${subject}`);
    const stale = [...this.#stale];
    this.#stale = new Set();
    return { changes, stale, all: this.#changes.size === 0 };
  }

  /** Waits until something is in the queue, for so many milliseconds at most, or until `ended` is aborted. */
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

  /** Ends listening. */
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
    if (this.#changes.size > mostWaiting || this.#stale.size > mostWaiting) this.#overrun = true;
    // Its stream ends, but perhaps not soon: a guard that does not read keeps it waiting.
    if (this.#overrun) this.#forget();
    this.#wake?.();
  }

  #forget(): void {
    this.#changes = new Map();
    this.#stale = new Set();
  }
}
