import pg from 'pg';
import type { PoolLoad } from '../store.ts';
import { ConnectionsExhausted } from '../store-unavailable.ts';
import { PostgresConnection, unreachable } from './postgres-connection.ts';
import { CONNECT_TIMEOUT_MS, clientOf, type PostgresHosts } from './postgres-hosts.ts';

/** Options of a {@link SessionPool}. */
export interface SessionPoolOptions {
  /** Statements that prepare a session. */
  readonly session: string;
  /** Maximum number of sessions. */
  readonly size: number;
  /** Time without an answer after which a session is taken for dead, ms. */
  readonly answerMs: number;
  readonly log: (message: string) => void;
}

/** Sessions that are prepared once, when they are connected. */
export class SessionPool {
  readonly #pool: pg.Pool;
  readonly #hosts: PostgresHosts;
  readonly #session: string;
  readonly #prepared = new WeakSet<pg.ClientBase>();
  #lent = 0;

  constructor(config: pg.ClientConfig, hosts: PostgresHosts, options: SessionPoolOptions) {
    const { session, size, answerMs, log } = options;
    this.#pool = new pg.Pool({ ...config, Client: clientOf(hosts), max: size, query_timeout: answerMs });
    this.#hosts = hosts;
    this.#session = session;
    // The pool replaces an idle session that breaks; without a listener the event would end the process.
    this.#pool.on('error', () => log('a connection to the database was lost'));
    // The pool takes its own listener off a session that it lends. A session that breaks between two
    // statements of a transaction has no query to reject, so the event is the only sign; the next statement
    // on it fails.
    this.#pool.on('connect', (client) => client.on('error', () => {}));
    this.#pool.on('acquire', () => {
      this.#lent += 1;
    });
    this.#pool.on('release', () => {
      this.#lent -= 1;
    });
  }

  /**
   * Lends a prepared session. One that the server ended before it was prepared is passed over: nothing was done in
   * it.
   * @throws StoreUnavailable if no session is available
   */
  async acquire(): Promise<PostgresConnection> {
    for (let ended = 0; ; ended += 1) {
      const client = await this.#connect();
      const connection = new PostgresConnection(client);
      if (this.#prepared.has(client)) return connection;
      try {
        await connection.run(this.#session);
        this.#prepared.add(client);
        return connection;
      } catch (error) {
        client.release(true);
        if (!connection.broken || ended >= this.load().max) throw unreachable(error);
      }
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await this.#pool.connect();
      } catch (error) {
        if (this.#isExhausted) throw exhausted(this.load().max, error);
        if (tried >= this.#hosts.count) throw unreachable(error);
      }
    }
  }

  release(connection: PostgresConnection): void {
    (connection.client as pg.PoolClient).release(connection.broken);
  }

  discard(connection: PostgresConnection): void {
    (connection.client as pg.PoolClient).release(true);
  }

  load(): PoolLoad {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { open: totalCount, idle: idleCount, waiting: waitingCount, max: this.#pool.options.max };
  }

  /** Whether all sessions are lent: one that is still being connected is not in use. */
  get #isExhausted(): boolean {
    const { open, idle, max } = this.load();
    return open >= max && idle === 0 && this.#lent >= max;
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}

function exhausted(size: number, cause: unknown): ConnectionsExhausted {
  return new ConnectionsExhausted(
    `all ${size} connections to the database are in use for ${CONNECT_TIMEOUT_MS / 1000} s`,
    cause,
  );
}
