import type { AuditSink } from './audit-delivery.ts';
import { S3Sink } from './s3-sink.ts';
import { parseSyslogAddress, SyslogSink } from './syslog-sink.ts';
import { WebhookSink } from './webhook-sink.ts';

/** Settings of the receivers; an absent one is not used. */
export interface AuditSinkSettings {
  readonly auditWebhook?: string | undefined;
  readonly auditWebhookSecret?: string | undefined;
  readonly auditSyslog?: string | undefined;
  readonly auditS3?: string | undefined;
  readonly auditS3Endpoint?: string | undefined;
  readonly auditS3Region: string;
  readonly auditS3AccessKeyId?: string | undefined;
  readonly auditS3SecretAccessKey?: string | undefined;
}

/** Returns the receivers of audit records that the settings name. */
export function auditSinks(settings: AuditSinkSettings): AuditSink[] {
  const sinks: AuditSink[] = [];
  if (settings.auditWebhook !== undefined) {
    sinks.push(new WebhookSink({ url: settings.auditWebhook, secret: settings.auditWebhookSecret }));
  }
  const syslog = settings.auditSyslog === undefined ? undefined : parseSyslogAddress(settings.auditSyslog);
  if (syslog !== undefined) sinks.push(new SyslogSink(syslog));
  if (settings.auditS3 !== undefined) {
    sinks.push(
      new S3Sink({
        address: settings.auditS3,
        endpoint: settings.auditS3Endpoint,
        region: settings.auditS3Region,
        accessKeyId: settings.auditS3AccessKeyId ?? '',
        secretAccessKey: settings.auditS3SecretAccessKey ?? '',
      }),
    );
  }
  return sinks;
}
