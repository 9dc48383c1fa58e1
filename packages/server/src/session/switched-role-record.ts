import { assumedRolePrincipal, type RolePrincipal } from '@claviger/guard';

/** Role that a console session has switched to, as its row has it. */
export interface SwitchedRole {
  /** Account of the role. */
  readonly accountId: string;
  readonly roleId: string;
  readonly roleName: string;
  /** Names the user in the role's audit records. */
  readonly sessionName: string;
  /** Milliseconds since the epoch. */
  readonly switchedAt: number;
  /** End of the role session; milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Generations of its dependencies when it was opened; see `revocation/role-session-generation.ts`. */
  readonly generations: Readonly<Record<string, number>>;
}

/** Parses the column `switched_role`. */
export function switchedRoleOf(column: string | null): SwitchedRole | undefined {
  return column === null ? undefined : (JSON.parse(column) as SwitchedRole);
}

/** Returns the principal of a role session that has ended; it has no permissions. */
export function endedPrincipal({ accountId, roleId, roleName, sessionName }: SwitchedRole): RolePrincipal {
  return assumedRolePrincipal(accountId, roleId, roleName, sessionName);
}
