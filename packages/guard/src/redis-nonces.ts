import { createHash } from 'node:crypto';
import { Redis } from 'iovalkey';
import { NonceMemory, type NonceStore, type NonceUse } from './nonce-memory.ts';
import { NoncesUnavailable } from './nonces-unavailable.ts';
import { untilTime } from './until-time.ts';

export { NoncesUnavailable };

/** Timeout of one answer, in milliseconds; a request that cannot be checked is refused. */
const ANSWER_TIMEOUT_MS = 1_000;

/** Maximum interval between two attempts to connect, in milliseconds. */
const MAX_RETRY_MS = 500;

const KEY_PREFIX = 'claviger:nonce:';

/**
 * Prefix of the key with the time since which a process of Redis knows every nonce. The id of the process is a part of the
 * key: a restart, a failover and a flush all lead to a key that does not exist.
 */
const SINCE_PREFIX = 'claviger:nonces-since:';

/** Options of {@link RedisNonces}. */
export interface RedisNoncesOptions {
  /**
   * What happens to requests while Redis does not answer. `refuse`, the default: they are refused. `accept`: they are
   * checked against the memory of this process alone, so that a captured request can be used once at each process.
   */
  readonly whenUnavailable?: 'refuse' | 'accept';
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number;
}

/** What is known of a process of Redis. */
interface Memory {
  /** Key of the time since which it knows every nonce. */
  readonly sinceKey: string;
  /** Connection on which this was read; a later one may lead to another process. */
  readonly connection: number;
}

/**
 * Nonce store in Redis or Valkey, shared by several processes and across restarts: a nonce that one process
 * has seen is refused by all. If the store does not answer, requests are refused. Needs the package
 * `iovalkey`.
 *
 * A Redis that has lost nonces (restarted, replaced by a replica, flushed) is noticed with the next request: what was
 * signed before that time is refused by `remembersFrom`, since it may have been used already.
 */
export class RedisNonces implements NonceStore {
  readonly #redis: Redis;
  readonly #now: () => number;
  readonly #log: (message: string) => void;
  /** Nonces used at this process, for the time without Redis; `undefined` if requests are refused then. */
  readonly #own: NonceMemory | undefined;
  #memory: Memory | undefined;
  #connection = 0;
  #remembersFrom: number | undefined;
  #failures = 0;
  #isAway = false;

  /**
   * @param url `redis://` or `rediss://`, with user and password if needed; never logged
   * @param log called when the store does not answer, when it does again, and when it has lost nonces
   */
  constructor(url: string, log: (message: string) => void, options: RedisNoncesOptions = {}) {
    this.#log = log;
    this.#now = options.now ?? Date.now;
    this.#own = options.whenUnavailable === 'accept' ? new NonceMemory() : undefined;
    this.#redis = new Redis(url, {
      commandTimeout: ANSWER_TIMEOUT_MS,
      connectTimeout: ANSWER_TIMEOUT_MS,
      maxRetriesPerRequest: 1,
      enableOfflineQueue: true,
      // The answer of a command that is sent again says nothing about the first time.
      autoResendUnfulfilledCommands: false,
      retryStrategy: (times) => Math.min(times * 100, MAX_RETRY_MS),
    });
    // Without a listener the event would end the process. The error may quote the URL; its kind is enough.
    this.#redis.on('error', (error: Error & { code?: string }) => this.#isLost(error.code ?? error.name));
    this.#redis.on('close', () => {
      this.#connection += 1;
    });
  }

  /** Time since which every nonce is known, in milliseconds since the epoch; `undefined` before the first answer. */
  get remembersFrom(): number | undefined {
    return this.#remembersFrom;
  }

  /**
   * Records a nonce; see `NonceStore`. After it, `remembersFrom` is that of the Redis that has recorded it.
   * @throws NoncesUnavailable if the store does not answer and requests are refused then
   */
  async use(accessKeyId: string, nonce: string, expiresAt: number, now: number): Promise<NonceUse> {
    // Always, so that the memory has the nonces from before an outage.
    const own = this.#own?.use(accessKeyId, nonce, expiresAt, now) ?? 'first';
    if (own !== 'first') return own;
    try {
      return await this.#record(accessKeyId, nonce, Math.max(1, Math.ceil(expiresAt - now)));
    } catch (cause) {
      this.#failures += 1;
      if (this.#own !== undefined) {
        this.#isLost('requests are accepted without it');
        return 'first';
      }
      throw new NoncesUnavailable('the nonce store cannot be reached', { cause });
    }
  }

  /** Whether the connection stands. */
  get isConnected(): boolean {
    return this.#redis.status === 'ready';
  }

  /** Uses that were not checked because the store did not answer. */
  get failures(): number {
    return this.#failures;
  }

  /**
   * Resolves once the store answers, and accepts what is signed from now on.
   * @throws NoncesUnavailable if it does not
   */
  async ready(): Promise<void> {
    try {
      await this.#redis.ping();
      await this.#known();
    } catch (cause) {
      throw new NoncesUnavailable('the nonce store cannot be reached', { cause });
    }
    // Less than a second, and only when it is new or has lost nonces.
    await untilTime(this.#remembersFrom ?? 0, this.#now);
  }

  /** Closes the connection. */
  close(): void {
    this.#redis.disconnect();
  }

  async #record(accessKeyId: string, nonce: string, milliseconds: number): Promise<NonceUse> {
    const { sinceKey, connection } = await this.#known();
    const name = createHash('sha256').update(`${accessKeyId}\n${nonce}`).digest('base64url');
    // The time is read after the nonce is recorded: nonces that were lost before that are noticed.
    const [recorded, since] = await results(
      this.#redis.pipeline().set(`${KEY_PREFIX}${name}`, '', 'PX', milliseconds, 'NX').get(sinceKey).exec(),
    );
    // The answer is of a connection that was opened meanwhile, perhaps to another process.
    if (connection !== this.#connection) throw new Error('the connection was lost');
    if (since === null) {
      this.#memory = undefined;
      await this.#known();
    } else {
      this.#remember(Number(since));
    }
    this.#isBack();
    return recorded === 'OK' ? 'first' : 'seen';
  }

  /** Returns what is known of the connected process; asks it once for each connection. */
  async #known(): Promise<Memory> {
    const known = this.#memory;
    if (known !== undefined && known.connection === this.#connection) return known;
    const facts = await this.#redis.info('server', 'memory').catch(factsUnknown);
    const connection = this.#connection;
    const sinceKey = `${SINCE_PREFIX}${/^run_id:(\w+)/m.exec(facts)?.[1] ?? 'unknown'}`;
    // Timestamps have whole seconds: the next one is the first that was not used before.
    const next = Math.ceil(this.#now() / 1000) * 1000;
    const [made, since] = await results(
      this.#redis.pipeline().set(sinceKey, next, 'NX').get(sinceKey).exec(),
    );
    if (connection !== this.#connection || since === null) throw new Error('the connection was lost');
    const memory = { sinceKey, connection };
    this.#memory = memory;
    if (made === 'OK' && this.#remembersFrom !== undefined) {
      this.#log('the nonce store has lost its nonces: requests signed before now are refused');
    }
    this.#remember(Number(since));
    this.#warnOfEviction(facts);
    this.#isBack();
    return memory;
  }

  #remember(since: number): void {
    // Never less than before: a Redis that returns has missed what another one recorded meanwhile.
    if (Number.isFinite(since)) this.#remembersFrom = Math.max(this.#remembersFrom ?? 0, since);
  }

  #warnOfEviction(facts: string): void {
    const policy = /^maxmemory_policy:([\w-]+)/m.exec(facts)?.[1];
    const isBounded = /^maxmemory:[1-9]/m.test(facts);
    if (!isBounded || policy === undefined || policy === 'noeviction') return;
    this.#log(
      `the nonce store drops nonces when its memory is full (maxmemory-policy ${policy}), and a dropped one can be used again: set noeviction`,
    );
  }

  #isLost(reason: string): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.#log(`the nonce store does not answer: ${reason}`);
  }

  #isBack(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#log('the nonce store answers again');
  }
}

/** Returns no facts for a user without the right to `INFO`; a lost connection stays an error. */
function factsUnknown(error: Error): string {
  if (error.name === 'ReplyError') return '';
  throw error;
}

/** Returns the results of a pipeline. @throws the first error */
async function results(
  answered: Promise<[error: Error | null, result: unknown][] | null>,
): Promise<unknown[]> {
  return ((await answered) ?? []).map(([error, result]) => {
    if (error !== null) throw error;
    return result;
  });
}
