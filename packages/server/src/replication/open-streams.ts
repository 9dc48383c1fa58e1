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

/** A limit that is reached. */
export interface StreamQuota {
  readonly of: 'AccessKey' | 'account' | 'node';
  readonly limit: number;
}

/** Places for open streams. */
export interface StreamPlaces {
  /** Number of open streams of this process. */
  readonly count: number;
  /**
   * Takes a place.
   * @returns function that releases the place; call it at the end of the stream, however it ends; further calls do
   * nothing
   * @throws Refusal Throttling.Stream
   */
  take(owner: StreamOwner): (() => void) | Promise<() => void>;
}

/**
 * Counter of the replication streams that are open on this node. Each holds a connection, receives every change, and
 * buffers what its guard has not read: their number bounds what a client that may open them can make the node spend.
 */
export class OpenStreams implements StreamPlaces {
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

  /** Returns the limit that a further stream would exceed. */
  quotaReached({ accountId, accessKeyId }: StreamOwner): StreamQuota | undefined {
    const { perAccessKey, perAccount, perNode } = this.#limits;
    if ((this.#byAccessKey.get(accessKeyId) ?? 0) >= perAccessKey) {
      return { of: 'AccessKey', limit: perAccessKey };
    }
    if ((this.#byAccount.get(accountId) ?? 0) >= perAccount) return { of: 'account', limit: perAccount };
    return this.#count >= perNode ? { of: 'node', limit: perNode } : undefined;
  }

  /** See `StreamPlaces`. @throws Refusal Throttling.Stream */
  take(owner: StreamOwner): () => void {
    const reached = this.quotaReached(owner);
    if (reached !== undefined) throw new Refusal('Throttling.Stream', { ...reached });
    const { accountId, accessKeyId } = owner;
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

function count(counts: Map<string, number>, name: string, more: number): void {
  const after = (counts.get(name) ?? 0) + more;
  if (after > 0) counts.set(name, after);
  else counts.delete(name);
}
