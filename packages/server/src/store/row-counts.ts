import type { Queries } from './store.ts';

/** Rows that are counted in each account; triggers maintain the counts. */
export type Counted =
  | 'users'
  | 'recycled-users'
  | 'groups'
  | 'roles'
  | 'policies'
  | 'mfa-devices'
  | 'bound-mfa-devices'
  | AttachmentsCounted;

/** Users, groups and roles that a policy is attached to, by its type and name key. */
type AttachmentsCounted = `attachments/${'System' | 'Custom'}/${string}`;

/** Returns the number of rows of an account, in constant time. */
export async function readRowCount(queries: Queries, accountId: string, counted: Counted): Promise<number> {
  return (await readRowCounts(queries, accountId, [counted])).get(counted) ?? 0;
}

/** Returns several counts; 0 for rows that an account never had. */
export async function readRowCounts<Name extends Counted>(
  queries: Queries,
  accountId: string,
  counted: readonly Name[],
): Promise<ReadonlyMap<Name, number>> {
  const counts = new Map<Name, number>(counted.map((name) => [name, 0]));
  if (counted.length === 0) return counts;
  const rows = await queries
    .selectFrom('row_counts')
    .select(['counted', 'row_count'])
    .where('account_id', '=', accountId)
    .where('counted', 'in', counted)
    .execute();
  for (const row of rows) counts.set(row.counted as Name, row.row_count);
  return counts;
}
