import { sql } from 'kysely';
import { type AccountSearch, type FoundRows, searchAccount } from '../context/account-search.ts';
import type { Scope } from '../context/scope.ts';
import type { UserRow } from '../store/schema.ts';
import type { SearchedTable } from '../store/searched-rows.ts';

/** Users outside the recycle bin; the indexes of these orders are in 0028-search-orders. */
const USERS: SearchedTable = {
  table: 'users',
  nameKey: 'user_name_key',
  id: 'user_id',
  texts: ['user_id', 'display_name', 'comments'],
  numbers: {
    CreateDate: sql.ref<number>('created_at'),
    // Users that never signed in come first.
    LastLoginDate: sql<number>`coalesce(last_login_at, 0)`,
  },
  shown: sql`recycled_at is null`,
};

/** Returns a page of users by name, creation or last sign-in. A login name is searched up to its `@`. */
export const searchUsers = (
  scope: Scope,
  search: Omit<AccountSearch, 'nameText'>,
): Promise<FoundRows<UserRow>> =>
  searchAccount<UserRow>(scope, USERS, 'users', { ...search, nameText: search.text.split('@')[0] ?? '' });
