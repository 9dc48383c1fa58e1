import { availableParallelism } from 'node:os';
import type { Connections } from '../queries.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { SqliteThread } from './sqlite-thread.ts';

/** Maximum number of threads that read: more than the cores would only take turns. */
const MAX_THREADS = Math.max(1, Math.min(4, availableParallelism() - 1));

/** Maximum number of reads that wait for a thread. */
const MAX_WAITING = 1000;

interface Waiting {
  readonly resolve: (thread: SqliteThread) => void;
  readonly reject: (error: unknown) => void;
}

/** Threads for long reads, started when they are needed first. A read waits while all are busy, first come first served. */
export class SqliteReaders implements Connections {
  readonly #file: string;
  readonly #free: SqliteThread[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #threads = new Set<SqliteThread>();
  #closed = false;

  /** @param file database, which exists */
  constructor(file: string) {
    this.#file = file;
  }

  async acquire(): Promise<SqliteThread> {
    if (this.#closed) throw new StoreUnavailable('the store is closed');
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#threads.size < MAX_THREADS) return this.#start();
    if (this.#waiting.length >= MAX_WAITING) throw new StoreUnavailable('too many reads are waiting');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  release(connection: unknown): void {
    const thread = connection as SqliteThread;
    if (!thread.ended && !this.#closed) {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(thread);
      else next.resolve(thread);
      return;
    }
    this.#replace();
  }

  /** Ends the threads, after the statements in progress. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new StoreUnavailable('the store is closed'));
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  async #start(): Promise<SqliteThread> {
    const thread = new SqliteThread(this.#file, 'read');
    this.#threads.add(thread);
    thread.onEnd(() => this.#threads.delete(thread));
    try {
      await thread.opened();
      return thread;
    } catch (error) {
      this.#threads.delete(thread);
      await thread.close();
      throw error;
    }
  }

  /** Starts a thread for the longest waiting read, in place of one that has ended. */
  #replace(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) this.#start().then(next.resolve, next.reject);
  }
}
