import { Refusal } from '../errors/refusal.ts';

/** How many streams may be open at a time, at one node. */
export interface StreamLimits {
  readonly perAccessKey: number;
  readonly perAccount: number;
  readonly perNode: number;
}

/** Whose stream it is. */
export interface StreamOwner {
  readonly accountId: string;
  readonly accessKeyId: string;
}

/**
 * The streams of credentials that are open at this node. Each holds a connection, hears of every change, and keeps what
 * its guard has not read yet: their number bounds what whoever may open them can make the node spend.
 */
export class OpenStreams {
  readonly #limits: StreamLimits;
  readonly #byAccessKey = new Map<string, number>();
  readonly #byAccount = new Map<string, number>();
  #count = 0;

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  /** How many are open. */
  get count(): number {
    return this.#count;
  }

  /**
   * Takes a place.
   * @returns gives it back; to be called when the stream is over, however that comes, and may be called again
   * @throws Refusal Throttling.Stream
   */
  take({ accountId, accessKeyId }: StreamOwner): () => void {
    const { perAccessKey, perAccount, perNode } = this.#limits;
    assertStreamQuota(this.#byAccessKey.get(accessKeyId), 'AccessKey', perAccessKey);
    assertStreamQuota(this.#byAccount.get(accountId), 'account', perAccount);
    assertStreamQuota(this.#count, 'node', perNode);
    this.#add(accountId, accessKeyId, 1);
    let isTaken = true;
    return () => {
      if (isTaken) this.#add(accountId, accessKeyId, -1);
      isTaken = false;
    };
  }

  #add(accountId: string, accessKeyId: string, more: 1 | -1): void {
    this.#count += more;
    count(this.#byAccessKey, accessKeyId, more);
    count(this.#byAccount, accountId, more);
  }
}

function assertStreamQuota(
  open: number | undefined,
  of: 'AccessKey' | 'account' | 'node',
  limit: number,
): void {
  if ((open ?? 0) >= limit) throw new Refusal('Throttling.Stream', { of, limit });
}

function count(counts: Map<string, number>, name: string, more: number): void {
  const after = (counts.get(name) ?? 0) + more;
  if (after > 0) counts.set(name, after);
  else counts.delete(name);
}
