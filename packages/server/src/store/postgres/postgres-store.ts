import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import {
  ChangeFollowers,
  changeRetentionMs,
  changeTrimIntervalMs,
  NotedChanges,
} from '../change-followers.ts';
import { migrate } from '../migrate.ts';
import { migrations } from '../migrations/migrations.ts';
import { LentConnection, queriesOver } from '../queries.ts';
import type { Change, Queries, Store, StoreOptions, WriteTransaction } from '../store.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { WriteScope } from '../write-scope.ts';
import { ChangeReader, changeChannel } from './change-reader.ts';
import {
  asksForRetry,
  isDuplicate,
  PostgresConnection,
  unreachable,
  valueTypes,
} from './postgres-connection.ts';

/** How often a work is run at most when other transactions are in its way. */
const attemptLimit = 20;

/**
 * How often a work is run again when a unique index refused its row (the next look sees what was in the way), or
 * when the server ended its session before the commit.
 */
const duplicateLimit = 2;

/** Any number of ours: those who migrate this database exclude each other by it. */
const migrationLock = 7_052_118_437;

const connectLimitMs = 5000;

/** After this long without an answer a session is taken for dead: longer than what the sessions themselves allow. */
const answerLimitMs = 40_000;

const poolSize = 10;

/**
 * What each session for writing sets. Sequential scans would lock whole tables against each other under
 * serialisable isolation, while the tables are small. A session that stalls with a transaction open is ended, so
 * that what it holds is set free. And a commit that is answered must be on the disk: a server that was told to
 * answer earlier is told otherwise; one that waits for its replicas too is left to it.
 */
const writerSession = `
  set enable_seqscan = off;
  set statement_timeout = '30s';
  set idle_in_transaction_session_timeout = '20s';
  select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`;

const readerSession = `
  set statement_timeout = '30s';
  set default_transaction_read_only = on`;

/** The store in a PostgreSQL server, or in what speaks its protocol; any number of nodes share it. */
export class PostgresStore implements Store {
  readonly kind = 'postgres';
  readonly queries: Queries;
  readonly #readers: SessionPool;
  readonly #writers: SessionPool;
  readonly #changes: ChangeReader;
  readonly #followers = new ChangeFollowers();
  readonly #scope = new WriteScope();
  readonly #options: StoreOptions;
  readonly #underWay = new Set<Promise<unknown>>();
  #trimmedAt = 0;
  #closed = false;

  private constructor(config: pg.ClientConfig, options: StoreOptions) {
    const log = options.log ?? (() => {});
    this.#options = options;
    this.#readers = new SessionPool(config, readerSession, log);
    this.#writers = new SessionPool(config, writerSession, log);
    this.queries = queriesOver('postgres', {
      acquire: () => this.#readers.acquire(),
      release: (connection) => this.#readers.release(connection as PostgresConnection),
    });
    this.#changes = new ChangeReader({
      connect: async () => {
        // A read of the log that takes longer than this is a connection that died without saying so.
        const client = new pg.Client({ ...config, query_timeout: 2000 });
        client.on('error', () => {});
        await client.connect();
        return client;
      },
      now: options.now,
      pollMs: options.pollMs ?? 50,
      log,
      tell: (changes) => this.#followers.tell(changes),
    });
  }

  /**
   * Connects to the server at `url` (`postgres://…`) and brings its schema up to date.
   * @throws StoreUnavailable when it cannot be reached or does not let us in; no error tells the url
   */
  static async open(url: string, options: StoreOptions): Promise<PostgresStore> {
    // Checked here, because what `URL` throws quotes its input, password and all.
    if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
      throw new StoreUnavailable(
        'the address of the database is not of the form postgres://user:password@host/name',
      );
    }
    const config: pg.ClientConfig = {
      connectionString: url,
      connectionTimeoutMillis: connectLimitMs,
      keepAlive: true,
      application_name: 'claviger',
      types: valueTypes,
    };
    await migrateServer(config, options.now());
    const store = new PostgresStore(config, options);
    try {
      await store.#changes.start();
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  }

  async write<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    this.#scope.refuseNesting();
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

  heard(): number {
    return this.#changes.seen;
  }

  staleness(): number {
    return this.#changes.staleness();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
    await this.#changes.close();
    await Promise.all([this.#readers.close(), this.#writers.close()]);
  }

  async #writeWithRetries<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const connection = await this.#beginTransaction();
      let result: { value: T; changes: Change[] };
      try {
        result = await this.#runAndCommit(connection, work);
      } catch (error) {
        const { failure } = connection;
        // The session ended before the commit was sent: the server has undone the transaction.
        const undone = connection.broken && !connection.committing;
        await this.#rollBack(connection);
        const again =
          asksForRetry(failure) || ((isDuplicate(failure) || undone) && attempt <= duplicateLimit);
        if (!again) throw error;
        if (attempt >= attemptLimit) {
          throw new StoreUnavailable('too many changes of the same data at once', failure);
        }
        // Pools hand out sessions in turn, which spreads those that collided; the wait only grows.
        await delay(attempt * 3);
        continue;
      }
      this.#writers.release(connection);
      this.#followers.tell(result.changes);
      if (result.changes.length > 0) this.#trimNowAndThen();
      return result.value;
    }
  }

  /** A session with a transaction begun. Sessions that died while idle are passed over: nothing was done on them. */
  async #beginTransaction(): Promise<PostgresConnection> {
    for (let dead = 0; ; dead += 1) {
      const connection = await this.#writers.acquire();
      try {
        // A replica refuses this.
        await connection.run('begin isolation level serializable read write');
        return connection;
      } catch (error) {
        this.#writers.discard(connection);
        if (dead >= poolSize) throw new StoreUnavailable('the database server takes no changes', error);
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
      // The server answers so, without an error, when a statement has failed and the work went on all the same.
      if (command !== 'COMMIT')
        throw new Error('a statement of the transaction failed, and its work hid that');
    } catch (error) {
      this.#changes.forgetOwn(revisions);
      // It may have succeeded all the same, and the reader may have passed it over as our own.
      this.#followers.tell(changes);
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
        ? `with logged as (${insert}) select revision, pg_notify('${changeChannel}', '') from logged`
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
    if (now - this.#trimmedAt < changeTrimIntervalMs) return;
    this.#trimmedAt = now;
    const trimming = this.#trim(now - changeRetentionMs)
      .catch(() => this.#options.log?.('old notes of changes could not be removed'))
      .finally(() => this.#underWay.delete(trimming));
    this.#underWay.add(trimming);
  }

  async #trim(before: number): Promise<void> {
    const connection = await this.#writers.acquire();
    try {
      await connection.run('delete from changes where changed_at < $1', [before]);
      this.#writers.release(connection);
    } catch (error) {
      this.#writers.discard(connection);
      throw error;
    }
  }
}

/** Sessions that were prepared once, when they were connected. */
class SessionPool {
  readonly #pool: pg.Pool;
  readonly #session: string;
  readonly #prepared = new WeakSet<pg.ClientBase>();

  constructor(config: pg.ClientConfig, session: string, log: (message: string) => void) {
    this.#pool = new pg.Pool({ ...config, max: poolSize, query_timeout: answerLimitMs });
    this.#session = session;
    // An idle session that breaks is replaced by the pool; without a listener the event would end the process.
    this.#pool.on('error', () => log('a connection to the database was lost'));
    // The pool takes its own listener off a session that it lends. A session that breaks between two statements of
    // a transaction has no query to reject, so the event is all there is; the next statement on it fails.
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  /**
   * Lends a prepared session. One that the server ended before it was prepared is passed over: nothing was done on it.
   * @throws StoreUnavailable when no session can be had
   */
  async acquire(): Promise<PostgresConnection> {
    for (let ended = 0; ; ended += 1) {
      let client: pg.PoolClient;
      try {
        client = await this.#pool.connect();
      } catch (error) {
        throw unreachable(error);
      }
      const connection = new PostgresConnection(client);
      if (this.#prepared.has(client)) return connection;
      try {
        await connection.run(this.#session);
        this.#prepared.add(client);
        return connection;
      } catch (error) {
        client.release(true);
        if (!connection.broken || ended >= poolSize) throw unreachable(error);
      }
    }
  }

  release(connection: PostgresConnection): void {
    (connection.client as pg.PoolClient).release(connection.broken);
  }

  discard(connection: PostgresConnection): void {
    (connection.client as pg.PoolClient).release(true);
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}

async function migrateServer(config: pg.ClientConfig, now: number): Promise<void> {
  const client = new pg.Client(config);
  client.on('error', () => {});
  try {
    await client.connect().catch((error) => {
      throw unreachable(error);
    });
    const connection = new PostgresConnection(client);
    // Not serialisable: after waiting for the lock it must see what the one before has done.
    await connection.run('begin isolation level read committed');
    await connection.run('select pg_advisory_xact_lock($1)', [migrationLock]);
    const lent = new LentConnection(connection);
    await migrate(lent.queries('postgres'), 'postgres', migrations, now);
    lent.end();
    await connection.run('commit');
  } finally {
    await client.end().catch(() => {});
  }
}
