import type { AuditRecord } from '../store/schema.ts';
import { instant } from '../wire/instant.ts';

/** ActionTrail event as a JSON object. */
export type AuditEvent = Readonly<Record<string, unknown>>;

/** Columns that an event is rebuilt from. */
export type StoredEvent = Omit<AuditRecord, 'signature_nonce'>;

/** Keys of an event in the order in which answers have them. */
const EVENT_KEYS = [
  'eventId',
  'requestId',
  'eventVersion',
  'eventType',
  'eventTime',
  'eventName',
  'eventRW',
  'eventSource',
  'serviceName',
  'apiVersion',
  'acsRegion',
  'isGlobal',
  'sourceIpAddress',
  'userAgent',
  'errorCode',
  'errorMessage',
  'userIdentity',
  'requestParameters',
  'responseElements',
  'referencedResources',
  'additionalEventData',
] as const;

/** Objects whose fields are compared one by one, since most of them are in columns. */
const NESTED_KEYS: ReadonlySet<string> = new Set(['userIdentity', 'additionalEventData']);

/** Returns the event that the columns alone describe: an API call without parameters that touched nothing. */
function eventOfColumns(row: Omit<StoredEvent, 'event'>): Record<string, unknown> {
  return {
    eventId: row.event_id,
    requestId: row.event_id,
    eventVersion: 1,
    eventType: 'ApiCall',
    eventTime: instant(row.event_time),
    eventName: row.event_name,
    eventRW: row.event_rw,
    eventSource: row.service_name === '' ? '' : `${row.service_name.toLowerCase()}.aliyuncs.com`,
    serviceName: row.service_name,
    apiVersion: row.api_version,
    acsRegion: 'cn-hangzhou',
    isGlobal: true,
    sourceIpAddress: row.source_ip,
    userAgent: row.user_agent,
    errorCode: row.error_code,
    errorMessage: '',
    userIdentity: {
      type: row.identity_type,
      accountId: row.account_id,
      principalId: row.principal_id,
      userName: row.user_name,
      accessKeyId: row.access_key_id,
    },
    requestParameters: {},
    referencedResources: {},
    additionalEventData: { Scheme: row.is_secure === 1 ? 'https' : 'http' },
  };
}

/**
 * Returns the part of an event that its columns do not have, as JSON; empty if they have all of it. `null` stands for
 * a key that the columns would have and the event does not.
 */
export function remainderOf(event: AuditEvent, row: Omit<StoredEvent, 'event'>): string {
  const expected = eventOfColumns(row);
  const remainder: Record<string, unknown> = {};
  for (const key of EVENT_KEYS) {
    const [value, known] = [event[key], expected[key]];
    if (isSame(value, known)) continue;
    remainder[key] =
      NESTED_KEYS.has(key) && value !== undefined
        ? differences(value as AuditEvent, known as AuditEvent)
        : (value ?? null);
  }
  return Object.keys(remainder).length === 0 ? '' : JSON.stringify(remainder);
}

/** Returns the event of a stored record, with its keys in the order of ActionTrail. */
export function eventOf(row: StoredEvent): Record<string, unknown> {
  const expected = eventOfColumns(row);
  if (row.event === '') return expected;
  const remainder = JSON.parse(row.event) as Record<string, unknown>;
  const event: Record<string, unknown> = {};
  for (const key of EVENT_KEYS) {
    const value = NESTED_KEYS.has(key)
      ? merged(expected[key] as AuditEvent, remainder[key] as AuditEvent | undefined)
      : (remainder[key] ?? (remainder[key] === null ? undefined : expected[key]));
    if (value !== undefined) event[key] = value;
  }
  return event;
}

/** Returns the event of a stored record as JSON. */
export function eventJson(row: StoredEvent): string {
  return JSON.stringify(eventOf(row));
}

/** Returns the bytes of a record that callers determine, which bound its size. */
export function contentBytes(record: AuditRecord): number {
  let bytes = 0;
  for (const value of Object.values(record)) if (typeof value === 'string') bytes += Buffer.byteLength(value);
  return bytes;
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (one === null || other === null || typeof one !== 'object' || typeof other !== 'object') return false;
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Returns the fields of `value` that differ from `known`; `null` for those that are absent. */
function differences(value: AuditEvent, known: AuditEvent): AuditEvent {
  const different: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    if (field !== undefined && !isSame(field, known[key])) different[key] = field;
  }
  for (const key of Object.keys(known)) if (value[key] === undefined) different[key] = null;
  return different;
}

function merged(known: AuditEvent, different: AuditEvent | undefined): AuditEvent {
  if (different === undefined) return known;
  const fields = { ...known, ...different };
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== null));
}
