import type { AuditSigningKey } from '../secrets/audit-signing-key.ts';
import type { Queries } from '../store/store.ts';
import { PURGE_EVENT_NAME, type RemovedEvents } from './audit-events.ts';
import { cutStatement, decodeMembers } from './chain-format.ts';
import { removeTouchedResources } from './touched-resources.ts';

/** Condition on the checkpoints that retention removes; one of them is enough. */
export interface RemovalBound {
  /** Checkpoints whose records are all earlier; ms since the epoch. */
  readonly before?: number | undefined;
  /** Checkpoints beyond this size of the log, in bytes. */
  readonly maxBytes?: number | undefined;
}

/** What was removed with one checkpoint. */
export interface RemovedCheckpoint {
  /** `audit_records.position` of its records. */
  readonly positions: readonly number[];
  /** Number of removed records by account. */
  readonly removed: readonly RemovedEvents[];
}

/**
 * Removes the oldest checkpoint with its blocks and records, if it is due, and writes the signed cut, from which the
 * rest of the chain is verified. Whole checkpoints are removed, since the rest of one could not be verified.
 * @param queries of a transaction
 * @param now ms since the epoch
 * @returns `undefined` if no checkpoint is due
 */
export async function removeOldestCheckpoint(
  queries: Queries,
  key: AuditSigningKey,
  { before = 0, maxBytes }: RemovalBound,
  now: number,
): Promise<RemovedCheckpoint | undefined> {
  const oldest = await queries
    .selectFrom('audit_checkpoints')
    .selectAll()
    .orderBy('number')
    .limit(1)
    .executeTakeFirst();
  if (oldest === undefined) return undefined;
  const isOld = oldest.last_time < before;
  if (!isOld && (maxBytes === undefined || (await bytesOf(queries)) <= maxBytes)) return undefined;
  const blocks = await queries
    .selectFrom('audit_blocks')
    .select(['account_id', 'members'])
    .where('checkpoint', '=', oldest.number)
    .execute();
  const positions = blocks.flatMap(({ members }) =>
    (decodeMembers(members) ?? []).map(({ position }) => position),
  );
  await removeTouchedResources(queries, positions);
  const records =
    positions.length === 0
      ? []
      : await queries
          .deleteFrom('audit_records')
          .where('position', 'in', positions)
          .returning(['account_id', 'event_name'])
          .execute();
  await queries.deleteFrom('audit_blocks').where('checkpoint', '=', oldest.number).execute();
  await queries.deleteFrom('audit_checkpoints').where('number', '=', oldest.number).execute();
  const { number, hash, total_records, total_bytes } = oldest;
  const cut = { number, hash, total_records, total_bytes, cut_at: now };
  const signature = key.sign(cutStatement(cut));
  await queries
    .insertInto('audit_cuts')
    .values({ ...cut, key_id: key.keyId, signature })
    .execute();
  await queries.deleteFrom('audit_cuts').where('number', '<', number).execute();
  const removed = [...Map.groupBy(records, (record) => record.account_id)].map(
    ([accountId, ofAccount]): RemovedEvents => ({
      accountId,
      count: ofAccount.length,
      purgeEvents: ofAccount.filter(({ event_name: name }) => name === PURGE_EVENT_NAME).length,
    }),
  );
  return { positions, removed };
}

/** Returns the size of the chained records, in bytes. */
async function bytesOf(queries: Queries): Promise<number> {
  const total = async (table: 'audit_checkpoints' | 'audit_cuts') => {
    const last = await queries
      .selectFrom(table)
      .select('total_bytes')
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirst();
    return last?.total_bytes ?? 0;
  };
  return (await total('audit_checkpoints')) - (await total('audit_cuts'));
}
