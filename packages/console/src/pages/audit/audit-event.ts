/** Event in the format of ActionTrail; unknown fields are absent. */
export interface AuditEvent {
  readonly eventId?: string;
  readonly eventName?: string;
  readonly eventTime?: string;
  readonly eventRW?: string;
  readonly serviceName?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly sourceIpAddress?: string;
  readonly userAgent?: string;
  readonly requestId?: string;
  readonly userIdentity?: {
    readonly type?: string;
    readonly userName?: string;
    readonly principalId?: string;
    readonly accessKeyId?: string;
  };
}
