import { hash } from 'node:crypto';
import type { AuditRecord } from '../store/schema.ts';

/** Version of the form that is hashed, so that a later form cannot be taken for it. */
const FORM = 'claviger-audit-record-1';

/**
 * Returns the SHA-256 of a record, base64url: over the JSON array of the form's name and all columns except the
 * position. Both databases return the same texts, so the hash of a record outlives a move between them.
 */
export function recordHash(record: AuditRecord): string {
  const values = [
    FORM,
    record.event_id,
    record.account_id,
    record.event_time,
    record.event_name,
    record.service_name,
    record.event_rw,
    record.access_key_id,
    record.user_name,
    record.source_ip,
    record.error_code,
    record.signature_nonce,
    record.api_version,
    record.user_agent,
    record.identity_type,
    record.principal_id,
    record.is_secure,
    record.event,
  ];
  return hash('sha256', JSON.stringify(values), 'base64url');
}
