import { TAGS_PER_REQUEST } from '../context/limits.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Tag, TagFilter } from '../tags/tag.ts';
import type { TagOfResource, TagPosition } from '../tags/tagged-resource.ts';
import { integer, list, listOf, optional, type Parameter, text, withDefault } from '../wire/parameter.ts';
import { shownLine } from './shown-text.ts';

/** How many resources one call may name. */
export const resourcesPerCall = 50;

/** Anything that can be shown; a lone surrogate, which JSON can smuggle in, cannot. */
const showable = /^[^\p{Cc}\p{Cs}]*$/u;

const tagKey = shownLine(128);
const tagValue = shownLine(128);

/** `Tag` of TagResources. */
export const tagsToAdd = listOf({ Key: tagKey, Value: withDefault(tagValue, '') }, TAGS_PER_REQUEST);

/** The keys of UntagResources. */
export const tagKeys = optional(list(tagKey, TAGS_PER_REQUEST));

/** `Tag` of ListTagResources: without a value any will do. */
export const tagFilters = optional(listOf({ Key: tagKey, Value: optional(tagValue) }, TAGS_PER_REQUEST));

/** `NextToken` and `PageSize`, as ListTagResources has them instead of `Marker` and `MaxItems`. */
export const tagPage: {
  readonly NextToken: Parameter<string | undefined>;
  readonly PageSize: Parameter<number>;
} = {
  NextToken: optional(text({ max: 2048 })),
  PageSize: withDefault(integer(1, 100), 100),
};

/** Tags as they were given. */
export function tagsOf(given: readonly { readonly Key: string; readonly Value: string }[]): readonly Tag[] {
  return given.map(({ Key: key, Value: value }) => ({ key, value }));
}

/** Filters as they were given. */
export function filtersOf(
  given: readonly { readonly Key: string; readonly Value: string | undefined }[] | undefined,
): readonly TagFilter[] {
  return (given ?? []).map(({ Key: key, Value: value }) => ({ key, value }));
}

/**
 * Which keys UntagResources takes off. `All` counts only where no keys are given.
 * @param name of the parameter with the keys
 * @returns undefined for all of them
 * @throws Refusal when neither is given
 */
export function keysToRemove(
  name: string,
  keys: readonly string[] | undefined,
  all: boolean | undefined,
): readonly string[] | undefined {
  if (keys === undefined && all !== true) throw new Refusal('Missing', { name });
  return keys;
}

const tokenPrefix = 't2:';

/** Where a page begins. @throws Refusal InvalidNextToken when the token was not made here */
export function positionOf(token: string | undefined): TagPosition | undefined {
  if (token === undefined) return undefined;
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const end = text.indexOf(' ');
  // What no tag can hold is in no token of ours; PostgreSQL would choke on some of it.
  if (!text.startsWith(tokenPrefix) || end < 0 || !showable.test(text))
    throw new Refusal('Invalid', { name: 'NextToken' });
  return { resourceId: text.slice(tokenPrefix.length, end), key: text.slice(end + 1) };
}

/**
 * One page of tags that were asked for with a limit of one more than fits. Ids of resources have no spaces, so the first
 * one ends the id in a token.
 */
export function pageOfTags(
  found: readonly TagOfResource[],
  size: number,
): { readonly tags: readonly TagOfResource[]; readonly NextToken: string | undefined } {
  const tags = found.slice(0, size);
  const last = found.length > size ? tags.at(-1) : undefined;
  return {
    // Pages are in the order of ids, each in that of names.
    tags: tags.toSorted((one, other) => {
      const [a, b] = [placeInPage(one), placeInPage(other)];
      return a < b ? -1 : 1;
    }),
    NextToken: last && Buffer.from(`${tokenPrefix}${last.resourceId} ${last.key}`).toString('base64url'),
  };
}

const placeInPage = (tag: TagOfResource) => `${tag.resourceName.toLowerCase()} ${tag.key}`;
