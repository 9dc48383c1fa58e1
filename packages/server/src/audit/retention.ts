import { DAY_MS } from '../context/limits.ts';
import { deleteInBatches } from '../store/delete-in-batches.ts';
import { instant } from '../wire/instant.ts';
import { purgeAuditEvents, purgeEventName } from './audit-events.ts';
import { type EventServices, recordHousekeeping } from './system-event.ts';

/** How many one transaction removes, so that nobody waits long behind it. */
const eventsPerWrite = 1000;

/**
 * Removes audit events that were kept for their time. Each transaction leaves an event `PurgeAuditEvents` in each
 * account's log that says how many it removed. Those events are removed without one in turn: an installation at rest
 * would otherwise write one for ever because it removes one.
 * @param now milliseconds since the epoch
 * @param days that events are kept; 0: for ever
 * @returns how many were removed
 */
export async function purgeOldEvents(services: EventServices, now: number, days: number): Promise<number> {
  if (days === 0) return 0;
  const before = now - days * DAY_MS;
  return deleteInBatches(eventsPerWrite, (limit) =>
    services.store.write(async ({ queries }) => {
      const removed = await purgeAuditEvents(queries, before, limit);
      const events = removed
        .filter(({ count, purgeEvents }) => count > purgeEvents)
        .map(({ accountId, count }) => ({
          name: purgeEventName,
          accountId,
          details: { Removed: String(count), Before: instant(before) },
        }));
      await recordHousekeeping(services, queries, now, events);
      return removed.reduce((sum, { count }) => sum + count, 0);
    }),
  );
}
