import type { Store } from '../store/store.ts';
import { nextCheckpoint } from './chain-reader.ts';
import { chainEnd } from './chain-records.ts';
import { type CheckpointText, checkpointText } from './checkpoint-text.ts';
import { DeadLetters } from './dead-letters.ts';

/** Receiver of audit records outside the database. */
export interface AuditSink {
  /** Such as `webhook`; names its place in the database and its file of dead letters. */
  readonly name: string;
  /** Delivers a checkpoint with its records. A delivery that failed is repeated, so receivers may get it twice. */
  send(checkpoint: CheckpointText): Promise<void>;
  close(): void;
}

/** Options of the delivery to one receiver. */
export interface AuditDeliveryOptions {
  readonly store: Store;
  readonly sink: AuditSink;
  /** Folder of the files with what could not be delivered. */
  readonly deadLetters: string;
  readonly now: () => number;
  readonly log: (message: string) => void;
  /** Delays between the attempts for one checkpoint, ms. */
  readonly delays?: readonly number[];
  /** Interval at which new checkpoints are looked for, ms. */
  readonly pollMs?: number;
}

/** About two minutes in all: a receiver that restarts is waited for. */
const DELAYS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 60_000];

const POLL_MS = 1_000;

/** Time for which a node claims the delivery, ms; longer than an attempt takes. */
const CLAIM_MS = 60_000;

/**
 * Delivers every checkpoint with its records to one receiver, in order, from one node at a time. What is not accepted
 * after the last attempt goes into a file of dead letters, so that one checkpoint does not hold up the rest. Calls
 * never wait for it.
 */
export class AuditDelivery {
  readonly #options: AuditDeliveryOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #delivered = 0;
  #dead = 0;
  #failures = 0;
  #isFailing = false;
  #claimedUntil = 0;

  constructor(options: AuditDeliveryOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.sink.name;
  }

  /** Delivered checkpoints, those in the file of dead letters, and failed attempts. */
  get counts(): { readonly delivered: number; readonly dead: number; readonly failures: number } {
    return { delivered: this.#delivered, dead: this.#dead, failures: this.#failures };
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Stops after the attempt in progress; the rest is delivered after the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#options.sink.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { pollMs = POLL_MS } = this.#options;
    while (!this.#isStopping) {
      try {
        while (!this.#isStopping && (await this.#deliverNext()));
      } catch (error) {
        this.#note(error);
      }
      await this.#rest(pollMs);
    }
  }

  /** Delivers the next checkpoint. @returns false if there is none, or another node delivers */
  async #deliverNext(): Promise<boolean> {
    if (!(await this.#hasNew())) return false;
    const after = await this.#claim();
    if (after === undefined) return false;
    const read = await nextCheckpoint(this.#options.store.queries, after);
    if (read === undefined) return false;
    const next = checkpointText(read);
    const isDelivered = await this.#attempt(next);
    if (isDelivered === undefined) {
      // Another node need not wait for the end of the claim.
      await this.#advance(after, 0);
      return false;
    }
    if (isDelivered) this.#delivered += 1;
    else await this.#bury(next);
    await this.#advance(next.number, this.#options.now() + CLAIM_MS);
    return true;
  }

  /** Returns whether there is a checkpoint to deliver; writes nothing. */
  async #hasNew(): Promise<boolean> {
    const { queries } = this.#options.store;
    const row = await queries
      .selectFrom('audit_deliveries')
      .select('checkpoint')
      .where('sink', '=', this.name)
      .executeTakeFirst();
    return (await chainEnd(queries)).number > (row?.checkpoint ?? 0);
  }

  /** @returns whether it was delivered; `undefined` if this node stops before */
  async #attempt(next: CheckpointText): Promise<boolean | undefined> {
    const { sink, log, delays = DELAYS } = this.#options;
    for (let attempt = 0; ; attempt += 1) {
      if (this.#isStopping) return undefined;
      try {
        await sink.send(next);
        if (this.#isFailing) log(`audit records are delivered again (${sink.name})`);
        this.#isFailing = false;
        return true;
      } catch (error) {
        this.#note(error);
      }
      const delayMs = delays[attempt];
      if (delayMs === undefined) return false;
      await this.#advance(next.number - 1, this.#options.now() + delayMs + CLAIM_MS);
      await this.#rest(delayMs);
    }
  }

  /**
   * Claims the delivery for this node. A new receiver begins with the oldest checkpoint.
   * @returns the last delivered checkpoint; `undefined` if another node delivers
   */
  #claim(): Promise<number | undefined> {
    const { store, sink, now } = this.#options;
    return store.write(async ({ queries }) => {
      const row = await queries
        .selectFrom('audit_deliveries')
        .selectAll()
        .where('sink', '=', sink.name)
        .executeTakeFirst();
      const at = now();
      // A claim from a clock that was wrong must not hold for ever.
      const isClaimed = row !== undefined && row.claimed_until > at && row.claimed_until < at + 10 * CLAIM_MS;
      if (isClaimed && row.claimed_until !== this.#claimedUntil) return undefined;
      this.#claimedUntil = at + CLAIM_MS;
      const claimed = {
        sink: sink.name,
        checkpoint: row?.checkpoint ?? 0,
        claimed_until: this.#claimedUntil,
      };
      await queries
        .insertInto('audit_deliveries')
        .values(claimed)
        .onConflict((conflict) =>
          conflict.column('sink').doUpdateSet({ claimed_until: claimed.claimed_until }),
        )
        .execute();
      return claimed.checkpoint;
    });
  }

  async #advance(checkpoint: number, claimedUntil: number): Promise<void> {
    const { store, sink } = this.#options;
    const before = this.#claimedUntil;
    this.#claimedUntil = claimedUntil;
    await store.write(({ queries }) =>
      queries
        .updateTable('audit_deliveries')
        .set({ checkpoint, claimed_until: claimedUntil })
        .where('sink', '=', sink.name)
        .where('claimed_until', '=', before)
        .execute(),
    );
  }

  /** Appends a checkpoint to the file of dead letters. If that fails, it is tried again from the first attempt on. */
  async #bury(next: CheckpointText): Promise<void> {
    const { deadLetters, sink, log } = this.#options;
    const letters = new DeadLetters(deadLetters, sink.name);
    await letters.add(next);
    this.#dead += 1;
    log(
      `audit checkpoint ${next.number} was not accepted by the ${sink.name}: it is in ${letters.file}; send it with ` +
        '`claviger audit resend`',
    );
  }

  #note(error: unknown): void {
    this.#failures += 1;
    const { sink, log } = this.#options;
    const reason = error instanceof Error ? error.message : 'unknown';
    if (!this.#isFailing && !this.#isStopping) {
      log(`audit records are not delivered (${sink.name}): ${reason}: trying again`);
    }
    this.#isFailing = true;
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Waits; less when this node stops. */
  #rest(milliseconds: number): Promise<void> {
    const { signal } = this.#stopping;
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds).unref();
      signal.addEventListener('abort', done);
    });
  }
}
