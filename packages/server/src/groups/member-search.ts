import { type SqlBool, sql } from 'kysely';
import type { AccountSearch } from '../context/account-search.ts';
import type { Scope } from '../context/scope.ts';
import { beginsWith, contains, type SearchMode, SUBSTRING_ROWS } from '../store/searched-rows.ts';
import { requireGroup } from './group.ts';
import { listMembers, type Member } from './membership.ts';

/** Members of a page, and how they were found. */
export interface FoundMembers {
  readonly members: readonly Member[];
  readonly mode: SearchMode;
  /** `NameOfFew`, `NameOfMany` or `Number`, with `-` when descending. */
  readonly order: string;
  /** Returns the position of a member in this order. */
  readonly positionOf: (member: Member) => string;
  /** Position to go on from if the search looked into as many users as one call may, and there are more. */
  readonly resumeAt: string | undefined;
}

/**
 * Returns a page of a group's members, without users in the recycle bin. A group of up to 10,000 is searched for texts
 * anywhere and ordered by name. A larger one is listed in the order of its index, that of the users' ids; of the names
 * that begin with the text, one call looks into 10,000.
 *
 * @throws Refusal EntityNotExist.Group
 */
export async function searchMembers(
  scope: Scope,
  groupName: string,
  search: Pick<AccountSearch, 'text' | 'descending' | 'after' | 'limit'>,
): Promise<FoundMembers> {
  const { group_id } = await requireGroup(scope, groupName);
  const { text, descending, limit } = search;
  const [name = ''] = text.split('@');
  const beyond = await scope.queries
    .selectFrom('group_members')
    .select('user_id')
    .where('group_id', '=', group_id)
    .orderBy('user_id')
    .offset(SUBSTRING_ROWS)
    .limit(1)
    .executeTakeFirst();
  if (beyond !== undefined && text === '') {
    const order = 'Number';
    const members = await listMembers(scope, groupName, search.after(order).split('/').at(-1) ?? '', limit);
    return { members, mode: 'Prefix', order, positionOf: (each) => `0/${each.user_id}`, resumeAt: undefined };
  }
  const members = scope.queries
    .selectFrom('group_members')
    .innerJoin('users', 'users.user_id', 'group_members.user_id')
    .selectAll('users')
    .select('group_members.joined_at')
    .where('group_members.group_id', '=', group_id)
    .where('users.account_id', '=', scope.account.accountId)
    .where('users.recycled_at', 'is', null)
    .limit(limit);
  const positionOf = (member: Member) => member.user_name_key;
  if (beyond === undefined) {
    const order = `NameOfFew${descending ? '-' : ''}`;
    const after = search.after(order);
    let few = members.orderBy('users.user_name_key', descending ? 'desc' : 'asc');
    if (after !== '') few = few.where('users.user_name_key', descending ? '<' : '>', after);
    if (text !== '') {
      const texts = [contains('users.display_name', text)];
      if (name !== '') texts.push(contains('users.user_name_key', name));
      few = few.where(sql<SqlBool>`(${sql.join(texts, sql` or `)})`);
    }
    return { members: await few.execute(), mode: 'Substring', order, positionOf, resumeAt: undefined };
  }
  const order = 'NameOfMany';
  const after = search.after(order);
  const named = scope.queries
    .selectFrom('users')
    .select('user_name_key')
    .where('account_id', '=', scope.account.accountId)
    .where('recycled_at', 'is', null)
    .where(beginsWith('user_name_key', name))
    .where('user_name_key', '>', after)
    .orderBy('user_name_key')
    .offset(SUBSTRING_ROWS - 1)
    .limit(1);
  const end = (await named.executeTakeFirst())?.user_name_key;
  let many = members
    .where(beginsWith('users.user_name_key', name))
    .where('users.user_name_key', '>', after)
    .orderBy('users.user_name_key');
  if (end !== undefined) many = many.where('users.user_name_key', '<=', end);
  const found = await many.execute();
  return {
    members: found,
    mode: 'Prefix',
    order,
    positionOf,
    resumeAt: found.length < limit ? end : undefined,
  };
}
