import type { AuditEventRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { accountsWithEvents } from './audit-events.ts';

/** Which audit events are read; all that are given must hold. */
export interface EventSelection {
  /** First and last instant, both included; milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
  /** Empty: only events without an account. Undefined: those of every account, and those without one. */
  readonly accountId?: string | undefined;
  readonly eventName?: string | undefined;
  readonly accessKeyId?: string | undefined;
}

/** An event as it was written. */
export type ReadEvent = Pick<
  AuditEventRow,
  | 'event_id'
  | 'account_id'
  | 'event_time'
  | 'event_name'
  | 'service_name'
  | 'access_key_id'
  | 'user_name'
  | 'source_ip'
  | 'error_code'
  | 'event'
>;

/** Rows of all pages in memory together, and the least of one page. */
const rowsInMemory = 2000;
const rowsPerPage = 20;

/**
 * Reads audit events of any account beside the database, the oldest first, in pages: memory does not grow with their
 * number. Events are stored account by account, so those of several accounts are merged by their time.
 * @param queries of committed data
 */
export async function* readEvents(
  queries: Queries,
  selection: EventSelection,
): AsyncGenerator<ReadEvent, void> {
  const accountIds: string[] = [];
  if (selection.accountId !== undefined) accountIds.push(selection.accountId);
  else for await (const accountId of accountsWithEvents(queries)) accountIds.push(accountId);
  const pageSize = Math.max(rowsPerPage, Math.floor(rowsInMemory / Math.max(1, accountIds.length)));
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

/** What is still to be read of one account, and its oldest event. */
interface Log {
  readonly head: ReadEvent;
  readonly events: AsyncGenerator<ReadEvent, void>;
}

/** Keeps the logs in order, the one with the oldest event last. */
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
  return one.event_id < other.event_id;
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
      .selectFrom('audit_events')
      .select(['event_id', 'account_id', 'event_time', 'event_name', 'service_name', 'access_key_id'])
      .select(['user_name', 'source_ip', 'error_code', 'event'])
      .where('account_id', '=', accountId)
      .where('event_time', '>=', last?.event_time ?? since)
      .where('event_time', '<=', until);
    if (eventName !== undefined) page = page.where('event_name', '=', eventName);
    if (accessKeyId !== undefined) page = page.where('access_key_id', '=', accessKeyId);
    if (last !== undefined) {
      page = page.where(({ eb, or, and }) =>
        or([
          eb('event_time', '>', last.event_time),
          and([eb('event_time', '=', last.event_time), eb('event_id', '>', last.event_id)]),
        ]),
      );
    }
    const rows = await page.orderBy('event_time').orderBy('event_id').limit(pageSize).execute();
    yield* rows;
    after = rows.at(-1);
    if (after === undefined || rows.length < pageSize) return;
  }
}
