import type { AuditEventRow } from '../store/schema.ts';
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

/** Columns by which events can be looked up. */
export type FilterColumn = keyof Pick<
  AuditEventRow,
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
  readonly eventId: string;
}

/**
 * Returns a page of an account's events.
 * @param order newest first, or oldest first
 * @param after `undefined` for the first page
 * @param limit maximum number of rows
 */
export async function lookupEvents(
  queries: Queries,
  filter: EventFilter,
  order: 'newest first' | 'oldest first',
  after: EventPosition | undefined,
  limit: number,
): Promise<AuditEventRow[]> {
  const newestFirst = order === 'newest first';
  let events = queries
    .selectFrom('audit_events')
    .selectAll()
    .where('account_id', '=', filter.accountId)
    .where('event_time', '>=', filter.from)
    .where('event_time', '<=', filter.to);
  for (const [column, value] of Object.entries(filter.equal)) {
    events = events.where(column as FilterColumn, '=', value);
  }
  if (filter.provenOnly) events = events.where('user_name', '!=', '');
  if (after !== undefined) {
    const beyond = newestFirst ? '<' : '>';
    events = events.where(({ eb, or, and }) =>
      or([
        eb('event_time', beyond, after.time),
        and([eb('event_time', '=', after.time), eb('event_id', beyond, after.eventId)]),
      ]),
    );
  }
  const direction = newestFirst ? 'desc' : 'asc';
  return events.orderBy('event_time', direction).orderBy('event_id', direction).limit(limit).execute();
}

/** An address from which a key was used, and the time of its last use. */
export interface UsedAddress {
  readonly sourceIp: string;
  readonly usedAt: number;
}

/**
 * Returns the addresses from which a key was used with one service, last used first. Calls of a service that a
 * guard protects are not recorded here; of those only the address of the last one is known.
 * @param offset number of addresses to skip
 */
export async function usedAddresses(
  queries: Queries,
  key: KeyUse,
  offset: number,
  limit: number,
): Promise<UsedAddress[]> {
  const rows = await queries
    .selectFrom('audit_events')
    .select(({ fn }) => ['source_ip', fn.max('event_time').as('used_at')])
    .where('account_id', '=', key.accountId)
    .where('access_key_id', '=', key.accessKeyId)
    .where('service_name', '=', key.serviceName)
    // A refusal that merely names the key is not a use of it, and has no user name.
    .where('user_name', '!=', '')
    .groupBy('source_ip')
    .orderBy('used_at', 'desc')
    .orderBy('source_ip')
    .offset(offset)
    .limit(limit)
    .execute();
  if (rows.length > 0 || offset > 0) {
    return rows.map((row) => ({ sourceIp: row.source_ip, usedAt: Number(row.used_at) }));
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

/** Number of events searched for resources: enough for a hundred of them, and quick to parse. */
const EVENTS_SEARCHED = 2_000;

/** Returns the resources that a key has recently touched with one service, last touched first. */
export async function usedResources(queries: Queries, key: KeyUse): Promise<UsedResource[]> {
  const rows = await queries
    .selectFrom('audit_events')
    .select(['event_time', 'event'])
    .where('account_id', '=', key.accountId)
    .where('access_key_id', '=', key.accessKeyId)
    .where('service_name', '=', key.serviceName)
    .where('user_name', '!=', '')
    .orderBy('event_time', 'desc')
    .orderBy('event_id', 'desc')
    .limit(EVENTS_SEARCHED)
    .execute();
  const found = new Map<string, UsedResource>();
  for (const row of rows) {
    const { referencedResources } = JSON.parse(row.event) as {
      readonly referencedResources?: Readonly<Record<string, readonly string[]>>;
    };
    for (const [resourceType, names] of Object.entries(referencedResources ?? {})) {
      for (const resourceName of names) {
        const name = `${resourceType}\n${resourceName}`;
        if (!found.has(name)) found.set(name, { resourceType, resourceName, usedAt: row.event_time });
      }
    }
  }
  return [...found.values()];
}
