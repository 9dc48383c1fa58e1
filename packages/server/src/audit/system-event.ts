import type { Services } from '../context/services.ts';
import type { AuditRecord } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { instant } from '../wire/instant.ts';
import { insertAuditEvents } from './audit-events.ts';
import { remainderOf } from './stored-event.ts';

/** A change without a request: an operator's command with direct access to the database, or housekeeping. */
export interface SystemEvent {
  readonly type: 'OperatorCommand' | 'Housekeeping';
  /** In the form of an operation name: `ResetRootPassword`. */
  readonly name: string;
  /** Empty for a change of the whole installation. */
  readonly accountId: string;
  /** ms since the epoch */
  readonly time: number;
  /** LookupEvents finds `userName` with the attribute `User`. */
  readonly actor: { readonly type: 'operator' | 'system'; readonly userName: string; readonly id: string };
  /** Parameters; never a secret. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Resource type and name of what was changed: `ACS::RAM::User`, `alice`. */
  readonly touched?: readonly (readonly [resourceType: string, name: string])[];
  readonly details?: Readonly<Record<string, string | undefined>>;
}

/** Services that `recordSystemEvents` needs. */
export type EventServices = Pick<Services, 'store' | 'identifiers' | 'auditRegion'>;

/**
 * Writes the audit events of changes without a request, in the transaction of the changes: both or neither.
 * @param queries of that transaction
 */
export async function recordSystemEvents(
  services: EventServices,
  queries: Queries,
  events: readonly SystemEvent[],
): Promise<void> {
  const rows = events.map((event) =>
    systemEvent(event, services.identifiers.requestId(), services.auditRegion),
  );
  await insertAuditEvents(services.store.kind, queries, rows);
}

/**
 * Writes the audit events of housekeeping, in the transaction of its changes.
 * @param queries of that transaction
 */
export async function recordHousekeeping(
  services: EventServices,
  queries: Queries,
  time: number,
  events: readonly Pick<SystemEvent, 'name' | 'accountId' | 'touched' | 'details'>[],
): Promise<void> {
  const actor = { type: 'system', userName: 'system:housekeeping', id: '' } as const;
  await recordSystemEvents(
    services,
    queries,
    events.map((event) => ({ ...event, type: 'Housekeeping', time, actor })),
  );
}

/** Returns the row of an event, in the shape of an ActionTrail event (version 1). */
function systemEvent(event: SystemEvent, id: string, region: string): AuditRecord {
  const { type, name, accountId, time, actor, parameters = {}, touched = [], details = {} } = event;
  const referencedResources: Record<string, string[]> = {};
  for (const [resourceType, resource] of touched) {
    referencedResources[resourceType] ??= [];
    referencedResources[resourceType].push(resource);
  }
  const content = {
    eventId: id,
    requestId: id,
    eventVersion: 1,
    eventType: type,
    eventTime: instant(time),
    eventName: name,
    eventRW: 'Write',
    eventSource: 'claviger',
    serviceName: 'Claviger',
    apiVersion: '',
    acsRegion: region,
    isGlobal: true,
    sourceIpAddress: '',
    userAgent: '',
    errorCode: '',
    errorMessage: '',
    userIdentity: {
      type: actor.type,
      accountId,
      principalId: actor.id,
      userName: actor.userName,
      accessKeyId: '',
    },
    requestParameters: parameters,
    referencedResources,
    additionalEventData: details,
  };
  const columns = {
    event_id: id,
    account_id: accountId,
    event_time: time,
    event_name: name,
    service_name: 'Claviger',
    event_rw: 'Write',
    access_key_id: '',
    user_name: actor.userName,
    source_ip: '',
    error_code: '',
    signature_nonce: '',
    api_version: '',
    user_agent: '',
    identity_type: actor.type,
    principal_id: actor.id,
    is_secure: 0,
  } as const;
  return { ...columns, event: remainderOf(content, columns) };
}
