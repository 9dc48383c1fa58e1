import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ReplicationRecord } from '@claviger/guard/replication';
import type { Services } from '../context/services.ts';
import { findAttachedPolicy } from '../policies/attachment.ts';
import { findSystemPolicy, type SystemPolicy } from '../policies/system-policies.ts';
import { impliedPolicies } from '../settings/implied-policies.ts';
import type { AccessKeyRow } from '../store/schema.ts';
import type { Change, ChangeTopic } from '../store/store.ts';
import { isSameReach, isVerifiedByGuard, PolicyReach, type Reach } from './policy-reach.ts';
import { BATCH_ROWS, ReplicatedRows } from './replicated-rows.ts';
import type { SharedReads } from './shared-reads.ts';

/** Secrets that are decrypted before other requests are served; some 3 ms. */
const SECRETS_PER_TURN = 50;

type PolicyRecord = Exclude<
  Extract<ReplicationRecord, readonly ['policy', ...unknown[]]>,
  readonly [unknown, unknown]
>;

/**
 * Reads the replication records of an account from the database. Remembers, for one connection, the policies and
 * groups that the guard has received, so that no record refers to an unknown one.
 */
export class AccountRecords {
  readonly #services: Services;
  readonly #accountId: string;
  readonly #rows: ReplicatedRows;
  readonly #reach: PolicyReach;
  /** Reach of the policies and groups that the guard has received, by reference and by id. */
  readonly #toldPolicies = new Map<string, Reach>();
  readonly #toldGroups = new Map<string, Reach>();
  /** Reach of what all users have by the account's settings; `undefined` until it was sent. */
  #impliedReach: Reach | undefined;

  /**
   * @param guarded RAM codes of the services that the guard protects, lower-cased
   * @param shared reads shared with the other streams of the node; `undefined`: every read goes to the database
   */
  constructor(services: Services, accountId: string, guarded: readonly string[], shared?: SharedReads) {
    this.#services = services;
    this.#accountId = accountId;
    this.#rows = new ReplicatedRows(services, accountId, shared);
    this.#reach = new PolicyReach(guarded);
  }

  /** Yields all records in batches; a batch is read when it is asked for. */
  async *everything(): AsyncGenerator<ReplicationRecord[]> {
    yield this.#withReferences(await this.#account());
    let userName = '';
    for (;;) {
      const page = await this.#rows.usersAfter(userName);
      if (page.length > 0) yield this.#withReferences(await this.#users(page));
      if (page.length < BATCH_ROWS) break;
      userName = page.at(-1)!.user_name_key;
    }
    yield* this.#everyAccessKey();
  }

  async *#everyAccessKey(): AsyncGenerator<ReplicationRecord[]> {
    let accessKeyId = '';
    for (;;) {
      const page = await this.#rows.accessKeysAfter(accessKeyId);
      if (page.length > 0) yield await this.#accessKeys(page);
      if (page.length < BATCH_ROWS) break;
      accessKeyId = page.at(-1)!.access_key_id;
    }
  }

  /** Yields the present records of changed entities; for a deleted one a record that says so. */
  async *of(changes: readonly Change[]): AsyncGenerator<ReplicationRecord[]> {
    const byTopic = Map.groupBy(changes, (change) => change.topic);
    const subjects = (topic: ChangeTopic) => (byTopic.get(topic) ?? []).map(({ subject }) => subject);
    /** Users whose policies may have another reach than when the guard received their keys. */
    const users = new Set(subjects('user'));
    const groups = new Set<string>();
    let everybody = false;
    if (subjects('account').length > 0) {
      const before = this.#impliedReach;
      yield this.#withReferences(await this.#account());
      everybody = !isSameReach(before, this.#impliedReach);
    }
    for (const nameKeys of batches(subjects('policy'))) {
      const before = nameKeys.map((nameKey) => this.#toldPolicies.get(`Custom/${nameKey}`));
      yield this.#changedPolicies(nameKeys);
      const moved = nameKeys.filter(
        (nameKey, at) => !isSameReach(before[at], this.#toldPolicies.get(`Custom/${nameKey}`)),
      );
      for (const nameKey of moved) {
        for await (const id of this.#rows.holdersOf(nameKey, 'user')) users.add(id);
        for await (const id of this.#rows.holdersOf(nameKey, 'group')) groups.add(id);
      }
    }
    const changedGroups = new Set([...subjects('group'), ...groups]);
    for (const ids of batches([...changedGroups])) {
      const before = ids.map((id) => this.#toldGroups.get(id));
      yield this.#withReferences(await this.#changedGroups(ids));
      const moved = ids.filter((id, at) => !isSameReach(before[at], this.#toldGroups.get(id)));
      for (const group of moved) for await (const id of this.#rows.membersOf(group)) users.add(id);
    }
    for (const ids of batches([...users])) yield this.#withReferences(await this.#changedUsers(ids));
    if (everybody) yield* this.#everyAccessKey();
    else for (const ids of batches([...users])) yield* this.#accessKeysOf(ids);
    for (const ids of batches(subjects('access-key'))) yield this.#changedAccessKeys(ids);
  }

  async *#accessKeysOf(userIds: readonly string[]): AsyncGenerator<ReplicationRecord[]> {
    const rows = await this.#rows.accessKeysOf(userIds);
    if (rows.length > 0) yield await this.#accessKeys(rows);
  }

  async #account(): Promise<ReplicationRecord[]> {
    const { account, settings, preference } = await this.#rows.account();
    const implied = impliedPolicies(preference, 'access-key').map(
      ({ name, type, version, text }): PolicyRecord => [
        'policy',
        `Implied/${name}`,
        name,
        type,
        version,
        text,
      ],
    );
    this.#impliedReach = PolicyReach.ofAll(
      implied.map(([, reference, , , , text]) => this.#reach.of(reference, text)),
    );
    return [
      ...implied,
      [
        'account',
        this.#accountId,
        account?.status ?? 'Disabled',
        settings?.access_key_network_policy ?? null,
        implied.map(([, reference]) => reference),
      ],
    ];
  }

  async #changedUsers(ids: readonly string[]): Promise<ReplicationRecord[]> {
    const rows = await this.#rows.users(ids);
    return [
      ...(await this.#users(rows)),
      ...deletedRecords('user', ids, new Set(rows.map((row) => row.user_id))),
    ];
  }

  async #users(
    rows: readonly { readonly user_id: string; readonly user_name: string }[],
  ): Promise<ReplicationRecord[]> {
    const users = await this.#rows.withPolicies(rows.map((row) => row.user_id));
    return users.map(({ userId, groupIds, policies, tags }, at) => {
      const name = rows[at]!.user_name;
      return tags === undefined
        ? ['user', userId, name, groupIds, policies]
        : ['user', userId, name, groupIds, policies, tags];
    });
  }

  async #changedGroups(ids: readonly string[]): Promise<ReplicationRecord[]> {
    const present = await this.#rows.groups(ids);
    const unknown = [...present.values()].flat().filter((reference) => !this.#toldPolicies.has(reference));
    const referredTo = await this.#policies([...new Set(unknown)]);
    for (const id of ids) {
      const policies = present.get(id);
      if (policies === undefined) this.#toldGroups.delete(id);
      else this.#toldGroups.set(id, this.#reachOf(policies));
    }
    return [
      ...referredTo,
      ...[...present].map(([id, policies]): ReplicationRecord => ['group', id, policies]),
      ...deletedRecords('group', ids, present),
    ];
  }

  /** Prepends the records that some records refer to and the guard has not received. */
  async #withReferences(records: ReplicationRecord[]): Promise<ReplicationRecord[]> {
    const groupIds = new Set<string>();
    for (const record of records) {
      if (record[0] !== 'user' || record.length === 2) continue;
      for (const id of record[3]) if (!this.#toldGroups.has(id)) groupIds.add(id);
    }
    const groups: ReplicationRecord[] = [];
    for (const ids of batches([...groupIds])) groups.push(...(await this.#changedGroups(ids)));
    const references = new Set<string>();
    for (const record of [...groups, ...records]) {
      if (record.length === 2) continue;
      const named = record[0] === 'user' ? record[4] : record[0] === 'group' ? record[2] : [];
      for (const reference of named) if (!this.#toldPolicies.has(reference)) references.add(reference);
    }
    return [...(await this.#policies([...references])), ...groups, ...records];
  }

  /** Returns the existing ones of the policies. */
  async #policies(references: readonly string[]): Promise<PolicyRecord[]> {
    const records: PolicyRecord[] = [];
    const custom: string[] = [];
    for (const reference of references) {
      const [type, nameKey = ''] = reference.split('/');
      const system = type === 'System' ? await this.#systemPolicy(nameKey) : undefined;
      if (type === 'Custom') custom.push(nameKey);
      else if (system !== undefined) {
        records.push(['policy', reference, system.name, 'System', system.version, system.document]);
      }
    }
    for (const nameKeys of batches(custom)) records.push(...(await this.#customPolicies(nameKeys)));
    for (const record of records) this.#tell(record);
    return records;
  }

  async #systemPolicy(nameKey: string): Promise<SystemPolicy | undefined> {
    const known = findSystemPolicy(nameKey);
    if (known !== undefined) return known;
    const standIn = await this.#rows.standIn(nameKey);
    return standIn && findAttachedPolicy(standIn);
  }

  async #changedPolicies(nameKeys: readonly string[]): Promise<ReplicationRecord[]> {
    const records = await this.#customPolicies(nameKeys);
    const references = nameKeys.map((nameKey) => `Custom/${nameKey}`);
    const present = new Set(records.map(([, reference]) => reference));
    for (const reference of references) if (!present.has(reference)) this.#toldPolicies.delete(reference);
    for (const record of records) this.#tell(record);
    return [...records, ...deletedRecords('policy', references, present)];
  }

  async #customPolicies(nameKeys: readonly string[]): Promise<PolicyRecord[]> {
    const rows = await this.#rows.customPolicies(nameKeys);
    return rows.map((row) => [
      'policy',
      `Custom/${row.policy_name_key}`,
      row.policy_name,
      'Custom',
      `v${row.version}`,
      row.document,
    ]);
  }

  async #changedAccessKeys(ids: readonly string[]): Promise<ReplicationRecord[]> {
    const rows = await this.#rows.accessKeys(ids);
    const records = await this.#accessKeys(rows);
    const told = records.flatMap(([word, id]) => (word === 'access-key' ? [id] : []));
    return [...records, ...deletedRecords('access-key', ids, new Set(told))];
  }

  #tell([, reference, , , , text]: PolicyRecord): void {
    this.#toldPolicies.set(reference, this.#reach.of(reference, text));
  }

  #reachOf(references: readonly string[], groupIds: readonly string[] = []): Reach {
    return PolicyReach.ofAll([
      ...references.map((reference) => this.#toldPolicies.get(reference)),
      ...groupIds.map((id) => this.#toldGroups.get(id)),
    ]);
  }

  /** Returns the reach of the policies of key owners by user id, and the records that have to be sent before. */
  async reachOfOwners(
    rows: readonly Pick<AccessKeyRow, 'owner_type' | 'owner_id'>[],
  ): Promise<{ readonly reaches: ReadonlyMap<string, Reach>; readonly referredTo: ReplicationRecord[] }> {
    const ids = [...new Set(rows.flatMap((row) => (row.owner_type === 'user' ? [row.owner_id] : [])))];
    if (this.#impliedReach === undefined) await this.#account();
    const users = await this.#users(ids.map((id) => ({ user_id: id, user_name: '' })));
    const referredTo = (await this.#withReferences(users)).filter(([word]) => word !== 'user');
    const reaches = new Map<string, Reach>();
    for (const user of users) {
      if (user[0] !== 'user' || user.length === 2) continue;
      const [, id, , groupIds, policies] = user;
      reaches.set(id, PolicyReach.ofAll([this.#impliedReach, this.#reachOf(policies, groupIds)]));
    }
    return { reaches, referredTo };
  }

  /**
   * Returns the records of keys that are not in the recycle bin. A record has the verifier of ACS3 signatures if a
   * service of the guard needs the key and the key can change no identity; the root's keys never have it.
   */
  async #accessKeys(rows: readonly AccessKeyRow[]): Promise<ReplicationRecord[]> {
    const account = await this.#services.accounts.get(this.#accountId);
    if (account === undefined) return [];
    const { reaches, referredTo } = await this.reachOfOwners(rows);
    const records: ReplicationRecord[] = [...referredTo];
    let decrypted = 0;
    for (const row of rows) {
      if (row.recycled_at !== null) continue;
      const id = row.access_key_id;
      const userId = row.owner_type === 'root' ? null : row.owner_id;
      const reach = userId === null ? undefined : reaches.get(userId);
      if (reach === undefined || !isVerifiedByGuard(reach)) {
        records.push(['access-key', id, userId, null, row.status, row.expires_at, row.network_policy]);
        continue;
      }
      decrypted += 1;
      if (decrypted % SECRETS_PER_TURN === 0) await nextTurn();
      const verifier = await this.#rows.verifierOf(row, account.wrappedDataKey);
      // A damaged secret verifies no signature, here or at the guard; the other keys are sent.
      if (verifier === undefined) continue;
      records.push(['access-key', id, userId, verifier, row.status, row.expires_at, row.network_policy]);
    }
    return records;
  }
}

function deletedRecords(
  word: 'policy' | 'group' | 'user' | 'access-key',
  ids: readonly string[],
  present: Pick<ReadonlySet<string>, 'has'>,
): ReplicationRecord[] {
  return ids.filter((id) => !present.has(id)).map((id) => [word, id] as const);
}

function* batches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += BATCH_ROWS) yield all.slice(from, from + BATCH_ROWS);
}
