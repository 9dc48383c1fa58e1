import { arn } from '../../context/arn.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import { requireCustomPolicy } from '../../policies/policy.ts';
import { requireRole } from '../../roles/role.ts';
import {
  listTagsOfResources,
  type TaggedResource,
  tagResources,
  untagResources,
} from '../../tags/tagged-resource.ts';
import { flag, list, oneOf, optional, text } from '../../wire/parameter.ts';
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

const VERSION = '2015-05-01';

/** Resource types that RAM tags: roles and custom policies. */
const resourceType = oneOf('role', 'policy');

/** Names of roles or policies. */
const resourceNames = list(text({ max: 128, chars: /^[A-Za-z0-9.-]+$/ }), MAX_RESOURCES_PER_CALL);

const resources = { ResourceType: resourceType, ResourceNames: resourceNames } as const;

interface ResourcesInput {
  readonly ResourceType: 'role' | 'policy';
  readonly ResourceNames: readonly string[] | undefined;
}

/** Returns the permission on each resource; on all of the type if the request names none. */
const demand = (action: string, { ResourceType: type, ResourceNames: names }: ResourcesInput, call: Call) =>
  (names ?? ['*']).map((name) => ({ action, resource: arn[type](call.account.accountId, name) }));

/**
 * Finds the resources, without duplicates.
 * @throws Refusal EntityNotExist.Role, EntityNotExist.Policy; NoPermission for a system policy, which has no tags
 */
async function requireResources(
  type: ResourcesInput['ResourceType'],
  names: readonly string[],
  call: Call,
): Promise<readonly TaggedResource[]> {
  const found = new Map<string, TaggedResource>();
  for (const name of names) {
    if (type === 'role') {
      const role = await requireRole(call, name);
      found.set(role.role_id, { type, id: role.role_id, name: role.role_name });
    } else {
      const policy = await requireCustomPolicy(call, name);
      found.set(policy.policy_name_key, { type, id: policy.policy_name_key, name: policy.policy_name });
    }
  }
  return [...found.values()];
}

/** RAM operations on tags. */
export const tagOperations: readonly Operation[] = [
  // Adds tags to roles or policies.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'TagResources',
    access: 'write',
    security: { effect: 'grants' },
    input: { ...resources, Tag: tagsToAdd },
    authorize: (input, call) => demand('ram:TagResources', input, call),
    async handle(input, call) {
      const named = await requireResources(input.ResourceType, input.ResourceNames, call);
      await tagResources(call, named, tagsOf(input.Tag));
      return {};
    },
  }),

  // Removes tags from roles or policies.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'UntagResources',
    access: 'write',
    security: { effect: 'grants' },
    input: { ...resources, TagKeys: tagKeys, All: optional(flag()) },
    authorize: (input, call) => demand('ram:UntagResources', input, call),
    async handle(input, call) {
      const keys = keysToRemove('TagKeys', input.TagKeys, input.All);
      const named = await requireResources(input.ResourceType, input.ResourceNames, call);
      await untagResources(call, named, keys);
      return {};
    },
  }),

  // Lists the tags of roles or policies, by name and key.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'ListTagResources',
    access: 'read',
    input: {
      ResourceType: resourceType,
      ResourceNames: optional(resourceNames),
      Tag: tagFilters,
      ...tagPage,
    },
    authorize: (input, call) => demand('ram:ListTagResources', input, call),
    async handle(input, call) {
      const { ResourceType: type, ResourceNames: names } = input;
      const named = names && (await requireResources(type, names, call));
      const found = await listTagsOfResources(call, {
        type,
        resourceIds: named?.map((resource) => resource.id),
        filters: filtersOf(input.Tag),
        after: positionOf(input.NextToken),
        limit: input.PageSize + 1,
      });
      const { tags, NextToken } = pageOfTags(found, input.PageSize);
      return {
        TagResources: tags.map((tag) => ({
          ResourceType: type,
          ResourceName: tag.resourceName,
          TagKey: tag.key,
          TagValue: tag.value,
        })),
        NextToken,
      };
    },
  }),
];
