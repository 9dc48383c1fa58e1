import type pg from 'pg';
import { CHANGE_RETENTION_MS } from '../change-listeners.ts';
import type { Change } from '../store.ts';
import { unreachable } from './postgres-connection.ts';

/** Channel that a writer notifies in the transaction of a change, to wake the other nodes. */
export const CHANGE_CHANNEL = 'claviger_changes';

const ROWS_PER_READ = 1000;

/**
 * Time during which a missing revision is looked for again, ms. Revisions are assigned when a change is written and
 * visible when it is committed, so a lower one may appear after a higher. The server ends the sessions of writers
 * well before that time.
 */
const GAP_MEMORY_MS = 60_000;

/** Number of missing revisions below a new one that are looked for: no more are ever in progress at once. */
const GAPS_PER_STEP = 1000;

interface LoggedChange extends Change {
  readonly revision: number;
}

export interface ChangeReaderOptions {
  /** Opens a connection for the reader alone. */
  readonly connect: () => Promise<pg.Client>;
  readonly now: () => number;
  /** Maximum time between two reads, ms. */
  readonly pollMs: number;
  readonly log: (message: string) => void;
  readonly tell: (changes: readonly Change[]) => void;
}

/**
 * Follows the change log of a server: woken by notifications where the server supports them, else reading every
 * `pollMs`; reconnects until it succeeds.
 */
export class ChangeReader {
  readonly #options: ChangeReaderOptions;
  /** Missing revisions below `#seen`, with the time since when they are missing. */
  readonly #gaps = new Map<number, number>();
  /** Revisions of this node above `#seen` or among the gaps: its listeners have received them. */
  readonly #own = new Set<number>();
  #seen = 0;
  #readAt: number;
  /** `#readAt` by the monotonic clock. */
  #readAtMonotonic = performance.now();
  #client: pg.Client | undefined;
  #wake: (() => void) | undefined;
  #woken = false;
  /** Called when the log was read to its end. */
  readonly #waiting = new Set<() => void>();
  #closed = false;
  #running: Promise<void> = Promise.resolve();
  /** Whether the server supports LISTEN; CockroachDB, for one, does not. */
  notifies = true;

  constructor(options: ChangeReaderOptions) {
    this.#options = options;
    this.#readAt = options.now();
  }

  /** Reads up to the present and follows from there. @throws StoreUnavailable if the server cannot be reached */
  async start(): Promise<void> {
    try {
      const client = await this.#connect();
      const { rows } = await client.query('select coalesce(max(revision), 0) as revision from changes');
      // A change that was in progress then may appear below the highest.
      this.#seen = Math.max(0, rows[0].revision - GAPS_PER_STEP);
      await this.#readToEnd(client);
    } catch (error) {
      this.#disconnect();
      throw unreachable(error);
    }
    this.#running = this.#run();
  }

  /** Highest revision that listeners have received. */
  get seen(): number {
    return this.#seen;
  }

  /**
   * Whole milliseconds since the log was known to be read to its end, by the clock that says more: the wall clock may
   * be set back, and the monotonic clock stands still while the machine is suspended.
   */
  staleness(): number {
    const byMonotonicClock = Math.ceil(performance.now() - this.#readAtMonotonic);
    return Math.max(this.#options.now() - this.#readAt, byMonotonicClock);
  }

  /** Has the log read at once. Resolves when it was read to its end, and after `withinMs` at the latest. */
  readSoon(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, withinMs);
      const waiting = this.#waiting;
      function done() {
        clearTimeout(timer);
        waiting.delete(done);
        resolve();
      }
      waiting.add(done);
      this.#wakeUp();
    });
  }

  /**
   * Notes the revisions that this node is about to commit, and will report to its listeners itself afterwards. Before
   * the commit: the reader may see the change sooner than the writer learns of its success.
   */
  noteOwn(revisions: Iterable<number>): void {
    for (const revision of revisions) {
      if (revision > this.#seen || this.#gaps.has(revision)) this.#own.add(revision);
    }
  }

  /** Takes back `noteOwn`, if it is not known whether the commit succeeded. */
  forgetOwn(revisions: Iterable<number>): void {
    for (const revision of revisions) this.#own.delete(revision);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wakeUp();
    await this.#running;
    this.#disconnect();
  }

  async #run(): Promise<void> {
    let troubled = false;
    while (!this.#closed) {
      await this.#rest();
      if (this.#closed) return;
      try {
        await this.#readToEnd(this.#client ?? (await this.#connect()));
        if (troubled) this.#options.log('the change log is read again');
        troubled = false;
      } catch {
        this.#disconnect();
        if (!troubled) this.#options.log('the change log cannot be read: trying again until it can');
        troubled = true;
      }
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = await this.#options.connect();
    this.#client = client;
    client.on('notification', () => this.#wakeUp());
    // The next read fails on it and connects anew.
    client.on('error', () => this.#wakeUp());
    if (this.notifies) {
      try {
        await client.query(`listen ${CHANGE_CHANNEL}`);
      } catch (error) {
        const state = error instanceof Error && 'code' in error ? error.code : undefined;
        // Not implemented, or a syntax error.
        if (state !== '0A000' && state !== '42601') throw error;
        this.notifies = false;
      }
    }
    return client;
  }

  #disconnect(): void {
    // Ending may fail on a connection that is already lost; nothing depends on it.
    this.#client?.end().catch(() => {});
    this.#client = undefined;
  }

  /** Waits until woken, `pollMs` at most. */
  async #rest(): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#options.pollMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = undefined;
    this.#woken = false;
  }

  #wakeUp(): void {
    this.#woken = true;
    this.#wake?.();
  }

  async #readToEnd(client: pg.Client): Promise<void> {
    for (;;) {
      const startedAt = this.#options.now();
      const startedAtMonotonic = performance.now();
      const { rows } =
        this.#gaps.size === 0
          ? await client.query<LoggedChange>(`${SELECT} where revision > $1 ${ORDER}`, [this.#seen])
          : await client.query<LoggedChange>(
              `${SELECT} where revision > $1 or revision = any($2::bigint[]) ${ORDER}`,
              [this.#seen, [...this.#gaps.keys()]],
            );
      this.#take(rows, startedAt);
      if (rows.length < ROWS_PER_READ) {
        this.#finishAt(startedAt);
        this.#readAtMonotonic = startedAtMonotonic;
        for (const done of [...this.#waiting]) done();
        return;
      }
    }
  }

  #take(rows: readonly LoggedChange[], startedAt: number): void {
    const changes: Change[] = [];
    for (const { revision, accountId, topic, subject } of rows) {
      if (revision > this.#seen) {
        const firstGap = Math.max(this.#seen + 1, revision - GAPS_PER_STEP);
        for (let gap = firstGap; gap < revision; gap += 1) this.#gaps.set(gap, startedAt);
        this.#seen = revision;
      } else {
        this.#gaps.delete(revision);
      }
      if (!this.#own.delete(revision)) changes.push({ accountId, topic, subject });
    }
    this.#options.tell(changes);
  }

  #finishAt(startedAt: number): void {
    // Cut off for longer than the log is kept: the trimmed changes can no longer be named.
    if (startedAt - this.#readAt >= CHANGE_RETENTION_MS) {
      this.#options.tell([{ accountId: '', topic: 'everything', subject: '' }]);
    }
    this.#readAt = startedAt;
    // Only now: a gap is given up after it was looked for once more, however long nothing could be read.
    for (const [revision, since] of this.#gaps) {
      if (startedAt - since >= GAP_MEMORY_MS) {
        this.#gaps.delete(revision);
        this.#own.delete(revision);
      }
    }
  }
}

const SELECT = 'select revision, account_id as "accountId", topic, subject from changes';
const ORDER = `order by revision limit ${ROWS_PER_READ}`;
