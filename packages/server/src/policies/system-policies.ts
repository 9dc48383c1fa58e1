import { setImmediate } from 'node:timers/promises';
import {
  type DocumentBasis,
  EMPTY_DOCUMENT,
  findSystemPolicy as findInCatalogue,
  nearestNames,
  type SystemPolicy as PublishedPolicy,
  systemPolicyKeys,
} from '@claviger/catalogue';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';

/** A policy that is the same in every account, and immutable. */
export interface SystemPolicy {
  /** As published, letter case included. */
  readonly name: string;
  readonly description: string;
  /** The only version, `v3`. */
  readonly version: string;
  /** The policy document. */
  readonly document: string;
  readonly basis: DocumentBasis;
  /** Whether it stands in for a policy that the catalogue does not know. */
  readonly isStandIn: boolean;
  /** Whether it is meant for the service-linked role of a service alone. */
  readonly isForLinkedRole: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Date of policies whose own is not known: when they were entered in the catalogue. */
const ENTERED_AT = Date.UTC(2026, 10, 24);

/** How many names a refusal offers for an unknown one. */
const OFFERED_NAMES = 3;

/** Finds a system policy by its name, in any letter case; `undefined` if absent. */
export function findSystemPolicy(name: string): SystemPolicy | undefined {
  const policy = findInCatalogue(name);
  return policy && systemPolicyOf(policy);
}

/** Names that may stand in for system policies that the catalogue does not know. */
const STAND_IN_NAME = /^Aliyun[A-Za-z0-9-]*$/i;

/**
 * Finds a system policy by its name, in any letter case; `undefined` if absent. With
 * `--unknown-system-policies allow-attach` any other `Aliyun…` name is an empty policy.
 */
export function findAttachablePolicy(scope: Scope, name: string): SystemPolicy | undefined {
  const known = findSystemPolicy(name);
  if (known !== undefined || scope.services.unknownSystemPolicies === undefined) return known;
  return STAND_IN_NAME.test(name) ? standInPolicy(name) : undefined;
}

/** Returns the empty policy that stands in for one that the catalogue does not know. @param name as it was given */
export function standInPolicy(name: string): SystemPolicy {
  return {
    name,
    description: 'Empty, grants nothing: this installation does not know the policy.',
    version: 'v1',
    document: EMPTY_DOCUMENT,
    basis: 'unpublished',
    isStandIn: true,
    isForLinkedRole: name.toLowerCase().startsWith('aliyunservicerolepolicyfor'),
    createdAt: ENTERED_AT,
    updatedAt: ENTERED_AT,
  };
}

/** Returns the refusal of an unknown name, with the names that are most like it. */
export function unknownSystemPolicy(name: string): Refusal {
  const nearest = nearestNames(name, OFFERED_NAMES);
  return nearest.length === 0
    ? new Refusal('EntityNotExist.Policy', { name })
    : new Refusal('EntityNotExist.Policy.System', { name, nearest: nearest.join(', ') });
}

/** How many policies are read at once: other requests get their turn in between. */
const READ_AT_ONCE = 100;

/** Returns a page of system policies, by name. @param after key after which the page begins @param limit page size */
export async function listSystemPolicies(after: string, limit: number): Promise<SystemPolicy[]> {
  const page: SystemPolicy[] = [];
  for (const key of systemPolicyKeys()) {
    if (page.length === limit) break;
    if (key <= after) continue;
    const policy = findSystemPolicy(key);
    if (policy !== undefined) page.push(policy);
    if (page.length % READ_AT_ONCE === 0) await setImmediate();
  }
  return page;
}

/** Returns what a caller should know of a policy that does not grant what its name promises; `undefined` if nothing. */
export function warningAbout({ name, basis, isStandIn }: SystemPolicy): string | undefined {
  if (isStandIn) return `${name} is not known here: it is attached as an empty policy and grants nothing`;
  switch (basis) {
    case 'unpublished':
      return `The document of ${name} is not published: here the policy is empty and grants nothing`;
    case 'derived':
      return `The document of ${name} is not published: here it is derived from the name`;
    case 'own':
    case 'published':
      return undefined;
  }
}

function systemPolicyOf(policy: PublishedPolicy): SystemPolicy {
  const createdAt = policy.created === undefined ? ENTERED_AT : Date.parse(policy.created);
  return {
    name: policy.name,
    description: descriptionOf(policy),
    version: policy.version,
    document: policy.document,
    basis: policy.basis,
    isStandIn: false,
    isForLinkedRole: policy.type === 'service-linked-role',
    createdAt,
    updatedAt: policy.updated === undefined ? createdAt : Date.parse(policy.updated),
  };
}

/** Descriptions of the policies that Claviger itself gives a meaning. */
const OWN_DESCRIPTIONS: Readonly<Record<string, string>> = {
  AdministratorAccess: 'Everything: all actions on all resources of the account.',
  AliyunRAMFullAccess:
    'Everything in RAM: users, groups, roles, policies and all AccessKeys but those of the account root.',
  AliyunRAMReadOnlyAccess:
    'Reading in RAM: users, groups, roles, policies, and AccessKeys without their secrets.',
  AliyunSTSAssumeRoleAccess: 'Assuming any role that trusts the caller.',
  AliyunActionTrailFullAccess: 'Everything in ActionTrail, the record of what was done in the account.',
  AliyunActionTrailReadOnlyAccess: 'Reading in ActionTrail, the record of what was done in the account.',
  ReadOnlyAccess: 'Reading in everything that Claviger answers itself: RAM and ActionTrail.',
};

function descriptionOf({ name, type, basis }: PublishedPolicy): string {
  if (Object.hasOwn(OWN_DESCRIPTIONS, name)) return OWN_DESCRIPTIONS[name] ?? '';
  const holder =
    type === 'service-linked-role'
      ? ' For the service-linked role of its service only.'
      : type === 'service-role'
        ? ' For a role that its service assumes.'
        : '';
  switch (basis) {
    case 'published':
      return `As published by Alibaba Cloud.${holder}`;
    case 'derived':
      return `Derived by Claviger from the name: the document is not published.${holder}`;
    case 'own':
      return `Defined by Claviger: the document is not published.${holder}`;
    case 'unpublished':
      return `Empty, grants nothing: the document is not published.${holder}`;
  }
}
