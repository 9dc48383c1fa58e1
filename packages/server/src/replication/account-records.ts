import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ReplicationRecord } from '@claviger/guard/replication';
import { acs3Verifier } from '@claviger/signature';
import { readAccount } from '../accounts/account-directory.ts';
import type { Services } from '../context/services.ts';
import { findAttachedPolicy } from '../policies/attachment.ts';
import { findSystemPolicy, type SystemPolicy } from '../policies/system-policies.ts';
import { placeOfAccessKey } from '../secrets/sealed-columns.ts';
import { SecretUnreadable } from '../secrets/sealed-text.ts';
import { impliedPolicies } from '../settings/implied-policies.ts';
import { readSecurityPreference } from '../settings/security-preference.ts';
import type { AccessKeyRow } from '../store/schema.ts';
import type { Change, ChangeTopic } from '../store/store.ts';
import { isSameReach, isVerifiedByGuard, PolicyReach, type Reach } from './policy-reach.ts';

/** Rows that are read and decrypted at a time. */
const BATCH_ROWS = 100;

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
  readonly #reach: PolicyReach;
  /** Reach of the policies and groups that the guard has received, by reference and by id. */
  readonly #toldPolicies = new Map<string, Reach>();
  readonly #toldGroups = new Map<string, Reach>();
  /** Reach of what all users have by the account's settings; `undefined` until it was sent. */
  #impliedReach: Reach | undefined;

  /** @param guarded RAM codes of the services that the guard protects, lower-cased */
  constructor(services: Services, accountId: string, guarded: readonly string[]) {
    this.#services = services;
    this.#accountId = accountId;
    this.#reach = new PolicyReach(guarded);
  }

  /** Yields all records in batches; a batch is read when it is asked for. */
  async *everything(): AsyncGenerator<ReplicationRecord[]> {
    yield this.#withReferences(await this.#account());
    let userName = '';
    for (;;) {
      const page = await this.#services.store.queries
        .selectFrom('users')
        .select(['user_id', 'user_name', 'user_name_key'])
        .where('account_id', '=', this.#accountId)
        .where('recycled_at', 'is', null)
        .where('user_name_key', '>', userName)
        .orderBy('user_name_key')
        .limit(BATCH_ROWS)
        .execute();
      if (page.length > 0) yield this.#withReferences(await this.#users(page));
      if (page.length < BATCH_ROWS) break;
      userName = page.at(-1)!.user_name_key;
    }
    yield* this.#everyAccessKey();
  }

  async *#everyAccessKey(): AsyncGenerator<ReplicationRecord[]> {
    let accessKeyId = '';
    for (;;) {
      const page = await this.#services.store.queries
        .selectFrom('access_keys')
        .selectAll()
        .where('account_id', '=', this.#accountId)
        .where('access_key_id', '>', accessKeyId)
        .orderBy('access_key_id')
        .limit(BATCH_ROWS)
        .execute();
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
      for await (const holder of this.#holdersOf(moved)) (holder.isGroup ? groups : users).add(holder.id);
    }
    const changedGroups = new Set([...subjects('group'), ...groups]);
    for (const ids of batches([...changedGroups])) {
      const before = ids.map((id) => this.#toldGroups.get(id));
      yield this.#withReferences(await this.#changedGroups(ids));
      const moved = ids.filter((id, at) => !isSameReach(before[at], this.#toldGroups.get(id)));
      for await (const id of this.#membersOf(moved)) users.add(id);
    }
    for (const ids of batches([...users])) yield this.#withReferences(await this.#changedUsers(ids));
    if (everybody) yield* this.#everyAccessKey();
    else for (const ids of batches([...users])) yield* this.#accessKeysOf(ids);
    for (const ids of batches(subjects('access-key'))) yield this.#changedAccessKeys(ids);
  }

  /** The users and groups that custom policies are attached to, a batch at a time. */
  async *#holdersOf(
    nameKeys: readonly string[],
  ): AsyncGenerator<{ readonly id: string; readonly isGroup: boolean }> {
    for (const nameKey of nameKeys) {
      for (const type of ['user', 'group'] as const) {
        const page = (after: string) =>
          this.#services.store.queries
            .selectFrom('policy_attachments')
            .select('principal_id as id')
            .where('account_id', '=', this.#accountId)
            .where('policy_type', '=', 'Custom')
            .where('policy_name_key', '=', nameKey)
            .where('principal_type', '=', type)
            .where('principal_id', '>', after)
            .orderBy('principal_id')
            .limit(BATCH_ROWS)
            .execute();
        for await (const { id } of everyRow(page)) yield { id, isGroup: type === 'group' };
      }
    }
  }

  /** Ids of the users in some groups, a batch at a time. */
  async *#membersOf(groupIds: readonly string[]): AsyncGenerator<string> {
    for (const groupId of groupIds) {
      const page = (after: string) =>
        this.#services.store.queries
          .selectFrom('group_members')
          .select('user_id as id')
          .where('group_id', '=', groupId)
          .where('account_id', '=', this.#accountId)
          .where('user_id', '>', after)
          .orderBy('user_id')
          .limit(BATCH_ROWS)
          .execute();
      for await (const { id } of everyRow(page)) yield id;
    }
  }

  async *#accessKeysOf(userIds: readonly string[]): AsyncGenerator<ReplicationRecord[]> {
    const rows = await this.#services.store.queries
      .selectFrom('access_keys')
      .selectAll()
      .where('owner_id', 'in', userIds)
      .where('owner_type', '=', 'user')
      .where('account_id', '=', this.#accountId)
      .where('recycled_at', 'is', null)
      .execute();
    if (rows.length > 0) yield await this.#accessKeys(rows);
  }

  async #account(): Promise<ReplicationRecord[]> {
    const { queries } = this.#services.store;
    const account = await readAccount(queries, this.#accountId);
    const settings = await queries
      .selectFrom('account_settings')
      .select('access_key_network_policy')
      .where('account_id', '=', this.#accountId)
      .executeTakeFirst();
    const implied = impliedPolicies(await readSecurityPreference(queries, this.#accountId), 'access-key').map(
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
    const rows = await this.#services.store.queries
      .selectFrom('users')
      .select(['user_id', 'user_name'])
      .where('user_id', 'in', ids)
      .where('account_id', '=', this.#accountId)
      .where('recycled_at', 'is', null)
      .execute();
    return [
      ...(await this.#users(rows)),
      ...deletedRecords('user', ids, new Set(rows.map((row) => row.user_id))),
    ];
  }

  async #users(
    rows: readonly { readonly user_id: string; readonly user_name: string }[],
  ): Promise<ReplicationRecord[]> {
    const ids = rows.map((row) => row.user_id);
    if (ids.length === 0) return [];
    const memberships = await this.#services.store.queries
      .selectFrom('group_members')
      .select(['user_id', 'group_id'])
      .where('user_id', 'in', ids)
      .where('account_id', '=', this.#accountId)
      .execute();
    const groups = Map.groupBy(memberships, (row) => row.user_id);
    const policies = await this.#attached('user', ids);
    const tags = await this.#tagsOfUsers(ids);
    return rows.map(({ user_id: id, user_name: name }) => {
      const groupIds = (groups.get(id) ?? []).map((row) => row.group_id);
      const ofUser = tags.get(id);
      const attached = policies.get(id) ?? [];
      return ofUser === undefined
        ? ['user', id, name, groupIds, attached]
        : ['user', id, name, groupIds, attached, ofUser];
    });
  }

  /** Returns the tags of users as key, value, key, value …; users without tags are absent. */
  async #tagsOfUsers(ids: readonly string[]): Promise<Map<string, string[]>> {
    const rows = await this.#services.store.queries
      .selectFrom('tags')
      .select(['resource_id', 'tag_key', 'tag_value'])
      .where('account_id', '=', this.#accountId)
      .where('resource_type', '=', 'user')
      .where('resource_id', 'in', ids)
      // By the primary key: with another order SQLite reads all tags of the account.
      .orderBy('resource_id')
      .orderBy('tag_key')
      .execute();
    const tags = new Map<string, string[]>();
    for (const { resource_id: id, tag_key: key, tag_value: value } of rows) {
      const known = tags.get(id);
      if (known === undefined) tags.set(id, [key, value]);
      else known.push(key, value);
    }
    return tags;
  }

  async #changedGroups(ids: readonly string[]): Promise<ReplicationRecord[]> {
    const rows = await this.#services.store.queries
      .selectFrom('groups')
      .select('group_id')
      .where('group_id', 'in', ids)
      .where('account_id', '=', this.#accountId)
      .execute();
    const present = new Set(rows.map((row) => row.group_id));
    const policies = await this.#attached('group', [...present]);
    const unknown = [...policies.values()].flat().filter((reference) => !this.#toldPolicies.has(reference));
    const referredTo = await this.#policies([...new Set(unknown)]);
    for (const id of ids) {
      if (present.has(id)) this.#toldGroups.set(id, this.#reachOf(policies.get(id) ?? []));
      else this.#toldGroups.delete(id);
    }
    return [
      ...referredTo,
      ...[...present].map((id): ReplicationRecord => ['group', id, policies.get(id) ?? []]),
      ...deletedRecords('group', ids, present),
    ];
  }

  /** Returns the references of the policies attached to each principal. */
  async #attached(type: 'user' | 'group', ids: readonly string[]): Promise<Map<string, string[]>> {
    const references = new Map<string, string[]>();
    if (ids.length === 0) return references;
    const rows = await this.#services.store.queries
      .selectFrom('policy_attachments')
      .select(['principal_id', 'policy_type', 'policy_name_key'])
      .where('principal_id', 'in', ids)
      .where('principal_type', '=', type)
      .where('account_id', '=', this.#accountId)
      .execute();
    for (const row of rows) {
      const reference = `${row.policy_type}/${row.policy_name_key}`;
      const known = references.get(row.principal_id);
      if (known === undefined) references.set(row.principal_id, [reference]);
      else known.push(reference);
    }
    return references;
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
    const standIn = await this.#services.store.queries
      .selectFrom('policy_attachments')
      .select(['policy_name_key', 'stand_in_name'])
      .where('account_id', '=', this.#accountId)
      .where('policy_type', '=', 'System')
      .where('policy_name_key', '=', nameKey)
      .where('stand_in_name', 'is not', null)
      .limit(1)
      .executeTakeFirst();
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
    const rows = await this.#services.store.queries
      .selectFrom('policies')
      .innerJoin('policy_versions as version', (join) =>
        join
          .onRef('version.account_id', '=', 'policies.account_id')
          .onRef('version.policy_name_key', '=', 'policies.policy_name_key')
          .onRef('version.version', '=', 'policies.default_version'),
      )
      .select(['policies.policy_name_key', 'policies.policy_name', 'version.version', 'version.document'])
      .where('policies.account_id', '=', this.#accountId)
      .where('policies.policy_name_key', 'in', nameKeys)
      .execute();
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
    const rows = await this.#services.store.queries
      .selectFrom('access_keys')
      .selectAll()
      .where('access_key_id', 'in', ids)
      .where('account_id', '=', this.#accountId)
      .execute();
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
      let secret: string;
      decrypted += 1;
      if (decrypted % SECRETS_PER_TURN === 0) await nextTurn();
      try {
        secret = await this.#services.secrets.open(
          this.#accountId,
          account.wrappedDataKey,
          row.sealed_secret,
          placeOfAccessKey(row),
        );
      } catch (error) {
        // A damaged secret verifies no signature, here or at the guard; the other keys are sent.
        if (error instanceof SecretUnreadable) continue;
        throw error;
      }
      const verifier = acs3Verifier(secret).toString('base64');
      records.push(['access-key', id, userId, verifier, row.status, row.expires_at, row.network_policy]);
    }
    return records;
  }
}

function deletedRecords(
  word: 'policy' | 'group' | 'user' | 'access-key',
  ids: readonly string[],
  present: ReadonlySet<string>,
): ReplicationRecord[] {
  return ids.filter((id) => !present.has(id)).map((id) => [word, id] as const);
}

/** Every row of a list that is read in pages; other requests are served between pages. */
async function* everyRow<Row extends { readonly id: string }>(
  page: (after: string) => Promise<readonly Row[]>,
): AsyncGenerator<Row> {
  for (let rows = await page(''); rows.length > 0; rows = await page(rows.at(-1)!.id)) {
    yield* rows;
    await nextTurn();
  }
}

function* batches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += BATCH_ROWS) yield all.slice(from, from + BATCH_ROWS);
}
