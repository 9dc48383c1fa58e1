import { instant } from '../rpc/instant.ts';
import type { AuditEventRow } from '../store/schema.ts';
import type { CountedRefusals } from './refusal-limit.ts';

/**
 * The event that stands for refusals which were counted: of nobody or of one account's keys, from one source, so many within that time. What
 * they asked for is not kept.
 * @param id of the event, like that of a request
 * @param region the region the events name
 */
export function refusalSummary(
  { accountId, source, count, from, until }: CountedRefusals,
  id: string,
  region: string,
): AuditEventRow {
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
    userIdentity: { type: 'unknown', accountId, principalId: '', userName: '', accessKeyId: '' },
    requestParameters: {},
    referencedResources: {},
    additionalEventData: { Refusals: String(count), From: instant(from), Until: instant(until) },
  };
  return {
    event_id: id,
    account_id: accountId,
    event_time: until,
    event_name: event.eventName,
    service_name: '',
    event_rw: 'Read',
    access_key_id: '',
    user_name: '',
    source_ip: source,
    error_code: '',
    signature_nonce: '',
    event: JSON.stringify(event),
  };
}
