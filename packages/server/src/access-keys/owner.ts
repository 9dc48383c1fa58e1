import { arn } from '../context/arn.ts';
import type { CallerScope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { requireUser, type UserReference } from '../users/user.ts';
import { type DemandedResource, userResource } from '../users/user-arn.ts';

/** Owner of an AccessKey: the account root or a RAM user. */
export interface KeyOwner {
  readonly type: 'root' | 'user';
  /** The user id, or the account id for the root. */
  readonly id: string;
  /** The user name; `root` for the root. */
  readonly name: string;
}

/**
 * Returns the owner of the keys that an operation targets; defaults to the caller. Only the root reaches the root's
 * keys, since without a name a RAM user means its own.
 * @throws Refusal EntityNotExist.User, Missing{UserName} if a role session names no user
 */
export async function keyOwner(scope: CallerScope, reference: UserReference | undefined): Promise<KeyOwner> {
  if (reference !== undefined) {
    const user = await requireUser(scope, reference);
    return { type: 'user', id: user.user_id, name: user.user_name };
  }
  const { principal } = scope;
  switch (principal.type) {
    case 'root':
      return { type: 'root', id: principal.accountId, name: 'root' };
    case 'ram-user':
      return { type: 'user', id: principal.userId, name: principal.userName };
    case 'assumed-role':
    case 'guard':
      throw new Refusal('Missing', { name: 'UserName' });
  }
}

/**
 * Returns the resource of an operation on a user's keys: the user's ARN, whether or not the user exists.
 * @param reference defaults to the caller
 */
export async function keyOwnerResource(
  scope: CallerScope,
  reference: UserReference | undefined,
): Promise<DemandedResource> {
  if (reference !== undefined) return userResource(scope, reference);
  const { accountId } = scope.account;
  const { principal } = scope;
  switch (principal.type) {
    case 'root':
      return { resource: arn.user(accountId, 'root') };
    case 'ram-user':
      return { resource: arn.user(accountId, principal.userName) };
    case 'assumed-role':
    case 'guard':
      throw new Refusal('Missing', { name: 'UserName' });
  }
}
