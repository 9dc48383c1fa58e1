import { createHmac } from 'node:crypto';
import { dependencyName, staleByChange } from '../store/change-dependency.ts';
import type { Change } from '../store/store.ts';

const nameBytes = 9;

/**
 * The names under which a guard hears that something changed which sessions are made from. A session may rest on a
 * user or a key of another account: a guard is told that such a thing changed, but not which one. The same thing has
 * the same name on every node, another name for every guard's key.
 */
export class DependencyNames {
  readonly #key: Uint8Array;

  /** @param key 32 bytes, derived from the guard's own AccessKey */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** What a change makes stale. */
  ofChange(change: Change): string {
    return this.#name(staleByChange(change));
  }

  /** Something that a session is made from. */
  ofDependency(dependency: Pick<Change, 'topic' | 'subject'>): string {
    return this.#name(dependencyName(dependency));
  }

  #name(name: string): string {
    const mac = createHmac('sha256', this.#key).update(name).digest();
    return mac.subarray(0, nameBytes).toString('base64url');
  }
}
