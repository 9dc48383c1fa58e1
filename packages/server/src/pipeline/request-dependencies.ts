import type { Guard } from '@claviger/guard/internal';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { SessionAuthenticator } from '../session/session-authenticator.ts';
import type { ServerServices } from './server-services.ts';
import type { StoredCredentials } from './stored-credentials.ts';

/** Dependencies of the functions that authenticate, authorise, execute and audit requests. */
export interface RequestDependencies {
  readonly guard: Guard;
  /** Authenticates requests of browsers. */
  readonly sessionAuthenticator: SessionAuthenticator;
  readonly source: StoredCredentials;
  readonly services: ServerServices;
  readonly audit: AuditTrail;
  /** Called for each verified call that an AccessKey of an account root has signed. */
  readonly rootKeyUsed: (accessKeyId: string) => void;
}
