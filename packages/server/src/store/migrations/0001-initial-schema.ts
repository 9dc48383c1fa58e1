import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

/** The tables of schema.ts, with the indexes of the queries that have to stay fast with millions of rows. */
export const initialSchema: Migration = {
  name: '0001-initial-schema',
  async up(database, kind) {
    const table = tables(database, kind);

    await table('accounts', {
      account_id: 'text',
      account_name: 'text',
      default_domain: 'text',
      status: 'text',
      wrapped_data_key: 'text',
      root_login_name: 'text',
      'root_password_hash?': 'text',
      root_password_must_change: 'integer',
      created_at: 'integer',
    })
      .addPrimaryKeyConstraint('accounts_pk', ['account_id'])
      .addUniqueConstraint('accounts_default_domain', ['default_domain'])
      .addUniqueConstraint('accounts_root_login_name', ['root_login_name'])
      .execute();

    await table('account_settings', {
      account_id: 'text',
      security_preference: 'text',
      'access_key_network_policy?': 'text',
      updated_at: 'integer',
    })
      .addPrimaryKeyConstraint('account_settings_pk', ['account_id'])
      .addForeignKeyConstraint('account_settings_account', ['account_id'], 'accounts', ['account_id'])
      .execute();

    await table('users', {
      user_id: 'text',
      account_id: 'text',
      user_name: 'text',
      user_name_key: 'name',
      display_name: 'text',
      comments: 'text',
      email: 'text',
      mobile_phone: 'text',
      provision_type: 'text',
      created_at: 'integer',
      updated_at: 'integer',
      'last_login_at?': 'integer',
      'recycled_at?': 'integer',
      'purge_at?': 'integer',
    })
      .addPrimaryKeyConstraint('users_pk', ['user_id'])
      .addForeignKeyConstraint('users_account', ['account_id'], 'accounts', ['account_id'])
      .execute();
    // A name can be reused while its last owner is in the recycle bin. Lists are paged by this index as well.
    await database.schema
      .createIndex('users_name')
      .unique()
      .on('users')
      .columns(['account_id', 'user_name_key'])
      .where(sql.ref('recycled_at'), 'is', null)
      .execute();
    await recycleBinIndexes('users');

    await table('access_keys', {
      access_key_id: 'text',
      account_id: 'text',
      owner_type: 'text',
      owner_id: 'text',
      sealed_secret: 'text',
      status: 'text',
      created_at: 'integer',
      updated_at: 'integer',
      'expires_at?': 'integer',
      'network_policy?': 'text',
      'recycled_at?': 'integer',
      'purge_at?': 'integer',
    })
      .addPrimaryKeyConstraint('access_keys_pk', ['access_key_id'])
      .addForeignKeyConstraint('access_keys_account', ['account_id'], 'accounts', ['account_id'])
      .execute();
    await index('access_keys', 'owner', ['owner_id', 'account_id']);
    await index('access_keys', 'account', ['account_id', 'access_key_id']);
    await recycleBinIndexes('access_keys');

    // No foreign key: uses are written in batches, after the key may have gone.
    await table('access_key_uses', {
      access_key_id: 'text',
      service_name: 'text',
      region_id: 'text',
      source_ip: 'text',
      used_at: 'integer',
    })
      .addPrimaryKeyConstraint('access_key_uses_pk', ['access_key_id', 'service_name'])
      .execute();

    await table('groups', {
      group_id: 'text',
      account_id: 'text',
      group_name: 'text',
      group_name_key: 'name',
      display_name: 'text',
      comments: 'text',
      created_at: 'integer',
      updated_at: 'integer',
    })
      .addPrimaryKeyConstraint('groups_pk', ['group_id'])
      .addUniqueConstraint('groups_name', ['account_id', 'group_name_key'])
      .addForeignKeyConstraint('groups_account', ['account_id'], 'accounts', ['account_id'])
      .execute();

    await table('group_members', {
      account_id: 'text',
      group_id: 'text',
      user_id: 'text',
      joined_at: 'integer',
    })
      .addPrimaryKeyConstraint('group_members_pk', ['group_id', 'user_id'])
      .addForeignKeyConstraint('group_members_group', ['group_id'], 'groups', ['group_id'])
      .addForeignKeyConstraint('group_members_user', ['user_id'], 'users', ['user_id'])
      .execute();
    await index('group_members', 'user', ['user_id', 'group_id']);

    await table('roles', {
      role_id: 'text',
      account_id: 'text',
      role_name: 'text',
      role_name_key: 'name',
      description: 'text',
      assume_role_policy: 'text',
      max_session_seconds: 'integer',
      created_at: 'integer',
      updated_at: 'integer',
    })
      .addPrimaryKeyConstraint('roles_pk', ['role_id'])
      .addUniqueConstraint('roles_name', ['account_id', 'role_name_key'])
      .addForeignKeyConstraint('roles_account', ['account_id'], 'accounts', ['account_id'])
      .execute();

    await table('policies', {
      account_id: 'text',
      policy_name: 'text',
      policy_name_key: 'name',
      description: 'text',
      default_version: 'integer',
      latest_version: 'integer',
      created_at: 'integer',
      updated_at: 'integer',
    })
      .addPrimaryKeyConstraint('policies_pk', ['account_id', 'policy_name_key'])
      .addForeignKeyConstraint('policies_account', ['account_id'], 'accounts', ['account_id'])
      .execute();

    await table('policy_versions', {
      account_id: 'text',
      policy_name_key: 'name',
      version: 'integer',
      document: 'text',
      created_at: 'integer',
    })
      .addPrimaryKeyConstraint('policy_versions_pk', ['account_id', 'policy_name_key', 'version'])
      .addForeignKeyConstraint('policy_versions_policy', ['account_id', 'policy_name_key'], 'policies', [
        'account_id',
        'policy_name_key',
      ])
      .execute();

    // No foreign keys: a principal is a row of one of three tables, and system policies are code.
    await table('policy_attachments', {
      account_id: 'text',
      principal_type: 'text',
      principal_id: 'text',
      policy_type: 'text',
      policy_name_key: 'name',
      attached_at: 'integer',
    })
      .addPrimaryKeyConstraint('policy_attachments_pk', [
        'principal_id',
        'principal_type',
        'account_id',
        'policy_type',
        'policy_name_key',
      ])
      .execute();
    await index('policy_attachments', 'policy', [
      'account_id',
      'policy_type',
      'policy_name_key',
      'principal_type',
      'principal_id',
    ]);

    await table('tags', {
      account_id: 'text',
      resource_type: 'text',
      resource_id: 'text',
      tag_key: 'name',
      tag_value: 'text',
    })
      .addPrimaryKeyConstraint('tags_pk', ['account_id', 'resource_type', 'resource_id', 'tag_key'])
      .execute();
    await index('tags', 'value', ['account_id', 'resource_type', 'tag_key', 'tag_value']);

    await table(
      'audit_events',
      {
        event_id: 'text',
        account_id: 'text',
        event_time: 'integer',
        event_name: 'text',
        service_name: 'text',
        event_rw: 'text',
        access_key_id: 'text',
        user_name: 'text',
        source_ip: 'text',
        error_code: 'text',
        signature_nonce: 'text',
        event: 'text',
      },
      'in the order of the primary key',
    )
      // An account's rows are stored side by side in the order of time, in which they are written and read.
      .addPrimaryKeyConstraint('audit_events_pk', ['account_id', 'event_time', 'event_id'])
      .execute();
    await index('audit_events', 'access_key', ['access_key_id', 'event_time']);

    // Revisions are never reused, also after the table was trimmed empty.
    await (kind === 'sqlite'
      ? database.schema
          .createTable('changes')
          .addColumn('revision', 'integer', (column) => column.primaryKey().autoIncrement())
      : database.schema
          .createTable('changes')
          .addColumn('revision', 'bigint', (column) => column.generatedByDefaultAsIdentity().primaryKey())
    )
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('topic', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('changed_at', kind === 'sqlite' ? 'integer' : 'bigint', (column) => column.notNull())
      .modifyEnd(kind === 'sqlite' ? sql`strict` : sql``)
      .execute();
    await index('changes', 'changed_at', ['changed_at']);

    async function index(on: string, name: string, columns: string[]): Promise<void> {
      await database.schema.createIndex(`${on}_${name}`).on(on).columns(columns).execute();
    }

    async function recycleBinIndexes(on: string): Promise<void> {
      await database.schema
        .createIndex(`${on}_recycled`)
        .on(on)
        .columns(['account_id', 'recycled_at'])
        .where(sql.ref('recycled_at'), 'is not', null)
        .execute();
      await database.schema
        .createIndex(`${on}_purge`)
        .on(on)
        .column('purge_at')
        .where(sql.ref('purge_at'), 'is not', null)
        .execute();
    }
  },
};
