import { TAGS_PER_REQUEST } from '../context/limits.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Tag, TagFilter } from '../tags/tag.ts';
import type { TagOfResource, TagPosition } from '../tags/tagged-resource.ts';
import { integer, list, listOf, optional, type Parameter, text, withDefault } from '../wire/parameter.ts';
import { printableLine } from './printable-text.ts';

/** Maximum number of resources in one call. */
export const MAX_RESOURCES_PER_CALL = 50;

/** Printable characters; a lone surrogate, which JSON can contain, is none. */
const PRINTABLE = /^[^\p{Cc}\p{Cs}]*$/u;

const tagKey = printableLine(128);
const tagValue = printableLine(128);

/** `Tag` parameters of TagResources. */
export const tagsToAdd = listOf({ Key: tagKey, Value: withDefault(tagValue, '') }, TAGS_PER_REQUEST);

/** `TagKey` parameters of UntagResources. */
export const tagKeys = optional(list(tagKey, TAGS_PER_REQUEST));

/** `Tag` parameters of ListTagResources; a filter without a value matches any value. */
export const tagFilters = optional(listOf({ Key: tagKey, Value: optional(tagValue) }, TAGS_PER_REQUEST));

/** `NextToken` and `PageSize`, which ListTagResources has in place of `Marker` and `MaxItems`. */
export const tagPage: {
  readonly NextToken: Parameter<string | undefined>;
  readonly PageSize: Parameter<number>;
} = {
  NextToken: optional(text({ max: 2048 })),
  PageSize: withDefault(integer(1, 100), 100),
};

/** Converts `Tag` parameters to tags. */
export function tagsOf(given: readonly { readonly Key: string; readonly Value: string }[]): readonly Tag[] {
  return given.map(({ Key: key, Value: value }) => ({ key, value }));
}

/** Converts `Tag` parameters to filters. */
export function filtersOf(
  given: readonly { readonly Key: string; readonly Value: string | undefined }[] | undefined,
): readonly TagFilter[] {
  return (given ?? []).map(({ Key: key, Value: value }) => ({ key, value }));
}

/**
 * Returns the keys that UntagResources removes. `All` takes effect only without keys.
 * @param name of the parameter with the keys
 * @returns `undefined` for all keys
 * @throws Refusal if neither is given
 */
export function keysToRemove(
  name: string,
  keys: readonly string[] | undefined,
  all: boolean | undefined,
): readonly string[] | undefined {
  if (keys === undefined && all !== true) throw new Refusal('Missing', { name });
  return keys;
}

const TOKEN_PREFIX = 't2:';

/** Decodes the position in a page token. @throws Refusal InvalidNextToken if this server did not issue it */
export function positionOf(token: string | undefined): TagPosition | undefined {
  if (token === undefined) return undefined;
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const end = text.indexOf(' ');
  // No tag contains such characters, so no issued token does; PostgreSQL rejects some of them.
  if (!text.startsWith(TOKEN_PREFIX) || end < 0 || !PRINTABLE.test(text))
    throw new Refusal('Invalid', { name: 'NextToken' });
  return { resourceId: text.slice(TOKEN_PREFIX.length, end), key: text.slice(end + 1) };
}

/**
 * Returns one page of tags that were queried with a limit of one more than fits. Ids of resources contain no spaces, so
 * the first space ends the id in a token.
 */
export function pageOfTags(
  found: readonly TagOfResource[],
  size: number,
): { readonly tags: readonly TagOfResource[]; readonly NextToken: string | undefined } {
  const tags = found.slice(0, size);
  const last = found.length > size ? tags.at(-1) : undefined;
  return {
    // Pages follow the ids, each page is sorted by name.
    tags: tags.toSorted((one, other) => {
      const [a, b] = [placeInPage(one), placeInPage(other)];
      return a < b ? -1 : 1;
    }),
    NextToken: last && Buffer.from(`${TOKEN_PREFIX}${last.resourceId} ${last.key}`).toString('base64url'),
  };
}

const placeInPage = (tag: TagOfResource) => `${tag.resourceName.toLowerCase()} ${tag.key}`;
