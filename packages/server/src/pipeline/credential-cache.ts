import type { Credential } from '@claviger/guard';
import { dependencyName, staleByChange } from '../store/change-dependency.ts';
import type { Change } from '../store/store.ts';

/** Something a cached credential was made from; stale once that changed. */
interface Dependency {
  stale: boolean;
}

interface Entry {
  readonly credential: Credential;
  /** The token that came with it, when it is a temporary one. */
  readonly securityToken: string | undefined;
  readonly dependencies: readonly Dependency[];
}

/** A load under way; what changes meanwhile spoils it. */
export interface Load {
  readonly spoiledAccounts: Set<string>;
  spoiled: boolean;
}

/**
 * Credentials in memory, by AccessKey id, each until something it was made from changes. A change is heard
 * before it is answered, so nobody is admitted by what was revoked.
 */
export class CredentialCache {
  readonly #capacity: number;
  readonly #entries = new Map<string, Entry>();
  readonly #dependencies = new Map<string, Dependency>();
  readonly #loads = new Set<Load>();

  /** @param capacity how many credentials are kept; the oldest make room */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** @returns the credential, if it is known with that token and nothing it was made from has changed */
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

  /** To be called before the first read of a load. */
  beginLoad(): Load {
    const load: Load = { spoiledAccounts: new Set(), spoiled: false };
    this.#loads.add(load);
    return load;
  }

  /** To be called when a load is over, whatever came of it. */
  endLoad(load: Load): void {
    this.#loads.delete(load);
  }

  /**
   * Keeps what a load found, unless an account that it was made from changed while it read.
   * @param dependsOn everything it was made from, its accounts among it
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
    if (this.#entries.size >= this.#capacity) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#entries.set(credential.accessKeyId, { credential, securityToken, dependencies });
  }

  /** Forgets what was made from something that changed. */
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
