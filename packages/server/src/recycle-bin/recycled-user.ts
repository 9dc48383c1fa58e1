import { changeKey } from '../access-keys/access-key.ts';
import { recordHousekeeping } from '../audit/system-event.ts';
import { DAY_MS } from '../context/limits.ts';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { endSessionsOfUser } from '../revocation/end-console-sessions.ts';
import { endRoleSessions } from '../revocation/role-session-generation.ts';
import { readRowCount } from '../store/row-counts.ts';
import type { UserRow } from '../store/schema.ts';
import {
  assertNameFree,
  assertUserQuota,
  changeUser,
  nameKey,
  requireUser,
  type UserReference,
} from '../users/user.ts';
import { purgedUserEvent, purgeUser } from './purge.ts';
import { RECYCLE_BIN_DAYS } from './recycle-bin-days.ts';

/** Maximum number of users that one deletion purges: many are over the limit after an operator has lowered it. */
const MAX_PURGED_AT_ONCE = 20;

/** A user in the recycle bin. */
export type RecycledUser = UserRow & { readonly recycled_at: number; readonly purge_at: number };

/** Position of a user in the list of the recycle bin. */
export interface RecycledUserPosition {
  readonly recycledAt: number;
  readonly userId: string;
}

/**
 * Moves a user and its keys to the recycle bin: it cannot act from now on, its name is free, and it stays there for
 * 30 days. The bin holds 1000 users of an account; one more purges the oldest.
 *
 * Groups, policies and tags stay with the user, for its restoration: above all a Deny must not be lost.
 * @throws Refusal EntityNotExist.User
 */
export async function recycleUser(scope: Scope, reference: UserReference): Promise<void> {
  const user = await requireUser(scope, reference);
  const purgeAt = scope.now + RECYCLE_BIN_DAYS * DAY_MS;
  await changeUser(scope, user, { recycled_at: scope.now, purge_at: purgeAt });
  await endSessionsOfUser(scope.queries, scope.account.accountId, user.user_id);
  await endRoleSessions(scope.queries, scope.account.accountId, `user:${user.user_id}`, scope.now);
  const keys = await scope.queries
    .selectFrom('access_keys')
    .select('access_key_id')
    .where('owner_type', '=', 'user')
    .where('owner_id', '=', user.user_id)
    .where('account_id', '=', scope.account.accountId)
    .where('recycled_at', 'is', null)
    .execute();
  for (const { access_key_id: accessKeyId } of keys) {
    await changeKey(scope, accessKeyId, {
      status: 'Inactive',
      updated_at: scope.now,
      recycled_at: scope.now,
      purge_at: purgeAt,
    });
  }
  await purgeOldest(scope, user.user_id);
}

/**
 * Returns a page of the users in the recycle bin, last deleted first.
 * @param userName only users that had this name; default: all
 * @param after position after which the page begins; `undefined` for the first page
 * @param limit maximum number of rows
 */
export async function listRecycledUsers(
  scope: Scope,
  userName: string | undefined,
  after: RecycledUserPosition | undefined,
  limit: number,
): Promise<RecycledUser[]> {
  let query = recycledUsers(scope).orderBy('recycled_at', 'desc').orderBy('user_id').limit(limit);
  if (userName !== undefined) query = query.where('user_name_key', '=', nameKey(userName));
  if (after !== undefined) {
    query = query.where(({ eb, and, or }) =>
      or([
        eb('recycled_at', '<', after.recycledAt),
        and([eb('recycled_at', '=', after.recycledAt), eb('user_id', '>', after.userId)]),
      ]),
    );
  }
  return (await query.execute()) as RecycledUser[];
}

/** Finds a user in the recycle bin by its id; `undefined` if absent. */
export async function findRecycledUser(scope: Scope, userId: string): Promise<RecycledUser | undefined> {
  const row = await recycledUsers(scope).where('user_id', '=', userId).executeTakeFirst();
  return row as RecycledUser | undefined;
}

/** Finds the user in the recycle bin that a key belongs to; `undefined` if absent. */
export async function findRecycledUserOfKey(
  scope: Scope,
  accessKeyId: string,
): Promise<RecycledUser | undefined> {
  const key = await scope.queries
    .selectFrom('access_keys')
    .select('owner_id')
    .where('access_key_id', '=', accessKeyId)
    .where('owner_type', '=', 'user')
    .where('account_id', '=', scope.account.accountId)
    .executeTakeFirst();
  return key && findRecycledUser(scope, key.owner_id);
}

/** Returns the user in the recycle bin with that id. @throws Refusal EntityNotExist.User */
export async function requireRecycledUser(scope: Scope, userId: string): Promise<RecycledUser> {
  const user = await findRecycledUser(scope, userId);
  if (user === undefined) throw new Refusal('EntityNotExist.User', { name: userId });
  return user;
}

/**
 * Restores a user from the recycle bin, with its groups, policies and tags. The keys that were deleted with it come
 * back inactive; keys that were deleted before it stay in the recycle bin.
 * @throws Refusal EntityNotExist.User; EntityAlreadyExists.User if another user has the name now;
 *   LimitExceeded.User
 */
export async function restoreUser(scope: Scope, userId: string): Promise<void> {
  const user = await requireRecycledUser(scope, userId);
  await assertNameFree(scope, user.user_name);
  await assertUserQuota(scope);
  await changeUser(scope, user, { recycled_at: null, purge_at: null });
  const keys = await scope.queries
    .selectFrom('access_keys')
    .select('access_key_id')
    .where('owner_type', '=', 'user')
    .where('owner_id', '=', userId)
    .where('account_id', '=', scope.account.accountId)
    .where('recycled_at', '=', user.recycled_at)
    .orderBy('access_key_id')
    // A key deleted separately in the same millisecond cannot be distinguished from those deleted with the user.
    .limit(scope.services.limits.accessKeysPerOwner)
    .execute();
  for (const { access_key_id: accessKeyId } of keys) {
    await changeKey(scope, accessKeyId, { updated_at: scope.now, recycled_at: null, purge_at: null });
  }
}

/** Deletes a user in the recycle bin for good, with all that belongs to it. @throws Refusal EntityNotExist.User */
export async function purgeRecycledUser(scope: Scope, userId: string): Promise<void> {
  const user = await requireRecycledUser(scope, userId);
  await purge(scope, user.user_id);
  scope.touched('ACS::RAM::User', user.user_name);
}

function recycledUsers(scope: Scope) {
  return scope.queries
    .selectFrom('users')
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .where('recycled_at', 'is not', null)
    .where('purge_at', '>', scope.now);
}

async function purgeOldest(scope: Scope, justRecycled: string): Promise<void> {
  const others = scope.queries
    .selectFrom('users')
    .where('account_id', '=', scope.account.accountId)
    .where('recycled_at', 'is not', null)
    .where('user_id', '!=', justRecycled);
  const count = await readRowCount(scope.queries, scope.account.accountId, 'recycled-users');
  const excess = count - scope.services.limits.recycledUsersPerAccount;
  if (excess <= 0) return;
  const oldest = await others
    .select(['user_id', 'user_name', 'account_id'])
    .orderBy('recycled_at')
    .orderBy('user_id')
    .limit(Math.min(excess, MAX_PURGED_AT_ONCE))
    .execute();
  for (const { user_id: userId } of oldest) await purge(scope, userId);
  await recordHousekeeping(scope.services, scope.queries, scope.now, oldest.map(purgedUserEvent));
}

async function purge(scope: Scope, userId: string): Promise<void> {
  await purgeUser(
    { queries: scope.queries, changed: ({ topic, subject }) => scope.changed(topic, subject) },
    scope.account.accountId,
    userId,
  );
}
