import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { CompiledQuery, DatabaseConnection } from 'kysely';
import {
  CHANGE_RETENTION_MS,
  CHANGE_TRIM_INTERVAL_MS,
  CHANGES_PER_TRIM,
  ChangeListeners,
  NotedChanges,
} from '../change-listeners.ts';
import { migrate } from '../migrate.ts';
import { MIGRATIONS } from '../migrations/migrations.ts';
import { LentConnection, queriesOver } from '../queries.ts';
import type { Change, Queries, Store, StoreLoad, StoreOptions, WriteTransaction } from '../store.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { sweep } from '../sweep.ts';
import { trimChanges } from '../trim-changes.ts';
import { WriteScope } from '../write-scope.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { isBusy } from './sqlite-error.ts';
import { SqliteReaders } from './sqlite-readers.ts';
import { SqliteThread } from './sqlite-thread.ts';

/** Maximum number of works in one commit. */
const WORKS_PER_COMMIT = 256;

/** Time during which a transaction takes works that arrive, ms: the first of them waits for the last. */
const TAKING_MS = 10;

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
 *
 * The writer is a thread: no request waits for a flush to the disk but those whose changes are flushed. Short reads run
 * on the calling thread, since a message to another one costs more than they do; in a write-ahead log they wait for no
 * writer, and see only what is committed.
 */
export class SqliteStore implements Store {
  readonly kind = 'sqlite';
  readonly queries: Queries;
  readonly longQueries: Queries;
  readonly #file: string;
  readonly #readers: SqliteReaders;
  readonly #reader: SqliteConnection;
  readonly #options: StoreOptions;
  readonly #followers = new ChangeListeners();
  readonly #scope = new WriteScope();
  readonly #queue: PendingWork[] = [];
  readonly #poll: NodeJS.Timeout;
  #writer: SqliteThread;
  #writing: Promise<void> | undefined;
  #inTransaction = false;
  /** Whether a statement of the transaction in progress has changed anything. */
  #changed = false;
  #commits = 0;
  #dataVersion: number;
  #revision: number;
  #heard: number;
  #trimmedAt = 0;
  #closed = false;

  private constructor(file: string, writer: SqliteThread, reader: SqliteConnection, options: StoreOptions) {
    this.#file = file;
    this.#writer = writer;
    this.#reader = reader;
    this.#options = options;
    this.queries = queriesOver('sqlite', { acquire: async () => this.#reader, release: () => {} });
    this.#readers = new SqliteReaders(file);
    this.longQueries = queriesOver('sqlite', this.#readers);
    this.#dataVersion = this.#readDataVersion();
    const [last] = reader.all<{ revision: number | null }>('select max(revision) as revision from changes');
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
    let migrator: SqliteConnection | undefined;
    let writer: SqliteThread | undefined;
    try {
      // SQLite gives its journal files the mode of the database.
      closeSync(openSync(file, 'a', 0o600));
      makePrivate(file);
      migrator = new SqliteConnection(file, 'write');
      await begin(migrator);
      const lent = new LentConnection(migrator);
      await migrate(lent.queries('sqlite'), 'sqlite', MIGRATIONS, options.now());
      lent.end();
      migrator.run('commit');
      // Opened before the migrator is closed: the last connection to close would copy the log into the file.
      writer = new SqliteThread(file, 'write');
      const store = new SqliteStore(file, writer, new SqliteConnection(file, 'read'), options);
      migrator.close();
      return store;
    } catch (error) {
      migrator?.close();
      await writer?.close();
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

  /**
   * Looks for changes of other workers first: one that was answered is committed, and the version of the data in shared
   * memory tells it.
   */
  isCurrent(): boolean {
    if (this.#options.isShared === true) this.#hearOtherProcesses();
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
    await Promise.all([this.#writer.close(), this.#readers.close()]);
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
      if (this.#writer.ended) this.#writer = new SqliteThread(this.#file, 'write');
      await this.#writer.opened();
      this.#writer.begun();
      await begin(this.#writer);
      this.#changed = false;
      this.#inTransaction = true;
      this.#hearOtherProcesses();
      const waiting = this.#queue.length;
      const stopAt = performance.now() + TAKING_MS;
      while (taken.length < WORKS_PER_COMMIT && (taken.length < waiting || performance.now() < stopAt)) {
        const pending = this.#queue.shift();
        if (!pending) break;
        taken.push(pending);
        answers.push(await this.#runOne(pending, changes));
        if (this.#writer.failed) throw new StoreUnavailable('the disk failed under the transaction');
      }
      await this.#writer.run('commit');
      this.#commits += 1;
    } catch (error) {
      this.#revision = revisionBefore;
      // Another process may have given the revisions of this transaction to its own changes: the log is read again.
      this.#dataVersion = -1;
      // Beginning failed, so nothing was taken yet: the waiting ones would fail the same way.
      if (taken.length === 0) taken.push(...this.#queue.splice(0));
      await this.#rollBack();
      const cause = error instanceof StoreUnavailable ? error.cause : error;
      for (const { reject } of taken) reject(new StoreUnavailable('the change could not be stored', cause));
      return;
    } finally {
      this.#inTransaction = false;
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
    const lent = new LentConnection(this.#transactionConnection);
    const noted = new NotedChanges();
    this.#writer.precede('savepoint work');
    try {
      const transaction = {
        queries: lent.queries('sqlite'),
        changed: (change: Change) => noted.note(change),
      };
      const value = await this.#scope.run(() => work(transaction));
      lent.end();
      const own = noted.all();
      if (own.length > 0) await this.#log(own);
      this.#writer.precede('release work');
      changes.push(...own);
      return () => resolve(value as never);
    } catch (error) {
      lent.end();
      if (!this.#writer.failed) {
        this.#writer.precede('rollback to work');
        this.#writer.precede('release work');
      }
      return () => reject(error);
    }
  }

  /**
   * Connection of the transaction. Until its first change a read sees the same on this thread: the transaction has
   * excluded all other writers when it began.
   */
  readonly #transactionConnection: DatabaseConnection = {
    executeQuery: async <Row>(query: CompiledQuery) => {
      if (!this.#changed && query.query.kind === 'SelectQueryNode') {
        return this.#reader.executeQuery<Row>(query);
      }
      this.#changed = true;
      return this.#writer.executeQuery<Row>(query);
    },
    streamQuery: () => {
      throw new Error('streaming is not supported: read in pages');
    },
  };

  /** Writes changes into the log, within the transaction. */
  async #log(changes: readonly Change[]): Promise<void> {
    const now = this.#options.now();
    const rows = changes.map(() => '(?, ?, ?, ?)').join(', ');
    const { lastInsertRowid } = await this.#writer.run(
      `insert into changes (account_id, topic, subject, changed_at) values ${rows}`,
      changes.flatMap(({ accountId, topic, subject }) => [accountId, topic, subject, now]),
    );
    this.#revision = Number(lastInsertRowid);
  }

  async #rollBack(): Promise<void> {
    if (!this.#inTransaction) return;
    try {
      await this.#writer.run('rollback');
    } catch {
      // A failed disk has rolled it back already: no transaction is left to end.
    }
  }

  /**
   * Reports the commits of other processes. `data_version` of the reader moves when another connection commits, also
   * the writer of this process; so while it is unchanged, the log has nothing new.
   */
  #hearOtherProcesses(): void {
    const dataVersion = this.#readDataVersion();
    if (dataVersion === this.#dataVersion) return;
    const rows = this.#reader.all<Change & { revision: number }>(
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
    const [row] = this.#reader.all<{ data_version: number }>('PRAGMA data_version');
    return row!.data_version;
  }

  #trimNowAndThen(): void {
    const now = this.#options.now();
    if (now - this.#trimmedAt < CHANGE_TRIM_INTERVAL_MS || this.#closed) return;
    this.#trimmedAt = now;
    sweep(
      CHANGES_PER_TRIM,
      (rows) => this.#enqueue(({ queries }) => trimChanges(queries, now - CHANGE_RETENTION_MS, rows)),
      () => this.#closed,
    ).catch(() => {
      if (!this.#closed) this.#options.log?.('old notes of changes could not be removed');
    });
  }
}

/** Takes the access of others off a file. One that is another user's, on a volume of an orchestrator, must have none. */
function makePrivate(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM' || (statSync(file).mode & 0o007) !== 0) throw error;
  }
}

/** Begins a write transaction, waiting while another process holds the file. */
async function begin(writer: SqliteThread | SqliteConnection): Promise<void> {
  const stopAt = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      await writer.run('begin immediate');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > stopAt) throw error;
    }
    await delay(2);
  }
}
