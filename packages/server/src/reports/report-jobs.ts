/** Batches after which a caller no longer waits for the report. */
const PORTIONS_AWAITED = 10;

/** Reads everything of an account; calls `portionDone` after each batch, which throws once the server stops. */
type Work<T> = (portionDone: () => void) => Promise<T>;

interface Job {
  readonly done: Promise<unknown>;
  /** Resolves when the job is done, or has taken long. */
  readonly awaited: Promise<void>;
}

/** Thrown into jobs when the server stops. */
class Stopped extends Error {}

/** Reports being generated on this node: one of a kind for an account at a time. */
export class ReportJobs {
  readonly #jobs = new Map<string, Job>();
  /** Last results of work that takes long. */
  readonly #results = new Map<string, { readonly result: unknown; readonly doneAt: number }>();
  readonly #log: (message: string) => void;
  #stopped = false;

  /** @param log called for reports that fail after their caller was answered */
  constructor(log: (message: string) => void) {
    this.#log = log;
  }

  /** Returns whether a report is being generated. */
  isRunning(accountId: string, kind: string): boolean {
    return this.#jobs.has(`${accountId} ${kind}`);
  }

  /**
   * Starts a report. Resolves when it is complete; for a large account earlier, while it continues.
   * @throws what `work` throws
   */
  async start(accountId: string, kind: string, work: Work<void>): Promise<void> {
    await this.#job(`${accountId} ${kind}`, work).awaited;
  }

  /**
   * Runs work, or waits for the same work that another caller has started, and returns its result. For a large account it
   * returns the last result, if there is one, while the work goes on for the next caller.
   * @param keptMs age up to which the last result of a large account is returned without new work, ms
   */
  async share<T>(accountId: string, kind: string, work: Work<T>, keptMs = 0): Promise<T> {
    const name = `${accountId} ${kind}`;
    const last = this.#results.get(name);
    if (last !== undefined && performance.now() - last.doneAt < keptMs) return last.result as T;
    const { done, awaited } = this.#job(name, work);
    await awaited;
    if (this.#jobs.has(name) && last !== undefined) return last.result as T;
    return (await done) as T;
  }

  /** Ends the running jobs. */
  async close(): Promise<void> {
    this.#stopped = true;
    await Promise.allSettled([...this.#jobs.values()].map((job) => job.done));
  }

  #job<T>(name: string, work: Work<T>): Job {
    const running = this.#jobs.get(name);
    if (running !== undefined) return running;
    let portions = 0;
    const long = Promise.withResolvers<void>();
    const done = (async () => {
      try {
        const result = await work(() => {
          if (this.#stopped) throw new Stopped('the server stops');
          if (++portions === PORTIONS_AWAITED) long.resolve();
        });
        if (portions >= PORTIONS_AWAITED) this.#results.set(name, { result, doneAt: performance.now() });
        else this.#results.delete(name);
        return result;
      } catch (error) {
        if (portions >= PORTIONS_AWAITED && !(error instanceof Stopped)) {
          this.#log(`report failed (${name}): ${error instanceof Error ? error.message : 'unknown'}`);
        }
        throw error;
      } finally {
        this.#jobs.delete(name);
      }
    })();
    // A waiting caller gets the failure; without one it is logged.
    done.catch(() => {});
    const job = { done, awaited: Promise.race([done.then(() => {}), long.promise]) };
    this.#jobs.set(name, job);
    return job;
  }
}
