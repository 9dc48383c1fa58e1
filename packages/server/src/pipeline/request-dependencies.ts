import type { CredentialSource } from '@claviger/guard';
import type { Guard } from '@claviger/guard/internal';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { SessionAuthenticator } from '../session/session-authenticator.ts';
import type { ServerServices } from './server-services.ts';

/** What all ways have in common on which a request is admitted, done and written down. */
export interface RequestDependencies {
  readonly guard: Guard;
  /** The way in for browsers. */
  readonly sessionAuthenticator: SessionAuthenticator;
  readonly source: CredentialSource;
  readonly services: ServerServices;
  readonly audit: AuditTrail;
  /** Told of each verified call that a key of an account root has signed. */
  readonly rootKeyUsed: (accessKeyId: string) => void;
}
