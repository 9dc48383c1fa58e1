import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemTimer, type Timer } from '../context/timer.ts';
import type { AuditEventRow } from '../store/schema.ts';
import type { Queries, Store } from '../store/store.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import { auditEvent, type CallRecord, identityOf } from './audit-event.ts';
import { insertAuditEvents } from './audit-events.ts';
import { RefusalLimit } from './refusal-limit.ts';
import { refusalSummary } from './refusal-summary.ts';

/**
 * When a call may be answered.
 *
 * `batched`: changes when their record is committed with them; reads and refusals at once, their records follow
 * within 200 ms, which a crash can lose. `strict`: everything when its record is committed. `best-effort`:
 * everything at once, also while the log cannot be written.
 */
export type AuditMode = 'batched' | 'strict' | 'best-effort';

export interface AuditTrailOptions {
  readonly store: Store;
  readonly mode: AuditMode;
  /** How long the oldest record waits at most for its batch to begin, in milliseconds; 150 unless told. */
  readonly flushMs?: number;
  /**
   * How much waits at most, so that a database that is away costs bounded memory: the length of the events' JSON
   * together, in UTF-16 units. 32 Mi unless told, some 40,000 usual records.
   */
  readonly maxQueuedLength?: number;
  /** What events give as `acsRegion`; `cn-hangzhou` unless told. */
  readonly region?: string;
  /** An id for an event that is of no request. */
  readonly newId: () => string;
  /** The system's unless told. */
  readonly timer?: Timer;
  /** Told when the log cannot be written, and when it can again. */
  readonly log: (message: string) => void;
}

/** One transaction of this size keeps other requests waiting for a few ms. */
const rowsPerBatch = 512;

/** Records that do not wait for their time: a commit waits for the disk, so the fewer the better. */
const rowsThatBegin = 2048;

/** How long to wait before trying again, while the database takes nothing. */
const retryMs = 1000;

/** How long refusals are counted that are not written one by one. */
const countMs = 60_000;

/**
 * Writes down every call.
 *
 * Nothing is lost silently: while the database takes no records they wait in memory, and once that is full,
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
  readonly #limit = new RefusalLimit();
  /** Flushes are writes of their own, also when a record arrives inside of another write. */
  readonly #outside = AsyncLocalStorage.snapshot();
  /** By event id: a transaction that runs again writes its record again, and the last one counts. */
  #queue = new Map<string, AuditEventRow>();
  /** What the flush under way has taken from the queue. */
  #taken: readonly AuditEventRow[] = [];
  /** Of both. */
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
  }

  /** How many records are not committed yet. */
  get queued(): number {
    return this.#queue.size + this.#taken.length;
  }

  /** How many records were given up: refused or dropped for want of room, or not acceptable to the database. */
  get dropped(): number {
    return this.#dropped;
  }

  /** How many refusals were counted rather than written. */
  get counted(): number {
    return this.#counted;
  }

  /** Whether the last attempt to write succeeded; true before the first. */
  get writable(): boolean {
    return !this.#failing;
  }

  /**
   * Writes the record of a change in the change's own transaction: both or neither. To be the last thing that
   * transaction does. In `best-effort` it only joins the queue.
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
   * Takes the record of a read or a refusal, to be written soon. Of refusals that prove nothing about who sent them,
   * each source has some written; the rest is counted, and once a minute an event says how many there were.
   *
   * @returns undefined when the call may be answered now; otherwise a promise to wait for: in `strict` of the
   *   commit, in `batched` of room in the queue. It rejects with StoreUnavailable when the call must not be
   *   answered, because its record was not or may not be written.
   * @param accountOfKey of a refusal: finds the account of the key that the request names, whose record it then is;
   *   asked only when the source has room, since it costs a look into the database
   */
  append(record: CallRecord, accountOfKey?: () => Promise<string>): Promise<void> | undefined {
    if (!isOfStranger(record)) return this.#append(record);
    const { sourceAddress, time, accessKeyId } = record;
    if (!this.#limit.admitsSource(sourceAddress, time)) return this.#notWritten();
    if (accountOfKey === undefined || accessKeyId === '') return this.#appendFor('', record);
    return (
      accountOfKey()
        // While that cannot be found out, the record is kept without an account.
        .catch(() => '')
        .then((accountId) => this.#appendFor(accountId, record))
    );
  }

  #appendFor(accountId: string, record: CallRecord): Promise<void> | undefined {
    const isAdmitted = this.#limit.admitsFor(accountId, record.sourceAddress, record.time);
    return isAdmitted ? this.#append({ ...record, accountId }) : this.#notWritten();
  }

  /** Of a refusal that was counted: within a minute an event says how many there were. */
  #notWritten(): undefined {
    this.#counted += 1;
    this.#cancelCount ??= this.#outside(() => this.#timer(() => this.#summarise(), countMs));
  }

  #append(record: CallRecord): Promise<void> | undefined {
    const row = auditEvent(record, this.#region);
    const { refusal, principal, sourceAddress, time } = record;
    if (refusal !== undefined && principal !== undefined) {
      const bytes = Buffer.byteLength(row.event);
      if (!this.#limit.admitsPrincipal(identityOf(record), sourceAddress, bytes, time)) {
        return this.#notWritten();
      }
    }
    if (this.#full) return this.#whenFull(row);
    this.#enqueue(row);
    if (this.#mode === 'strict') return this.flush();
    if (this.#queue.size >= rowsThatBegin && !this.#failing) this.#start();
    else this.#cancelTimer ??= this.#after(this.#flushMs);
    return undefined;
  }

  /** Writes all that waits now. Rejects with what the database said when it cannot; the records go on waiting. */
  async flush(): Promise<void> {
    // What a flush under way has taken is not the newest: the one after it has all.
    await this.#flushing?.catch(() => {});
    if (this.#queue.size > 0) await this.#start();
  }

  /** Takes no more, and writes what waits. Rejects when that cannot be written, and is lost. */
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

  /** Says of each source how many refusals were counted. While there is no room, the counting goes on. */
  #summarise(): void {
    this.#cancelCount?.();
    this.#cancelCount = undefined;
    if (this.#full) {
      this.#cancelCount = this.#outside(() => this.#timer(() => this.#summarise(), countMs));
      return;
    }
    for (const refusals of this.#limit.takeCounted()) {
      this.#enqueue(refusalSummary(refusals, this.#newId(), this.#region));
    }
    if (this.#queue.size > 0) this.#cancelTimer ??= this.#after(this.#flushMs);
  }

  #enqueue(row: AuditEventRow): void {
    this.#queuedLength += row.event.length - (this.#queue.get(row.event_id)?.event.length ?? 0);
    this.#queue.set(row.event_id, row);
  }

  #whenFull(row: AuditEventRow): Promise<void> | undefined {
    if (this.#mode === 'best-effort') {
      this.#dropped += 1;
      return undefined;
    }
    // Slow, not away: the batch under way makes room.
    const room = this.#failing || this.#closed ? Promise.resolve() : this.#start().catch(() => {});
    return room.then(() => this.#enqueueOrRefuse(row));
  }

  async #enqueueOrRefuse(row: AuditEventRow): Promise<void> {
    if (this.#full) {
      this.#dropped += 1;
      throw new StoreUnavailable('the audit log takes no more records');
    }
    this.#enqueue(row);
    if (this.#mode === 'strict') await this.flush();
    else this.#cancelTimer ??= this.#after(this.#flushMs);
  }

  #after(milliseconds: number): () => void {
    return this.#outside(() =>
      this.#timer(() => {
        this.#cancelTimer = undefined;
        // A failure has been told to the log, and is tried again.
        this.#start().catch(() => {});
      }, milliseconds),
    );
  }

  /** Begins a flush, or joins the one under way. */
  #start(): Promise<void> {
    this.#flushing ??= this.#outside(() => this.#flushAll()).finally(() => {
      this.#flushing = undefined;
    });
    // Whoever needs to know waits for it; nobody may.
    this.#flushing.catch(() => {});
    return this.#flushing;
  }

  /** Writes what is in the queue at its beginning, batch by batch. */
  async #flushAll(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const rows = [...this.#queue.values()];
    this.#queue = new Map();
    this.#taken = rows;
    try {
      for (let from = 0; from < rows.length; from += rowsPerBatch) {
        // SQLite works in this thread: requests get their turn between two batches.
        if (from > 0) await nextTurn();
        const batch = rows.slice(from, from + rowsPerBatch);
        await this.#write(batch);
        this.#taken = rows.slice(from + rowsPerBatch);
        this.#queuedLength -= lengthOf(batch);
      }
      if (this.#failing) this.#log('the audit log is written again');
      this.#failing = false;
    } catch (error) {
      // Back in front of what came meanwhile, which is newer where an id occurs twice.
      this.#queue = new Map([...this.#taken.map((row) => [row.event_id, row] as const), ...this.#queue]);
      this.#queuedLength = lengthOf(this.#queue.values());
      if (!this.#failing) this.#log('the audit log cannot be written: trying again until it can');
      this.#failing = true;
      throw error;
    } finally {
      this.#taken = [];
      if (this.#queue.size > 0 && !this.#closed) {
        // No timer is left when it fired during the flush: those records are due.
        this.#cancelTimer ??= this.#after(this.#failing ? retryMs : 0);
      }
    }
  }

  async #write(rows: readonly AuditEventRow[]): Promise<void> {
    try {
      await this.#store.write(({ queries }) => insertAuditEvents(this.#store.kind, queries, rows));
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      await this.#writeOneByOne(rows);
    }
  }

  /** One record that the database does not accept must not keep all others from being written. */
  async #writeOneByOne(rows: readonly AuditEventRow[]): Promise<void> {
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

/** A refusal that no account is concerned by, since nobody has proven to be anybody. */
function isOfStranger({ refusal, principal, attempt, accountId }: CallRecord): boolean {
  return refusal !== undefined && principal === undefined && attempt === undefined && accountId === '';
}

function lengthOf(rows: Iterable<AuditEventRow>): number {
  let length = 0;
  for (const row of rows) length += row.event.length;
  return length;
}
