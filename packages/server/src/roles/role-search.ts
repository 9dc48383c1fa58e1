import { sql } from 'kysely';
import { type AccountSearch, type FoundRows, searchAccount } from '../context/account-search.ts';
import type { Scope } from '../context/scope.ts';
import type { RoleRow } from '../store/schema.ts';
import type { SearchedTable } from '../store/searched-rows.ts';

const ROLES: SearchedTable = {
  table: 'roles',
  nameKey: 'role_name_key',
  id: 'role_id',
  texts: ['role_id', 'description'],
  numbers: { CreateDate: sql.ref<number>('created_at') },
};

/** Returns a page of roles by name or creation. */
export const searchRoles = (
  scope: Scope,
  search: Omit<AccountSearch, 'nameText'>,
): Promise<FoundRows<RoleRow>> =>
  searchAccount<RoleRow>(scope, ROLES, 'roles', { ...search, nameText: search.text });
