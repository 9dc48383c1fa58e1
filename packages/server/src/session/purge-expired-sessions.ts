import { recordHousekeeping } from '../audit/system-event.ts';
import type { Services } from '../context/services.ts';
import { sweep } from '../store/sweep.ts';
import { purgeConsoleSessions, purgeMfaTickets } from './console-session.ts';

/** Maximum number of rows of one transaction. */
const ROWS_PER_WRITE = 500;

/**
 * Deletes the console sessions and MFA tickets that have expired. In each transaction every account with such sessions
 * gets one audit event `PurgeConsoleSessions` with their number.
 * @param due sessions that had expired then, milliseconds since the epoch
 * @param now time of the events, milliseconds since the epoch
 * @param isStopped asked between two transactions
 * @returns number of deleted sessions
 */
export async function purgeExpiredSessions(
  services: Services,
  due: number,
  now = due,
  isStopped?: () => boolean,
): Promise<number> {
  await sweep(
    ROWS_PER_WRITE,
    (rows) => services.store.write(({ queries }) => purgeMfaTickets(queries, due, rows)),
    isStopped,
  );
  return sweep(
    ROWS_PER_WRITE,
    (rows) =>
      services.store.write(async ({ queries }) => {
        const accountIds = await purgeConsoleSessions(queries, due, rows);
        const events = [...Map.groupBy(accountIds, (accountId) => accountId)].map(([accountId, ended]) => ({
          name: 'PurgeConsoleSessions',
          accountId,
          details: { Removed: String(ended.length) },
        }));
        await recordHousekeeping(services, queries, now, events);
        return accountIds.length;
      }),
    isStopped,
  );
}
