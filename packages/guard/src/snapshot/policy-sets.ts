import { type CompiledPolicies, readStoredPolicy } from '@claviger/policy';
import { compilePermissions, type PermissionPolicy } from '../permission-policy.ts';
import { IncompleteSnapshot } from './incomplete-snapshot.ts';
import type { ReplicationRecord } from './records.ts';

/** Maximum number of cached compiled sets, and of keys of them. */
const MAX_CACHED_SETS = 10_000;

/** Sources of a user's permissions as a text: users with the same text have the same permissions. */
export type Attachments = string;

/** Returns the sources of a user's permissions. */
export function attachmentsOf(groupIds: readonly string[], policies: readonly string[]): Attachments {
  return JSON.stringify([groupIds, policies]);
}

/** Policies and groups of an account, compiled to permissions of users. */
export class PolicySets {
  readonly #policies = new Map<string, PermissionPolicy>();
  readonly #groups = new Map<string, readonly string[]>();
  #implied: readonly string[] = [];
  /** By the references of all their policies. */
  #sets = new Map<string, CompiledPolicies>();
  /** By attachments, so that nothing has to be computed for most users. */
  readonly #ofAttachments = new Map<Attachments, CompiledPolicies>();

  /** Applies a change of a policy. */
  applyPolicy(record: Extract<ReplicationRecord, readonly ['policy', ...unknown[]]>): void {
    const reference = record[1];
    const old = this.#policies.get(reference);
    if (record.length === 2) this.#policies.delete(reference);
    else {
      const [, , name, type, version, text] = record;
      if (old?.text === text && old.version === version && old.name === name) return;
      this.#policies.set(reference, {
        name,
        type,
        version,
        text,
        document: readStoredPolicy(text, 'identity'),
      });
    }
    if (old === undefined) return;
    this.#ofAttachments.clear();
    // A copy, since compiled sets are few compared with the keys that use them.
    this.#sets = new Map([...this.#sets].filter(([set]) => !set.split('\n').includes(reference)));
  }

  /** Applies a change of a group. */
  applyGroup(record: Extract<ReplicationRecord, readonly ['group', ...unknown[]]>): void {
    this.#ofAttachments.clear();
    if (record.length === 2) this.#groups.delete(record[1]);
    else this.#groups.set(record[1], record[2]);
  }

  /** Applies a change of the policies that every user has. */
  applyImplied(references: readonly string[]): void {
    this.#ofAttachments.clear();
    this.#implied = references;
  }

  /**
   * Returns the permissions of a user.
   *
   * @throws IncompleteSnapshot if it has a policy or group that is missing
   */
  of(attachments: Attachments): CompiledPolicies {
    const known = this.#ofAttachments.get(attachments);
    if (known !== undefined) return known;
    const [groupIds, policies] = JSON.parse(attachments) as [readonly string[], readonly string[]];
    const references = new Set(policies);
    for (const groupId of groupIds) {
      const ofGroup = this.#groups.get(groupId);
      if (ofGroup === undefined) throw new IncompleteSnapshot(`the group ${groupId}`);
      for (const reference of ofGroup) references.add(reference);
    }
    // In the control plane's order: a decision names the first statement that made it.
    const compiled = this.#set([...[...references].sort(), ...this.#implied]);
    if (this.#ofAttachments.size >= MAX_CACHED_SETS) this.#ofAttachments.clear();
    this.#ofAttachments.set(attachments, compiled);
    return compiled;
  }

  #set(references: readonly string[]): CompiledPolicies {
    const name = references.join('\n');
    const known = this.#sets.get(name);
    if (known !== undefined) return known;
    const policies = references.map((reference) => {
      const policy = this.#policies.get(reference);
      if (policy === undefined) throw new IncompleteSnapshot(`the policy ${reference}`);
      return policy;
    });
    const compiled = compilePermissions(policies);
    if (this.#sets.size >= MAX_CACHED_SETS) this.#sets.clear();
    this.#sets.set(name, compiled);
    return compiled;
  }
}
