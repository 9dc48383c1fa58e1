import type { Demand } from '@claviger/guard/internal';
import type { Scope } from '../context/scope.ts';
import type { TagRow } from '../store/schema.ts';
import { readTags, type Tag } from '../tags/tag.ts';
import { optional } from '../wire/parameter.ts';
import { tagsToAdd } from './tag-parameters.ts';

export { filtersOf, tagFilters } from './tag-parameters.ts';

/** `Tag` parameter of the operations that create a resource. */
export const newTags = optional(tagsToAdd);

/** Returns the `Tag` parameters as tags; an empty list if absent. */
export function tagsOf(
  given: readonly { readonly Key: string; readonly Value: string }[] | undefined,
): readonly Tag[] {
  return (given ?? []).map(({ Key: key, Value: value }) => ({ key, value }));
}

/**
 * Returns the permission that tags on a new resource need in addition: `ram:TagResources`, as on an existing resource.
 * Tags decide access (`acs:PrincipalTag/…`, `acs:ResourceTag/…`), so creating a resource with tags must not bypass a
 * Deny on TagResources. RAM's documentation is silent on this permission.
 * @param resource ARN of the new resource
 * @param given `Tag` parameters
 * @returns an empty list without tags
 */
export function demandsToTag(resource: string, given: readonly unknown[] | undefined): readonly Demand[] {
  return given === undefined || given.length === 0 ? [] : [{ action: 'ram:TagResources', resource }];
}

/** Reads the `Tags` of several resources. @returns a function from a resource id to the answer's field */
export async function wireTags(
  scope: Scope,
  resourceType: TagRow['resource_type'],
  resourceIds: readonly string[],
): Promise<
  (resourceId: string) => { readonly Tag: readonly { readonly TagKey: string; readonly TagValue: string }[] }
> {
  const tags = await readTags(scope, resourceType, resourceIds);
  return (resourceId) => ({
    Tag: (tags.get(resourceId) ?? []).map(({ key, value }) => ({ TagKey: key, TagValue: value })),
  });
}
