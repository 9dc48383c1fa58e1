import type { NonceStore, NonceUse } from '../nonce-memory.ts';
import { NoncesUnavailable } from '../nonces-unavailable.ts';
import type { Handler, ProcessChannel } from './process-channel.ts';

/** Result of a use, with the time since which the primary knows every nonce. */
interface SharedUse {
  readonly use: NonceUse;
  readonly since: number | null;
}

/** Returns the handler with which the primary records the nonces of all workers. */
export function nonceHandlers(nonces: NonceStore): Readonly<Record<string, Handler>> {
  const result = (use: NonceUse): SharedUse => ({ use, since: nonces.remembersFrom ?? null });
  return {
    nonce: ([accessKeyId, nonce, expiresAt, now]: [string, string, number, number]) => {
      const use = nonces.use(accessKeyId, nonce, expiresAt, now);
      return use instanceof Promise ? use.then(result) : result(use);
    },
  };
}

/**
 * Nonce store of a worker: the primary records each nonce, so that a request is accepted once by all workers together. A
 * request is refused when the primary does not answer.
 */
export class SharedNonces implements NonceStore {
  readonly #channel: ProcessChannel;
  #remembersFrom: number | undefined;
  #failures = 0;

  /** @param remembersFrom of the primary's store; see `NonceStore` */
  constructor(channel: ProcessChannel, remembersFrom: number | undefined) {
    this.#channel = channel;
    this.#remembersFrom = remembersFrom;
  }

  get remembersFrom(): number | undefined {
    return this.#remembersFrom;
  }

  /** Uses that were refused because the primary did not answer. */
  get failures(): number {
    return this.#failures;
  }

  /** @throws NoncesUnavailable if the primary does not answer */
  async use(accessKeyId: string, nonce: string, expiresAt: number, now: number): Promise<NonceUse> {
    try {
      const { use, since } = await this.#channel.ask<SharedUse>('nonce', [
        accessKeyId,
        nonce,
        expiresAt,
        now,
      ]);
      this.#remembersFrom = since ?? undefined;
      return use;
    } catch (cause) {
      this.#failures += 1;
      throw new NoncesUnavailable('the primary process cannot record the nonce', { cause });
    }
  }
}
