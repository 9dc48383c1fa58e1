import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemTimer, type Timer } from '../context/timer.ts';
import type { AuditRecord } from '../store/schema.ts';
import type { Queries, Store } from '../store/store.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import { auditEvent, type CallRecord, identityOf } from './audit-event.ts';
import { insertAuditEvents } from './audit-events.ts';
import { RefusalLimit } from './refusal-limit.ts';
import { refusalSummary } from './refusal-summary.ts';
import { contentBytes } from './stored-event.ts';

/**
 * When a call may be answered.
 *
 * `batched`: changes once their record is committed with them; reads and refusals at once, their records follow
 * within 200 ms, which a crash can lose. `strict`: every call once its record is committed. `best-effort`: every
 * call at once, also while the log cannot be written.
 */
export type AuditMode = 'batched' | 'strict' | 'best-effort';

export interface AuditTrailOptions {
  readonly store: Store;
  readonly mode: AuditMode;
  /** Maximum time that the oldest record waits until its batch starts, ms; default 150. */
  readonly flushMs?: number;
  /**
   * Maximum length of the queued records, in UTF-16 units, which bounds memory while the database is unavailable. Default 32 Mi, some 40,000 usual records.
   */
  readonly maxQueuedLength?: number;
  /** `acsRegion` of the events; default `cn-hangzhou`. */
  readonly region?: string;
  /** Returns an id for an event that belongs to no request. */
  readonly newId: () => string;
  /** Worker processes of the server, among which the refusals that are written one by one are divided; default 1. */
  readonly workers?: number | undefined;
  /** Default: the system's timer. */
  readonly timer?: Timer;
  /** Called when the log cannot be written, and when it can again. */
  readonly log: (message: string) => void;
}

/** Rows of one transaction; this many make other requests wait for a few ms. */
const ROWS_PER_BATCH = 512;

/** Queued records that start a flush before the timer: commits wait for the disk, so fewer are better. */
const FLUSH_AT_ROWS = 2048;

/** Delay before the next attempt while the database is unavailable, ms. */
const RETRY_MS = 1000;

/** Interval at which counted refusals are summarised, ms. */
const SUMMARY_INTERVAL_MS = 60_000;

/**
 * The audit log of all calls.
 *
 * No record is lost silently: while the database is unavailable records wait in memory, and once that is full,
 * `append` refuses (in `best-effort` it drops the record and counts it).
 */
export class AuditTrail {
  readonly #store: Store;
  readonly #mode: AuditMode;
  readonly #flushMs: number;
  readonly #maxQueuedLength: number;
  readonly #region: string;
  readonly #timer: Timer;
  readonly #log: (message: string) => void;
  readonly #newId: () => string;
  readonly #limit: RefusalLimit;
  /** Async context outside of every write: a flush must not join the write in which a record arrived. */
  readonly #outside = AsyncLocalStorage.snapshot();
  /** By event id: a transaction that runs again replaces its record. */
  #queue = new Map<string, AuditRecord>();
  /** Records that the current flush has taken from the queue. */
  #taken: readonly AuditRecord[] = [];
  /** Length of `#queue` and `#taken`. */
  #queuedLength = 0;
  #flushing: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #cancelCount: (() => void) | undefined;
  #failing = false;
  #closed = false;
  #dropped = 0;
  #counted = 0;

  constructor(options: AuditTrailOptions) {
    this.#store = options.store;
    this.#mode = options.mode;
    this.#flushMs = options.flushMs ?? 150;
    this.#maxQueuedLength = options.maxQueuedLength ?? 32 * 1024 * 1024;
    this.#region = options.region ?? 'cn-hangzhou';
    this.#timer = options.timer ?? systemTimer;
    this.#log = options.log;
    this.#newId = options.newId;
    this.#limit = new RefusalLimit(undefined, options.workers);
  }

  /** Number of records that are not committed yet. */
  get queued(): number {
    return this.#queue.size + this.#taken.length;
  }

  /** Number of lost records: refused or dropped because the queue was full, or rejected by the database. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Number of refusals that were counted instead of written. */
  get counted(): number {
    return this.#counted;
  }

  /** Whether the last attempt to write succeeded; true before the first. */
  get writable(): boolean {
    return !this.#failing;
  }

  /**
   * Writes the record of a change in the change's own transaction: both or neither. Must be the last statement of
   * that transaction. In `best-effort` the record only joins the queue.
   *
   * @param queries of that transaction
   */
  async commitWith(queries: Queries, record: CallRecord): Promise<void> {
    if (this.#mode === 'best-effort') {
      this.append(record);
      return;
    }
    await insertAuditEvents(this.#store.kind, queries, [auditEvent(record, this.#region)]);
  }

  /**
   * Queues the record of a read or a refusal. Of unauthenticated refusals, some are written for each source; the
   * rest is counted, and summarised in one event a minute.
   *
   * @param accountOfKey for a refusal: finds the account of the key that the request names, which then owns the
   *   record; called only if the source has room, since it costs a look-up in the database
   * @returns undefined if the call may be answered now; otherwise a promise to wait for: in `strict` of the commit,
   *   in `batched` of room in the queue. It rejects with StoreUnavailable if the call must not be answered, because
   *   its record was not or may not be written.
   */
  append(record: CallRecord, accountOfKey?: () => Promise<string>): Promise<void> | undefined {
    if (!isUnauthenticatedRefusal(record)) return this.#append(record);
    const { sourceAddress, time, accessKeyId } = record;
    if (!this.#limit.admitsSource(sourceAddress, time)) return this.#notWritten();
    if (accountOfKey === undefined || accessKeyId === '') return this.#appendFor('', record);
    return (
      accountOfKey()
        // If the account cannot be found out, the record is kept without one.
        .catch(() => '')
        .then((accountId) => this.#appendFor(accountId, record))
    );
  }

  #appendFor(accountId: string, record: CallRecord): Promise<void> | undefined {
    const isAdmitted = this.#limit.admitsFor(accountId, record.sourceAddress, record.time);
    return isAdmitted ? this.#append({ ...record, accountId }) : this.#notWritten();
  }

  /** Counts a refusal that is not written; a summary event follows within a minute. */
  #notWritten(): undefined {
    this.#counted += 1;
    this.#cancelCount ??= this.#outside(() => this.#timer(() => this.#summarise(), SUMMARY_INTERVAL_MS));
  }

  #append(record: CallRecord): Promise<void> | undefined {
    const row = auditEvent(record, this.#region);
    const { refusal, principal, sourceAddress, time } = record;
    if (refusal !== undefined && principal !== undefined) {
      const bytes = contentBytes(row);
      if (!this.#limit.admitsPrincipal(identityOf(record), sourceAddress, bytes, time)) {
        return this.#notWritten();
      }
    }
    if (this.#full) return this.#whenFull(row);
    this.#enqueue(row);
    if (this.#mode === 'strict') return this.flush();
    if (this.#queue.size >= FLUSH_AT_ROWS && !this.#failing) this.#start();
    else this.#cancelTimer ??= this.#after(this.#flushMs);
    return undefined;
  }

  /** Writes all queued records. If the database fails, rejects with its error and keeps the records. */
  async flush(): Promise<void> {
    // The current flush does not have the newest records; the one after it has.
    await this.#flushing?.catch(() => {});
    if (this.#queue.size > 0) await this.#start();
  }

  /** Writes the queued records and accepts no more. Rejects if they cannot be written; they are lost then. */
  async close(): Promise<void> {
    this.#summarise();
    this.#closed = true;
    try {
      await this.flush();
    } catch (error) {
      this.#log(`${this.queued} audit records could not be written before the end`);
      throw error;
    } finally {
      this.#cancelTimer?.();
      this.#cancelTimer = undefined;
      this.#cancelCount?.();
    }
  }

  get #full(): boolean {
    return this.#queuedLength >= this.#maxQueuedLength || this.#closed;
  }

  /** Queues a summary of the refusals counted for each source. While the queue is full, counting continues. */
  #summarise(): void {
    this.#cancelCount?.();
    this.#cancelCount = undefined;
    if (this.#full) {
      this.#cancelCount = this.#outside(() => this.#timer(() => this.#summarise(), SUMMARY_INTERVAL_MS));
      return;
    }
    for (const refusals of this.#limit.takeCounted()) {
      this.#enqueue(refusalSummary(refusals, this.#newId(), this.#region));
    }
    if (this.#queue.size > 0) this.#cancelTimer ??= this.#after(this.#flushMs);
  }

  #enqueue(row: AuditRecord): void {
    const replaced = this.#queue.get(row.event_id);
    this.#queuedLength += queuedLength(row) - (replaced === undefined ? 0 : queuedLength(replaced));
    this.#queue.set(row.event_id, row);
  }

  #whenFull(row: AuditRecord): Promise<void> | undefined {
    if (this.#mode === 'best-effort') {
      this.#dropped += 1;
      return undefined;
    }
    // Slow, not unavailable: the current batch makes room.
    const room = this.#failing || this.#closed ? Promise.resolve() : this.#start().catch(() => {});
    return room.then(() => this.#enqueueOrRefuse(row));
  }

  async #enqueueOrRefuse(row: AuditRecord): Promise<void> {
    if (this.#full) {
      this.#dropped += 1;
      throw new StoreUnavailable('the audit log queue is full');
    }
    this.#enqueue(row);
    if (this.#mode === 'strict') await this.flush();
    else this.#cancelTimer ??= this.#after(this.#flushMs);
  }

  #after(milliseconds: number): () => void {
    return this.#outside(() =>
      this.#timer(() => {
        this.#cancelTimer = undefined;
        // The failure has been logged, and the flush is tried again.
        this.#start().catch(() => {});
      }, milliseconds),
    );
  }

  /** Starts a flush, or joins the current one. */
  #start(): Promise<void> {
    this.#flushing ??= this.#outside(() => this.#flushAll()).finally(() => {
      this.#flushing = undefined;
    });
    // Callers that need the result await it; without one, the rejection must not count as unhandled.
    this.#flushing.catch(() => {});
    return this.#flushing;
  }

  /** Writes the records that are queued at its start, batch by batch. */
  async #flushAll(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const rows = [...this.#queue.values()];
    this.#queue = new Map();
    this.#taken = rows;
    try {
      for (let from = 0; from < rows.length; from += ROWS_PER_BATCH) {
        // SQLite runs in this thread: let requests run between two batches.
        if (from > 0) await nextTurn();
        const batch = rows.slice(from, from + ROWS_PER_BATCH);
        await this.#write(batch);
        this.#taken = rows.slice(from + ROWS_PER_BATCH);
        this.#queuedLength -= lengthOf(batch);
      }
      if (this.#failing) this.#log('the audit log is written again');
      this.#failing = false;
    } catch (error) {
      // Put the records back in front of newer ones, which win where an id occurs twice.
      this.#queue = new Map([...this.#taken.map((row) => [row.event_id, row] as const), ...this.#queue]);
      this.#queuedLength = lengthOf(this.#queue.values());
      if (!this.#failing) this.#log('the audit log cannot be written: trying again until it can');
      this.#failing = true;
      throw error;
    } finally {
      this.#taken = [];
      if (this.#queue.size > 0 && !this.#closed) {
        // If the timer fired during the flush, none is armed: those records are due.
        this.#cancelTimer ??= this.#after(this.#failing ? RETRY_MS : 0);
      }
    }
  }

  async #write(rows: readonly AuditRecord[]): Promise<void> {
    try {
      await this.#store.write(({ queries }) => insertAuditEvents(this.#store.kind, queries, rows));
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      await this.#writeOneByOne(rows);
    }
  }

  /** Writes records one by one: a record that the database rejects must not keep back the others. */
  async #writeOneByOne(rows: readonly AuditRecord[]): Promise<void> {
    for (const row of rows) {
      try {
        await this.#store.write(({ queries }) => insertAuditEvents(this.#store.kind, queries, [row]));
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        this.#dropped += 1;
        this.#log(`the audit record ${row.event_id} is not accepted by the database`);
      }
    }
  }
}

/** Returns whether a refusal concerns no account, because its caller was not authenticated. */
function isUnauthenticatedRefusal({ refusal, principal, attempt, accountId }: CallRecord): boolean {
  return refusal !== undefined && principal === undefined && attempt === undefined && accountId === '';
}

function lengthOf(rows: Iterable<AuditRecord>): number {
  let length = 0;
  for (const row of rows) length += queuedLength(row);
  return length;
}

/** Length of the columns that have about the same length in every record. */
const COLUMNS_LENGTH = 300;

/** Returns the memory that a record takes in the queue, about. */
function queuedLength({ event, user_agent: userAgent }: AuditRecord): number {
  return event.length + userAgent.length + COLUMNS_LENGTH;
}
