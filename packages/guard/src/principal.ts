import type { RolePrincipal, RootPrincipal, UserPrincipal } from './credential.ts';

/** The account root, as the sender of a request. */
export function rootPrincipal(accountId: string): RootPrincipal {
  return { type: 'root', accountId, arn: `acs:ram::${accountId}:root` };
}

/** A RAM user, as the sender of a request. */
export function userPrincipal(accountId: string, userId: string, userName: string): UserPrincipal {
  return { type: 'ram-user', accountId, arn: `acs:ram::${accountId}:user/${userName}`, userId, userName };
}

/** A session of a role, as the sender of a request. */
export function sessionPrincipal(
  accountId: string,
  roleId: string,
  roleName: string,
  sessionName: string,
): RolePrincipal {
  const arn = `acs:ram::${accountId}:assumed-role/${roleName}/${sessionName}`;
  return { type: 'assumed-role', accountId, arn, roleId, roleName, sessionName };
}
