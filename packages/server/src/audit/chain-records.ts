import type { AuditSigningKey } from '../secrets/audit-signing-key.ts';
import type { AuditBlockRow, AuditCheckpointRow, UnchainedRecordRow } from '../store/schema.ts';
import type { Queries, Store } from '../store/store.ts';
import {
  blockHash,
  byAccount,
  checkpointHash,
  checkpointStatement,
  encodeMembers,
  NO_HASH,
} from './chain-format.ts';

/** Records of one checkpoint at most: bounds its transaction, and that which removes them later. */
export const RECORDS_PER_CHECKPOINT = 512;

/** End of the checkpoint chain. */
type ChainEnd = Pick<AuditCheckpointRow, 'number' | 'hash' | 'total_records' | 'total_bytes'>;

/**
 * Takes committed records up into the chain: one block for each of their accounts, and a signed checkpoint over the
 * blocks. Any node may do it at any time: of two that do it at once, the database lets one through, and the other
 * finds the rest.
 * @param now ms since the epoch
 * @returns the new checkpoint; `undefined` if every record is chained
 */
export function chainRecords(
  store: Store,
  key: AuditSigningKey,
  now: number,
): Promise<AuditCheckpointRow | undefined> {
  return store.write(async ({ queries }) => {
    const unchained = await queries
      .selectFrom('audit_unchained')
      .selectAll()
      .orderBy('position')
      .limit(RECORDS_PER_CHECKPOINT)
      .execute();
    if (unchained.length === 0) return undefined;
    const end = await chainEnd(queries);
    const number = end.number + 1;
    const blocks = await blocksOf(queries, unchained, number);
    const content = {
      number,
      signed_at: now,
      last_time: latest(unchained),
      total_records: end.total_records + unchained.length,
      total_bytes: end.total_bytes + unchained.reduce((sum, { bytes }) => sum + bytes, 0),
      previous_hash: end.hash,
    };
    const hash = checkpointHash(content, blocks);
    const signature = key.sign(checkpointStatement({ ...content, hash }));
    const checkpoint = { ...content, hash, key_id: key.keyId, signature };
    await queries.insertInto('audit_checkpoints').values(checkpoint).execute();
    await queries.insertInto('audit_blocks').values(blocks).execute();
    await queries
      .insertInto('audit_heads')
      .values(
        blocks.map((block) => ({
          account_id: block.account_id,
          sequence: block.sequence,
          checkpoint: number,
          hash: block.hash,
        })),
      )
      .onConflict((conflict) =>
        conflict.column('account_id').doUpdateSet(({ ref }) => ({
          sequence: ref('excluded.sequence'),
          checkpoint: ref('excluded.checkpoint'),
          hash: ref('excluded.hash'),
        })),
      )
      .execute();
    const positions = unchained.map(({ position }) => position);
    await queries.deleteFrom('audit_unchained').where('position', 'in', positions).execute();
    return checkpoint;
  });
}

/** Returns the last checkpoint, or what retention has left of it. */
export async function chainEnd(queries: Queries): Promise<ChainEnd> {
  for (const table of ['audit_checkpoints', 'audit_cuts'] as const) {
    const last = await queries
      .selectFrom(table)
      .select(['number', 'hash', 'total_records', 'total_bytes'])
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (last !== undefined) return last;
  }
  return { number: 0, hash: NO_HASH, total_records: 0, total_bytes: 0 };
}

/** Returns the next block of each account that has records in `unchained`, by account. */
async function blocksOf(
  queries: Queries,
  unchained: readonly UnchainedRecordRow[],
  checkpoint: number,
): Promise<AuditBlockRow[]> {
  const byAccountId = Map.groupBy(unchained, (record) => record.account_id);
  const heads = await queries
    .selectFrom('audit_heads')
    .selectAll()
    .where('account_id', 'in', [...byAccountId.keys()])
    .execute();
  const headOf = new Map(heads.map((head) => [head.account_id, head]));
  const blocks = [...byAccountId].map(([accountId, records]) => {
    const head = headOf.get(accountId);
    const block = {
      account_id: accountId,
      sequence: (head?.sequence ?? 0) + 1,
      checkpoint,
      first_time: Math.min(...records.map(({ event_time: time }) => time)),
      last_time: latest(records),
      members: encodeMembers(records),
      previous_hash: head?.hash ?? NO_HASH,
    };
    const hashes = records.map(({ hash }) => hash);
    return { ...block, hash: blockHash(block, hashes) };
  });
  return blocks.sort(byAccount);
}

function latest(records: readonly UnchainedRecordRow[]): number {
  return Math.max(...records.map(({ event_time: time }) => time));
}
