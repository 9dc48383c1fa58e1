import pg from 'pg';
import { StoreUnavailable } from '../store-unavailable.ts';
import { VALUE_TYPES } from './postgres-connection.ts';

/** Settings of the connections to PostgreSQL. */
export interface PostgresSettings {
  /** Maximum number of sessions for reading, and of those for writing. */
  readonly poolSize: number;
  /** Maximum duration of a statement, ms. */
  readonly statementTimeoutMs: number;
  /** Maximum wait of a statement for a lock, ms. */
  readonly lockTimeoutMs: number;
}

export const DEFAULT_POSTGRES_SETTINGS: PostgresSettings = {
  poolSize: 10,
  statementTimeoutMs: 30_000,
  lockTimeoutMs: 10_000,
};

/** Time limit of a connection, and of the wait for one of the pool, ms. */
export const CONNECT_TIMEOUT_MS = 5000;

/** Settings of every connection but its server. */
export const CLIENT_CONFIG: pg.ClientConfig = {
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  keepAlive: true,
  application_name: 'claviger',
  types: VALUE_TYPES,
};

/** Head, hosts and rest of a URL: `postgres://user:password@one:5432,two:5432/name`. */
const PARTS = /^(postgres(?:ql)?:\/\/(?:[^@/?]*@)?)([^/?]*)(.*)$/;

/**
 * Servers of one database: a primary and its replicas, in any order. Connections are made to the one that last took changes,
 * and to the next one when it fails or turns out to be a replica.
 */
export class PostgresHosts {
  readonly #urls: readonly string[];
  #at = 0;

  /**
   * @param url with one host or several, separated by commas
   * @throws StoreUnavailable without the URL, which may contain a password
   */
  constructor(url: string) {
    assertPercentEncoded(url);
    const [, head = '', hosts = '', rest = ''] = PARTS.exec(url) ?? [];
    const urls = hosts.split(',').map((host) => `${head}${host}${rest}`);
    // Checked here, because errors of `URL` quote their input.
    if (head === '' || !urls.every((each) => URL.canParse(each))) {
      throw new StoreUnavailable(
        'the address of the database is not of the form postgres://user:password@host/name, or with several hosts: host1:5432,host2:5432',
      );
    }
    this.#urls = urls;
  }

  get count(): number {
    return this.#urls.length;
  }

  /** URL of the server to connect to next. */
  get url(): string {
    return this.#urls[this.#at]!;
  }

  /** Notes that a server takes no changes: the next one is tried. */
  failed(url: string): void {
    if (this.url === url) this.#at = (this.#at + 1) % this.count;
  }

  /** Connects to the server that takes changes. @throws the last error when none does */
  async connect(config: pg.ClientConfig, listen: (client: pg.Client) => void = () => {}): Promise<pg.Client> {
    for (let tried = 1; ; tried += 1) {
      const client = new (clientOf(this))(config);
      listen(client);
      try {
        await client.connect();
        return client;
      } catch (error) {
        client.end().catch(() => {});
        if (tried >= this.count) throw error;
      }
    }
  }
}

type ConnectCallback = ((error: Error) => void) | ((error: null, client: pg.Client) => void);

/** Returns the class of clients that connect to one of these servers, for a pool. */
export function clientOf(hosts: PostgresHosts): new (config?: string | pg.ClientConfig) => pg.Client {
  return class extends pg.Client {
    readonly #url: string;

    constructor(config?: string | pg.ClientConfig) {
      const { url } = hosts;
      super({ ...(typeof config === 'object' ? config : {}), connectionString: url });
      this.#url = url;
      // The pool listens some turns after the connection stands; an `error` before that would end the process.
      this.on('error', () => {});
    }

    override connect(): Promise<pg.Client>;
    override connect(callback: ConnectCallback): void;
    override connect(callback?: ConnectCallback): Promise<pg.Client> | undefined {
      const connected = this.#connectToPrimary();
      if (callback === undefined) return connected;
      connected.then(
        (client) => (callback as (error: null, client: pg.Client) => void)(null, client),
        callback as (error: Error) => void,
      );
      return undefined;
    }

    async #connectToPrimary(): Promise<pg.Client> {
      try {
        await super.connect();
        if (hosts.count === 1) return this;
        const { rows } = await this.query('select pg_is_in_recovery() as replica');
        if (rows[0].replica) throw new Error('the server is a replica');
        return this;
      } catch (error) {
        hosts.failed(this.#url);
        throw error;
      }
    }
  };
}

/**
 * Connects a client of its own to the database at `url`.
 * @throws StoreUnavailable without the URL, if it is malformed; the driver's error if no server can be used
 */
export async function connectClient(url: string): Promise<pg.Client> {
  return new PostgresHosts(url).connect(CLIENT_CONFIG);
}

/**
 * Asserts that user and password of a URL contain no special characters: a URL with some is read as another host or
 * database.
 *
 * @throws StoreUnavailable without the URL
 */
function assertPercentEncoded(url: string): void {
  const [beforeQuery = ''] = url.split('?', 1);
  const signs = beforeQuery.split('@').length - 1;
  let isEncoded = signs <= 1 && !beforeQuery.includes('#');
  try {
    decodeURIComponent(beforeQuery);
  } catch {
    isEncoded = false;
  }
  if (isEncoded) return;
  throw new StoreUnavailable(
    'the address of the database has special characters in user or password: percent-encode them (%40 for @, %23 for #, %2F for /, %25 for %)',
  );
}
