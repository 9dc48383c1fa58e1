import type { Kysely } from 'kysely';
import type { ChangeTopic, Schema } from './schema.ts';

/** Queries of either database; inside `Store.write` they are part of that transaction. */
export type Queries = Kysely<Schema>;

export type { ChangeTopic };

/** Change, as listeners of the change log receive it. */
export interface Change {
  readonly accountId: string;
  readonly topic: ChangeTopic;
  readonly subject: string;
}

/** Transaction in progress. */
export interface WriteTransaction {
  readonly queries: Queries;
  /**
   * Notes that cached data of `subject` is out of date. The note commits with the transaction, and this node's
   * listeners have received it before `Store.write` resolves: no request is answered from data that an already
   * answered change has made stale.
   */
  changed(change: Change): void;
}

/** Database of either kind. */
export interface Store {
  readonly kind: 'sqlite' | 'postgres';
  /** Short reads of committed data: look-ups by an index, pages of bounded size. */
  readonly queries: Queries;
  /**
   * Reads of committed data whose work can grow with the tables. They run apart from all others and delay none: on
   * SQLite on threads of their own, on PostgreSQL in sessions of their own with a short time limit.
   */
  readonly longQueries: Queries;
  /**
   * Runs `work` in one serialisable transaction and resolves after it is durable. If `work` throws, it is rolled back
   * and the error is passed on. `work` may run again when the database asks for a retry, so it must have no effect
   * except through its transaction.
   * @throws StoreUnavailable if the database cannot be reached
   */
  write<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T>;
  /** Calls `listener` for each committed change of this node and the others; returns a function that stops it. */
  follow(listener: (change: Change) => void): () => void;
  /**
   * Revision of the change log up to which listeners have received every change, and perhaps some above it. 0 while
   * the log is empty.
   */
  knownRevision(): number;
  /** Milliseconds since the change log was last known to be read to its end; 0 on a single-node store. */
  staleness(): number;
  /**
   * Whether the change log was read to its end within the last `maxStalenessMs`. When it was not, it is read at once, and
   * the answer is a promise that takes a quarter of a second at most.
   */
  isCurrent(maxStalenessMs: number): boolean | Promise<boolean>;
  /** Load on the database, for metrics. */
  load(): StoreLoad;
  close(): Promise<void>;
}

/** Load of a store at one moment. */
export interface StoreLoad {
  /** Changes that wait for the writer, or are being made. */
  readonly writesWaiting: number;
  /** Transactions committed since the store was opened. */
  readonly commits: number;
  /** Connections by use; none on SQLite. */
  readonly pools: Readonly<Record<string, PoolLoad>>;
}

/** Load of a connection pool at one moment. */
export interface PoolLoad {
  readonly open: number;
  readonly idle: number;
  /** Requests that wait for a connection. */
  readonly waiting: number;
  readonly max: number;
}

/** Dependencies of every store. */
export interface StoreOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Interval at which to look for changes of other nodes without a notification, ms; default 50. */
  readonly pollMs?: number;
  /** Whether other processes of this server write to the same file, so that each decision has to look for their changes. */
  readonly isShared?: boolean | undefined;
  /** Logs failures that no request sees; the messages contain no secret. */
  readonly log?: (message: string) => void;
}
