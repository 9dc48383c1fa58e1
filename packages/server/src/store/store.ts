import type { Kysely } from 'kysely';
import type { ChangeTopic, Schema } from './schema.ts';

/** Queries of either database; inside `Store.write` they are part of that transaction. */
export type Queries = Kysely<Schema>;

export type { ChangeTopic };

/** One change, as the followers of the change log hear of it. */
export interface Change {
  readonly accountId: string;
  readonly topic: ChangeTopic;
  readonly subject: string;
}

/** A transaction under way. */
export interface WriteTransaction {
  readonly queries: Queries;
  /**
   * Notes that cached knowledge of `subject` is out of date. The note commits with the transaction, and this
   * node's followers have heard it before `Store.write` resolves: nobody answers from what a change that was
   * already answered has made wrong.
   */
  changed(change: Change): void;
}

/** The database, whichever it is. */
export interface Store {
  readonly kind: 'sqlite' | 'postgres';
  /** Reads of committed data. */
  readonly queries: Queries;
  /**
   * Runs `work` in one serialisable transaction and resolves after it is durable. If `work` throws, nothing of
   * it remains and the error is passed on. `work` may run again when the database asks for a retry, so it must
   * have no effect but through its transaction.
   * @throws StoreUnavailable when the database cannot be reached
   */
  write<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T>;
  /** Calls `listener` for each committed change of this node and the others; returns how to stop. */
  follow(listener: (change: Change) => void): () => void;
  /**
   * The revision of the change log up to which followers have heard every change; some above it they may have heard
   * already. 0 while there was none.
   */
  heard(): number;
  /** Milliseconds since the change log was last known to be read to its end; 0 on a single-node store. */
  staleness(): number;
  close(): Promise<void>;
}

/** What every store needs of its surroundings. */
export interface StoreOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How often to look for changes of other nodes when nothing wakes us, in milliseconds; 50 unless told. */
  readonly pollMs?: number;
  /** Told of troubles that no request sees; the messages hold no secret. */
  readonly log?: (message: string) => void;
}
