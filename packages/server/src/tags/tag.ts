import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { TagRow } from '../store/schema.ts';

/** A tag of a user, group, role or policy; keys are unique on each. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** Filter by a tag with this value, or with any value if `undefined`. */
export interface TagFilter {
  readonly key: string;
  readonly value: string | undefined;
}

type ResourceType = TagRow['resource_type'];

/**
 * Adds tags to a new resource.
 * @param resourceId the id of a user, group or role; the name key of a policy
 * @throws Refusal if a tag is not allowed by RAM, a key is given twice, or there are more than 20
 */
export async function addTags(
  scope: Scope,
  resourceType: ResourceType,
  resourceId: string,
  tags: readonly Tag[],
): Promise<void> {
  if (tags.length === 0) return;
  if (tags.length > scope.services.limits.tagsPerResource) {
    throw new Refusal('LimitExceeded.Tag', { limit: scope.services.limits.tagsPerResource });
  }
  for (const tag of tags) assertTagNotReserved(tag);
  if (new Set(tags.map((tag) => tag.key)).size < tags.length) {
    throw new Refusal('InvalidParameter', { reason: 'A tag key is given twice.' });
  }
  await scope.queries
    .insertInto('tags')
    .values(
      tags.map(({ key, value }) => ({
        account_id: scope.account.accountId,
        resource_type: resourceType,
        resource_id: resourceId,
        tag_key: key,
        tag_value: value,
      })),
    )
    .execute();
}

/** Removes all tags of a deleted resource. */
export async function removeTags(
  scope: Scope,
  resourceType: ResourceType,
  resourceId: string,
): Promise<void> {
  await scope.queries
    .deleteFrom('tags')
    .where('account_id', '=', scope.account.accountId)
    .where('resource_type', '=', resourceType)
    .where('resource_id', '=', resourceId)
    .execute();
}

/** Reads the tags of several resources of one type. @returns tags by resource id, without resources that have none */
export async function readTags(
  scope: Scope,
  resourceType: ResourceType,
  resourceIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Tag[]>> {
  const found = new Map<string, Tag[]>();
  if (resourceIds.length === 0) return found;
  const rows = await scope.queries
    .selectFrom('tags')
    .select(['resource_id', 'tag_key', 'tag_value'])
    .where('account_id', '=', scope.account.accountId)
    .where('resource_type', '=', resourceType)
    .where('resource_id', 'in', resourceIds)
    // By the primary key: with another order SQLite reads all tags of the account.
    .orderBy('resource_id')
    .orderBy('tag_key')
    .execute();
  for (const row of rows) {
    const tags = found.get(row.resource_id) ?? [];
    found.set(row.resource_id, tags);
    tags.push({ key: row.tag_key, value: row.tag_value });
  }
  return found;
}

/** Returns a subquery of the ids of the resources with a tag. */
export function idsWithTag(scope: Scope, resourceType: ResourceType, filter: TagFilter) {
  const ids = scope.queries
    .selectFrom('tags')
    .select('resource_id')
    .where('account_id', '=', scope.account.accountId)
    .where('resource_type', '=', resourceType)
    .where('tag_key', '=', filter.key);
  return filter.value === undefined ? ids : ids.where('tag_value', '=', filter.value);
}

/**
 * A condition: the resource bears the tag.
 * @param id column with the resource's id, such as `users.user_id`
 */
export function hasTag(
  scope: Scope,
  resourceType: ResourceType,
  id: string,
  { key, value }: TagFilter,
): RawBuilder<SqlBool> {
  const ofValue = value === undefined ? sql`` : sql`and wanted.tag_value = ${value}`;
  return sql<SqlBool>`exists (
    select 1 from tags as wanted
    where wanted.account_id = ${scope.account.accountId} and wanted.resource_type = ${resourceType}
      and wanted.resource_id = ${sql.ref(id)} and wanted.tag_key = ${key} ${ofValue}
  )`;
}

/** Asserts RAM's rules for tags: no `acs:` or `aliyun` prefix, and no URLs. */
function assertTagNotReserved({ key, value }: Tag): void {
  const address = /https?:\/\//i;
  if (/^(?:acs:|aliyun)/i.test(key) || /^acs:/i.test(value) || address.test(key) || address.test(value)) {
    throw new Refusal('InvalidParameter', {
      reason:
        'A tag key must not begin with acs: or aliyun, a value not with acs:, and neither hold http:// or https://.',
    });
  }
}
