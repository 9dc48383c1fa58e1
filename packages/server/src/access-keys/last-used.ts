import { AsyncLocalStorage } from 'node:async_hooks';
import { CompiledQuery } from 'kysely';
import type { AccessKeyUse, LastUses } from '../context/services.ts';
import { systemTimer, type Timer } from '../context/timer.ts';
import type { AccessKeyUseRow } from '../store/schema.ts';
import type { Queries, Store } from '../store/store.ts';

export interface LastUsedOptions {
  readonly store: Store;
  /** How long a use stays in memory at most, in milliseconds; 5,000 unless told. A crash loses as much. */
  readonly flushMs?: number;
  /** The system's unless told. */
  readonly timer?: Timer;
  /** Told when uses cannot be written. */
  readonly log: (message: string) => void;
}

/** Uses that are written in one transaction, and how many keys fill memory before their time. */
const rowsPerWrite = 512;
const fullAt = 8192;

/** Keys whose uses are kept in memory while the database is away; further ones are not noted: it is telemetry. */
const maxKeys = 200_000;

const regionLength = 64;

/**
 * Remembers when each key was used last, at each service. Noted in memory by every verified call, denied or not,
 * and written in batches; a use that another node has noted later is never set back.
 */
export class LastUsed implements LastUses {
  readonly #store: Store;
  readonly #flushMs: number;
  readonly #timer: Timer;
  readonly #log: (message: string) => void;
  /** A flush is a write of its own, whoever noted the use. */
  readonly #outside = AsyncLocalStorage.snapshot();
  /** By key, its last use at each service: few enough to look through. */
  #noted = new Map<string, AccessKeyUse[]>();
  /** What the flush under way is writing. */
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
   * Notes a use of a key that was verified.
   *
   * @param time milliseconds since the epoch
   */
  note(accessKeyId: string, serviceName: string, regionId: string, sourceIp: string, time: number): void {
    this.#remember(accessKeyId, {
      usedAt: time,
      serviceName,
      regionId: regionId.length > regionLength ? regionId.slice(0, regionLength) : regionId,
      sourceIp,
    });
    if (this.#cancelTimer === undefined) this.#schedule();
    if (this.#noted.size >= fullAt && this.#flushing === undefined && !this.#failing) this.#flushSoon();
  }

  /** The last use of a key at any service; undefined when it was never used. Knows what is not written yet. */
  async latest(queries: Queries, accessKeyId: string): Promise<AccessKeyUse | undefined> {
    // Before the first wait: a flush that ends meanwhile has written it.
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

  /** The last use of a key that is in memory and perhaps not written yet; undefined when there is none. */
  noted(accessKeyId: string): AccessKeyUse | undefined {
    let latest: AccessKeyUse | undefined;
    for (const uses of [this.#noted.get(accessKeyId), this.#writing.get(accessKeyId)]) {
      for (const use of uses ?? []) if (latest === undefined || use.usedAt > latest.usedAt) latest = use;
    }
    return latest;
  }

  /** Writes what was noted until now. Rejects with what the database said when it cannot; the uses are kept. */
  async flush(): Promise<void> {
    // What a flush under way has taken is not the newest: the one after it has all.
    await this.#flushing?.catch(() => {});
    await this.#start();
  }

  /** Writes what was noted and stops. */
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
      if (this.#noted.size < maxKeys) this.#noted.set(accessKeyId, [use]);
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

  /** Begins a flush, or joins the one under way. */
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
      for (let from = 0; from < rows.length; from += rowsPerWrite) {
        const part = rows.slice(from, from + rowsPerWrite);
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

/** In one order everywhere: two nodes that write the same keys must not wait for each other in a circle. */
export function rowsOf(noted: ReadonlyMap<string, readonly AccessKeyUse[]>): AccessKeyUseRow[] {
  const rows: AccessKeyUseRow[] = [];
  for (const accessKeyId of [...noted.keys()].sort()) {
    for (const { serviceName, regionId, sourceIp, usedAt } of noted.get(accessKeyId)!) {
      rows.push({
        access_key_id: accessKeyId,
        service_name: serviceName,
        // What the sender says; PostgreSQL takes neither NUL nor half a surrogate pair.
        region_id: regionId.replaceAll('\0', '').toWellFormed(),
        source_ip: sourceIp,
        used_at: usedAt,
      });
    }
  }
  return rows;
}

/**
 * Writes uses of keys, each key at each service once; a later use that is there already stays.
 * @param queries of a transaction
 * @param rows in the order of their keys: see `rowsOf`
 */
export async function writeUses(
  kind: Store['kind'],
  queries: Queries,
  rows: readonly AccessKeyUseRow[],
): Promise<void> {
  const columns = 'access_key_id, service_name, region_id, source_ip, used_at';
  // SQLite takes `select … on` for a join unless a `where` comes between.
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
