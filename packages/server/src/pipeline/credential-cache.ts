import type { Credential } from '@claviger/guard';
import { RecentMap } from '@claviger/guard/internal';
import { dependencyName, staleByChange } from '../store/change-dependency.ts';
import type { Change } from '../store/store.ts';

/** Entity that a cached credential was made from; the credential is stale once the entity has changed. */
interface Dependency {
  stale: boolean;
}

interface Entry {
  readonly credential: Credential;
  /** SecurityToken of a temporary credential. */
  readonly securityToken: string | undefined;
  readonly dependencies: readonly Dependency[];
}

/** Load in progress; a change during the load makes its result stale. */
export interface Load {
  readonly spoiledAccounts: Set<string>;
  spoiled: boolean;
}

/**
 * Credentials in memory, by AccessKey id, each until something it was made from changes. The node handles a change
 * before it answers the change's caller, so a revoked credential is refused at once.
 */
export class CredentialCache {
  readonly #capacity: number;
  readonly #entries: RecentMap<string, Entry>;
  readonly #dependencies = new Map<string, Dependency>();
  readonly #loads = new Set<Load>();

  /** @param capacity number of credentials that are kept at most; at least half as many of the last used are */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#entries = new RecentMap(capacity);
  }

  /** @returns the credential, if it is cached with that token and nothing it was made from has changed */
  get(accessKeyId: string, securityToken: string | undefined): Credential | undefined {
    const entry = this.#entries.get(accessKeyId);
    if (entry === undefined || entry.securityToken !== securityToken) return undefined;
    for (const dependency of entry.dependencies) {
      if (dependency.stale) {
        this.#entries.delete(accessKeyId);
        return undefined;
      }
    }
    return entry.credential;
  }

  /** Begins a load; call it before the first read. */
  beginLoad(): Load {
    const load: Load = { spoiledAccounts: new Set(), spoiled: false };
    this.#loads.add(load);
    return load;
  }

  /** Ends a load, successful or not. */
  endLoad(load: Load): void {
    this.#loads.delete(load);
  }

  /**
   * Stores the result of a load, unless an account that it was made from has changed during the load.
   * @param dependsOn everything the credential was made from, its accounts included
   */
  put(
    load: Load,
    credential: Credential,
    securityToken: string | undefined,
    dependsOn: readonly Pick<Change, 'topic' | 'subject'>[],
  ): void {
    const spoiled = dependsOn.some(
      ({ topic, subject }) => topic === 'account' && load.spoiledAccounts.has(subject),
    );
    if (load.spoiled || spoiled) return;
    if (this.#dependencies.size > this.#capacity * 4) this.#forgetEverything();
    const dependencies = dependsOn.map((dependency) => this.#dependency(dependencyName(dependency)));
    this.#entries.set(credential.accessKeyId, { credential, securityToken, dependencies });
  }

  /** Removes the credentials that were made from a changed entity. */
  forget(change: Change): void {
    if (change.topic === 'everything') {
      for (const load of this.#loads) load.spoiled = true;
      this.#forgetEverything();
      return;
    }
    for (const load of this.#loads) load.spoiledAccounts.add(change.accountId);
    const name = staleByChange(change);
    const dependency = this.#dependencies.get(name);
    if (dependency === undefined) return;
    dependency.stale = true;
    this.#dependencies.delete(name);
  }

  #dependency(name: string): Dependency {
    const known = this.#dependencies.get(name);
    if (known !== undefined) return known;
    const fresh: Dependency = { stale: false };
    this.#dependencies.set(name, fresh);
    return fresh;
  }

  #forgetEverything(): void {
    this.#entries.clear();
    this.#dependencies.clear();
  }
}
