import type { AllowedHead, AllowedRequest, RefusedRequest } from '../decision.ts';

/** What became of one request: for the log and the metrics. It has no query and no header, so no secret. */
export interface AccessRecord {
  readonly requestId: string;
  readonly method: string;
  /** Of the target, without the query. */
  readonly path: string;
  /** As the request has it; empty when it has none. */
  readonly host: string;
  /** The code of the service; empty when it was for none. */
  readonly service: string;
  /** What the client saw; 499 when it did not wait for it. */
  readonly status: number;
  /** Of the refusal; empty when it was passed on and answered. */
  readonly code: string;
  /** What the guard decided, when it was asked. */
  readonly by: AllowedRequest | AllowedHead | RefusedRequest | undefined;
  readonly peerAddress: string;
  /** Where it was passed on to; empty when it was not. */
  readonly upstream: string;
  readonly milliseconds: number;
}

/** The fields of a record as they are logged. */
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
