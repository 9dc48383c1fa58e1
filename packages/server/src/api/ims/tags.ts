import type { Demand } from '@claviger/guard/internal';
import { Refusal } from '../../errors/refusal.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import {
  listTagsOfResources,
  type TaggedResource,
  tagResources,
  untagResources,
} from '../../tags/tagged-resource.ts';
import { requireUser, type UserReference } from '../../users/user.ts';
import { allUsersArn, userResource } from '../../users/user-arn.ts';
import { flag, list, oneOf, optional, withDefault } from '../../wire/parameter.ts';
import {
  filtersOf,
  keysToRemove,
  MAX_RESOURCES_PER_CALL,
  pageOfTags,
  positionOf,
  tagFilters,
  tagKeys,
  tagPage,
  tagsOf,
  tagsToAdd,
} from '../tag-parameters.ts';
import { userId, userNameOf, userPrincipalName } from './user-reference.ts';

const VERSION = '2019-08-15';

/** Users, the only resource type that IMS tags, by id or login name. */
const resources = {
  ResourceType: withDefault(oneOf('user'), 'user'),
  ResourceId: optional(list(userId, MAX_RESOURCES_PER_CALL)),
  ResourcePrincipalName: optional(list(userPrincipalName, MAX_RESOURCES_PER_CALL)),
} as const;

interface ResourcesInput {
  readonly ResourceId: readonly string[] | undefined;
  readonly ResourcePrincipalName: readonly string[] | undefined;
}

/** Returns the users that a request names; `undefined` if it names none. @throws Refusal if named both ways */
function references(input: ResourcesInput, call: Call): readonly UserReference[] | undefined {
  const { ResourceId: ids, ResourcePrincipalName: names } = input;
  if (ids !== undefined && names !== undefined) {
    throw new Refusal('InvalidParameter', { reason: 'Give ResourceId or ResourcePrincipalName, not both.' });
  }
  return (
    ids?.map((id) => ({ by: 'id', userId: id }) as const) ??
    names?.map((name) => ({ by: 'name', userName: userNameOf(name, call) }) as const)
  );
}

/** Returns the users that a request names. @throws Refusal MissingResourceId if it names none */
function requiredReferences(input: ResourcesInput, call: Call): readonly UserReference[] {
  const targets = references(input, call);
  if (targets === undefined) throw new Refusal('Missing', { name: 'ResourceId' });
  return targets;
}

/** Returns the permission on each of the users; on all users if the request names none. */
async function demand(action: string, targets: readonly UserReference[] | undefined, call: Call) {
  if (targets === undefined) return [{ action, resource: allUsersArn(call) }];
  const demands: Demand[] = [];
  for (const reference of targets) demands.push({ action, ...(await userResource(call, reference)) });
  return demands;
}

/** Finds the users, without duplicates. @throws Refusal EntityNotExist.User */
async function requireUsers(
  targets: readonly UserReference[],
  call: Call,
): Promise<readonly TaggedResource[]> {
  const found = new Map<string, TaggedResource>();
  for (const reference of targets) {
    const user = await requireUser(call, reference);
    found.set(user.user_id, { type: 'user', id: user.user_id, name: user.user_name });
  }
  return [...found.values()];
}

/** IMS operations on tags. */
export const tagOperations: readonly Operation[] = [
  // Adds tags to users.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'TagResources',
    access: 'write',
    security: { effect: 'grants' },
    input: { ...resources, Tag: tagsToAdd },
    authorize: (input, call) => demand('ram:TagResources', requiredReferences(input, call), call),
    async handle(input, call) {
      const users = await requireUsers(requiredReferences(input, call), call);
      await tagResources(call, users, tagsOf(input.Tag));
      return {};
    },
  }),

  // Removes tags from users.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'UntagResources',
    access: 'write',
    security: { effect: 'grants' },
    input: { ...resources, TagKey: tagKeys, All: optional(flag()) },
    authorize: (input, call) => demand('ram:UntagResources', requiredReferences(input, call), call),
    async handle(input, call) {
      const keys = keysToRemove('TagKey', input.TagKey, input.All);
      await untagResources(call, await requireUsers(requiredReferences(input, call), call), keys);
      return {};
    },
  }),

  // Lists the tags of users, by user and key.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'ListTagResources',
    access: 'read',
    input: { ...resources, Tag: tagFilters, ...tagPage },
    authorize: (input, call) => demand('ram:ListTagResources', references(input, call), call),
    async handle(input, call) {
      const targets = references(input, call);
      const users = targets && (await requireUsers(targets, call));
      const found = await listTagsOfResources(call, {
        type: 'user',
        resourceIds: users?.map((user) => user.id),
        filters: filtersOf(input.Tag),
        after: positionOf(input.NextToken),
        limit: input.PageSize + 1,
      });
      const { tags, NextToken } = pageOfTags(found, input.PageSize);
      return {
        TagResources: {
          TagResource: tags.map((tag) => ({
            ResourceType: 'user',
            ResourceId: tag.resourceId,
            TagKey: tag.key,
            TagValue: tag.value,
          })),
        },
        IsTruncated: NextToken !== undefined,
        NextToken,
      };
    },
  }),
];
