import { setImmediate as nextTurn } from 'node:timers/promises';
import { DAY_MS } from '../context/limits.ts';
import type { AuditSigningKey } from '../secrets/audit-signing-key.ts';
import { instant } from '../wire/instant.ts';
import { PURGE_EVENT_NAME } from './audit-events.ts';
import { type RemovalBound, removeOldestCheckpoint } from './chain-retention.ts';
import { type EventServices, recordHousekeeping } from './system-event.ts';

/** How much of the audit log is kept. */
export interface Retention {
  /** 0 for unlimited. */
  readonly days: number;
  /** Size of the records without indexes, in bytes; 0 for unlimited. */
  readonly maxBytes?: number | undefined;
}

/** Time of a retention run. */
export interface RetentionTime {
  /** Time from which the days are counted back, ms since the epoch. */
  readonly due: number;
  /** Time of the events that are written, ms since the epoch. */
  readonly now: number;
}

/**
 * Removes audit records beyond the retention, the oldest checkpoint first, each in a transaction of its own. Each
 * transaction writes an event `PurgeAuditEvents` with the number of removed events into each account's log. Removing
 * only such events writes none: otherwise an idle installation would write one for ever because it removes one.
 * @param key signs the cut, from which the rest of the chain is verified
 * @param isStopped asked between two checkpoints
 * @returns the number of removed events
 */
export async function purgeOldEvents(
  services: EventServices,
  key: AuditSigningKey,
  { days, maxBytes = 0 }: Retention,
  { due, now }: RetentionTime,
  isStopped: () => boolean = () => false,
): Promise<number> {
  const before = days === 0 ? undefined : due - days * DAY_MS;
  const bound: RemovalBound = { before, maxBytes: maxBytes === 0 ? undefined : maxBytes };
  if (before === undefined && bound.maxBytes === undefined) return 0;
  let total = 0;
  while (!isStopped()) {
    const count = await services.store.write(async ({ queries }) => {
      const checkpoint = await removeOldestCheckpoint(queries, key, bound, now);
      if (checkpoint === undefined) return undefined;
      const events = checkpoint.removed
        .filter(({ count, purgeEvents }) => count > purgeEvents)
        .map(({ accountId, count }) => ({
          name: PURGE_EVENT_NAME,
          accountId,
          details: {
            Removed: String(count),
            Before: before === undefined ? undefined : instant(before),
            MaxBytes: bound.maxBytes === undefined ? undefined : String(bound.maxBytes),
          },
        }));
      if (events.length > 0) await recordHousekeeping(services, queries, now, events);
      return checkpoint.removed.reduce((sum, { count }) => sum + count, 0);
    });
    if (count === undefined) break;
    total += count;
    await nextTurn();
  }
  return total;
}
