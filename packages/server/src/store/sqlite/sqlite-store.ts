import { chmodSync, closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CHANGE_RETENTION_MS,
  CHANGE_TRIM_INTERVAL_MS,
  ChangeListeners,
  NotedChanges,
} from '../change-listeners.ts';
import { migrate } from '../migrate.ts';
import { MIGRATIONS } from '../migrations/migrations.ts';
import { LentConnection, queriesOver } from '../queries.ts';
import type { Change, Queries, Store, StoreLoad, StoreOptions, WriteTransaction } from '../store.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { WriteScope } from '../write-scope.ts';
import { isBusy, SqliteConnection } from './sqlite-connection.ts';

/** Maximum number of works in one commit: bounds how long the first of them waits for the last. */
const WORKS_PER_COMMIT = 256;

/** Time that a write waits for another process that holds the file, ms. */
const BUSY_TIMEOUT_MS = 10_000;

interface PendingWork {
  readonly work: (transaction: WriteTransaction) => Promise<unknown>;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Store in one SQLite file. Writes are queued; those that wait when the writer is free share one transaction and one
 * disk flush, each work in a savepoint of its own, one after another. A single write begins at once.
 */
export class SqliteStore implements Store {
  readonly kind = 'sqlite';
  readonly queries: Queries;
  readonly #writer: SqliteConnection;
  readonly #reader: SqliteConnection;
  readonly #options: StoreOptions;
  readonly #followers = new ChangeListeners();
  readonly #scope = new WriteScope();
  readonly #queue: PendingWork[] = [];
  readonly #poll: NodeJS.Timeout;
  #writing: Promise<void> | undefined;
  #inTransaction = false;
  #commits = 0;
  #dataVersion: number;
  #revision: number;
  #heard: number;
  #trimmedAt = 0;
  #closed = false;

  private constructor(writer: SqliteConnection, reader: SqliteConnection, options: StoreOptions) {
    this.#writer = writer;
    this.#reader = reader;
    this.#options = options;
    this.queries = queriesOver('sqlite', { acquire: async () => this.#reader, release: () => {} });
    this.#dataVersion = this.#readDataVersion();
    const [last] = writer.all<{ revision: number | null }>('select max(revision) as revision from changes');
    this.#revision = last?.revision ?? 0;
    this.#heard = this.#revision;
    this.#poll = setInterval(() => this.#pollOtherProcesses(), options.pollMs ?? 50);
    this.#poll.unref();
  }

  /**
   * Opens `file`, creating it (mode 0600, in a directory that exists) and bringing its schema up to date.
   * @throws StoreUnavailable if the file cannot be opened or is not a database
   */
  static async open(file: string, options: StoreOptions): Promise<SqliteStore> {
    let writer: SqliteConnection | undefined;
    try {
      // SQLite gives its journal files the mode of the database.
      closeSync(openSync(file, 'a', 0o600));
      chmodSync(file, 0o600);
      writer = new SqliteConnection(file, 'write');
      await begin(writer);
      const lent = new LentConnection(writer);
      await migrate(lent.queries('sqlite'), 'sqlite', MIGRATIONS, options.now());
      lent.end();
      writer.run('commit');
      return new SqliteStore(writer, new SqliteConnection(file, 'read'), options);
    } catch (error) {
      writer?.close();
      if (error instanceof StoreUnavailable || !(error instanceof Error) || !('code' in error)) throw error;
      throw new StoreUnavailable(`the database file ${file} cannot be opened`, error);
    }
  }

  /** Number of transactions committed since it was opened; each is one flush to the disk. */
  get commits(): number {
    return this.#commits;
  }

  async write<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    this.#scope.assertNotNested();
    return this.#enqueue(work);
  }

  follow(listener: (change: Change) => void): () => void {
    return this.#followers.add(listener);
  }

  knownRevision(): number {
    return this.#heard;
  }

  isCurrent(): boolean {
    return true;
  }

  staleness(): number {
    return 0;
  }

  load(): StoreLoad {
    return { writesWaiting: this.#queue.length, commits: this.#commits, pools: {} };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#poll);
    await this.#writing;
    this.#reader.close();
    this.#writer.close();
  }

  #enqueue<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreUnavailable('the store is closed'));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ work, resolve, reject });
      this.#writing ??= this.#writeQueue();
    });
  }

  async #writeQueue(): Promise<void> {
    // Calls of `write` in the same turn join the first commit.
    await undefined;
    while (this.#queue.length > 0) await this.#writeGroup();
    this.#writing = undefined;
  }

  /**
   * Runs one transaction: takes works from the queue, also those that arrive meanwhile, and answers all after the
   * commit.
   */
  async #writeGroup(): Promise<void> {
    const taken: PendingWork[] = [];
    const answers: (() => void)[] = [];
    const changes: Change[] = [];
    const revisionBefore = this.#revision;
    try {
      await begin(this.#writer);
      this.#inTransaction = true;
      this.#hearOtherProcesses();
      while (taken.length < WORKS_PER_COMMIT) {
        const pending = this.#queue.shift();
        if (!pending) break;
        taken.push(pending);
        answers.push(await this.#runOne(pending, changes));
        if (this.#writer.failed) throw new StoreUnavailable('the disk failed under the transaction');
      }
      this.#writer.run('commit');
      this.#commits += 1;
    } catch (error) {
      this.#revision = revisionBefore;
      // Beginning failed, so nothing was taken yet: the waiting ones would fail the same way.
      if (taken.length === 0) taken.push(...this.#queue.splice(0));
      this.#rollBack();
      const cause = error instanceof StoreUnavailable ? error.cause : error;
      for (const { reject } of taken) reject(new StoreUnavailable('the change could not be stored', cause));
      return;
    } finally {
      this.#inTransaction = false;
      this.#writer.failed = false;
    }
    this.#followers.notify(changes);
    this.#heard = this.#revision;
    for (const answer of answers) answer();
    if (changes.length > 0) this.#trimNowAndThen();
  }

  /**
   * Runs one work in its savepoint. Its answer, also a refusal, is given only once the group is committed, since it
   * may depend on what an earlier work of the group has written.
   */
  async #runOne({ work, resolve, reject }: PendingWork, changes: Change[]): Promise<() => void> {
    const lent = new LentConnection(this.#writer);
    const noted = new NotedChanges();
    this.#writer.run('savepoint work');
    try {
      const transaction = {
        queries: lent.queries('sqlite'),
        changed: (change: Change) => noted.note(change),
      };
      const value = await this.#scope.run(() => work(transaction));
      lent.end();
      for (const change of noted.all()) {
        const { lastInsertRowid } = this.#writer.run(
          'insert into changes (account_id, topic, subject, changed_at) values (?, ?, ?, ?)',
          [change.accountId, change.topic, change.subject, this.#options.now()],
        );
        this.#revision = Number(lastInsertRowid);
      }
      this.#writer.run('release work');
      changes.push(...noted.all());
      return () => resolve(value as never);
    } catch (error) {
      lent.end();
      if (!this.#writer.failed) {
        this.#writer.run('rollback to work');
        this.#writer.run('release work');
      }
      return () => reject(error);
    }
  }

  #rollBack(): void {
    if (!this.#inTransaction) return;
    try {
      this.#writer.run('rollback');
    } catch {
      // A failed disk has rolled it back already: no transaction is left to end.
    }
  }

  /**
   * Reports the commits of other processes. `data_version` moves for this connection only when another one commits,
   * and the readers of this process never do; so while it is unchanged, the log has nothing new.
   */
  #hearOtherProcesses(): void {
    const dataVersion = this.#readDataVersion();
    if (dataVersion === this.#dataVersion) return;
    const rows = this.#writer.all<Change & { revision: number }>(
      'select revision, account_id as "accountId", topic, subject from changes where revision > ? order by revision',
      [this.#revision],
    );
    this.#dataVersion = dataVersion;
    this.#revision = rows.at(-1)?.revision ?? this.#revision;
    this.#followers.notify(rows.map(({ accountId, topic, subject }) => ({ accountId, topic, subject })));
    this.#heard = this.#revision;
  }

  #pollOtherProcesses(): void {
    // A transaction in progress has looked when it began, and excludes other writers since.
    if (this.#inTransaction) return;
    try {
      this.#hearOtherProcesses();
    } catch (error) {
      this.#options.log?.(
        `the change log cannot be read: ${error instanceof Error ? error.message : 'unknown'}`,
      );
    }
  }

  #readDataVersion(): number {
    const [row] = this.#writer.all<{ data_version: number }>('PRAGMA data_version');
    return row!.data_version;
  }

  #trimNowAndThen(): void {
    const now = this.#options.now();
    if (now - this.#trimmedAt < CHANGE_TRIM_INTERVAL_MS || this.#closed) return;
    this.#trimmedAt = now;
    this.#enqueue(({ queries }) =>
      queries
        .deleteFrom('changes')
        .where('changed_at', '<', now - CHANGE_RETENTION_MS)
        .execute(),
    ).catch(() => this.#options.log?.('old notes of changes could not be removed'));
  }
}

/** Begins a write transaction, waiting while another process holds the file. */
async function begin(writer: SqliteConnection): Promise<void> {
  const stopAt = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      writer.run('begin immediate');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > stopAt) throw error;
    }
    await delay(2);
  }
}
