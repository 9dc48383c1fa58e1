import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
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
import { WriteScope } from '../write-scope.ts';
import { CHANGE_CHANNEL, ChangeReader } from './change-reader.ts';
import { asksForRetry, isDuplicate, PostgresConnection, unreachable } from './postgres-connection.ts';
import {
  CLIENT_CONFIG,
  DEFAULT_POSTGRES_SETTINGS,
  PostgresHosts,
  type PostgresSettings,
} from './postgres-hosts.ts';
import { SessionPool } from './session-pool.ts';

/** Maximum number of runs of a work that conflicts with other transactions. */
const ATTEMPT_LIMIT = 20;

/**
 * Number of reruns of a work when a unique index refused its row (the next run sees the conflicting row), or when the
 * server ended its session before the commit.
 */
const DUPLICATE_LIMIT = 2;

/** Arbitrary advisory lock number: migrators of this database exclude each other by it. */
const MIGRATION_LOCK = 7_052_118_437;

/** Time without an answer after which a session is taken for dead, ms: so much longer than its own limit. */
const ANSWER_MARGIN_MS = 10_000;

/** How long a request waits for the change log to be read, ms. */
const READ_SOON_MS = 250;

/**
 * Settings of each session for writing. Sequential scans would lock whole tables against each other under
 * serialisable isolation while the tables are small, so they are off. A session that stalls with an open transaction
 * is ended, which releases its locks. An answered commit must be on the disk: a weaker `synchronous_commit` of the
 * server is overridden; one that waits for replicas is left as it is.
 */
const writerSession = ({ statementTimeoutMs, lockTimeoutMs }: PostgresSettings) => `
  set enable_seqscan = off;
  set statement_timeout = ${statementTimeoutMs};
  set lock_timeout = ${lockTimeoutMs};
  set idle_in_transaction_session_timeout = '20s';
  select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`;

const readerSession = ({ statementTimeoutMs, lockTimeoutMs }: PostgresSettings) => `
  set statement_timeout = ${statementTimeoutMs};
  set lock_timeout = ${lockTimeoutMs};
  set default_transaction_read_only = on`;

/** Sessions for `longQueries`: few, since they share the server's disk with all others. */
const LONG_READER_POOL_SIZE = 3;

const LONG_READER_SESSION_SETTINGS = `
  set statement_timeout = '5s';
  set default_transaction_read_only = on`;

/** Store in a PostgreSQL server, or a server that speaks its protocol; any number of nodes share it. */
export class PostgresStore implements Store {
  readonly kind = 'postgres';
  readonly queries: Queries;
  readonly longQueries: Queries;
  readonly #readers: SessionPool;
  readonly #longReaders: SessionPool;
  readonly #writers: SessionPool;
  readonly #changes: ChangeReader;
  readonly #followers = new ChangeListeners();
  readonly #scope = new WriteScope();
  readonly #poolSize: number;
  readonly #options: StoreOptions;
  readonly #underWay = new Set<Promise<unknown>>();
  #trimmedAt = 0;
  #commits = 0;
  #closed = false;

  private constructor(
    config: pg.ClientConfig,
    hosts: PostgresHosts,
    settings: PostgresSettings,
    options: StoreOptions,
  ) {
    const log = options.log ?? (() => {});
    this.#options = options;
    this.#poolSize = settings.poolSize;
    const pool = (session: string, size = settings.poolSize) =>
      new SessionPool(config, hosts, {
        session,
        log,
        size,
        answerMs: settings.statementTimeoutMs + ANSWER_MARGIN_MS,
      });
    this.#readers = pool(readerSession(settings));
    this.#writers = pool(writerSession(settings));
    this.queries = queriesOver('postgres', {
      acquire: () => this.#readers.acquire(),
      release: (connection) => this.#readers.release(connection as PostgresConnection),
    });
    this.#longReaders = pool(LONG_READER_SESSION_SETTINGS, LONG_READER_POOL_SIZE);
    this.longQueries = queriesOver('postgres', {
      acquire: () => this.#longReaders.acquire(),
      release: (connection) => this.#longReaders.release(connection as PostgresConnection),
    });
    this.#changes = new ChangeReader({
      connect: () =>
        // A read of the log that takes longer than this is a connection that has died silently.
        hosts.connect({ ...config, query_timeout: 2000 }, (client) => client.on('error', () => {})),
      now: options.now,
      pollMs: options.pollMs ?? 50,
      log,
      tell: (changes) => this.#followers.notify(changes),
    });
  }

  /**
   * Connects to the server at `url` (`postgres://…`) and brings its schema up to date.
   * @throws StoreUnavailable if it cannot be reached or refuses the connection; no error contains the url
   */
  static async open(
    url: string,
    options: StoreOptions,
    settings: PostgresSettings = DEFAULT_POSTGRES_SETTINGS,
  ): Promise<PostgresStore> {
    const hosts = new PostgresHosts(url);
    await migrateServer(CLIENT_CONFIG, hosts, options.now());
    const store = new PostgresStore(CLIENT_CONFIG, hosts, settings, options);
    try {
      await store.#changes.start();
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  }

  async write<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    this.#scope.assertNotNested();
    if (this.#closed) throw new StoreUnavailable('the store is closed');
    const writing = this.#writeWithRetries(work);
    this.#underWay.add(writing);
    try {
      return await writing;
    } finally {
      this.#underWay.delete(writing);
    }
  }

  follow(listener: (change: Change) => void): () => void {
    return this.#followers.add(listener);
  }

  knownRevision(): number {
    return this.#changes.seen;
  }

  staleness(): number {
    return this.#changes.staleness();
  }

  isCurrent(maxStalenessMs: number): boolean | Promise<boolean> {
    if (this.#changes.staleness() <= maxStalenessMs) return true;
    return this.#changes.readSoon(READ_SOON_MS).then(() => this.#changes.staleness() <= maxStalenessMs);
  }

  load(): StoreLoad {
    return {
      writesWaiting: this.#underWay.size,
      commits: this.#commits,
      pools: { readers: this.#readers.load(), writers: this.#writers.load() },
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
    await this.#changes.close();
    await Promise.all([this.#readers.close(), this.#longReaders.close(), this.#writers.close()]);
  }

  async #writeWithRetries<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const connection = await this.#beginTransaction();
      let result: { value: T; changes: Change[] };
      try {
        result = await this.#runAndCommit(connection, work);
      } catch (error) {
        const { failure } = connection;
        // The session ended before the commit was sent: the server has rolled the transaction back.
        const undone = connection.broken && !connection.committing;
        await this.#rollBack(connection);
        const again =
          asksForRetry(failure) || ((isDuplicate(failure) || undone) && attempt <= DUPLICATE_LIMIT);
        if (!again) throw error;
        if (attempt >= ATTEMPT_LIMIT) {
          throw new StoreUnavailable('too many changes of the same data at once', failure);
        }
        // Pools hand out sessions in turn, which spreads those that conflicted; the wait only grows.
        await delay(attempt * 3);
        continue;
      }
      this.#commits += 1;
      this.#writers.release(connection);
      this.#followers.notify(result.changes);
      if (result.changes.length > 0) this.#trimNowAndThen();
      return result.value;
    }
  }

  /** Begins a transaction in a session. Sessions that died while idle are passed over: nothing was done in them. */
  async #beginTransaction(): Promise<PostgresConnection> {
    for (let dead = 0; ; dead += 1) {
      const connection = await this.#writers.acquire();
      try {
        // A replica refuses this.
        await connection.run('begin isolation level serializable read write');
        return connection;
      } catch (error) {
        this.#writers.discard(connection);
        if (dead >= this.#poolSize) throw new StoreUnavailable('the database server takes no changes', error);
      }
    }
  }

  async #runAndCommit<T>(
    connection: PostgresConnection,
    work: (transaction: WriteTransaction) => Promise<T>,
  ): Promise<{ value: T; changes: Change[] }> {
    const lent = new LentConnection(connection);
    const noted = new NotedChanges();
    let value: T;
    try {
      const transaction = {
        queries: lent.queries('postgres'),
        changed: (change: Change) => noted.note(change),
      };
      value = await this.#scope.run(() => work(transaction));
    } finally {
      lent.end();
    }
    const changes = noted.all();
    const revisions = changes.length > 0 ? await this.#log(connection, changes) : [];
    this.#changes.noteOwn(revisions);
    try {
      connection.committing = true;
      const { command } = await connection.run('commit');
      // The server answers so, without an error, if a statement has failed and the work went on all the same.
      if (command !== 'COMMIT')
        throw new Error('a statement of the transaction failed, and its work hid that');
    } catch (error) {
      this.#changes.forgetOwn(revisions);
      // The commit may have succeeded, and the reader may have skipped its changes as this node's own.
      this.#followers.notify(changes);
      throw error;
    }
    return { value, changes };
  }

  async #log(connection: PostgresConnection, changes: readonly Change[]): Promise<number[]> {
    const insert = `insert into changes (account_id, topic, subject, changed_at)
      select account_id, topic, subject, $4::bigint
      from unnest($1::text[], $2::text[], $3::text[]) as noted (account_id, topic, subject)
      returning revision`;
    const { rows } = await connection.run(
      this.#changes.notifies
        ? `with logged as (${insert}) select revision, pg_notify('${CHANGE_CHANNEL}', '') from logged`
        : insert,
      [
        changes.map(({ accountId }) => accountId),
        changes.map(({ topic }) => topic),
        changes.map(({ subject }) => subject),
        this.#options.now(),
      ],
    );
    return rows.map(({ revision }) => revision);
  }

  async #rollBack(connection: PostgresConnection): Promise<void> {
    try {
      // With a broken session its transaction is gone as well.
      if (!connection.broken) await connection.run('rollback');
    } catch {
      connection.broken = true;
    }
    this.#writers.release(connection);
  }

  #trimNowAndThen(): void {
    const now = this.#options.now();
    if (now - this.#trimmedAt < CHANGE_TRIM_INTERVAL_MS) return;
    this.#trimmedAt = now;
    const trimming = this.#trim(now - CHANGE_RETENTION_MS)
      .catch(() => this.#options.log?.('old notes of changes could not be removed'))
      .finally(() => this.#underWay.delete(trimming));
    this.#underWay.add(trimming);
  }

  async #trim(before: number): Promise<void> {
    // Several nodes may trim at once: one of them removes a row, and the others pass over it.
    await sweep(
      CHANGES_PER_TRIM,
      async (rows) => {
        const connection = await this.#writers.acquire();
        try {
          const { rowCount } = await connection.run(
            `delete from changes where revision in (
               select revision from changes where changed_at < $1
               order by changed_at limit $2 for update skip locked)`,
            [before, rows],
          );
          this.#writers.release(connection);
          return rowCount ?? 0;
        } catch (error) {
          this.#writers.discard(connection);
          throw error;
        }
      },
      () => this.#closed,
    );
  }
}

async function migrateServer(config: pg.ClientConfig, hosts: PostgresHosts, now: number): Promise<void> {
  const client = await hosts
    .connect(config, (each) => each.on('error', () => {}))
    .catch((error) => {
      throw unreachable(error);
    });
  try {
    const connection = new PostgresConnection(client);
    // Not serialisable: after waiting for the lock it must see the changes of the migrator before.
    await connection.run('begin isolation level read committed');
    await connection.run('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    const lent = new LentConnection(connection);
    await migrate(lent.queries('postgres'), 'postgres', MIGRATIONS, now);
    lent.end();
    await connection.run('commit');
  } catch (error) {
    // Such as a role without rights on the schema.
    const cause = error instanceof StoreUnavailable ? error.cause : error;
    if (!(cause instanceof pg.DatabaseError)) throw error;
    throw new StoreUnavailable('the tables of Claviger cannot be created or changed', cause);
  } finally {
    await client.end().catch(() => {});
  }
}
