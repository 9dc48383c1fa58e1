import { createHash } from 'node:crypto';
import { Redis } from 'iovalkey';
import type { NonceStore, NonceUse } from './nonce-memory.ts';

/** How long one answer may take, in milliseconds; a request that cannot be checked is refused. */
const ANSWER_TIMEOUT_MS = 1_000;

/** Redis or Valkey cannot be reached, or does not answer in time. */
export class NoncesUnavailable extends Error {
  override readonly name = 'NoncesUnavailable';
}

/**
 * Nonces in Redis or Valkey, for several processes and across restarts: what one has seen, none accepts again. When it
 * does not answer, requests are refused, not let through. Needs the package `iovalkey`.
 *
 * How long a nonce outlives a restart of Redis itself is a matter of its own persistence (`appendfsync`).
 */
export class RedisNonces implements NonceStore {
  readonly #redis: Redis;

  /**
   * @param url `redis://` or `rediss://`, with user and password if need be; told to nobody
   * @param log told when the connection is lost
   */
  constructor(url: string, log: (message: string) => void) {
    this.#redis = new Redis(url, {
      commandTimeout: ANSWER_TIMEOUT_MS,
      connectTimeout: ANSWER_TIMEOUT_MS,
      maxRetriesPerRequest: 1,
      enableOfflineQueue: true,
      retryStrategy: (times) => Math.min(times * 100, 2_000),
    });
    // The error may quote the address; its kind is enough.
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
      throw new NoncesUnavailable('the nonce store cannot be reached', { cause });
    }
    return answer === 'OK' ? 'first' : 'seen';
  }

  /** Resolves when the store answers. @throws NoncesUnavailable when it does not */
  async ready(): Promise<void> {
    try {
      await this.#redis.ping();
    } catch (cause) {
      throw new NoncesUnavailable('the nonce store cannot be reached', { cause });
    }
  }

  /** Ends the connection. */
  close(): void {
    this.#redis.disconnect();
  }
}
