import type { SigningKey } from '@claviger/signature';
import type { Credential, NetworkRestriction, Principal } from '../credential.ts';
import { type CompiledNetworkPolicy, compileNetworkPolicy, parseNetworkPolicy } from '../network-policy.ts';
import { rootPrincipal, userPrincipal } from '../principal.ts';
import { RecentMap } from '../recent-map.ts';
import { IncompleteSnapshot } from './incomplete-snapshot.ts';
import { keyOfVerifier } from './key-of-verifier.ts';
import { PolicySets } from './policy-sets.ts';
import { RecentLookups } from './recent-lookups.ts';
import { RecordTable } from './record-table.ts';
import type { ReplicationRecord } from './records.ts';
import { readKey, readUser, type StoredKey, writeKey, writeUser } from './stored-records.ts';

/**
 * Maximum number of ready credentials. Only keys that are looked up repeatedly are cached: caching one-time
 * keys creates long-lived garbage that is expensive to collect.
 */
const MAX_READY_CREDENTIALS = 16_384;

/** Maximum number of cached compiled network policies. */
const MAX_CACHED_NETWORK_POLICIES = 10_000;

interface AccountFacts {
  readonly accountId: string;
  readonly active: boolean;
  readonly networkRestriction: NetworkRestriction | undefined;
}

interface ReadyCredential {
  readonly credential: Credential;
  /** Counter of changes to other records when it was made. */
  readonly generation: number;
}

/**
 * Copy of one account in memory: every key, and the permissions of its owner. Keys and users are stored as
 * packed bytes and converted to a `Credential` on lookup; recently used ones are cached.
 */
export class Snapshot {
  readonly #keys = new RecordTable();
  readonly #users = new RecordTable();
  readonly #policySets = new PolicySets();
  readonly #networkPolicies = new Map<string, CompiledNetworkPolicy | undefined>();
  readonly #ready = new RecentMap<string, ReadyCredential>(MAX_READY_CREDENTIALS);
  readonly #lookups = new RecentLookups(MAX_READY_CREDENTIALS);
  #generation = 0;
  #account: AccountFacts | undefined;

  /** Number of keys. */
  get keys(): number {
    return this.#keys.size;
  }

  /** Number of users. */
  get users(): number {
    return this.#users.size;
  }

  /** Memory of keys and users in bytes, without what they share. */
  get bytes(): number {
    return this.#keys.bytes + this.#users.bytes;
  }

  /**
   * Applies records in order and synchronously, so that no lookup sees a part of them.
   *
   * @throws RangeError for an invalid id
   */
  apply(records: Iterable<ReplicationRecord>): void {
    for (const record of records) this.#applyOne(record);
  }

  /**
   * Returns the credential of a permanent key; `undefined` if absent.
   *
   * @throws IncompleteSnapshot
   */
  find(accessKeyId: string): Credential | undefined {
    const ready = this.#ready.get(accessKeyId);
    if (ready?.generation === this.#generation) return ready.credential;
    const key = this.#keys.get(accessKeyId, readKey);
    if (key === undefined) return undefined;
    const credential = this.#credential(accessKeyId, key, ready?.credential.signingKey);
    if (credential === undefined) return undefined;
    if (ready !== undefined || this.#lookups.isRepeated(accessKeyId)) {
      this.#ready.set(accessKeyId, { credential, generation: this.#generation });
    }
    return credential;
  }

  /** Overwrites every secret, in steps: the caller decides how many at once. */
  *wipe(): Generator<void> {
    for (const { credential } of this.#ready.values()) credential.signingKey.wipe();
    this.#ready.clear();
    yield* this.#keys.wipe();
    yield* this.#users.wipe();
  }

  #applyOne(record: ReplicationRecord): void {
    switch (record[0]) {
      case 'access-key':
        this.#applyKey(record);
        return;
      case 'user':
        if (record.length === 2) this.#users.delete(record[1]);
        else this.#users.set(record[1], writeUser(record));
        break;
      case 'group':
        this.#policySets.applyGroup(record);
        break;
      case 'policy':
        this.#policySets.applyPolicy(record);
        break;
      case 'account': {
        const [, accountId, status, networkPolicy, implied] = record;
        const policy = this.#networkPolicy(networkPolicy);
        this.#account = {
          accountId,
          active: status === 'Active',
          networkRestriction: policy && { level: 'Account', policy },
        };
        this.#policySets.applyImplied(implied);
        break;
      }
    }
    this.#generation++;
  }

  #applyKey(record: Extract<ReplicationRecord, readonly ['access-key', ...unknown[]]>): void {
    const accessKeyId = record[1];
    // It verifies nothing any more: a lookup is used within its own turn.
    this.#ready.get(accessKeyId)?.credential.signingKey.wipe();
    this.#ready.delete(accessKeyId);
    if (record.length === 2) {
      this.#keys.delete(accessKeyId);
      return;
    }
    const packed = writeKey(record);
    this.#keys.set(accessKeyId, packed);
    packed.fill(0);
  }

  #credential(accessKeyId: string, key: StoredKey, known: SigningKey | undefined): Credential | undefined {
    const { userId, verifier, status, expiresAt, networkPolicy } = key;
    const account = this.#account;
    if (account === undefined) throw new IncompleteSnapshot('the account itself');
    const owner = userId === null ? rootOf(account) : this.#user(account, userId);
    if (owner === undefined) return undefined;
    const own = this.#networkPolicy(networkPolicy);
    return {
      accessKeyId,
      kind: 'permanent',
      signingKey: known ?? keyOfVerifier(verifier === null ? null : Buffer.from(verifier, 'latin1')),
      isVerifiedElsewhere: true,
      status: account.active ? status : 'Inactive',
      expiresAt,
      principal: owner.principal,
      networkRestriction:
        own === undefined ? account.networkRestriction : { level: 'AccessKey', policy: own },
      permissions: owner.permissions,
      sessionPolicy: undefined,
    };
  }

  #user(account: AccountFacts, userId: string): Owner | undefined {
    const user = this.#users.get(userId, readUser);
    return (
      user && {
        principal: userPrincipal(account.accountId, userId, user.userName, user.tags),
        permissions: this.#policySets.of(user.attachments),
      }
    );
  }

  /** Returns a compiled network policy; `undefined` if absent or inactive. */
  #networkPolicy(text: string | null): CompiledNetworkPolicy | undefined {
    if (text === null) return undefined;
    if (this.#networkPolicies.has(text)) return this.#networkPolicies.get(text);
    const parsed = parseNetworkPolicy(text);
    // An unreadable policy must refuse, not admit.
    if (!parsed.ok) throw new IncompleteSnapshot(`a network policy that can be read: ${parsed.reason}`);
    const compiled = compileNetworkPolicy(parsed.policy);
    if (this.#networkPolicies.size >= MAX_CACHED_NETWORK_POLICIES) this.#networkPolicies.clear();
    this.#networkPolicies.set(text, compiled);
    return compiled;
  }
}

interface Owner extends Pick<Credential, 'permissions'> {
  readonly principal: Principal;
}

function rootOf({ accountId }: AccountFacts): Owner {
  return { principal: rootPrincipal(accountId), permissions: 'everything' };
}
