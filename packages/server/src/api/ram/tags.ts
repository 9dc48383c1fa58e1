import { readTags, type Tag, type TagFilter } from '../../policies/tag.ts';
import type { Scope } from '../../rpc/operation.ts';
import { listOf, optional, text, withDefault } from '../../rpc/parameter.ts';
import type { TagRow } from '../../store/schema.ts';

/** `Tag` of the operations that make something. */
export const newTags = optional(
  listOf({ Key: text({ max: 128 }), Value: withDefault(text({ max: 128 }), '') }, 20),
);

/** `Tag` of the operations that list: without a value any will do. */
export const tagFilters = optional(
  listOf({ Key: text({ max: 128 }), Value: optional(text({ max: 128 })) }, 20),
);

/** Tags as they were given. */
export function tagsOf(
  given: readonly { readonly Key: string; readonly Value: string }[] | undefined,
): readonly Tag[] {
  return (given ?? []).map(({ Key: key, Value: value }) => ({ key, value }));
}

/** Filters as they were given. */
export function filtersOf(
  given: readonly { readonly Key: string; readonly Value: string | undefined }[] | undefined,
): readonly TagFilter[] {
  return (given ?? []).map(({ Key: key, Value: value }) => ({ key, value }));
}

/** The `Tags` of several resources. @returns the answer's field for a resource id */
export async function wireTags(
  scope: Scope,
  resourceType: TagRow['resource_type'],
  resourceIds: readonly string[],
): Promise<(resourceId: string) => { readonly Tag: readonly object[] }> {
  const tags = await readTags(scope, resourceType, resourceIds);
  return (resourceId) => ({
    Tag: (tags.get(resourceId) ?? []).map(({ key, value }) => ({ TagKey: key, TagValue: value })),
  });
}
