import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { TagRow } from '../store/schema.ts';
import { addTags, hasTag, readTags, removeTags, type Tag, type TagFilter } from './tag.ts';

/** Types of resources that can be tagged through the API: users in IMS, roles and policies in RAM. */
export type TaggedType = Exclude<TagRow['resource_type'], 'group'>;

/** A resource that can have tags. */
export interface TaggedResource {
  readonly type: TaggedType;
  /** The id of a user or role; the name key of a policy. */
  readonly id: string;
  readonly name: string;
}

/** A tag of a resource. */
export interface TagOfResource {
  readonly resourceId: string;
  readonly resourceName: string;
  readonly key: string;
  readonly value: string;
}

/** Position after which a page of tags begins. */
export interface TagPosition {
  readonly resourceId: string;
  readonly key: string;
}

/** Filter and page of a list of tags. */
export interface TagQuery {
  readonly type: TaggedType;
  /** Default: all resources. */
  readonly resourceIds: readonly string[] | undefined;
  /** Only resources with all of these tags, and only these tags. */
  readonly filters: readonly TagFilter[];
  readonly after: TagPosition | undefined;
  /** Maximum number of tags. */
  readonly limit: number;
}

/** Names of the types in audit events. */
const TYPE_NAMES = { user: 'User', role: 'Role', policy: 'Policy' } as const satisfies Record<
  TaggedType,
  string
>;

/**
 * Adds tags to resources: all to all, or none. An existing key gets the new value.
 * @throws Refusal LimitExceeded.Tag beyond 20 on a resource, InvalidParameter for a reserved tag or a key given
 *   twice
 */
export async function tagResources(
  scope: Scope,
  resources: readonly TaggedResource[],
  tags: readonly Tag[],
): Promise<void> {
  if (new Set(tags.map((tag) => tag.key)).size < tags.length) {
    throw new Refusal('InvalidParameter', { reason: 'A tag key is given twice.' });
  }
  for (const resource of resources) {
    const { type, id } = resource;
    const held = (await readTags(scope, type, [id])).get(id) ?? [];
    const merged = new Map([...held, ...tags].map((tag) => [tag.key, tag]));
    await removeTags(scope, type, id);
    await addTags(scope, type, id, [...merged.values()]);
    recordChange(scope, resource);
  }
}

/**
 * Removes tags from resources; absent tags are ignored.
 * @param keys default: all
 */
export async function untagResources(
  scope: Scope,
  resources: readonly TaggedResource[],
  keys: readonly string[] | undefined,
): Promise<void> {
  for (const resource of resources) {
    if (keys === undefined) await removeTags(scope, resource.type, resource.id);
    else {
      await scope.queries
        .deleteFrom('tags')
        .where('account_id', '=', scope.account.accountId)
        .where('resource_type', '=', resource.type)
        .where('resource_id', '=', resource.id)
        .where('tag_key', 'in', keys)
        .execute();
    }
    recordChange(scope, resource);
  }
}

/**
 * Returns a page of tags, in the order of resource ids and keys, which is that of the index: a page takes the same
 * time with a million tagged users.
 */
export async function listTagsOfResources(scope: Scope, query: TagQuery): Promise<TagOfResource[]> {
  const { type, resourceIds, filters, after, limit } = query;
  if (resourceIds?.length === 0) return [];
  const [first, ...others] = filters;
  let tags = scope.queries
    .selectFrom(
      first === undefined
        ? tagsOfAccount(scope, type).as('tags')
        : tagsBesideTag(
            scope,
            type,
            first,
            filters.map(({ key }) => key),
          ).as('tags'),
    )
    .innerJoin(resourcesOf(scope, type), 'resource.resource_id', 'tags.resource_id')
    .select([
      'resource.resource_id as resourceId',
      'resource.name as resourceName',
      'tags.tag_key as key',
      'tags.tag_value as value',
    ])
    .orderBy('tags.resource_id')
    .orderBy('tags.tag_key')
    .limit(limit);
  if (resourceIds !== undefined) tags = tags.where('tags.resource_id', 'in', resourceIds);
  for (const filter of others) {
    tags = tags.where(hasTag(scope, type, 'tags.resource_id', filter));
  }
  if (after !== undefined) {
    tags = tags
      .where('tags.resource_id', '>=', after.resourceId)
      .where((where) =>
        where.or([where('tags.resource_id', '>', after.resourceId), where('tags.tag_key', '>', after.key)]),
      );
  }
  return tags.execute();
}

/** Returns a subquery of all tags of a type. */
function tagsOfAccount(scope: Scope, type: TaggedType) {
  return scope.queries
    .selectFrom('tags')
    .select(['tags.resource_id', 'tags.tag_key', 'tags.tag_value'])
    .where('tags.account_id', '=', scope.account.accountId)
    .where('tags.resource_type', '=', type);
}

/** Returns a subquery of the tags with some keys, of the resources that have a tag. */
function tagsBesideTag(scope: Scope, type: TaggedType, filter: TagFilter, keys: readonly string[]) {
  let tags = scope.queries
    .selectFrom('tags as bearer')
    .innerJoin('tags', (join) =>
      join
        .onRef('tags.account_id', '=', 'bearer.account_id')
        .onRef('tags.resource_type', '=', 'bearer.resource_type')
        .onRef('tags.resource_id', '=', 'bearer.resource_id'),
    )
    .select(['bearer.resource_id', 'tags.tag_key', 'tags.tag_value'])
    .where('bearer.account_id', '=', scope.account.accountId)
    .where('bearer.resource_type', '=', type)
    .where('bearer.tag_key', '=', filter.key)
    .where('tags.tag_key', 'in', keys);
  if (filter.value !== undefined) tags = tags.where('bearer.tag_value', '=', filter.value);
  return tags;
}

/** Returns a subquery of the resources of a type, without those in the recycle bin. */
function resourcesOf(scope: Scope, type: TaggedType) {
  const { accountId } = scope.account;
  switch (type) {
    case 'user':
      return scope.queries
        .selectFrom('users')
        .select(['user_id as resource_id', 'user_name as name'])
        .where('account_id', '=', accountId)
        .where('recycled_at', 'is', null)
        .as('resource');
    case 'role':
      return scope.queries
        .selectFrom('roles')
        .select(['role_id as resource_id', 'role_name as name'])
        .where('account_id', '=', accountId)
        .as('resource');
    case 'policy':
      return scope.queries
        .selectFrom('policies')
        .select(['policy_name_key as resource_id', 'policy_name as name'])
        .where('account_id', '=', accountId)
        .as('resource');
  }
}

function recordChange(scope: Scope, { type, id, name }: TaggedResource): void {
  // Conditions on a principal depend on its tags.
  if (type !== 'policy') scope.changed(type, id);
  scope.touched(`ACS::RAM::${TYPE_NAMES[type]}`, name);
}
