import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { readRowCount } from '../store/row-counts.ts';
import type { UserRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { addTags, hasTag, type Tag, type TagFilter } from '../tags/tag.ts';

/** How an operation names a user; exactly one is given. */
export type UserReference =
  | { readonly by: 'name'; readonly userName: string }
  | { readonly by: 'id'; readonly userId: string };

/** What a new user is made from. */
export interface NewUser {
  readonly userName: string;
  readonly displayName: string;
  readonly comments: string;
  readonly email: string;
  readonly mobilePhone: string;
  readonly tags?: readonly Tag[];
}

/** What an update changes; undefined stays as it is. */
export type UserChanges = { readonly [K in Exclude<keyof NewUser, 'tags'>]?: NewUser[K] | undefined };

/** The account root signs in as `root@domain`; a RAM user of that name could not be told from it. */
const reservedNameKey = 'root';

/** The key under which RAM compares names without regard to case. */
export const nameKey = (name: string): string => name.toLowerCase();

/** The login name. @returns `name@domain` */
export const principalName = (userName: string, domain: string): string => `${userName}@${domain}`;

/**
 * The user that is meant, if it exists and is not in the recycle bin.
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

/** The user that is meant. @throws Refusal EntityNotExist.User */
export async function requireUser(scope: Scope, reference: UserReference): Promise<UserRow> {
  const user = await findUser(scope.queries, scope.account.accountId, reference);
  if (user === undefined) {
    throw new Refusal('EntityNotExist.User', {
      name: reference.by === 'name' ? reference.userName : reference.userId,
    });
  }
  return user;
}

/** The user that a key belongs to; one of the root or in the recycle bin is nobody's. */
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
 * Makes a RAM user: without password, keys or permissions.
 * @throws Refusal EntityAlreadyExists.User, LimitExceeded.User, and what addTags throws
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

/** @throws Refusal EntityAlreadyExists.User when a user of the account, or its root, has that name in any case */
export async function assertNameFree(scope: Scope, userName: string): Promise<void> {
  const taken =
    nameKey(userName) === reservedNameKey ||
    (await findUser(scope.queries, scope.account.accountId, { by: 'name', userName })) !== undefined;
  if (taken) throw new Refusal('EntityAlreadyExists.User', { name: userName });
}

/** @throws Refusal LimitExceeded.User when the account has as many users as it may */
export async function assertUserQuota(scope: Scope): Promise<void> {
  const count = await readRowCount(scope.queries, scope.account.accountId, 'users');
  if (count >= scope.services.limits.usersPerAccount) {
    throw new Refusal('LimitExceeded.User', { limit: scope.services.limits.usersPerAccount });
  }
}

/**
 * Changes a user; a new name keeps the id, keys and attachments.
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

/** Changes a row of `users`, and lets caches and the audit know. */
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

/** Which users a list is of. */
export interface UserSelection {
  /** The place the page begins after, as `userPlace` gives it. */
  readonly after: string;
  /** How many rows to read. */
  readonly limit: number;
  /** Only users with all of these tags. */
  readonly tags?: readonly TagFilter[];
}

/** A page of users in the order of their names; with tags, in the order of their ids. */
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

/** The place of a user in a list of users. */
export const userPlace = (user: UserRow, { tags = [] }: Pick<UserSelection, 'tags'>): string =>
  tags.length === 0 ? user.user_name_key : user.user_id;
