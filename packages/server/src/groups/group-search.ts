import { sql } from 'kysely';
import { type AccountSearch, type FoundRows, searchAccount } from '../context/account-search.ts';
import type { Scope } from '../context/scope.ts';
import type { GroupRow } from '../store/schema.ts';
import type { SearchedTable } from '../store/searched-rows.ts';

const GROUPS: SearchedTable = {
  table: 'groups',
  nameKey: 'group_name_key',
  id: 'group_id',
  texts: ['display_name', 'comments'],
  numbers: { CreateDate: sql.ref<number>('created_at') },
};

/** Returns a page of groups by name or creation. */
export const searchGroups = (
  scope: Scope,
  search: Omit<AccountSearch, 'nameText'>,
): Promise<FoundRows<GroupRow>> =>
  searchAccount<GroupRow>(scope, GROUPS, 'groups', { ...search, nameText: search.text });
