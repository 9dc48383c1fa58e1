import type { GuardPrincipal, RolePrincipal, RootPrincipal, UserPrincipal } from './credential.ts';
import type { TagValues } from './tag-values.ts';

/** Returns the principal of an account root. */
export function rootPrincipal(accountId: string): RootPrincipal {
  return { type: 'root', accountId, arn: `acs:ram::${accountId}:root` };
}

/** Returns the principal of a RAM user. */
export function userPrincipal(
  accountId: string,
  userId: string,
  userName: string,
  tags?: TagValues,
): UserPrincipal {
  const arn = `acs:ram::${accountId}:user/${userName}`;
  return { type: 'ram-user', accountId, arn, userId, userName, ...(tags && { tags }) };
}

/** Returns the ARN of a guard, for policies and audit events. */
export function guardArn(accountId: string, guardName: string): string {
  return `acs:claviger:*:${accountId}:guard/${guardName}`;
}

/** Returns the principal of a registered guard. */
export function guardPrincipal(
  accountId: string,
  guard: { readonly guardId: string; readonly guardName: string; readonly services: readonly string[] },
): GuardPrincipal {
  const { guardId, guardName, services } = guard;
  return { type: 'guard', accountId, arn: guardArn(accountId, guardName), guardId, guardName, services };
}

/** Returns the principal of an STS session of a role. */
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
