import type { Change } from './store.ts';

/** Listeners for committed changes, of this node and the others. */
export class ChangeListeners {
  readonly #listeners = new Set<(change: Change) => void>();

  /** Adds `listener`; returns a function that removes it. */
  add(listener: (change: Change) => void): () => void {
    // Wrapped, so that a function added twice is called twice and removed once.
    const entry = (change: Change) => listener(change);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  /** Calls every listener with every change, in order, before it returns. */
  notify(changes: Iterable<Change>): void {
    for (const change of changes) {
      for (const listener of this.#listeners) {
        try {
          listener(change);
        } catch (error) {
          // A cache that could not forget may serve a revoked key, so the process must not go on; but the
          // change is committed, and the other listeners have to receive it first.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    }
  }
}

/** Changes of one transaction, each once, in the order in which they were noted. */
export class NotedChanges {
  readonly #changes = new Map<string, Change>();

  note(change: Change): void {
    const { accountId, topic, subject } = change;
    this.#changes.set(JSON.stringify([topic, accountId, subject]), { accountId, topic, subject });
  }

  all(): Change[] {
    return [...this.#changes.values()];
  }
}

/** Time that the change log keeps a change for nodes that are behind, ms. */
export const CHANGE_RETENTION_MS = 24 * 60 * 60 * 1000;

/** Changes that one transaction removes from the log at most. */
export const CHANGES_PER_TRIM = 500;

/** Minimum interval between two trims of the change log by a writing node, ms. */
export const CHANGE_TRIM_INTERVAL_MS = 10 * 60 * 1000;
