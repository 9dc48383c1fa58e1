import { compilePermissions, type PermissionPolicy } from '@claviger/guard';
import type { CompiledPolicies } from '@claviger/policy';
import type { Permissions } from '../context/services.ts';

/** Maximum number of compiled sets in memory. */
const MAX_SETS = 10_000;

/** Cache of compiled policy sets. Principals with the same policies share one set, as most users of an account do. */
export class CompiledPermissions implements Permissions {
  readonly #sets = new Map<string, CompiledPolicies>();

  /**
   * Returns the compiled set of policies.
   * @param policies of one principal of that account, as stored
   */
  of(accountId: string, policies: readonly PermissionPolicy[]): CompiledPolicies {
    const set = policies.map(({ name, type, version, text }) => `${type}\n${name}\n${version}\n${text}`);
    const identity = `${accountId}\n${set.join('\n\n')}`;
    const known = this.#sets.get(identity);
    if (known !== undefined) return known;
    const compiled = compilePermissions(policies);
    if (this.#sets.size >= MAX_SETS) this.#sets.clear();
    this.#sets.set(identity, compiled);
    return compiled;
  }
}
