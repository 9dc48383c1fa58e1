import { Refusal } from '../errors/refusal.ts';

/** Maximum numbers of open streams on one node. */
export interface StreamLimits {
  readonly perAccessKey: number;
  readonly perAccount: number;
  readonly perNode: number;
}

/** Owner of a stream. */
export interface StreamOwner {
  readonly accountId: string;
  readonly accessKeyId: string;
}

/**
 * Counter of the replication streams that are open on this node. Each holds a connection, receives every change, and
 * buffers what its guard has not read: their number bounds what a client that may open them can make the node spend.
 */
export class OpenStreams {
  readonly #limits: StreamLimits;
  readonly #byAccessKey = new Map<string, number>();
  readonly #byAccount = new Map<string, number>();
  #count = 0;

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  /** Number of open streams. */
  get count(): number {
    return this.#count;
  }

  /**
   * Takes a place.
   * @returns function that releases the place; call it at the end of the stream, however it ends; further calls do
   * nothing
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
