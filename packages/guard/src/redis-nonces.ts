import { createHash } from 'node:crypto';
import { Redis } from 'iovalkey';
import type { NonceStore, NonceUse } from './nonce-memory.ts';

/** Timeout of one answer, in milliseconds; a request that cannot be checked is refused. */
const ANSWER_TIMEOUT_MS = 1_000;

/** Redis or Valkey cannot be reached, or does not answer in time. */
export class NoncesUnavailable extends Error {
  override readonly name = 'NoncesUnavailable';
}

/**
 * Nonce store in Redis or Valkey, shared by several processes and across restarts: a nonce that one process
 * has seen is refused by all. If the store does not answer, requests are refused. Needs the package
 * `iovalkey`.
 *
 * Whether nonces survive a restart of Redis itself depends on its persistence (`appendfsync`).
 */
export class RedisNonces implements NonceStore {
  readonly #redis: Redis;
  #failures = 0;

  /**
   * @param url `redis://` or `rediss://`, with user and password if needed; never logged
   * @param log called when the connection is lost
   */
  constructor(url: string, log: (message: string) => void) {
    this.#redis = new Redis(url, {
      commandTimeout: ANSWER_TIMEOUT_MS,
      connectTimeout: ANSWER_TIMEOUT_MS,
      maxRetriesPerRequest: 1,
      enableOfflineQueue: true,
      retryStrategy: (times) => Math.min(times * 100, 2_000),
    });
    // The error may quote the URL; its kind is enough.
    this.#redis.on('error', (error: Error & { code?: string }) =>
      log(`the nonce store does not answer: ${error.code ?? error.name}`),
    );
  }

  /** Records a nonce; see `NonceStore`. @throws NoncesUnavailable */
  async use(accessKeyId: string, nonce: string, expiresAt: number, now: number): Promise<NonceUse> {
    const name = createHash('sha256').update(`${accessKeyId}\n${nonce}`).digest('base64url');
    const milliseconds = Math.max(1, Math.ceil(expiresAt - now));
    let answer: 'OK' | null;
    try {
      answer = await this.#redis.set(`claviger:nonce:${name}`, '', 'PX', milliseconds, 'NX');
    } catch (cause) {
      this.#failures += 1;
      throw new NoncesUnavailable('the nonce store cannot be reached', { cause });
    }
    return answer === 'OK' ? 'first' : 'seen';
  }

  /** Whether the connection stands. */
  get isConnected(): boolean {
    return this.#redis.status === 'ready';
  }

  /** Requests that were refused because the store did not answer. */
  get failures(): number {
    return this.#failures;
  }

  /** Resolves once the store answers. @throws NoncesUnavailable if it does not */
  async ready(): Promise<void> {
    try {
      await this.#redis.ping();
    } catch (cause) {
      throw new NoncesUnavailable('the nonce store cannot be reached', { cause });
    }
  }

  /** Closes the connection. */
  close(): void {
    this.#redis.disconnect();
  }
}
