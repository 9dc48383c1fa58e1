import type { AllowedHead, AllowedRequest, RefusedRequest } from '../decision.ts';
import type { RequestSpanFacts } from '../http/request-span.ts';

/** Outcome of a request, for log and metrics. Without query and headers, so it holds no secret. */
export interface AccessRecord {
  readonly requestId: string;
  readonly method: string;
  /** Path of the target, without the query. */
  readonly path: string;
  /** `Host` of the request; empty if absent. */
  readonly host: string;
  /** Code of the service; empty if there was none for it. */
  readonly service: string;
  /** Status sent to the client; 499 if it disconnected first. */
  readonly status: number;
  /** Code of the refusal; empty if it was passed on and answered. */
  readonly code: string;
  /** Decision of the guard, if it was asked. */
  readonly by: AllowedRequest | AllowedHead | RefusedRequest | undefined;
  readonly peerAddress: string;
  /** Address that it was passed on to; empty if it was not. */
  readonly upstream: string;
  readonly milliseconds: number;
}

/** Returns the fields of a record for the log. */
export function loggedFields(record: AccessRecord): Readonly<Record<string, unknown>> {
  const { by, milliseconds } = record;
  return {
    requestId: record.requestId,
    method: record.method,
    path: record.path,
    host: record.host,
    status: record.status,
    service: record.service || undefined,
    code: record.code || undefined,
    accountId: by?.principal?.accountId,
    principal: by?.principal?.arn,
    accessKeyId: by?.accessKeyId,
    action: by?.action,
    resource: by?.resource,
    sourceAddress: by?.allowed === true ? by.sourceAddress : record.peerAddress,
    upstream: record.upstream || undefined,
    ms: Math.round(milliseconds * 100) / 100,
  };
}

/** Returns what the span of a request says: its name is the action, as there are few of them. */
export function spanFacts({ by, method, ...record }: AccessRecord): RequestSpanFacts {
  return {
    name: by?.action ?? method,
    status: record.status,
    code: record.code,
    attributes: {
      'claviger.request_id': record.requestId,
      'claviger.service': record.service,
      'claviger.resource': by?.resource,
      'client.address': by?.allowed === true ? by.sourceAddress : record.peerAddress,
      'enduser.id': by?.principal?.arn,
      'server.address': record.upstream,
      'url.path': record.path,
    },
  };
}
