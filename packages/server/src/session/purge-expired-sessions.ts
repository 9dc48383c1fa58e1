import { recordHousekeeping } from '../audit/system-event.ts';
import type { Services } from '../context/services.ts';
import { purgeConsoleSessions } from './console-session.ts';

/**
 * Deletes the console sessions that have expired. Each account with such sessions gets one audit event
 * `PurgeConsoleSessions` with their number.
 * @param due sessions that had expired then, milliseconds since the epoch
 * @param now time of the events, milliseconds since the epoch
 * @returns number of deleted sessions
 */
export function purgeExpiredSessions(services: Services, due: number, now = due): Promise<number> {
  return services.store.write(async ({ queries }) => {
    const expired = await queries
      .selectFrom('console_sessions')
      .select(({ fn }) => ['account_id', fn.countAll<number>().as('count')])
      .where('expires_at', '<=', due)
      .groupBy('account_id')
      .execute();
    const count = await purgeConsoleSessions(queries, due);
    const events = expired.map((of) => ({
      name: 'PurgeConsoleSessions',
      accountId: of.account_id,
      details: { Removed: String(of.count) },
    }));
    await recordHousekeeping(services, queries, now, events);
    return count;
  });
}
