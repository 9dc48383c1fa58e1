import { call } from '../../api/call.ts';

/** Kinds of resources that have tags. */
export const TAGGED_KINDS = ['user', 'role', 'policy'] as const;

/** Kind of a resource that has tags. */
export type TaggedKind = (typeof TAGGED_KINDS)[number];

/** Tag of one resource. */
export interface ResourceTag {
  /** Id of a user, name of a role or policy. */
  readonly resource: string;
  readonly key: string;
  readonly value: string;
}

/** Adds a tag to a resource, or changes its value. */
export function addTag(kind: TaggedKind, { resource, key, value }: ResourceTag): Promise<unknown> {
  const Tag = [{ Key: key, Value: value }];
  return kind === 'user'
    ? call('Ims', 'TagResources', { ResourceType: kind, ResourceId: [resource], Tag })
    : call('Ram', 'TagResources', { ResourceType: kind, ResourceNames: [resource], Tag });
}

/** Removes a tag from a resource. */
export function removeTag(kind: TaggedKind, { resource, key }: ResourceTag): Promise<unknown> {
  return kind === 'user'
    ? call('Ims', 'UntagResources', { ResourceType: kind, ResourceId: [resource], TagKey: [key] })
    : call('Ram', 'UntagResources', { ResourceType: kind, ResourceNames: [resource], TagKeys: [key] });
}

/** Returns the address of the page of a resource. */
export function pageOf(kind: TaggedKind, resource: string): string {
  if (kind === 'user') return `/users/${resource}`;
  return `/${kind === 'role' ? 'roles' : 'policies/Custom'}/${encodeURIComponent(resource)}`;
}
