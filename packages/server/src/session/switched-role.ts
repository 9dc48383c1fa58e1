import type { Credential, RolePrincipal } from '@claviger/guard';
import type { Queries } from '../store/store.ts';
import type { ConsoleSession } from './console-session.ts';
import type { SwitchedRole } from './switched-role-record.ts';

/** Principal and permissions of a role session that stands. */
export interface SwitchedRoleSession {
  readonly principal: RolePrincipal;
  readonly permissions: Credential['permissions'];
}

/**
 * Returns the state of a role session of the console; `undefined` if it has ended. Read with each request, as the
 * console session is.
 */
export type ReadSwitchedRole = (
  queries: Queries,
  session: ConsoleSession,
  role: SwitchedRole,
  now: number,
) => Promise<SwitchedRoleSession | undefined>;
