import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuditEventRow, AuditRecord } from '../store/schema.ts';
import type { Queries, Store } from '../store/store.ts';
import { insertAuditEvents } from './audit-events.ts';
import { type AuditEvent, remainderOf } from './stored-event.ts';

/** Events moved in one transaction: some milliseconds on SQLite. */
const EVENTS_PER_WRITE = 128;

/**
 * Moves events from the table of earlier releases, in which nodes of such a release may still write, to
 * `audit_records`: the newest of an account first, so that look-ups miss old ones only meanwhile.
 * @param since earliest time of the moved events, ms since the epoch
 * @param isStopped asked between two portions
 * @returns number of moved events
 */
export async function moveOldEvents(
  store: Store,
  since: number,
  isStopped: () => boolean = () => false,
): Promise<number> {
  let moved = 0;
  for await (const accountId of accountsToMove(store.queries)) {
    for (;;) {
      if (isStopped()) return moved;
      const count = await moveNewest(store, accountId, since);
      moved += count;
      if (count < EVENTS_PER_WRITE) break;
      await nextTurn();
    }
  }
  return moved;
}

/** Yields the accounts with events to move; each step is one look-up in the primary key. */
async function* accountsToMove(queries: Queries): AsyncGenerator<string, void> {
  let comparison: '>=' | '>' = '>=';
  for (let last = ''; ; comparison = '>') {
    const next = await queries
      .selectFrom('audit_events')
      .select('account_id')
      .where('account_id', comparison, last)
      .orderBy('account_id')
      .limit(1)
      .executeTakeFirst();
    if (next === undefined) return;
    last = next.account_id;
    yield last;
  }
}

function moveNewest(store: Store, accountId: string, since: number): Promise<number> {
  return store.write(async ({ queries }) => {
    const rows = await queries
      .selectFrom('audit_events')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('event_time', '>=', since)
      .orderBy('event_time', 'desc')
      .orderBy('event_id', 'desc')
      .limit(EVENTS_PER_WRITE)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return 0;
    await insertAuditEvents(store.kind, queries, rows.toReversed().map(recordOf));
    await queries
      .deleteFrom('audit_events')
      .where('account_id', '=', accountId)
      .where('event_time', '>=', last.event_time)
      .where(({ eb, refTuple, tuple }) =>
        eb(refTuple('event_time', 'event_id'), '>=', tuple(last.event_time, last.event_id)),
      )
      .execute();
    return rows.length;
  });
}

function recordOf({ event, ...row }: AuditEventRow): AuditRecord {
  const content = JSON.parse(event) as AuditEvent;
  const identity = (content['userIdentity'] ?? {}) as AuditEvent;
  const details = (content['additionalEventData'] ?? {}) as AuditEvent;
  const columns = {
    ...row,
    api_version: storedText(content['apiVersion']),
    user_agent: storedText(content['userAgent']),
    identity_type: storedText(identity['type']),
    principal_id: storedText(identity['principalId']),
    is_secure: details['Scheme'] === 'https' ? 1 : 0,
  };
  return { ...columns, event: remainderOf(content, columns) };
}

/** Returns a text as a column has it; the remainder has what differs. */
function storedText(value: unknown): string {
  return typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : '';
}
