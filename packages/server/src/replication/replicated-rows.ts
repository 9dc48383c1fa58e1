import { setImmediate as nextTurn } from 'node:timers/promises';
import { acs3Verifier } from '@claviger/signature';
import { readAccount } from '../accounts/account-directory.ts';
import type { Services } from '../context/services.ts';
import { placeOfAccessKey } from '../secrets/sealed-columns.ts';
import { SecretUnreadable } from '../secrets/sealed-text.ts';
import { readSecurityPreference } from '../settings/security-preference.ts';
import type { AccessKeyRow } from '../store/schema.ts';
import type { SharedReads } from './shared-reads.ts';

/** Rows that are read and decrypted at a time. */
export const BATCH_ROWS = 100;

/** User of the account, with what its record needs. */
export interface UserWithPolicies {
  readonly userId: string;
  readonly groupIds: readonly string[];
  /** References of the policies attached to the user itself. */
  readonly policies: readonly string[];
  /** Key, value, key, value …; `undefined` without tags. */
  readonly tags: readonly string[] | undefined;
}

/**
 * Reads the rows that the replication records of an account are made of. None of it depends on the guard, so the
 * streams of a node share the reads.
 */
export class ReplicatedRows {
  readonly #services: Services;
  readonly #accountId: string;
  readonly #shared: SharedReads | undefined;

  /** @param shared `undefined`: every read goes to the database */
  constructor(services: Services, accountId: string, shared: SharedReads | undefined) {
    this.#services = services;
    this.#accountId = accountId;
    this.#shared = shared;
  }

  /** Returns the account, its settings and its security preference. */
  account() {
    return this.#read(['account'], async () => {
      const { queries } = this.#services.store;
      return {
        account: await readAccount(queries, this.#accountId),
        settings: await queries
          .selectFrom('account_settings')
          .select('access_key_network_policy')
          .where('account_id', '=', this.#accountId)
          .executeTakeFirst(),
        preference: await readSecurityPreference(queries, this.#accountId),
      };
    });
  }

  /** Returns a page of all users. @param userName normalised name after which it begins */
  usersAfter(userName: string) {
    return this.#read(['users after', userName], () =>
      this.#services.store.queries
        .selectFrom('users')
        .select(['user_id', 'user_name', 'user_name_key'])
        .where('account_id', '=', this.#accountId)
        .where('recycled_at', 'is', null)
        .where('user_name_key', '>', userName)
        .orderBy('user_name_key')
        .limit(BATCH_ROWS)
        .execute(),
    );
  }

  /** Returns the users of some ids that are not in the recycle bin. */
  users(ids: readonly string[]) {
    return this.#read(['users', ids], () =>
      this.#services.store.queries
        .selectFrom('users')
        .select(['user_id', 'user_name'])
        .where('user_id', 'in', ids)
        .where('account_id', '=', this.#accountId)
        .where('recycled_at', 'is', null)
        .execute(),
    );
  }

  /** Returns groups, policies and tags of users. */
  withPolicies(ids: readonly string[]): Promise<readonly UserWithPolicies[]> {
    return this.#read(['users with policies', ids], async () => {
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
      return ids.map((userId) => ({
        userId,
        groupIds: (groups.get(userId) ?? []).map((row) => row.group_id),
        policies: policies.get(userId) ?? [],
        tags: tags.get(userId),
      }));
    });
  }

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

  /** Returns the existing ones of some groups, with the references of the policies attached to each. */
  groups(ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    return this.#read(['groups', ids], async () => {
      const rows = await this.#services.store.queries
        .selectFrom('groups')
        .select('group_id')
        .where('group_id', 'in', ids)
        .where('account_id', '=', this.#accountId)
        .execute();
      const policies = await this.#attached(
        'group',
        rows.map((row) => row.group_id),
      );
      return new Map(rows.map((row) => [row.group_id, policies.get(row.group_id) ?? []]));
    });
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

  /** Returns custom policies with the document in force. */
  customPolicies(nameKeys: readonly string[]) {
    return this.#read(['custom policies', nameKeys], () =>
      this.#services.store.queries
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
        .execute(),
    );
  }

  /** Returns the name of a system policy that is not known here and was attached as an empty one. */
  standIn(nameKey: string) {
    return this.#read(['stand-in', nameKey], () =>
      this.#services.store.queries
        .selectFrom('policy_attachments')
        .select(['policy_name_key', 'stand_in_name'])
        .where('account_id', '=', this.#accountId)
        .where('policy_type', '=', 'System')
        .where('policy_name_key', '=', nameKey)
        .where('stand_in_name', 'is not', null)
        .limit(1)
        .executeTakeFirst(),
    );
  }

  /** Yields the ids of the users or groups that a custom policy is attached to. */
  holdersOf(nameKey: string, type: 'user' | 'group'): AsyncGenerator<string> {
    return everyId((after) =>
      this.#read(['holders', nameKey, type, after], () =>
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
          .execute(),
      ),
    );
  }

  /** Yields the ids of the users in a group. */
  membersOf(groupId: string): AsyncGenerator<string> {
    return everyId((after) =>
      this.#read(['members', groupId, after], () =>
        this.#services.store.queries
          .selectFrom('group_members')
          .select('user_id as id')
          .where('group_id', '=', groupId)
          .where('account_id', '=', this.#accountId)
          .where('user_id', '>', after)
          .orderBy('user_id')
          .limit(BATCH_ROWS)
          .execute(),
      ),
    );
  }

  /** Returns a page of all AccessKeys. @param accessKeyId id after which it begins */
  accessKeysAfter(accessKeyId: string) {
    return this.#read(['access keys after', accessKeyId], () =>
      this.#services.store.queries
        .selectFrom('access_keys')
        .selectAll()
        .where('account_id', '=', this.#accountId)
        .where('access_key_id', '>', accessKeyId)
        .orderBy('access_key_id')
        .limit(BATCH_ROWS)
        .execute(),
    );
  }

  /** Returns the AccessKeys of users, without those in the recycle bin. */
  accessKeysOf(userIds: readonly string[]) {
    return this.#read(['access keys of', userIds], () =>
      this.#services.store.queries
        .selectFrom('access_keys')
        .selectAll()
        .where('owner_id', 'in', userIds)
        .where('owner_type', '=', 'user')
        .where('account_id', '=', this.#accountId)
        .where('recycled_at', 'is', null)
        .execute(),
    );
  }

  /** Returns the AccessKeys of some ids. */
  accessKeys(ids: readonly string[]) {
    return this.#read(['access keys', ids], () =>
      this.#services.store.queries
        .selectFrom('access_keys')
        .selectAll()
        .where('access_key_id', 'in', ids)
        .where('account_id', '=', this.#accountId)
        .execute(),
    );
  }

  /** Returns the verifier of ACS3 signatures of an AccessKey; `undefined` if its secret is damaged. */
  verifierOf(row: AccessKeyRow, wrappedDataKey: string): Promise<string | undefined> {
    return this.#read(['verifier', row.access_key_id, row.sealed_secret], async () => {
      const { sealed_secret: sealed } = row;
      const place = placeOfAccessKey(row);
      try {
        const secret = await this.#services.secrets.open(this.#accountId, wrappedDataKey, sealed, place);
        return acs3Verifier(secret).toString('base64');
      } catch (error) {
        if (error instanceof SecretUnreadable) return undefined;
        throw error;
      }
    });
  }

  /** @param what name of the read, and all that its result depends on */
  #read<T>(what: readonly unknown[], query: () => Promise<T>): Promise<T> {
    return this.#shared?.read(this.#accountId, what, query) ?? query();
  }
}

/** Every id of a list that is read in pages; other requests are served between pages. */
async function* everyId(
  page: (after: string) => Promise<readonly { readonly id: string }[]>,
): AsyncGenerator<string> {
  for (let rows = await page(''); rows.length > 0; rows = await page(rows.at(-1)!.id)) {
    for (const { id } of rows) yield id;
    await nextTurn();
  }
}
