import type { Change } from './store.ts';

/** Those who want to hear of changes, whoever made them. */
export class ChangeFollowers {
  readonly #listeners = new Set<(change: Change) => void>();

  /** Adds `listener`; the answer removes it. */
  add(listener: (change: Change) => void): () => void {
    // Wrapped, so that a function added twice is called twice and removed once.
    const entry = (change: Change) => listener(change);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  /** Tells every follower of every change, in order, before it returns. */
  tell(changes: Iterable<Change>): void {
    for (const change of changes) {
      for (const listener of this.#listeners) {
        try {
          listener(change);
        } catch (error) {
          // A cache that could not forget may serve a revoked key, so the process must not go on; but the
          // change is committed and the other followers have to hear it first.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    }
  }
}

/** The changes of one transaction, each once, in the order in which they were noted. */
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

/** How long a note of a change is kept for nodes that are behind, in milliseconds. */
export const changeRetentionMs = 24 * 60 * 60 * 1000;

/** How often, at most, a writing node removes the notes that are older, in milliseconds. */
export const changeTrimIntervalMs = 10 * 60 * 1000;
