import { type KeyOwner, keyOwner, keyOwnerResource } from '../access-keys/owner.ts';
import { arn } from '../context/arn.ts';
import type { CallerScope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { findUser } from '../users/user.ts';
import { allUsersArn, type DemandedResource } from '../users/user-arn.ts';
import { findRecycledUser } from './recycled-user.ts';

/** Owner of recycled AccessKeys; it may be in the recycle bin itself. */
export interface BinOwner extends KeyOwner {
  readonly isRecycled: boolean;
}

/**
 * Returns the owner of recycled keys: the user with that id, which may be in the recycle bin itself; defaults to
 * the caller. Only the root reaches the root's keys.
 * @throws Refusal EntityNotExist.User
 */
export async function binOwner(scope: CallerScope, userId: string | undefined): Promise<BinOwner> {
  if (userId === undefined) return { ...(await keyOwner(scope, undefined)), isRecycled: false };
  const live = await findUser(scope.queries, scope.account.accountId, { by: 'id', userId });
  const user = live ?? (await findRecycledUser(scope, userId));
  if (user === undefined) throw new Refusal('EntityNotExist.User', { name: userId });
  return { type: 'user', id: user.user_id, name: user.user_name, isRecycled: live === undefined };
}

/**
 * Returns the resources of an operation on a user's recycle bin: the user's ARN, so that a policy which grants
 * users their own keys covers their recycle bin.
 */
export async function binOwnerResources(
  scope: CallerScope,
  userId: string | undefined,
): Promise<readonly DemandedResource[]> {
  if (userId === undefined) return [await keyOwnerResource(scope, undefined)];
  const live = await keyOwnerResource(scope, { by: 'id', userId });
  const recycled = await recycledUserArns(scope, userId);
  // A refusal names the id in both cases: it does not disclose whether the user is in the recycle bin.
  return recycled.length > 1 ? recycled.map((resource) => ({ ...live, resource })) : [live];
}

/**
 * Returns the resources of an operation on a recycled user: all users, and the user's former ARN. The ARN alone
 * does not suffice, since another user may have that name now; a Deny on it still applies.
 */
export async function recycledUserArns(scope: CallerScope, userId: string): Promise<readonly string[]> {
  const user = await findRecycledUser(scope, userId);
  const all = allUsersArn(scope);
  return user === undefined ? [all] : [all, arn.user(scope.account.accountId, user.user_name)];
}
