import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ExpressionBuilder, type Selectable, sql } from 'kysely';
import type { AuditRecordRow, Schema } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { eventOf } from './stored-event.ts';

/** Filter of events; all given conditions must hold. */
export interface EventFilter {
  readonly accountId: string;
  /** First and last instant, both included; ms since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly equal: Readonly<Partial<Record<FilterColumn, string>>>;
  /** Only calls of authenticated callers: leaves out refusals that merely name a key. */
  readonly provenOnly?: boolean;
}

/** Columns by which events can be looked up. */
export type FilterColumn = keyof Pick<
  AuditRecordRow,
  | 'event_id'
  | 'event_name'
  | 'service_name'
  | 'event_rw'
  | 'access_key_id'
  | 'user_name'
  | 'source_ip'
  | 'error_code'
>;

/** Position in the list after which a page begins. */
export interface EventPosition {
  readonly time: number;
  /** `audit_records.position` */
  readonly position: number;
}

/** Stored event. */
export type FoundEvent = Selectable<AuditRecordRow>;

/** Page of events. */
export interface EventPage {
  readonly rows: readonly FoundEvent[];
  /**
   * Position to continue at; `undefined` if there are no further events. A page with a position may have fewer rows
   * than asked for, or none: the search was ended at its bound.
   */
  readonly next: EventPosition | undefined;
}

/** Order of a look-up. */
export type EventOrder = 'newest first' | 'oldest first';

/** Rows examined by one query: two or three milliseconds on SQLite, whose queries run on the event loop. */
const ROWS_PER_STEP = 250;

/** Rows examined for one answer. */
const ROWS_PER_LOOKUP = 25_000;

/**
 * Returns a page of an account's events.
 *
 * The work of one call is bounded, whatever the filter: events are examined in steps of `ROWS_PER_STEP`, with a turn
 * of the event loop in between, and after `ROWS_PER_LOOKUP` the page ends with the position to continue at. A key is
 * found by its index; other filters examine the events of the time range.
 *
 * @param after `undefined` for the first page
 * @param limit maximum number of rows
 */
export async function lookupEvents(
  queries: Queries,
  filter: EventFilter,
  order: EventOrder,
  after: EventPosition | undefined,
  limit: number,
): Promise<EventPage> {
  const rows: FoundEvent[] = [];
  if (limit === 0) return { rows, next: undefined };
  const { access_key_id: accessKeyId, ...others } = filter.equal;
  const range: EventRange = { ...filter, accessKeyId };
  const isSearch = filter.provenOnly === true || Object.keys(others).length > 0;
  let position = after;
  for (let examined = 0; ; examined += ROWS_PER_STEP) {
    const end = isSearch ? await endOfStep(queries, range, order, position) : undefined;
    let events = eventsIn(queries, range, order, position, end).selectAll();
    for (const [column, value] of Object.entries(others)) {
      events = events.where(column as FilterColumn, '=', value);
    }
    if (filter.provenOnly) events = events.where('user_name', '!=', '');
    rows.push(...(await events.limit(limit + 1 - rows.length).execute()));
    if (rows.length > limit) {
      rows.pop();
      return { rows, next: positionOf(rows.at(-1)) };
    }
    if (end === undefined) return { rows, next: undefined };
    if (examined + ROWS_PER_STEP >= ROWS_PER_LOOKUP) return { rows, next: end };
    position = end;
    await nextTurn();
  }
}

/** Range of events that are stored side by side, or found by the index of keys. */
interface EventRange {
  readonly accountId: string;
  readonly from: number;
  readonly to: number;
  readonly accessKeyId: string | undefined;
}

/** Returns the position of the last event of a step; `undefined` if the range ends before. */
async function endOfStep(
  queries: Queries,
  range: EventRange,
  order: EventOrder,
  after: EventPosition | undefined,
): Promise<EventPosition | undefined> {
  const [row] = await eventsIn(queries, range, order, after)
    .select(['event_time', 'position'])
    .offset(ROWS_PER_STEP - 1)
    .limit(1)
    .execute();
  return positionOf(row);
}

const positionOf = (row: Pick<FoundEvent, 'event_time' | 'position'> | undefined) =>
  row && { time: row.event_time, position: row.position };

function eventsIn(
  queries: Queries,
  { accountId, from, to, accessKeyId }: EventRange,
  order: EventOrder,
  after: EventPosition | undefined,
  end?: EventPosition,
) {
  const isForward = order === 'oldest first';
  const [first, last] = isForward ? [after, end] : [end, after];
  // Plain bounds besides the positions: SQLite uses one condition as the bound of a range, and takes the first.
  let events = queries
    .selectFrom('audit_records')
    .where('event_time', '>=', first?.time ?? from)
    .where('event_time', '<=', last?.time ?? to);
  events =
    accessKeyId === undefined
      ? events.where('account_id', '=', accountId)
      : events
          .where('access_key_id', '=', accessKeyId)
          // An expression, so that SQLite does not take the index of times and read every event of the account.
          .where(sql`account_id || ''`, '=', accountId);
  if (after !== undefined) events = events.where(beyond(after, order, 'beyond'));
  if (end !== undefined) events = events.where(beyond(end, order, 'up to'));
  const direction = isForward ? 'asc' : 'desc';
  return events.orderBy('event_time', direction).orderBy('position', direction);
}

/** Condition on events that come after a position, or not after it, in the order of a look-up. */
function beyond(position: EventPosition, order: EventOrder, side: 'beyond' | 'up to') {
  const isLater = (order === 'oldest first') === (side === 'beyond');
  const compared = `${isLater ? '>' : '<'}${side === 'beyond' ? '' : '='}` as const;
  // A comparison of rows, which both databases answer from an index.
  return ({ eb, refTuple, tuple }: ExpressionBuilder<Schema, 'audit_records'>) =>
    eb(refTuple('event_time', 'position'), compared, tuple(position.time, position.position));
}

/** An address from which a key was used, and the time of its last use. */
export interface UsedAddress {
  readonly sourceIp: string;
  readonly usedAt: number;
}

/** Uses of a key that are searched for addresses and resources. */
const USES_SEARCHED = 5_000;

/**
 * Yields the uses of a key with one service, the newest first, at most `USES_SEARCHED` events of the key, with turns of
 * the event loop in between. A refusal that merely names the key is not a use of it.
 */
async function* recentUses(queries: Queries, key: KeyUse): AsyncGenerator<readonly FoundEvent[], void> {
  const range: EventRange = { ...key, from: 0, to: Number.MAX_SAFE_INTEGER };
  let position: EventPosition | undefined;
  for (let examined = 0; examined < USES_SEARCHED; examined += ROWS_PER_STEP) {
    const events = await eventsIn(queries, range, 'newest first', position)
      .selectAll()
      .limit(ROWS_PER_STEP)
      .execute();
    yield events.filter((event) => event.service_name === key.serviceName && event.user_name !== '');
    if (events.length < ROWS_PER_STEP) return;
    position = positionOf(events.at(-1));
    await nextTurn();
  }
}

/**
 * Returns the addresses from which a key was used with one service, last used first, among its last uses. Calls of a
 * service that a guard protects are not recorded here; of those only the address of the last one is known.
 * @param offset number of addresses to skip
 */
export async function usedAddresses(
  queries: Queries,
  key: KeyUse,
  offset: number,
  limit: number,
): Promise<UsedAddress[]> {
  const found = new Map<string, number>();
  for await (const uses of recentUses(queries, key)) {
    for (const { source_ip: address, event_time: usedAt } of uses) {
      if (!found.has(address)) found.set(address, usedAt);
    }
    if (found.size >= offset + limit) break;
  }
  if (found.size > 0 || offset > 0) {
    return [...found]
      .slice(offset, offset + limit)
      .map(([sourceIp, usedAt]): UsedAddress => ({ sourceIp, usedAt }));
  }
  const reported = await queries
    .selectFrom('access_key_uses')
    .select(['source_ip', 'used_at'])
    .where('access_key_id', '=', key.accessKeyId)
    .where('service_name', '=', key.serviceName)
    .where('source_ip', '!=', '')
    .limit(limit)
    .execute();
  return reported.map((row) => ({ sourceIp: row.source_ip, usedAt: row.used_at }));
}

/** A key, and the service it was used with. */
export interface KeyUse {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly serviceName: string;
}

/** A resource that a key has touched, and the time of the last touch. */
export interface UsedResource {
  readonly resourceType: string;
  readonly resourceName: string;
  readonly usedAt: number;
}

/** Resources returned at most: a hundred pages would be no answer. */
const RESOURCES_FOUND = 1_000;

/** Returns the resources that a key has touched with one service in its last uses, last touched first. */
export async function usedResources(queries: Queries, key: KeyUse): Promise<UsedResource[]> {
  const found = new Map<string, UsedResource>();
  for await (const uses of recentUses(queries, key)) {
    for (const row of uses) {
      const { referencedResources } = eventOf(row) as {
        readonly referencedResources?: Readonly<Record<string, readonly string[]>>;
      };
      for (const [resourceType, names] of Object.entries(referencedResources ?? {})) {
        for (const resourceName of names) {
          const name = `${resourceType}\n${resourceName}`;
          if (!found.has(name)) found.set(name, { resourceType, resourceName, usedAt: row.event_time });
        }
      }
    }
    if (found.size >= RESOURCES_FOUND) break;
  }
  return [...found.values()];
}
