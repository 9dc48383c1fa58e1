import { type CompiledPolicies, readStoredPolicy } from '@claviger/policy';
import { SigningKey } from '@claviger/signature';
import type { Credential, NetworkRestriction, Principal } from '../credential.ts';
import { type CompiledNetworkPolicy, compileNetworkPolicy, parseNetworkPolicy } from '../network-policy.ts';
import { compilePermissions, type PermissionPolicy } from '../permission-policy.ts';
import { rootPrincipal, userPrincipal } from '../principal.ts';
import { RecentMap } from './recent-map.ts';
import { RecordTable } from './record-table.ts';
import type { ReplicationRecord } from './records.ts';

/** Credentials that are kept ready to verify and decide; making one ready anew costs some microseconds. */
const readyCredentials = 16_384;

/** Compiled sets of policies, and compiled network policies, that are kept. */
const keptSets = 10_000;

/** Half a copy: something refers to what is not there. Nothing may be decided by the rest. */
export class IncompleteSnapshot extends Error {
  constructor(missing: string) {
    super(`the copy of the account lacks ${missing}`);
    this.name = 'IncompleteSnapshot';
  }
}

interface AccountFacts {
  readonly accountId: string;
  readonly active: boolean;
  readonly networkRestriction: NetworkRestriction | undefined;
  readonly implied: readonly string[];
}

interface ReadyCredential {
  readonly credential: Credential;
  /** The changes to others than this key that it was made after. */
  readonly generation: number;
}

/** What the table of keys holds beside the key's id, as JSON. */
type StoredKey = readonly [
  userId: string | null,
  secret: string,
  status: 'Active' | 'Inactive',
  expiresAt: number | null,
  networkPolicy: string | null,
];

type StoredUser = readonly [userName: string, groupIds: readonly string[], policies: readonly string[]];

/**
 * A copy of one account in memory: every key, and what its owner may do. Keys and users are kept as compact text and
 * made into a `Credential` when they are asked for; the last ones asked for are kept ready.
 */
export class Snapshot {
  readonly #keys = new RecordTable();
  readonly #users = new RecordTable();
  readonly #groups = new Map<string, readonly string[]>();
  readonly #policies = new Map<string, PermissionPolicy>();
  readonly #networkPolicies = new Map<string, CompiledNetworkPolicy | undefined>();
  /** By the references of all policies in them. */
  #sets = new Map<string, CompiledPolicies>();
  readonly #ready = new RecentMap<string, ReadyCredential>(readyCredentials);
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
    const stored = this.#keys.get(accessKeyId);
    if (stored === undefined) return undefined;
    const credential = this.#credential(
      accessKeyId,
      JSON.parse(stored) as StoredKey,
      ready?.credential.signingKey,
    );
    if (credential === undefined) return undefined;
    this.#ready.set(accessKeyId, { credential, generation: this.#generation });
    return credential;
  }

  /** Overwrites every secret, part by part: whoever goes through it decides how much at once. */
  *wipe(): Generator<void> {
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
        else {
          const [, userId, userName, groupIds, policies] = record;
          this.#users.set(userId, JSON.stringify([userName, groupIds, policies] satisfies StoredUser));
        }
        break;
      case 'group':
        if (record.length === 2) this.#groups.delete(record[1]);
        else this.#groups.set(record[1], record[2]);
        break;
      case 'policy':
        this.#applyPolicy(record);
        break;
      case 'account': {
        const [, accountId, status, networkPolicy, implied] = record;
        const policy = this.#networkPolicy(networkPolicy);
        this.#account = {
          accountId,
          active: status === 'Active',
          networkRestriction: policy && { level: 'Account', policy },
          implied,
        };
        break;
      }
    }
    this.#generation++;
  }

  #applyKey(record: Extract<ReplicationRecord, readonly ['access-key', ...unknown[]]>): void {
    const accessKeyId = record[1];
    this.#ready.delete(accessKeyId);
    if (record.length === 2) {
      this.#keys.delete(accessKeyId);
      return;
    }
    const [, , userId, secret, status, expiresAt, networkPolicy] = record;
    const stored: StoredKey = [userId, secret, status, expiresAt, networkPolicy];
    this.#keys.set(accessKeyId, JSON.stringify(stored));
  }

  #applyPolicy(record: Extract<ReplicationRecord, readonly ['policy', ...unknown[]]>): void {
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
    // A copy of its own, since compiled sets are few beside the keys that are asked for by them.
    this.#sets = new Map([...this.#sets].filter(([set]) => !set.split('\n').includes(reference)));
  }

  #credential(accessKeyId: string, key: StoredKey, known: SigningKey | undefined): Credential | undefined {
    const [userId, secret, status, expiresAt, networkPolicy] = key;
    const account = this.#account;
    if (account === undefined) throw new IncompleteSnapshot('the account itself');
    const owner = userId === null ? rootOf(account) : this.#user(account, userId);
    if (owner === undefined) return undefined;
    const own = this.#networkPolicy(networkPolicy);
    return {
      accessKeyId,
      kind: 'permanent',
      signingKey: known ?? SigningKey.fromSecret(secret),
      status: account.active ? status : 'Inactive',
      expiresAt: expiresAt ?? undefined,
      principal: owner.principal,
      networkRestriction:
        own === undefined ? account.networkRestriction : { level: 'AccessKey', policy: own },
      permissions: owner.permissions,
      sessionPolicy: undefined,
    };
  }

  #user(account: AccountFacts, userId: string): Owner | undefined {
    const stored = this.#users.get(userId);
    if (stored === undefined) return undefined;
    const [userName, groupIds, policies] = JSON.parse(stored) as StoredUser;
    const references = new Set(policies);
    for (const groupId of groupIds) {
      const ofGroup = this.#groups.get(groupId);
      if (ofGroup === undefined) throw new IncompleteSnapshot(`the group ${groupId}`);
      for (const reference of ofGroup) references.add(reference);
    }
    const { accountId } = account;
    return {
      principal: userPrincipal(accountId, userId, userName),
      // In the order in which the control plane has them: a decision names the first statement that made it.
      permissions: this.#set([...[...references].sort(), ...account.implied]),
    };
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
    if (this.#sets.size >= keptSets) this.#sets.clear();
    this.#sets.set(name, compiled);
    return compiled;
  }

  /** Undefined when there is none, or one that does not restrict. */
  #networkPolicy(text: string | null): CompiledNetworkPolicy | undefined {
    if (text === null) return undefined;
    if (this.#networkPolicies.has(text)) return this.#networkPolicies.get(text);
    const parsed = parseNetworkPolicy(text);
    // What cannot be read must lock, not open.
    if (!parsed.ok) throw new IncompleteSnapshot(`a network policy that can be read: ${parsed.reason}`);
    const compiled = compileNetworkPolicy(parsed.policy);
    if (this.#networkPolicies.size >= keptSets) this.#networkPolicies.clear();
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
