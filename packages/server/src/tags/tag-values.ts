import { type TagValues, tagValues } from '@claviger/guard';
import type { TagRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';

/**
 * Reads the tags of a resource for conditions.
 * @param resourceId the id of a user, group or role; the name key of a policy
 * @returns undefined if it has none
 */
export async function readTagValues(
  queries: Queries,
  accountId: string,
  resourceType: TagRow['resource_type'],
  resourceId: string,
): Promise<TagValues | undefined> {
  const rows = await queries
    .selectFrom('tags')
    .select(['tag_key', 'tag_value'])
    .where('account_id', '=', accountId)
    .where('resource_type', '=', resourceType)
    .where('resource_id', '=', resourceId)
    .execute();
  return tagValues(rows.map(({ tag_key, tag_value }) => [tag_key, tag_value]));
}

/**
 * Returns tags as values of condition keys.
 * @param family `acs:resourcetag/` or `acs:requesttag/`
 */
export function tagConditions(
  family: 'acs:requesttag/' | 'acs:resourcetag/',
  tags: TagValues | undefined,
): readonly (readonly [string, readonly string[]])[] {
  return [...(tags ?? [])].map(([key, values]) => [`${family}${key}`, values]);
}
