/** What a transaction needs and is not computed yet. Whoever ran the transaction computes it and runs it again. */
export class NotComputed extends Error {
  /** Computes it. */
  readonly compute: () => Promise<void>;

  constructor(compute: () => Promise<void>) {
    super('something has to be computed before this transaction');
    this.compute = compute;
  }
}

/**
 * What the transaction of one request needs and takes long to compute, and so is computed while no transaction is
 * open: on SQLite all other changes would wait for it. The transaction that finds it missing is undone, and runs
 * again from its beginning when it is there, against what stands then.
 */
export class ComputedBeforehand {
  readonly #values = new Map<string, unknown>();

  /**
   * @param name tells it from all else that the request computes
   * @param compute has no effect, and uses no transaction
   * @throws NotComputed
   */
  take<T>(name: string, compute: () => Promise<T>): T {
    if (this.#values.has(name)) return this.#values.get(name) as T;
    throw new NotComputed(async () => {
      this.#values.set(name, await compute());
    });
  }
}
