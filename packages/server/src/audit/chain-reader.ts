import type { Selectable } from 'kysely';
import type { AuditCheckpointRow, AuditRecordRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { decodeMembers } from './chain-format.ts';
import { chainEnd } from './chain-records.ts';

/** Stored record with its position. */
export type ChainedRecordRow = Selectable<AuditRecordRow>;

/** A checkpoint with the records that it has taken up. */
export interface ReadCheckpoint {
  readonly checkpoint: AuditCheckpointRow;
  /** By ascending position. */
  readonly records: readonly ChainedRecordRow[];
}

/** Unchained records that one look at the log reads at most. */
const UNCHAINED_PER_READ = 2000;

/** Returns the first checkpoint after a number, with its records; `undefined` if there is none yet. */
export async function nextCheckpoint(queries: Queries, after: number): Promise<ReadCheckpoint | undefined> {
  const checkpoint = await queries
    .selectFrom('audit_checkpoints')
    .selectAll()
    .where('number', '>', after)
    .orderBy('number')
    .limit(1)
    .executeTakeFirst();
  if (checkpoint === undefined) return undefined;
  const blocks = await queries
    .selectFrom('audit_blocks')
    .select('members')
    .where('checkpoint', '=', checkpoint.number)
    .execute();
  const positions = blocks.flatMap(({ members }) =>
    (decodeMembers(members) ?? []).map(({ position }) => position),
  );
  return { checkpoint, records: await recordsAt(queries, positions) };
}

/** Returns the statement of a checkpoint as one line of JSON; `audit verify --checkpoint` reads it. */
export function checkpointJson(checkpoint: AuditCheckpointRow, records: number): string {
  return JSON.stringify({
    checkpoint: {
      number: checkpoint.number,
      signedAt: new Date(checkpoint.signed_at).toISOString(),
      records,
      previousHash: checkpoint.previous_hash,
      hash: checkpoint.hash,
      keyId: checkpoint.key_id,
      signature: checkpoint.signature,
    },
  });
}

/**
 * Reads new records as they are committed, each once and before they are chained. It relies on no clock: a record is
 * either unchained or in a checkpoint after the last one that was read.
 */
export class RecordFollower {
  readonly #queries: Queries;
  /** Positions that were read, but are in no checkpoint that was read. */
  readonly #read = new Set<number>();
  #checkpoint = 0;

  /** @param queries of committed data */
  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** Begins at the present. @returns the newest records before it, the oldest first, `count` at most */
  async begin(count: number): Promise<readonly ChainedRecordRow[]> {
    const newest = await this.#queries
      .selectFrom('audit_records')
      .selectAll()
      .orderBy('position', 'desc')
      .limit(count + 1)
      .execute();
    for (const position of await this.#unchained(newest[0]?.position ?? 0)) this.#read.add(position);
    this.#checkpoint = (await chainEnd(this.#queries)).number;
    return newest.slice(0, count).reverse();
  }

  /** Returns the records that were committed since the last call. */
  async next(): Promise<readonly ChainedRecordRow[]> {
    const found: ChainedRecordRow[] = [];
    for (;;) {
      const next = await nextCheckpoint(this.#queries, this.#checkpoint);
      if (next === undefined) break;
      this.#checkpoint = next.checkpoint.number;
      found.push(...next.records.filter(({ position }) => !this.#read.delete(position)));
    }
    const fresh = (await this.#unchained()).filter((position) => !this.#read.has(position));
    for (const position of fresh) this.#read.add(position);
    found.push(...(await recordsAt(this.#queries, fresh)));
    return found;
  }

  async #unchained(upTo = Number.MAX_SAFE_INTEGER): Promise<number[]> {
    const rows = await this.#queries
      .selectFrom('audit_unchained')
      .select('position')
      .where('position', '<=', upTo)
      .orderBy('position')
      .limit(UNCHAINED_PER_READ)
      .execute();
    return rows.map(({ position }) => position);
  }
}

async function recordsAt(
  queries: Queries,
  positions: readonly number[],
): Promise<readonly ChainedRecordRow[]> {
  const records: ChainedRecordRow[] = [];
  for (let at = 0; at < positions.length; at += 500) {
    const part = positions.slice(at, at + 500);
    records.push(
      ...(await queries
        .selectFrom('audit_records')
        .selectAll()
        .where('position', 'in', part)
        .orderBy('position')
        .execute()),
    );
  }
  return records.sort((one, other) => one.position - other.position);
}
