import { compilePermissions, type PermissionPolicy } from '@claviger/guard';
import type { CompiledPolicies } from '@claviger/policy';
import type { Permissions } from '../context/services.ts';

/** The compiled sets kept for principals that have the very same policies. */
const sharedSets = 10_000;

/** Sets of policies made ready. Principals with the same policies share one: most users of an account do. */
export class CompiledPermissions implements Permissions {
  readonly #sets = new Map<string, CompiledPolicies>();

  /** @param policies of one principal of that account, as they are stored */
  of(accountId: string, policies: readonly PermissionPolicy[]): CompiledPolicies {
    const set = policies.map(({ name, type, version, text }) => `${type}\n${name}\n${version}\n${text}`);
    const identity = `${accountId}\n${set.join('\n\n')}`;
    const known = this.#sets.get(identity);
    if (known !== undefined) return known;
    const compiled = compilePermissions(policies);
    if (this.#sets.size >= sharedSets) this.#sets.clear();
    this.#sets.set(identity, compiled);
    return compiled;
  }
}
