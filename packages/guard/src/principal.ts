import type { GuardPrincipal, RolePrincipal, RootPrincipal, UserPrincipal } from './credential.ts';
import type { TagValues } from './tag-values.ts';

/** The account root, as the sender of a request. */
export function rootPrincipal(accountId: string): RootPrincipal {
  return { type: 'root', accountId, arn: `acs:ram::${accountId}:root` };
}

/** A RAM user, as the sender of a request. */
export function userPrincipal(
  accountId: string,
  userId: string,
  userName: string,
  tags?: TagValues,
): UserPrincipal {
  const arn = `acs:ram::${accountId}:user/${userName}`;
  return { type: 'ram-user', accountId, arn, userId, userName, ...(tags && { tags }) };
}

/** A guard, as policies and audit events name it. */
export function guardArn(accountId: string, guardName: string): string {
  return `acs:claviger:*:${accountId}:guard/${guardName}`;
}

/** A registered guard, as the sender of a request. */
export function guardPrincipal(
  accountId: string,
  guard: { readonly guardId: string; readonly guardName: string; readonly services: readonly string[] },
): GuardPrincipal {
  const { guardId, guardName, services } = guard;
  return { type: 'guard', accountId, arn: guardArn(accountId, guardName), guardId, guardName, services };
}

/** A session of a role, as the sender of a request. */
export function assumedRolePrincipal(
  accountId: string,
  roleId: string,
  roleName: string,
  sessionName: string,
  tags?: TagValues,
): RolePrincipal {
  const arn = `acs:ram::${accountId}:assumed-role/${roleName}/${sessionName}`;
  return { type: 'assumed-role', accountId, arn, roleId, roleName, sessionName, ...(tags && { tags }) };
}
