import { DAY_MS } from '../context/limits.ts';
import { deleteInBatches } from '../store/delete-in-batches.ts';
import { instant } from '../wire/instant.ts';
import { PURGE_EVENT_NAME, purgeAuditEvents } from './audit-events.ts';
import { type EventServices, recordHousekeeping } from './system-event.ts';

/** Events removed in one transaction; bounds how long other writes wait. */
const EVENTS_PER_WRITE = 1000;

/**
 * Removes audit events older than the retention time. Each transaction writes an event `PurgeAuditEvents` with the
 * number of removed events into each account's log. Removing only such events writes none: otherwise an idle
 * installation would write one for ever because it removes one.
 * @param due time from which the retention is counted back, ms since the epoch
 * @param days retention time; 0 for unlimited
 * @param now time of the events that are written, ms since the epoch
 * @returns the number of removed events
 */
export async function purgeOldEvents(
  services: EventServices,
  due: number,
  days: number,
  now = due,
): Promise<number> {
  if (days === 0) return 0;
  const before = due - days * DAY_MS;
  return deleteInBatches(EVENTS_PER_WRITE, (limit) =>
    services.store.write(async ({ queries }) => {
      const removed = await purgeAuditEvents(queries, before, limit);
      const events = removed
        .filter(({ count, purgeEvents }) => count > purgeEvents)
        .map(({ accountId, count }) => ({
          name: PURGE_EVENT_NAME,
          accountId,
          details: { Removed: String(count), Before: instant(before) },
        }));
      await recordHousekeeping(services, queries, now, events);
      return removed.reduce((sum, { count }) => sum + count, 0);
    }),
  );
}
