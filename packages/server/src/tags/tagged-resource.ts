import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { TagRow } from '../store/schema.ts';
import { addTags, idsWithTag, readTags, removeTags, type Tag, type TagFilter } from './tag.ts';

/** What can be tagged through the API; IMS knows users, RAM roles and policies. */
export type TaggedType = Exclude<TagRow['resource_type'], 'group'>;

/** Something that bears tags. */
export interface TaggedResource {
  readonly type: TaggedType;
  /** The id of a user or role; the name key of a policy. */
  readonly id: string;
  readonly name: string;
}

/** One tag of one resource. */
export interface TagOfResource {
  readonly resourceId: string;
  readonly resourceName: string;
  /** The resource's place in lists. */
  readonly resourceNameKey: string;
  readonly key: string;
  readonly value: string;
}

/** Where a page of tags begins: after this tag of this resource. */
export interface TagPosition {
  readonly resourceNameKey: string;
  readonly key: string;
}

/** What a list of tags is narrowed to. */
export interface TagQuery {
  readonly type: TaggedType;
  /** Of these resources; undefined: of all. */
  readonly resourceIds: readonly string[] | undefined;
  /** Of the resources that bear all of these, and then only these. */
  readonly filters: readonly TagFilter[];
  readonly after: TagPosition | undefined;
  /** How many tags to read. */
  readonly limit: number;
}

/** RAM's words for the types, as audit events name them. */
const word = { user: 'User', role: 'Role', policy: 'Policy' } as const satisfies Record<TaggedType, string>;

/**
 * Puts tags on resources: all on all, or none on any. A key that is there already gets the new value.
 * @throws Refusal LimitExceeded.Tag beyond 20 on a resource, InvalidParameter for a reserved tag or a key given twice
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
    noteChange(scope, resource);
  }
}

/**
 * Takes tags off resources; what is not there is not missed.
 * @param keys undefined: all of them
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
    noteChange(scope, resource);
  }
}

/** A page of tags, in the order of the resources' names and then of the keys. */
export async function listTagsOfResources(scope: Scope, query: TagQuery): Promise<TagOfResource[]> {
  const { type, resourceIds, filters, after, limit } = query;
  if (resourceIds?.length === 0) return [];
  let tags = scope.queries
    .selectFrom('tags')
    .innerJoin(resourcesOf(scope, type), 'resource.resource_id', 'tags.resource_id')
    .select([
      'resource.resource_id as resourceId',
      'resource.name as resourceName',
      'resource.name_key as resourceNameKey',
      'tags.tag_key as key',
      'tags.tag_value as value',
    ])
    .where('tags.account_id', '=', scope.account.accountId)
    .where('tags.resource_type', '=', type)
    .orderBy('resource.name_key')
    .orderBy('tags.tag_key')
    .limit(limit);
  if (resourceIds !== undefined) tags = tags.where('tags.resource_id', 'in', resourceIds);
  for (const filter of filters) tags = tags.where('tags.resource_id', 'in', idsWithTag(scope, type, filter));
  if (filters.length > 0) {
    tags = tags.where(
      'tags.tag_key',
      'in',
      filters.map((filter) => filter.key),
    );
  }
  if (after !== undefined) {
    tags = tags.where((where) =>
      where.or([
        where('resource.name_key', '>', after.resourceNameKey),
        where.and([
          where('resource.name_key', '=', after.resourceNameKey),
          where('tags.tag_key', '>', after.key),
        ]),
      ]),
    );
  }
  return tags.execute();
}

/** A subquery: what is there of a type, without what is in the recycle bin. */
function resourcesOf(scope: Scope, type: TaggedType) {
  const { accountId } = scope.account;
  switch (type) {
    case 'user':
      return scope.queries
        .selectFrom('users')
        .select(['user_id as resource_id', 'user_name as name', 'user_name_key as name_key'])
        .where('account_id', '=', accountId)
        .where('recycled_at', 'is', null)
        .as('resource');
    case 'role':
      return scope.queries
        .selectFrom('roles')
        .select(['role_id as resource_id', 'role_name as name', 'role_name_key as name_key'])
        .where('account_id', '=', accountId)
        .as('resource');
    case 'policy':
      return scope.queries
        .selectFrom('policies')
        .select(['policy_name_key as resource_id', 'policy_name as name', 'policy_name_key as name_key'])
        .where('account_id', '=', accountId)
        .as('resource');
  }
}

function noteChange(scope: Scope, { type, id, name }: TaggedResource): void {
  // A principal's tags are part of what conditions see of it.
  if (type !== 'policy') scope.changed(type, id);
  scope.touched(`ACS::RAM::${word[type]}`, name);
}
