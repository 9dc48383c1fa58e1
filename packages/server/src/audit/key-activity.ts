import { sql } from 'kysely';
import type { Queries } from '../store/store.ts';

/** Key, and the time since when its activity is wanted, ms since the epoch. */
export interface KeyPeriod {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly since: number;
}

/** Calls of one operation. */
export interface KeyCalls {
  readonly serviceName: string;
  readonly eventName: string;
  readonly isWrite: boolean;
  readonly count: number;
  readonly refused: number;
  readonly lastAt: number;
}

/** Address that signed with the key. */
export interface KeyAddress {
  readonly sourceIp: string;
  readonly count: number;
  readonly lastAt: number;
}

/** Resource that a successful change touched. */
export interface KeyChange {
  readonly eventId: string;
  readonly eventName: string;
  readonly eventTime: number;
  readonly resourceType: string;
  readonly resourceName: string;
}

/** What an AccessKey did. */
export interface KeyActivity {
  /** Number of calls that were read. */
  readonly events: number;
  /** Whether there may be more since the time than a list tells. */
  readonly isPartial: boolean;
  /** The most frequent first. */
  readonly calls: readonly KeyCalls[];
  /** The most frequent first. */
  readonly addresses: readonly KeyAddress[];
  /** The newest first. */
  readonly changes: readonly KeyChange[];
}

/** Events of a key that are read for a report: some 50 ms of work of a reading thread or session. */
const EVENTS_READ = 20_000;

/** Rows of each list of a report. */
const ROWS_SHOWN = 100;

/**
 * Reads what a key did since a time from the audit log of its account: its last events, by the index of its calls. A
 * refusal that merely names the key, with a wrong signature, is none of its calls. Calls of services behind guards are
 * not recorded here.
 * @param queries for long reads
 */
export async function readKeyActivity(queries: Queries, period: KeyPeriod): Promise<KeyActivity> {
  const lastAt = sql<number>`max(event_time)`.as('lastAt');
  const calls = await queries
    .selectFrom(callsOf(queries, period).as('calls'))
    .select(({ fn }) => [
      'service_name as serviceName',
      'event_name as eventName',
      'event_rw',
      fn.countAll<number>().as('count'),
      sql<number>`sum(case when error_code = '' then 0 else 1 end)`.as('refused'),
      lastAt,
    ])
    .groupBy(['service_name', 'event_name', 'event_rw'])
    .orderBy('count', 'desc')
    .orderBy('event_name')
    .limit(ROWS_SHOWN + 1)
    .execute();
  const addresses = await queries
    .selectFrom(callsOf(queries, period).as('calls'))
    .select(({ fn }) => ['source_ip as sourceIp', fn.countAll<number>().as('count'), lastAt])
    .groupBy('source_ip')
    .orderBy('count', 'desc')
    .orderBy('source_ip')
    .limit(ROWS_SHOWN + 1)
    .execute();
  const changes = await queries
    .selectFrom(callsOf(queries, period).as('calls'))
    .innerJoin('audit_event_resources as touched', 'touched.position', 'calls.position')
    .select([
      'calls.event_id as eventId',
      'calls.event_name as eventName',
      'calls.event_time as eventTime',
      'touched.resource_type as resourceType',
      'touched.resource_name as resourceName',
    ])
    .where('calls.event_rw', '=', 'Write')
    .where('calls.error_code', '=', '')
    .orderBy('calls.event_time', 'desc')
    .orderBy('calls.position', 'desc')
    .orderBy('touched.resource_name')
    .limit(ROWS_SHOWN + 1)
    .execute();
  const events = calls.reduce((sum, { count }) => sum + Number(count), 0);
  return {
    events,
    isPartial: events >= EVENTS_READ || [calls, addresses, changes].some((rows) => rows.length > ROWS_SHOWN),
    calls: calls.slice(0, ROWS_SHOWN).map(({ event_rw, count, refused, lastAt: at, ...names }) => ({
      ...names,
      isWrite: event_rw === 'Write',
      count: Number(count),
      refused: Number(refused),
      lastAt: Number(at),
    })),
    addresses: addresses.slice(0, ROWS_SHOWN).map(({ sourceIp, count, lastAt: at }) => ({
      sourceIp,
      count: Number(count),
      lastAt: Number(at),
    })),
    changes: changes
      .slice(0, ROWS_SHOWN)
      .map((change) => ({ ...change, eventTime: Number(change.eventTime) })),
  };
}

/** Selects the last calls that were signed with a key, newest first. */
function callsOf(queries: Queries, { accountId, accessKeyId, since }: KeyPeriod) {
  return (
    queries
      .selectFrom('audit_records')
      .select([
        'position',
        'event_id',
        'event_time',
        'event_name',
        'service_name',
        'event_rw',
        'source_ip',
        'error_code',
      ])
      .where('access_key_id', '=', accessKeyId)
      // An expression keeps SQLite from the index of all the account's events.
      .where(sql`account_id || ''`, '=', accountId)
      .where('event_time', '>=', since)
      .where('user_name', '!=', '')
      .orderBy('event_time', 'desc')
      .orderBy('position', 'desc')
      .limit(EVENTS_READ)
  );
}
