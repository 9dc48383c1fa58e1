import { changeKey } from '../access-keys/access-key.ts';
import { recordHousekeeping } from '../audit/system-event.ts';
import { DAY_MS, RECYCLE_BIN_DAYS } from '../context/limits.ts';
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
import { purgedUser, purgeUser } from './purge.ts';

/** Users that one deletion pushes out at most: many are left when an operator has lowered the limit. */
const MOST_PUSHED_OUT = 20;

/** A user in the recycle bin. */
export type RecycledUser = UserRow & { readonly recycled_at: number; readonly purge_at: number };

/** The place of a user in the list of the recycle bin. */
export interface RecycledUserPosition {
  readonly recycledAt: number;
  readonly userId: string;
}

/**
 * Deletes a user: it does nothing more from now on, its name is free, and it waits 30 days in the recycle bin.
 * Its keys go there with it. The bin holds 1000 users of an account; one more pushes out the oldest.
 *
 * Groups, policies and tags stay with the user unseen, to be there when it is restored; a Deny that was meant for
 * it must not get lost on the way.
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
  await pushOutOldest(scope, user.user_id);
}

/**
 * A page of the users in the recycle bin, the last one thrown in first.
 * @param userName narrows it to users that had this name; undefined: all
 * @param after the place the page begins after; undefined: at the beginning
 * @param limit how many rows to read
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

/** The user with that id, if it is in the recycle bin. */
export async function findRecycledUser(scope: Scope, userId: string): Promise<RecycledUser | undefined> {
  const row = await recycledUsers(scope).where('user_id', '=', userId).executeTakeFirst();
  return row as RecycledUser | undefined;
}

/** The user in the recycle bin that a key belonged to. */
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

/** The user with that id in the recycle bin. @throws Refusal EntityNotExist.User */
export async function requireRecycledUser(scope: Scope, userId: string): Promise<RecycledUser> {
  const user = await findRecycledUser(scope, userId);
  if (user === undefined) throw new Refusal('EntityNotExist.User', { name: userId });
  return user;
}

/**
 * Takes a user out of the recycle bin, with its groups, policies and tags. The keys that went there with it come
 * back inactive, to be enabled on purpose; those that were in the recycle bin before it stay there.
 * @throws Refusal EntityNotExist.User; EntityAlreadyExists.User when the name was given to another one meanwhile;
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
    // A key deleted by itself in the same millisecond is not told from those that went with the user.
    .limit(scope.services.limits.accessKeysPerOwner)
    .execute();
  for (const { access_key_id: accessKeyId } of keys) {
    await changeKey(scope, accessKeyId, { updated_at: scope.now, recycled_at: null, purge_at: null });
  }
}

/** Deletes a user in the recycle bin for good, with all that was its own. @throws Refusal EntityNotExist.User */
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

async function pushOutOldest(scope: Scope, justRecycled: string): Promise<void> {
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
    .limit(Math.min(excess, MOST_PUSHED_OUT))
    .execute();
  for (const { user_id: userId } of oldest) await purge(scope, userId);
  await recordHousekeeping(scope.services, scope.queries, scope.now, oldest.map(purgedUser));
}

async function purge(scope: Scope, userId: string): Promise<void> {
  await purgeUser(
    { queries: scope.queries, changed: ({ topic, subject }) => scope.changed(topic, subject) },
    scope.account.accountId,
    userId,
  );
}
