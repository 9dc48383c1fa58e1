import { type KeyOwner, keyOwner, keyOwnerResource } from '../access-keys/owner.ts';
import { arn } from '../accounts/arn.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Call } from '../pipeline/operation.ts';
import { findUser } from '../users/user.ts';
import { allUsersArn, type DemandedResource } from '../users/user-arn.ts';
import { findRecycledUser } from './recycled-user.ts';

/** Whose keys in the recycle bin; the owner may be in the recycle bin itself. */
export interface BinOwner extends KeyOwner {
  readonly isRecycled: boolean;
}

/**
 * Whose keys in the recycle bin an operation means: the user with that id, which may be in the recycle bin itself,
 * or without an id the caller. The root's keys are reached by the root alone.
 * @throws Refusal EntityNotExist.User
 */
export async function binOwner(call: Call, userId: string | undefined): Promise<BinOwner> {
  if (userId === undefined) return { ...(await keyOwner(call, undefined)), isRecycled: false };
  const live = await findUser(call.queries, call.account.accountId, { by: 'id', userId });
  const user = live ?? (await findRecycledUser(call, userId));
  if (user === undefined) throw new Refusal('EntityNotExist.User', { name: userId });
  return { type: 'user', id: user.user_id, name: user.user_name, isRecycled: live === undefined };
}

/**
 * The resources of an operation on somebody's recycle bin: the user's own ARN, so that a policy which grants its
 * own keys to a user reaches its recycle bin as well.
 */
export async function binOwnerResources(
  call: Call,
  userId: string | undefined,
): Promise<readonly DemandedResource[]> {
  if (userId === undefined) return [await keyOwnerResource(call, undefined)];
  const live = await keyOwnerResource(call, { by: 'id', userId });
  const recycled = await recycledUserArns(call, userId);
  // A refusal names the id in either case: it does not tell whether the user is in the recycle bin.
  return recycled.length > 1 ? recycled.map((resource) => ({ ...live, resource })) : [live];
}

/**
 * The resources of an operation on a user in the recycle bin: all users, and the ARN it had. Its own alone would
 * not do, since another user may bear that name by now; and a Deny on it still holds.
 */
export async function recycledUserArns(call: Call, userId: string): Promise<readonly string[]> {
  const user = await findRecycledUser(call, userId);
  const all = allUsersArn(call);
  return user === undefined ? [all] : [all, arn.user(call.account.accountId, user.user_name)];
}
