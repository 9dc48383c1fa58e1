import { setImmediate as nextTurn } from 'node:timers/promises';
import { DAY_MS } from '../context/limits.ts';
import type { AuditSigningKey } from '../secrets/audit-signing-key.ts';
import type { AuditCheckpointRow } from '../store/schema.ts';
import { type ChainAnchor, readChainAnchor, writeChainAnchor } from './chain-anchor.ts';
import { chainEnd, chainRecords, RECORDS_PER_CHECKPOINT } from './chain-records.ts';
import { type EventServices, recordHousekeeping } from './system-event.ts';

/** Interval at which unchained records are looked for, ms. */
const POLL_MS = 1000;

/** Interval at which the newest checkpoint is logged and the state is read, ms. */
const STATE_MS = 60_000;

/** Interval at which the newest checkpoint is logged, ms. */
const LOG_MS = 10 * 60_000;

/** Options of the chain. */
export interface AuditChainOptions {
  readonly services: EventServices;
  readonly key: AuditSigningKey;
  /** File with the last checkpoint that this node has signed; absent without a directory to write to. */
  readonly anchorFile: string | undefined;
  /** Maximum time that a record waits for its checkpoint, ms. */
  readonly intervalMs: number;
  /** Days that records are kept; 0 for unlimited. */
  readonly retentionDays: number;
  readonly now: () => number;
  readonly log: { info(message: string): void; warn(message: string): void };
}

/** State of the chain, for metrics. It is read once a minute. */
export interface AuditChainState {
  readonly checkpoint: number;
  /** ms since the epoch; 0 before the first checkpoint */
  readonly signedAt: number;
  /** Chained records that are stored, and their size without indexes. */
  readonly records: number;
  readonly bytes: number;
  /** Those of them that retention removes within a day. */
  readonly dueRecords: number;
  readonly dueBytes: number;
  /** Records without a checkpoint, counted up to the size of one. */
  readonly unchained: number;
}

const NO_STATE: AuditChainState = {
  checkpoint: 0,
  signedAt: 0,
  records: 0,
  bytes: 0,
  dueRecords: 0,
  dueBytes: 0,
  unchained: 0,
};

/**
 * Takes the records of all nodes up into the hash chain, at the latest after `intervalMs`. Calls do not wait for it.
 * Several nodes may do it at once; one that finds a fresh checkpoint leaves the work to the node that signed it.
 */
export class AuditChain {
  readonly #options: AuditChainOptions;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> = Promise.resolve();
  #isFailing = false;
  #isStopped = false;
  #isRolledBack = false;
  #isAnchorFailing = false;
  #newest: ChainAnchor | undefined;
  #failures = 0;
  #state = NO_STATE;
  #stateReadAt = Number.NEGATIVE_INFINITY;
  #logged: { readonly number: number; readonly at: number } = { number: 0, at: Number.NEGATIVE_INFINITY };

  constructor(options: AuditChainOptions) {
    this.#options = options;
  }

  /** Key that signs the checkpoints of this node. */
  get key(): AuditSigningKey {
    return this.#options.key;
  }

  /** State of the chain when it was last read. */
  get state(): AuditChainState {
    return this.#state;
  }

  /** Passes that failed. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether the log lacked a checkpoint at the start that this node had signed. */
  get isRolledBack(): boolean {
    return this.#isRolledBack;
  }

  /**
   * Publishes the public key, compares the log with the last checkpoint that this node has signed, and begins.
   * @throws StoreUnavailable
   */
  async start(): Promise<void> {
    await this.#publishKey();
    await this.#compareWithAnchor();
    this.#timer = setInterval(() => {
      this.#underWay = this.#underWay.then(() => this.#poll());
    }, POLL_MS).unref();
  }

  /** Chains what is left, and stops. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#underWay;
    await this.#try(async () => {
      await this.chainAll();
      this.#logCheckpoint(Number.NEGATIVE_INFINITY);
    });
  }

  /** Chains all records that are committed now. @returns the newest checkpoint that was made */
  async chainAll(): Promise<AuditCheckpointRow | undefined> {
    const { services, key, now } = this.#options;
    let newest: AuditCheckpointRow | undefined;
    for (;;) {
      const checkpoint = await chainRecords(services.store, key, now());
      if (checkpoint === undefined) break;
      const size = checkpoint.total_records - (newest?.total_records ?? 0);
      newest = checkpoint;
      if (size < RECORDS_PER_CHECKPOINT) break;
      await nextTurn();
    }
    if (newest !== undefined) {
      this.#newest = newest;
      this.#keepAnchor(newest);
      this.#state = { ...this.#state, checkpoint: newest.number, signedAt: newest.signed_at };
    }
    return newest;
  }

  async #poll(): Promise<void> {
    if (this.#isStopped) return;
    await this.#try(async () => {
      if (await this.#isDue()) await this.chainAll();
      const now = this.#options.now();
      if (Math.abs(now - this.#stateReadAt) >= STATE_MS) {
        this.#stateReadAt = now;
        this.#state = await this.#readState(now);
        this.#logCheckpoint(now);
      }
    });
  }

  async #try(work: () => Promise<void>): Promise<void> {
    const { log } = this.#options;
    try {
      await work();
      if (this.#isFailing) log.warn('audit records are chained again');
      this.#isFailing = false;
    } catch (error) {
      this.#failures += 1;
      const reason = error instanceof Error ? error.message : 'unknown';
      if (!this.#isFailing)
        log.warn(`audit records cannot be chained: ${reason}: trying again until they can`);
      this.#isFailing = true;
    }
  }

  async #isDue(): Promise<boolean> {
    const unchained = await this.#countUnchained();
    if (unchained === 0) return false;
    if (unchained >= RECORDS_PER_CHECKPOINT) return true;
    const newest = await this.#options.services.store.queries
      .selectFrom('audit_checkpoints')
      .select('signed_at')
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirst();
    // A clock that was set back must not delay it.
    const { now, intervalMs } = this.#options;
    return newest === undefined || Math.abs(now() - newest.signed_at) >= intervalMs;
  }

  async #countUnchained(): Promise<number> {
    const rows = await this.#options.services.store.queries
      .selectFrom('audit_unchained')
      .select('position')
      .limit(RECORDS_PER_CHECKPOINT)
      .execute();
    return rows.length;
  }

  async #readState(now: number): Promise<AuditChainState> {
    const { services, retentionDays } = this.#options;
    const { queries } = services.store;
    const newest = () =>
      queries.selectFrom('audit_checkpoints').selectAll().orderBy('number', 'desc').limit(1);
    const last = await newest().executeTakeFirst();
    const cut = await queries.selectFrom('audit_cuts').selectAll().executeTakeFirst();
    const [cutRecords, cutBytes] = [cut?.total_records ?? 0, cut?.total_bytes ?? 0];
    const due =
      retentionDays === 0
        ? undefined
        : await newest()
            .where('last_time', '<', now - (retentionDays - 1) * DAY_MS)
            .executeTakeFirst();
    return {
      checkpoint: last?.number ?? cut?.number ?? 0,
      signedAt: last?.signed_at ?? 0,
      records: (last?.total_records ?? cutRecords) - cutRecords,
      bytes: (last?.total_bytes ?? cutBytes) - cutBytes,
      dueRecords: (due?.total_records ?? cutRecords) - cutRecords,
      dueBytes: (due?.total_bytes ?? cutBytes) - cutBytes,
      unchained: await this.#countUnchained(),
    };
  }

  /** Logs the newest checkpoint now and then: an operator who keeps the log can find a log that was rolled back. */
  #logCheckpoint(now: number): void {
    const { checkpoint: number } = this.#state;
    if (number === this.#logged.number) return;
    if (now !== Number.NEGATIVE_INFINITY && Math.abs(now - this.#logged.at) < LOG_MS) return;
    if (this.#newest === undefined) return;
    this.#logged = { number, at: now };
    this.#options.log.info(`audit checkpoint ${this.#newest.number} has the hash ${this.#newest.hash}`);
  }

  async #publishKey(): Promise<void> {
    const { services, key, now } = this.#options;
    await services.store.write(async ({ queries }) => {
      const known = await queries.selectFrom('audit_signing_keys').select('key_id').execute();
      if (known.some(({ key_id: id }) => id === key.keyId)) return;
      const row = { key_id: key.keyId, public_key: key.publicKey, added_at: now() };
      await queries.insertInto('audit_signing_keys').values(row).execute();
      if (known.length === 0) return;
      const event = { name: 'AddAuditSigningKey', accountId: '', details: { KeyId: key.keyId } };
      await recordHousekeeping(services, queries, now(), [event]);
    });
  }

  async #compareWithAnchor(): Promise<void> {
    const { anchorFile, services, log, now } = this.#options;
    const anchor = anchorFile === undefined ? undefined : readChainAnchor(anchorFile);
    if (anchor === undefined || (await this.#has(anchor))) return;
    this.#isRolledBack = true;
    log.warn(
      `the audit log lacks checkpoint ${anchor.number}, which this node has signed: the database was replaced by an earlier state, such as a backup, or records were removed`,
    );
    await services.store.write(({ queries }) =>
      recordHousekeeping(services, queries, now(), [
        {
          name: 'FindMissingAuditCheckpoint',
          accountId: '',
          details: { Number: String(anchor.number), Hash: anchor.hash },
        },
      ]),
    );
    this.#keepAnchor(await chainEnd(services.store.queries));
  }

  #keepAnchor(anchor: ChainAnchor): void {
    const { anchorFile, log } = this.#options;
    if (anchorFile === undefined) return;
    try {
      writeChainAnchor(anchorFile, anchor);
    } catch (error) {
      // A full disk, say: the chain goes on without it.
      if (!this.#isAnchorFailing) log.warn(`${anchorFile} cannot be written: ${(error as Error).message}`);
      this.#isAnchorFailing = true;
    }
  }

  async #has({ number, hash }: ChainAnchor): Promise<boolean> {
    const { queries } = this.#options.services.store;
    const stored = await queries
      .selectFrom('audit_checkpoints')
      .select('hash')
      .where('number', '=', number)
      .executeTakeFirst();
    if (stored !== undefined) return stored.hash === hash;
    const cut = await queries.selectFrom('audit_cuts').select(['number', 'hash']).executeTakeFirst();
    // Retention has removed it.
    return cut !== undefined && (cut.number > number || (cut.number === number && cut.hash === hash));
  }
}
