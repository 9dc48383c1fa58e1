import { Refusal } from '../errors/refusal.ts';
import type { RefusalCode } from '../errors/refusal-table.ts';

/** Origin of a piece of work: accounts take turns, and within an account its sources. */
export interface Lane {
  /** Account id; empty if unknown. */
  readonly account: string;
  /** Network or caller. */
  readonly source: string;
}

/** Bounds of the queue. */
export interface QueueBounds {
  /** Pieces of work at the same time. */
  readonly concurrency: number;
  /** Most that wait for one account. */
  readonly waitingPerAccount: number;
  /** Refusal of work beyond that. */
  readonly refusal: RefusalCode;
}

interface Waiting {
  readonly start: () => void;
  readonly refuse: () => void;
}

/** Waiting work of one account, by source; sources are in the order of their turns. */
interface AccountQueue {
  readonly sources: Map<string, Waiting[]>;
  size: number;
}

/**
 * Queue in front of threads that do long work. A flood of one account delays another account by at most one piece of work, and a
 * flood of one source delays others of the same account by at most one round.
 */
export class FairQueue {
  readonly #bounds: QueueBounds;
  /** In the order of their turns. */
  readonly #accounts = new Map<string, AccountQueue>();
  #running = 0;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  /** Number of pieces that wait. */
  get waiting(): number {
    let waiting = 0;
    for (const { size } of this.#accounts.values()) waiting += size;
    return waiting;
  }

  /**
   * Runs work when it is the lane's turn.
   * @throws Refusal as the bounds say when too much waits for the account; what `work` throws
   */
  async run<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#bounds.concurrency) this.#running += 1;
    else await this.#turn(lane);
    try {
      return await work();
    } finally {
      this.#startNext();
    }
  }

  #turn({ account, source }: Lane): Promise<void> {
    const queue = this.#accounts.get(account) ?? { sources: new Map<string, Waiting[]>(), size: 0 };
    const own = queue.sources.get(source) ?? [];
    if (queue.size >= this.#bounds.waitingPerAccount && !dropLast(queue, own.length)) {
      throw new Refusal(this.#bounds.refusal);
    }
    return new Promise((resolve, reject) => {
      own.push({ start: resolve, refuse: () => reject(new Refusal(this.#bounds.refusal)) });
      queue.sources.set(source, own);
      queue.size += 1;
      this.#accounts.set(account, queue);
    });
  }

  /** Starts the next piece, when one has ended. */
  #startNext(): void {
    const [first] = this.#accounts;
    if (first === undefined) {
      this.#running -= 1;
      return;
    }
    const [account, queue] = first;
    this.#accounts.delete(account);
    const [[source, own] = ['', []]] = queue.sources;
    queue.sources.delete(source);
    const next = own.shift();
    if (own.length > 0) queue.sources.set(source, own);
    queue.size -= 1;
    if (queue.size > 0) this.#accounts.set(account, queue);
    next?.start();
  }
}

/** Refuses the newest piece of the busiest source, if that has more waiting than another. */
function dropLast(queue: AccountQueue, waitingOfOther: number): boolean {
  let busiest: Waiting[] = [];
  for (const each of queue.sources.values()) if (each.length > busiest.length) busiest = each;
  if (busiest.length <= waitingOfOther + 1) return false;
  busiest.pop()?.refuse();
  queue.size -= 1;
  return true;
}
