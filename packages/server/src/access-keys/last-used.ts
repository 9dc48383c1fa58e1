import { AsyncLocalStorage } from 'node:async_hooks';
import { CompiledQuery } from 'kysely';
import type { AccessKeyUse, LastUses } from '../context/services.ts';
import { systemTimer, type Timer } from '../context/timer.ts';
import type { AccessKeyUseRow } from '../store/schema.ts';
import type { Queries, Store } from '../store/store.ts';

export interface LastUsedOptions {
  readonly store: Store;
  /** Maximum time that a use stays in memory, ms; default 5,000. A crash loses the uses of that time. */
  readonly flushMs?: number;
  /** Default: the system's timer. */
  readonly timer?: Timer;
  /** Called if uses cannot be written. */
  readonly log: (message: string) => void;
}

/** Uses written in one transaction. */
const ROWS_PER_WRITE = 512;

/** Keys in memory that start a flush before the timer. */
const FLUSH_AT_KEYS = 8192;

/**
 * Maximum number of keys in memory while the database is unavailable. Uses of further keys are dropped: they are
 * telemetry.
 */
const MAX_KEYS = 200_000;

const MAX_REGION_LENGTH = 64;

/**
 * Records when each key was last used with each service. Every verified call is noted in memory, allowed or denied,
 * and written in batches. An older use never replaces a later one that another node has written.
 */
export class LastUsed implements LastUses {
  readonly #store: Store;
  readonly #flushMs: number;
  readonly #timer: Timer;
  readonly #log: (message: string) => void;
  /** Async context outside of every write: a flush must not join the transaction of the caller that noted the use. */
  readonly #outside = AsyncLocalStorage.snapshot();
  /** Last use with each service, by key. The lists are short enough for linear search. */
  #noted = new Map<string, AccessKeyUse[]>();
  /** Uses that the current flush is writing. */
  #writing: ReadonlyMap<string, AccessKeyUse[]> = new Map();
  #flushing: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #failing = false;

  constructor(options: LastUsedOptions) {
    this.#store = options.store;
    this.#flushMs = options.flushMs ?? 5000;
    this.#timer = options.timer ?? systemTimer;
    this.#log = options.log;
  }

  /**
   * Notes a use of a verified key.
   *
   * @param time ms since the epoch
   */
  note(accessKeyId: string, serviceName: string, regionId: string, sourceIp: string, time: number): void {
    this.#remember(accessKeyId, {
      usedAt: time,
      serviceName,
      regionId: regionId.length > MAX_REGION_LENGTH ? regionId.slice(0, MAX_REGION_LENGTH) : regionId,
      sourceIp,
    });
    if (this.#cancelTimer === undefined) this.#schedule();
    if (this.#noted.size >= FLUSH_AT_KEYS && this.#flushing === undefined && !this.#failing)
      this.#flushSoon();
  }

  /** Returns the last use of a key with any service, including uses in memory; `undefined` if it was never used. */
  async latest(queries: Queries, accessKeyId: string): Promise<AccessKeyUse | undefined> {
    // Read before the first await: a flush that ends during the query has written it.
    const noted = this.noted(accessKeyId);
    const stored = await queries
      .selectFrom('access_key_uses')
      .select([
        'used_at as usedAt',
        'service_name as serviceName',
        'region_id as regionId',
        'source_ip as sourceIp',
      ])
      .where('access_key_id', '=', accessKeyId)
      .orderBy('used_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    return noted === undefined || (stored !== undefined && stored.usedAt >= noted.usedAt) ? stored : noted;
  }

  /** Returns the last use of a key that is in memory and possibly not written yet; `undefined` if absent. */
  noted(accessKeyId: string): AccessKeyUse | undefined {
    let latest: AccessKeyUse | undefined;
    for (const uses of [this.#noted.get(accessKeyId), this.#writing.get(accessKeyId)]) {
      for (const use of uses ?? []) if (latest === undefined || use.usedAt > latest.usedAt) latest = use;
    }
    return latest;
  }

  /** Writes all noted uses. If the database fails, rejects with its error and keeps the uses. */
  async flush(): Promise<void> {
    // The current flush does not have the newest uses; the one after it has.
    await this.#flushing?.catch(() => {});
    await this.#start();
  }

  /** Writes all noted uses and stops. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      this.#cancelTimer?.();
      this.#cancelTimer = undefined;
    }
  }

  #remember(accessKeyId: string, use: AccessKeyUse): void {
    const uses = this.#noted.get(accessKeyId);
    if (uses === undefined) {
      if (this.#noted.size < MAX_KEYS) this.#noted.set(accessKeyId, [use]);
      return;
    }
    for (let index = 0; index < uses.length; index += 1) {
      if (uses[index]!.serviceName !== use.serviceName) continue;
      if (use.usedAt >= uses[index]!.usedAt) uses[index] = use;
      return;
    }
    uses.push(use);
  }

  #schedule(): void {
    this.#cancelTimer = this.#outside(() =>
      this.#timer(() => {
        this.#cancelTimer = undefined;
        this.#flushSoon();
      }, this.#flushMs),
    );
  }

  #flushSoon(): void {
    this.#start().catch(() => {
      this.#log('last uses of access keys cannot be written: they are kept for the next time');
      if (this.#cancelTimer === undefined) this.#schedule();
    });
  }

  /** Starts a flush, or joins the current one. */
  #start(): Promise<void> {
    this.#flushing ??= this.#outside(() => this.#write()).finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async #write(): Promise<void> {
    const taken = this.#noted;
    this.#noted = new Map();
    this.#writing = taken;
    try {
      const rows = rowsOf(taken);
      for (let from = 0; from < rows.length; from += ROWS_PER_WRITE) {
        const part = rows.slice(from, from + ROWS_PER_WRITE);
        await this.#store.write(({ queries }) => writeUses(this.#store.kind, queries, part));
      }
      this.#failing = false;
    } catch (error) {
      this.#failing = true;
      for (const [accessKeyId, uses] of taken) for (const use of uses) this.#remember(accessKeyId, use);
      throw error;
    } finally {
      this.#writing = new Map();
    }
  }
}

/** Returns the uses as rows, sorted by key: a common order keeps nodes that write the same keys from deadlocks. */
export function rowsOf(noted: ReadonlyMap<string, readonly AccessKeyUse[]>): AccessKeyUseRow[] {
  const rows: AccessKeyUseRow[] = [];
  for (const accessKeyId of [...noted.keys()].sort()) {
    for (const { serviceName, regionId, sourceIp, usedAt } of noted.get(accessKeyId)!) {
      rows.push({
        access_key_id: accessKeyId,
        service_name: serviceName,
        // Chosen by the client; PostgreSQL accepts neither NUL nor lone surrogates.
        region_id: regionId.replaceAll('\0', '').toWellFormed(),
        source_ip: sourceIp,
        used_at: usedAt,
      });
    }
  }
  return rows;
}

/**
 * Upserts uses of keys, one row for each key and service; a later use in the table stays.
 * @param queries of a transaction
 * @param rows in the order of their keys: see `rowsOf`
 */
export async function writeUses(
  kind: Store['kind'],
  queries: Queries,
  rows: readonly AccessKeyUseRow[],
): Promise<void> {
  const columns = 'access_key_id, service_name, region_id, source_ip, used_at';
  // SQLite parses `select … on` as a join unless a `where` stands between.
  const source =
    kind === 'postgres'
      ? 'from jsonb_to_recordset($1::jsonb) as uses (access_key_id text, service_name text, region_id text, source_ip text, used_at bigint)'
      : "from (select value ->> 'access_key_id' as access_key_id, value ->> 'service_name' as service_name, value ->> 'region_id' as region_id, value ->> 'source_ip' as source_ip, value ->> 'used_at' as used_at from json_each(?)) where true";
  const statement = `insert into access_key_uses (${columns}) select ${columns} ${source}
    on conflict (access_key_id, service_name) do update
    set region_id = excluded.region_id, source_ip = excluded.source_ip, used_at = excluded.used_at
    where excluded.used_at > access_key_uses.used_at`;
  await queries.executeQuery(CompiledQuery.raw(statement, [JSON.stringify(rows)]));
}
