import type { Queries } from './store.ts';

/**
 * Removes the oldest changes from the log.
 * @param before changes before this time, ms since the epoch
 * @param limit maximum number of changes
 * @returns number of removed changes
 */
export async function trimChanges(queries: Queries, before: number, limit: number): Promise<number> {
  const oldest = await queries
    .selectFrom('changes')
    .select('revision')
    .where('changed_at', '<', before)
    .orderBy('changed_at')
    .limit(limit)
    .execute();
  const revisions = oldest.map(({ revision }) => revision);
  if (revisions.length > 0) await queries.deleteFrom('changes').where('revision', 'in', revisions).execute();
  return revisions.length;
}
