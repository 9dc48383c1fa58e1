import { type ExpressionBuilder, type Selectable, sql } from 'kysely';
import type { AuditEventResourceRow, AuditRecordRow, Schema } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';

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

/** Columns of `audit_records` by which events can be looked up. */
type RecordColumn = keyof Pick<
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

/** Columns of `audit_event_resources` by which events can be looked up. */
type ResourceColumn = keyof Pick<AuditEventResourceRow, 'resource_name' | 'resource_type'>;

/** Columns by which events can be looked up. */
export type FilterColumn = RecordColumn | ResourceColumn;

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

/** Events examined by one query: some milliseconds. */
const ROWS_PER_STEP = 1000;

/** Events examined for one answer. */
const ROWS_PER_LOOKUP = 25_000;

/** Time after which an answer is ended, ms. */
const LOOKUP_MS = 80;

/** Columns with an index, by the number of events that one value has as a rule: that of the first is used. */
const RAREST_FIRST: readonly FilterColumn[] = [
  'event_id',
  'resource_name',
  'error_code',
  'access_key_id',
  'user_name',
  'source_ip',
  'event_name',
  'resource_type',
  'service_name',
  'event_rw',
];

/**
 * Returns a page of an account's events.
 *
 * One condition is answered by an index. If there are others, the events that it finds are examined in steps, and the
 * work of one call is bounded: the page ends with the position to continue at.
 *
 * @param queries for long reads
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
  const indexed = RAREST_FIRST.find((column) => hasIndex(column, filter.equal[column]));
  const others = Object.entries(filter.equal).filter(([column]) => column !== indexed);
  const range: EventRange = { filter, indexed, order };
  const isSearch = filter.provenOnly === true || others.length > 0;
  const stopAt = performance.now() + LOOKUP_MS;
  let position = after;
  for (let examined = ROWS_PER_STEP; ; examined += ROWS_PER_STEP) {
    const end = isSearch ? await endOfStep(queries, range, position) : undefined;
    const found = placesIn(queries, range, position).limit(isSearch ? ROWS_PER_STEP : limit + 1);
    const direction = order === 'oldest first' ? 'asc' : 'desc';
    let events = queries
      .selectFrom(found.as('found'))
      .innerJoin('audit_records', 'audit_records.position', 'found.position')
      .selectAll('audit_records')
      .orderBy('found.event_time', direction)
      .orderBy('found.position', direction);
    for (const [column, value] of others) {
      events = events.where((where) => otherCondition(where, column as FilterColumn, value));
    }
    if (filter.provenOnly) events = events.where('audit_records.user_name', '!=', '');
    rows.push(...(await events.limit(limit + 1 - rows.length).execute()));
    if (rows.length > limit) {
      rows.pop();
      return { rows, next: positionOf(rows.at(-1)) };
    }
    if (end === undefined) return { rows, next: undefined };
    if (examined >= ROWS_PER_LOOKUP || performance.now() > stopAt) return { rows, next: end };
    position = end;
  }
}

/** Range of events that one index has in order. */
interface EventRange {
  readonly filter: EventFilter;
  /** Column whose condition the index answers; `undefined`: only account and time. */
  readonly indexed: FilterColumn | undefined;
  readonly order: EventOrder;
}

/** Returns whether an index has the events of a value: those of two columns leave out the value of nearly all. */
function hasIndex(column: FilterColumn, value: string | undefined): boolean {
  if (value === undefined) return false;
  if (column === 'event_rw') return value === 'Write';
  return column !== 'error_code' || value !== '';
}

/** Returns the position of the last event of a step; `undefined` if the range ends before. */
async function endOfStep(
  queries: Queries,
  range: EventRange,
  after: EventPosition | undefined,
): Promise<EventPosition | undefined> {
  const [row] = await placesIn(queries, range, after)
    .offset(ROWS_PER_STEP - 1)
    .limit(1)
    .execute();
  return positionOf(row);
}

const positionOf = (row: Pick<FoundEvent, 'event_time' | 'position'> | undefined) =>
  row && { time: row.event_time, position: row.position };

/** Selects time and position of the events of a range, in its order, from the index alone as a rule. */
function placesIn(
  queries: Queries,
  { filter: { accountId, from, to, equal }, indexed, order }: EventRange,
  after: EventPosition | undefined,
) {
  const isForward = order === 'oldest first';
  const isResource = indexed === 'resource_name' || indexed === 'resource_type';
  const table = isResource ? 'audit_event_resources' : 'audit_records';
  // Plain bounds besides the position: SQLite uses one condition as the bound of a range, and takes the first.
  let places = queries
    .selectFrom(table as 'audit_records')
    .select(['event_time', 'position'])
    .where('event_time', '>=', isForward ? (after?.time ?? from) : from)
    .where('event_time', '<=', isForward ? to : (after?.time ?? to))
    // An expression keeps SQLite from the index of all the account's events.
    .where(
      indexed === 'access_key_id' || indexed === 'event_id' ? sql`account_id || ''` : 'account_id',
      '=',
      accountId,
    );
  // One event may touch several resources of a type.
  if (isResource) places = places.distinct();
  if (indexed !== undefined) {
    const value = equal[indexed]!;
    places = places.where(
      sql.ref<string>(indexed),
      '=',
      // The index of writes is used only where the text of the statement has its condition.
      indexed === 'event_rw' ? sql.lit(value) : value,
    );
    if (indexed === 'error_code') places = places.where('error_code', '!=', sql.lit(''));
  }
  if (after !== undefined) {
    places = places.where(({ eb, refTuple, tuple }) =>
      // A comparison of rows, which both databases answer from the index.
      eb(refTuple('event_time', 'position'), isForward ? '>' : '<', tuple(after.time, after.position)),
    );
  }
  const direction = isForward ? 'asc' : 'desc';
  return places.orderBy('event_time', direction).orderBy('position', direction);
}

/** Condition on an event that another index has found. */
function otherCondition(
  where: ExpressionBuilder<Schema, 'audit_records'>,
  column: FilterColumn,
  value: string,
) {
  if (column === 'resource_name' || column === 'resource_type') {
    return where.exists(
      where
        .selectFrom('audit_event_resources as touched')
        .select('touched.position')
        .whereRef('touched.position', '=', 'audit_records.position')
        .where(`touched.${column}`, '=', value),
    );
  }
  return where(`audit_records.${column}`, '=', value);
}

/** Key, and the service it was used with. */
export interface KeyUse {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly serviceName: string;
}

/** Address from which a key was used, and the time of its last use. */
export interface UsedAddress {
  readonly sourceIp: string;
  readonly usedAt: number;
}

/** Events of a key that are searched for addresses and resources. */
const USES_SEARCHED = 5_000;

/**
 * Selects the last uses of a key with one service, among its last `USES_SEARCHED` events. A refusal that merely names
 * the key is not a use of it.
 */
function recentUses(queries: Queries, { accountId, accessKeyId, serviceName }: KeyUse) {
  const events = queries
    .selectFrom('audit_records')
    .select(['position', 'event_time', 'source_ip', 'service_name', 'user_name'])
    .where('access_key_id', '=', accessKeyId)
    .where(sql`account_id || ''`, '=', accountId)
    .orderBy('event_time', 'desc')
    .orderBy('position', 'desc')
    .limit(USES_SEARCHED);
  return queries
    .selectFrom(events.as('uses'))
    .where('uses.service_name', '=', serviceName)
    .where('uses.user_name', '!=', '');
}

/**
 * Returns the addresses from which a key was used with one service, last used first, among its last uses. Calls of a
 * service that a guard protects are not recorded here; of those only the address of the last one is known.
 * @param queries for long reads
 * @param offset number of addresses to skip
 */
export async function usedAddresses(
  queries: Queries,
  key: KeyUse,
  offset: number,
  limit: number,
): Promise<UsedAddress[]> {
  const found = await recentUses(queries, key)
    .select(({ fn }) => ['uses.source_ip as sourceIp', fn.max('uses.event_time').as('usedAt')])
    .groupBy('uses.source_ip')
    .orderBy('usedAt', 'desc')
    .orderBy('sourceIp')
    .limit(limit)
    .offset(offset)
    .execute();
  if (found.length > 0 || offset > 0) return found;
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

/** Resource that a key has touched, and the time of the last touch. */
export interface UsedResource {
  readonly resourceType: string;
  readonly resourceName: string;
  readonly usedAt: number;
}

/**
 * Returns the resources that a key has touched with one service in its last uses, last touched first.
 * @param queries for long reads
 * @param offset number of resources to skip
 */
export function usedResources(
  queries: Queries,
  key: KeyUse,
  offset: number,
  limit: number,
): Promise<UsedResource[]> {
  return recentUses(queries, key)
    .innerJoin('audit_event_resources as touched', 'touched.position', 'uses.position')
    .select(({ fn }) => [
      'touched.resource_type as resourceType',
      'touched.resource_name as resourceName',
      fn.max('uses.event_time').as('usedAt'),
    ])
    .groupBy(['touched.resource_type', 'touched.resource_name'])
    .orderBy('usedAt', 'desc')
    .orderBy('resourceType')
    .orderBy('resourceName')
    .limit(limit)
    .offset(offset)
    .execute();
}
