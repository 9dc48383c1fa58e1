import { requireAccessKey } from '../access-keys/access-key.ts';
import type { KeyOwner } from '../access-keys/owner.ts';
import type { Scope } from '../context/scope.ts';
import {
  endSessionsOfAccount,
  endSessionsOfUser,
  forgetSecondFactorsShown,
} from '../revocation/end-console-sessions.ts';
import { endRoleSessions } from '../revocation/role-session-generation.ts';
import { requireRole } from '../roles/role.ts';
import { findUserOfKey, requireUser, type UserReference } from '../users/user.ts';

/**
 * Ends every session of a role that began before now. The role itself can be assumed again.
 * @throws Refusal EntityNotExist.Role
 */
export async function revokeSessionsOfRole(scope: Scope, roleName: string): Promise<void> {
  const role = await requireRole(scope, roleName);
  await endRoleSessions(scope.queries, scope.account.accountId, `role:${role.role_id}`, scope.now);
  scope.changed('role', role.role_id);
  scope.touched('ACS::RAM::Role', role.role_name);
}

/**
 * Ends every session of a user that began before now: console sessions, and STS sessions of roles that the user or
 * its AccessKeys have assumed. Browsers with an MFA ticket are asked for the second factor again. The AccessKeys
 * themselves stay.
 * @throws Refusal EntityNotExist.User
 */
export async function revokeSessionsOfUser(scope: Scope, reference: UserReference): Promise<void> {
  const user = await requireUser(scope, reference);
  const { accountId } = scope.account;
  await endRoleSessions(scope.queries, accountId, `user:${user.user_id}`, scope.now);
  await endSessionsOfUser(scope.queries, accountId, user.user_id);
  await forgetSecondFactorsShown(scope.queries, accountId, user.user_id);
  scope.changed('user', user.user_id);
  scope.touched('ACS::RAM::User', user.user_name);
}

/**
 * Ends every STS session that was opened with an AccessKey before now.
 * @throws Refusal EntityNotExist.User.AccessKey
 */
export async function revokeSessionsOfAccessKey(
  scope: Scope,
  owner: KeyOwner,
  accessKeyId: string,
): Promise<void> {
  await requireAccessKey(scope, owner, accessKeyId);
  await endRoleSessions(scope.queries, scope.account.accountId, `access-key:${accessKeyId}`, scope.now);
  scope.changed('access-key', accessKeyId);
  scope.touched('ACS::RAM::AccessKey', accessKeyId);
}

/** Ends every session of an account that began before now, including the caller's. */
export async function revokeSessionsOfAccount(scope: Scope): Promise<void> {
  const { accountId } = scope.account;
  await endRoleSessions(scope.queries, accountId, `account:${accountId}`, scope.now);
  await endSessionsOfAccount(scope.queries, accountId);
  await forgetSecondFactorsShown(scope.queries, accountId, undefined);
  scope.changed('account', accountId);
  scope.touched('ACS::RAM::Account', accountId);
}

/** Sessions that an operator revokes. */
export interface SessionsToRevoke {
  readonly type: 'Role' | 'User' | 'AccessKey' | 'Account';
  /** Role name, user name, AccessKey id, or the account's id. */
  readonly name: string;
}

/**
 * Revokes sessions for an operator, who names an AccessKey without its owner.
 * @throws Refusal EntityNotExist.Role, EntityNotExist.User, EntityNotExist.User.AccessKey
 */
export async function revokeSessionsAsOperator(
  scope: Scope,
  { type, name }: SessionsToRevoke,
): Promise<void> {
  switch (type) {
    case 'Role':
      return revokeSessionsOfRole(scope, name);
    case 'User':
      return revokeSessionsOfUser(scope, { by: 'name', userName: name });
    case 'AccessKey':
      return revokeSessionsOfAccessKey(scope, await ownerOfKey(scope, name), name);
    case 'Account':
      return revokeSessionsOfAccount(scope);
  }
}

async function ownerOfKey(scope: Scope, accessKeyId: string): Promise<KeyOwner> {
  const { accountId } = scope.account;
  const user = await findUserOfKey(scope, accessKeyId);
  return user === undefined
    ? { type: 'root', id: accountId, name: 'root' }
    : { type: 'user', id: user.user_id, name: user.user_name };
}
