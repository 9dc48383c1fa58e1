import type pg from 'pg';
import type { NodeLock } from '../node-lock.ts';
import { unreachable } from './postgres-connection.ts';
import { PostgresHosts } from './postgres-hosts.ts';

/** Key of the advisory lock, one of all that the database may have. */
const LOCK_KEY = 7_201_184_522;

const CONNECT_TIMEOUT_MS = 10_000;

/** Time that a server which was killed may take to be noticed, ms. */
const WAIT_MS = 2_000;

const LOCK_NOT_AVAILABLE = '55P03';

/** Interval at which a lost lock is taken again, ms. */
const RETAKE_MS = 5_000;

export interface PostgresNodeLockOptions {
  readonly url: string;
  /** Whether this node shares its nonces with others: then they may hold the lock together. */
  readonly sharesNonces: boolean;
  readonly log: (message: string) => void;
}

/**
 * Takes the lock of a database for this node: alone, or together with other nodes that share their nonces. It is held
 * by a connection of its own, and taken again when that is lost.
 * @returns undefined if a node has it that this one cannot share it with
 * @throws StoreUnavailable if the server cannot be reached
 */
export async function takePostgresNodeLock(options: PostgresNodeLockOptions): Promise<NodeLock | undefined> {
  const lock = new PostgresNodeLock(options);
  try {
    if (await lock.take()) return lock;
  } catch (error) {
    await lock.release();
    throw unreachable(error);
  }
  await lock.release();
  return undefined;
}

class PostgresNodeLock implements NodeLock {
  readonly #options: PostgresNodeLockOptions;
  readonly #hosts: PostgresHosts;
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isReleased = false;

  constructor(options: PostgresNodeLockOptions) {
    this.#options = options;
    this.#hosts = new PostgresHosts(options.url);
  }

  /** @returns whether the lock was taken */
  async take(): Promise<boolean> {
    const { sharesNonces } = this.#options;
    const config = {
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'claviger',
    };
    const client = await this.#hosts.connect(config, (each) => {
      each.on('error', () => this.#lost(each));
      this.#client = each;
    });
    await client.query(`set lock_timeout = ${WAIT_MS}`);
    try {
      await client.query(`select pg_advisory_lock${sharesNonces ? '_shared' : ''}($1)`, [LOCK_KEY]);
      return true;
    } catch (error) {
      if ((error as { readonly code?: string }).code === LOCK_NOT_AVAILABLE) return false;
      throw error;
    }
  }

  async release(): Promise<void> {
    this.#isReleased = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  #lost(client: pg.Client): void {
    if (this.#isReleased || this.#client !== client) return;
    this.#client = undefined;
    client.end().catch(() => {});
    this.#timer = setTimeout(() => void this.#retake(), RETAKE_MS).unref();
  }

  async #retake(): Promise<void> {
    try {
      if (await this.take()) return;
      this.#options.log('another node that does not share its nonces with this one uses the database');
    } catch {
      // The store reports the outage.
    }
    const client = this.#client;
    if (client !== undefined) this.#lost(client);
  }
}
