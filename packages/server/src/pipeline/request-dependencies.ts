import type { CredentialSource } from '@claviger/guard';
import type { Guard } from '@claviger/guard/internal';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Services } from '../context/services.ts';
import type { SessionAuthenticator } from '../session/session-authenticator.ts';

/** What all ways have in common on which a request is admitted, done and written down. */
export interface RequestDependencies {
  readonly guard: Guard;
  /** The way in for browsers. */
  readonly sessionAuthenticator: SessionAuthenticator;
  readonly source: CredentialSource;
  readonly services: Services;
  readonly audit: AuditTrail;
  /** Told of each verified call that a key of an account root has signed. */
  readonly rootKeyUsed: (accessKeyId: string) => void;
}
