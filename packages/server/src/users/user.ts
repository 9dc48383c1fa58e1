import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { readRowCount } from '../store/row-counts.ts';
import type { UserRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { addTags, hasTag, type Tag, type TagFilter } from '../tags/tag.ts';

/** A user as named by an operation. */
export type UserReference =
  | { readonly by: 'name'; readonly userName: string }
  | { readonly by: 'id'; readonly userId: string };

/** Properties of a new user. */
export interface NewUser {
  readonly userName: string;
  readonly displayName: string;
  readonly comments: string;
  readonly email: string;
  readonly mobilePhone: string;
  readonly tags?: readonly Tag[];
}

/** Changes of a user; `undefined` leaves a property as it is. */
export type UserChanges = { readonly [K in Exclude<keyof NewUser, 'tags'>]?: NewUser[K] | undefined };

/** The account root signs in as `root@domain`; a RAM user of that name would be ambiguous. */
const RESERVED_NAME_KEY = 'root';

/** Returns the key under which RAM compares names without regard to case. */
export const nameKey = (name: string): string => name.toLowerCase();

/** Returns the login name `name@domain`. */
export const principalName = (userName: string, domain: string): string => `${userName}@${domain}`;

/**
 * Finds a user that is not in the recycle bin; `undefined` if absent.
 * @param accountId users of other accounts are never found
 */
export async function findUser(
  queries: Queries,
  accountId: string,
  reference: UserReference,
): Promise<UserRow | undefined> {
  const users = queries
    .selectFrom('users')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('recycled_at', 'is', null);
  return reference.by === 'name'
    ? users.where('user_name_key', '=', nameKey(reference.userName)).executeTakeFirst()
    : users.where('user_id', '=', reference.userId).executeTakeFirst();
}

/** Returns a user. @throws Refusal EntityNotExist.User */
export async function requireUser(scope: Scope, reference: UserReference): Promise<UserRow> {
  const user = await findUser(scope.queries, scope.account.accountId, reference);
  if (user === undefined) {
    throw new Refusal('EntityNotExist.User', {
      name: reference.by === 'name' ? reference.userName : reference.userId,
    });
  }
  return user;
}

/** Finds the user that a key belongs to; `undefined` for keys of the root and keys or users in the recycle bin. */
export async function findUserOfKey(scope: Scope, accessKeyId: string): Promise<UserRow | undefined> {
  return scope.queries
    .selectFrom('access_keys')
    .innerJoin('users', 'users.user_id', 'access_keys.owner_id')
    .selectAll('users')
    .where('access_keys.access_key_id', '=', accessKeyId)
    .where('access_keys.owner_type', '=', 'user')
    .where('access_keys.recycled_at', 'is', null)
    .where('access_keys.account_id', '=', scope.account.accountId)
    .where('users.account_id', '=', scope.account.accountId)
    .where('users.recycled_at', 'is', null)
    .executeTakeFirst();
}

/**
 * Creates a RAM user without password, keys or permissions.
 * @throws Refusal EntityAlreadyExists.User, LimitExceeded.User, and the refusals of addTags
 */
export async function createUser(scope: Scope, user: NewUser): Promise<UserRow> {
  const { accountId } = scope.account;
  await assertNameFree(scope, user.userName);
  await assertUserQuota(scope);
  const row: UserRow = {
    user_id: scope.services.identifiers.userId(),
    account_id: accountId,
    user_name: user.userName,
    user_name_key: nameKey(user.userName),
    display_name: user.displayName,
    comments: user.comments,
    email: user.email,
    mobile_phone: user.mobilePhone,
    provision_type: 'Manual',
    created_at: scope.now,
    updated_at: scope.now,
    last_login_at: null,
    recycled_at: null,
    purge_at: null,
  };
  await scope.queries.insertInto('users').values(row).execute();
  await addTags(scope, 'user', row.user_id, user.tags ?? []);
  scope.changed('user', row.user_id);
  scope.touched('ACS::RAM::User', user.userName);
  return row;
}

/**
 * Asserts that no user of the account has a name, in any case, and that it is not the root's.
 * @throws Refusal EntityAlreadyExists.User
 */
export async function assertNameFree(scope: Scope, userName: string): Promise<void> {
  const taken =
    nameKey(userName) === RESERVED_NAME_KEY ||
    (await findUser(scope.queries, scope.account.accountId, { by: 'name', userName })) !== undefined;
  if (taken) throw new Refusal('EntityAlreadyExists.User', { name: userName });
}

/** Asserts that the account may have one more user. @throws Refusal LimitExceeded.User */
export async function assertUserQuota(scope: Scope): Promise<void> {
  const count = await readRowCount(scope.queries, scope.account.accountId, 'users');
  if (count >= scope.services.limits.usersPerAccount) {
    throw new Refusal('LimitExceeded.User', { limit: scope.services.limits.usersPerAccount });
  }
}

/**
 * Updates a user; a new name keeps the id, keys and attachments.
 * @throws Refusal EntityNotExist.User, EntityAlreadyExists.User
 */
export async function updateUser(
  scope: Scope,
  reference: UserReference,
  changes: UserChanges,
): Promise<UserRow> {
  const user = await requireUser(scope, reference);
  const userName = changes.userName ?? user.user_name;
  if (nameKey(userName) !== user.user_name_key) await assertNameFree(scope, userName);
  const updated: UserRow = {
    ...user,
    user_name: userName,
    user_name_key: nameKey(userName),
    display_name: changes.displayName ?? user.display_name,
    comments: changes.comments ?? user.comments,
    email: changes.email ?? user.email,
    mobile_phone: changes.mobilePhone ?? user.mobile_phone,
    updated_at: scope.now,
  };
  await changeUser(scope, user, updated);
  return updated;
}

/** Updates a row of `users`, and notifies caches and the audit record. */
export async function changeUser(scope: Scope, user: UserRow, changes: Partial<UserRow>): Promise<void> {
  await scope.queries
    .updateTable('users')
    .set(changes)
    .where('user_id', '=', user.user_id)
    .where('account_id', '=', scope.account.accountId)
    .execute();
  scope.changed('user', user.user_id);
  scope.touched('ACS::RAM::User', user.user_name);
}

/** Filter and page of a list of users. */
export interface UserSelection {
  /** Position after which the page begins, as returned by `userPlace`. */
  readonly after: string;
  /** Maximum number of rows. */
  readonly limit: number;
  /** Only users with all of these tags. */
  readonly tags?: readonly TagFilter[];
}

/** Returns a page of users in the order of their names; with tags, in the order of their ids. */
export async function listUsers(scope: Scope, selection: UserSelection): Promise<UserRow[]> {
  const { after, limit, tags: [first, ...others] = [] } = selection;
  const { accountId } = scope.account;
  if (first === undefined) {
    return scope.queries
      .selectFrom('users')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('recycled_at', 'is', null)
      .where('user_name_key', '>', after)
      .orderBy('user_name_key')
      .limit(limit)
      .execute();
  }
  // In the order of the index of tags: a page takes the same time when a few of a million users bear the tag, or all.
  let users = scope.queries
    .selectFrom('tags as bearer')
    .innerJoin('users', 'users.user_id', 'bearer.resource_id')
    .selectAll('users')
    .where('bearer.account_id', '=', accountId)
    .where('bearer.resource_type', '=', 'user')
    .where('bearer.tag_key', '=', first.key)
    .where('bearer.resource_id', '>', after)
    .where('users.account_id', '=', accountId)
    .where('users.recycled_at', 'is', null);
  if (first.value !== undefined) users = users.where('bearer.tag_value', '=', first.value);
  for (const filter of others) users = users.where(hasTag(scope, 'user', 'bearer.resource_id', filter));
  return users.orderBy('bearer.resource_id').limit(limit).execute();
}

/** Returns the position of a user in a list of users. */
export const userPlace = (user: UserRow, { tags = [] }: Pick<UserSelection, 'tags'>): string =>
  tags.length === 0 ? user.user_name_key : user.user_id;
