import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { dependencyName, staleByChange } from '../store/change-dependency.ts';
import type { Change } from '../store/store.ts';

const NAME_BYTES = 9;

/**
 * Names by which a guard learns that a dependency of a session has changed. A session may depend on a user or a key
 * of another account: the guard learns that such an entity has changed, but not which one. An entity has the same
 * name on every node, and another name for every guard's key.
 */
export class DependencyNames {
  /** As a key object: see `Sealer`. */
  readonly #key: KeyObject;

  /** @param key 32 bytes, derived from the guard's own AccessKey */
  constructor(key: Uint8Array) {
    this.#key = createSecretKey(key);
  }

  /** Returns the name of the dependency that a change makes stale. */
  ofChange(change: Change): string {
    return this.#name(staleByChange(change));
  }

  /** Returns the name of a dependency. */
  ofDependency(dependency: Pick<Change, 'topic' | 'subject'>): string {
    return this.#name(dependencyName(dependency));
  }

  #name(name: string): string {
    const mac = createHmac('sha256', this.#key).update(name).digest();
    return mac.subarray(0, NAME_BYTES).toString('base64url');
  }
}
