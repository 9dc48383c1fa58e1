import type { Demand } from '@claviger/guard/internal';
import type { Scope } from '../context/scope.ts';
import type { TagRow } from '../store/schema.ts';
import { readTags, type Tag } from '../tags/tag.ts';
import { optional } from '../wire/parameter.ts';
import { tagsToAdd } from './tag-parameters.ts';

export { filtersOf, tagFilters } from './tag-parameters.ts';

/** `Tag` of the operations that make something. */
export const newTags = optional(tagsToAdd);

/** Tags as they were given; none when they were left out. */
export function tagsOf(
  given: readonly { readonly Key: string; readonly Value: string }[] | undefined,
): readonly Tag[] {
  return (given ?? []).map(({ Key: key, Value: value }) => ({ key, value }));
}

/**
 * What giving tags to something new needs beside making it: `ram:TagResources` on it, as on something that is there.
 * Tags decide access (`acs:PrincipalTag/…`, `acs:ResourceTag/…`), so a Deny on TagResources must not be passed by making
 * things with tags. RAM documents no such permission, nor that it is not asked for.
 * @param resource of what is made, by its name
 * @param given `Tag` parameters
 * @returns nothing where no tags are given
 */
export function demandsToTag(resource: string, given: readonly unknown[] | undefined): readonly Demand[] {
  return given === undefined || given.length === 0 ? [] : [{ action: 'ram:TagResources', resource }];
}

/** The `Tags` of several resources. @returns the answer's field for a resource id */
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
