import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Refuses a `Store.write` inside the work of another one: on SQLite it would wait for itself for ever, on PostgreSQL
 * it would silently be a transaction of its own.
 */
export class WriteScope {
  readonly #scopes = new AsyncLocalStorage<{ open: boolean }>();

  /** @throws Error if called inside the work of a write */
  assertNotNested(): void {
    if (this.#scopes.getStore()?.open) {
      throw new Error('a write was begun inside another one: hand the transaction on instead');
    }
  }

  /** Runs `work` as the inside of a write. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const scope = { open: true };
    try {
      return await this.#scopes.run(scope, work);
    } finally {
      scope.open = false;
    }
  }
}
