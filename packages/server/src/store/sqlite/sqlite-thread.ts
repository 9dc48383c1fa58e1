import { Worker } from 'node:worker_threads';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { StoreUnavailable } from '../store-unavailable.ts';
import { type Changed, changedRows, effectOf, foundRows } from './sqlite-connection.ts';
import { isDiskFailure, receivedError, translated } from './sqlite-error.ts';
import type { ThreadReply, ThreadStatement, ThreadTask } from './sqlite-thread-worker.ts';

/** File of the worker beside this one, as source or compiled. */
const WORKER_FILE = new URL(
  import.meta.url.endsWith('.ts') ? 'sqlite-thread-worker.ts' : 'sqlite-thread-worker.js',
  import.meta.url,
);

/** Workers without a connection that are kept for the next one: starting one takes longer than opening a database. */
const IDLE_WORKERS = 2;

const idleWorkers: Worker[] = [];

interface Waiting {
  readonly resolve: (reply: ThreadReply) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Connection to the file on a thread of its own: neither a slow disk nor a long statement delays this thread. Statements
 * run one after another, in the order in which they are sent.
 */
export class SqliteThread implements DatabaseConnection {
  readonly #worker: Worker;
  /** Oldest first. */
  readonly #waiting: Waiting[] = [];
  /** Statements that are sent with the next one. */
  #before: string[] = [];
  #ended = false;
  #failed = false;
  readonly #opened: Promise<unknown>;
  readonly #onMessage = (reply: ThreadReply) => {
    this.#waiting.shift()?.resolve(reply);
    if (this.#waiting.length === 0) this.#worker.unref();
  };
  readonly #onExit = () => {
    this.#ended = true;
    this.#failed = true;
    const error = new StoreUnavailable('the thread of the database has ended');
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  };

  /** Starts the thread, which opens `file`; until `opened` resolves it may turn out that it cannot. */
  constructor(file: string, mode: 'read' | 'write') {
    this.#worker = idleWorkers.pop() ?? startedWorker();
    this.#worker.on('message', this.#onMessage).on('exit', this.#onExit);
    this.#opened = this.#ask({ file, mode });
    this.#opened.catch(() => {});
  }

  /** @throws StoreUnavailable, or SQLite's error, if the file cannot be opened */
  async opened(): Promise<void> {
    await this.#opened;
  }

  /** True after the disk failed in a transaction, or the thread ended; `begun` forgets the former. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Whether the thread has ended, so that another one is needed. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Calls `listener` when the thread ends. */
  onEnd(listener: () => void): void {
    if (this.#ended) listener();
    else this.#worker.once('exit', listener);
  }

  /** Notes that a new transaction begins. */
  begun(): void {
    this.#failed = this.#ended;
    this.#before = [];
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const effect = effectOf(query);
    if (effect === 'changes rows') return changedRows(await this.run(query.sql, query.parameters));
    return foundRows(await this.all<Row>(query.sql, query.parameters), effect);
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('streaming is not supported: read in pages');
  }

  /** Adds a statement without values that is run before the next one, which fails with it. */
  precede(sql: string): void {
    this.#before.push(sql);
  }

  /** Runs a statement without rows. */
  async run(sql: string, parameters: readonly unknown[] = []): Promise<Changed> {
    const reply = await this.#statement(sql, parameters, 'changes');
    return (reply as { readonly changed: Changed }).changed;
  }

  /** Runs a statement and returns its rows. */
  async all<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const reply = await this.#statement(sql, parameters, 'rows');
    return (reply as { readonly rows: Row[] }).rows;
  }

  /** Closes the connection, after the statements sent before. */
  async close(): Promise<void> {
    if (this.#ended) return;
    try {
      await this.#ask('close');
    } catch {
      await this.#worker.terminate();
    }
    this.#worker.off('message', this.#onMessage).off('exit', this.#onExit);
    if (this.#ended) return;
    this.#ended = true;
    if (idleWorkers.length < IDLE_WORKERS) idleWorkers.push(this.#worker);
    else await this.#worker.terminate();
  }

  #statement(
    sql: string,
    parameters: readonly unknown[],
    wants: ThreadStatement['wants'],
  ): Promise<ThreadReply> {
    const before = this.#before;
    this.#before = [];
    return this.#ask({ before, sql, parameters, wants });
  }

  async #ask(task: ThreadTask): Promise<ThreadReply> {
    if (this.#ended) throw new StoreUnavailable('the thread of the database has ended');
    this.#worker.postMessage(task);
    // While an answer is due, the process must not end.
    if (this.#waiting.length === 0) this.#worker.ref();
    const reply = await new Promise<ThreadReply>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
    if (!('error' in reply)) return reply;
    const error = translated(receivedError(reply.error));
    if (isDiskFailure(error)) this.#failed = true;
    throw error;
  }
}

function startedWorker(): Worker {
  const worker = new Worker(WORKER_FILE);
  // An error ends the thread; those who wait are told at its exit.
  worker.on('error', () => {});
  worker.on('exit', () => {
    const at = idleWorkers.indexOf(worker);
    if (at >= 0) idleWorkers.splice(at, 1);
  });
  worker.unref();
  return worker;
}
