import type { Selectable } from 'kysely';
import type { AuditRecordRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { accountsWithEvents } from './audit-events.ts';

/** Selection of audit events; all given conditions must hold. */
export interface EventSelection {
  /** First and last instant, both included; ms since the epoch. */
  readonly since: number;
  readonly until: number;
  /** Empty: only events without an account. `undefined`: events of all accounts, and those without one. */
  readonly accountId?: string | undefined;
  readonly eventName?: string | undefined;
  readonly accessKeyId?: string | undefined;
}

/** A stored event; `eventJson` returns the whole of it. */
export type ReadEvent = Selectable<AuditRecordRow>;

/** Rows of all pages in memory together. */
const ROWS_IN_MEMORY = 2000;
/** Minimum rows of one page. */
const MIN_PAGE_ROWS = 20;

/**
 * Yields audit events of any account, oldest first. Reads the database directly, in pages: memory does not grow
 * with their number. Events are stored by account, so those of several accounts are merged by time.
 * @param queries of committed data
 */
export async function* readEvents(
  queries: Queries,
  selection: EventSelection,
): AsyncGenerator<ReadEvent, void> {
  const accountIds: string[] = [];
  if (selection.accountId !== undefined) accountIds.push(selection.accountId);
  else for await (const accountId of accountsWithEvents(queries)) accountIds.push(accountId);
  const pageSize = Math.max(MIN_PAGE_ROWS, Math.floor(ROWS_IN_MEMORY / Math.max(1, accountIds.length)));
  const logs: Log[] = [];
  for (const accountId of accountIds) {
    const events = eventsOf(queries, accountId, selection, pageSize);
    const first = await events.next();
    if (!first.done) insert(logs, { head: first.value, events });
  }
  for (let log = logs.pop(); log !== undefined; log = logs.pop()) {
    yield log.head;
    const next = await log.events.next();
    if (!next.done) insert(logs, { head: next.value, events: log.events });
  }
}

/** The unread events of one account, and the oldest of them. */
interface Log {
  readonly head: ReadEvent;
  readonly events: AsyncGenerator<ReadEvent, void>;
}

/** Inserts a log so that the one with the oldest event is last. */
function insert(logs: Log[], log: Log): void {
  let low = 0;
  let high = logs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(log.head, logs[middle]!.head)) low = middle + 1;
    else high = middle;
  }
  logs.splice(low, 0, log);
}

function isBefore(one: ReadEvent, other: ReadEvent): boolean {
  if (one.event_time !== other.event_time) return one.event_time < other.event_time;
  return one.position < other.position;
}

async function* eventsOf(
  queries: Queries,
  accountId: string,
  { since, until, eventName, accessKeyId }: EventSelection,
  pageSize: number,
): AsyncGenerator<ReadEvent, void> {
  let after: ReadEvent | undefined;
  for (;;) {
    const last = after;
    let page = queries
      .selectFrom('audit_records')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('event_time', '>=', last?.event_time ?? since)
      .where('event_time', '<=', until);
    if (eventName !== undefined) page = page.where('event_name', '=', eventName);
    if (accessKeyId !== undefined) page = page.where('access_key_id', '=', accessKeyId);
    if (last !== undefined) {
      page = page.where(({ eb, or, and }) =>
        or([
          eb('event_time', '>', last.event_time),
          and([eb('event_time', '=', last.event_time), eb('position', '>', last.position)]),
        ]),
      );
    }
    const rows = await page.orderBy('event_time').orderBy('position').limit(pageSize).execute();
    yield* rows;
    after = rows.at(-1);
    if (after === undefined || rows.length < pageSize) return;
  }
}
