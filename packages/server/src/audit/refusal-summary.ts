import type { AuditRecord } from '../store/schema.ts';
import { instant } from '../wire/instant.ts';
import type { CountedRefusals } from './refusal-limit.ts';
import { remainderOf } from './stored-event.ts';

/**
 * Returns the event that summarises counted refusals: of unauthenticated callers, of one account's keys or of one
 * principal, from one source. Their requests are not kept.
 * @param id of the event, like that of a request
 * @param region `acsRegion` of the event
 */
export function refusalSummary(
  { identity, source, count, from, until }: CountedRefusals,
  id: string,
  region: string,
): AuditRecord {
  const event = {
    eventId: id,
    requestId: id,
    eventVersion: 1,
    eventType: 'RefusalSummary',
    eventTime: instant(until),
    eventName: 'RefusalSummary',
    eventRW: 'Read',
    eventSource: '',
    serviceName: '',
    apiVersion: '',
    acsRegion: region,
    isGlobal: true,
    sourceIpAddress: source,
    userAgent: '',
    errorCode: '',
    errorMessage: '',
    userIdentity: { ...identity, accessKeyId: '' },
    requestParameters: {},
    referencedResources: {},
    additionalEventData: { Refusals: String(count), From: instant(from), Until: instant(until) },
  };
  const columns = {
    event_id: id,
    account_id: identity.accountId,
    event_time: until,
    event_name: event.eventName,
    service_name: '',
    event_rw: 'Read',
    access_key_id: '',
    user_name: identity.userName,
    source_ip: source,
    error_code: '',
    signature_nonce: '',
    api_version: '',
    user_agent: '',
    identity_type: identity.type,
    principal_id: identity.principalId,
    is_secure: 0,
  } as const;
  return { ...columns, event: remainderOf(event, columns) };
}
