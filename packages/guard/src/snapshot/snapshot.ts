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
 * Credentials that are kept ready to verify and decide. Only keys that are asked for again are: what is kept of a key
 * that is asked for once is garbage by the time it goes, and of the sort that takes long to collect.
 */
const MAX_READY_CREDENTIALS = 16_384;

/** Compiled network policies that are kept. */
const MAX_CACHED_NETWORK_POLICIES = 10_000;

interface AccountFacts {
  readonly accountId: string;
  readonly active: boolean;
  readonly networkRestriction: NetworkRestriction | undefined;
}

interface ReadyCredential {
  readonly credential: Credential;
  /** The changes to others than this key that it was made after. */
  readonly generation: number;
}

/**
 * A copy of one account in memory: every key, and what its owner may do. Keys and users are kept as packed bytes and
 * made into a `Credential` when they are asked for; the last ones asked for are kept ready.
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

  /** How many keys there are. */
  get keys(): number {
    return this.#keys.size;
  }

  /** How many users there are. */
  get users(): number {
    return this.#users.size;
  }

  /** The memory that keys and users take, in bytes; what is shared among them is not counted. */
  get bytes(): number {
    return this.#keys.bytes + this.#users.bytes;
  }

  /**
   * Takes records over, one after another; in one turn, so that nobody sees a part of them.
   * @throws RangeError for an id that no control plane gives
   */
  apply(records: Iterable<ReplicationRecord>): void {
    for (const record of records) this.#applyOne(record);
  }

  /**
   * The credential of a permanent key.
   * @returns undefined when there is no such key
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

  /** Overwrites every secret, part by part: whoever goes through it decides how much at once. */
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
    // Nothing is verified with it any more: a lookup is used within its own turn.
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

  /** Undefined when there is none, or one that does not restrict. */
  #networkPolicy(text: string | null): CompiledNetworkPolicy | undefined {
    if (text === null) return undefined;
    if (this.#networkPolicies.has(text)) return this.#networkPolicies.get(text);
    const parsed = parseNetworkPolicy(text);
    // What cannot be read must lock, not open.
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
