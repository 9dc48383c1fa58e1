import { DAY_MS } from '../limits.ts';
import { inPortions } from '../store/in-portions.ts';
import type { Store } from '../store/store.ts';
import { purgeAuditEvents } from './audit-events.ts';

/** How many one transaction removes, so that nobody waits long behind it. */
const eventsPerWrite = 1000;

/**
 * Removes audit events that were kept for their time.
 * @param now milliseconds since the epoch
 * @param days that events are kept; 0: for ever
 * @returns how many were removed
 */
export async function purgeOldEvents(store: Store, now: number, days: number): Promise<number> {
  if (days === 0) return 0;
  return inPortions(eventsPerWrite, (events) =>
    store.write(({ queries }) => purgeAuditEvents(queries, now - days * DAY_MS, events)),
  );
}
