import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

/** Console passwords with their policy and history, MFA devices, passkeys, and contacts for verification. */
export const passwordsAndMfa: Migration = {
  name: '0002-passwords-and-mfa',
  async up(database, kind) {
    const table = tables(database, kind);

    await table('password_policies', { account_id: 'text', policy: 'text', updated_at: 'integer' })
      .addPrimaryKeyConstraint('password_policies_pk', ['account_id'])
      .addForeignKeyConstraint('password_policies_account', ['account_id'], 'accounts', ['account_id'])
      .execute();

    await table('login_profiles', {
      user_id: 'text',
      account_id: 'text',
      'password_hash?': 'text',
      password_set_at: 'integer',
      password_initial: 'integer',
      password_reset_required: 'integer',
      mfa_bind_required: 'integer',
      status: 'text',
      created_at: 'integer',
      updated_at: 'integer',
      enabled_at: 'integer',
      failed_attempts: 'integer',
      'locked_until?': 'integer',
    })
      .addPrimaryKeyConstraint('login_profiles_pk', ['user_id'])
      .addForeignKeyConstraint('login_profiles_user', ['user_id'], 'users', ['user_id'])
      .execute();

    await table('password_history', {
      user_id: 'text',
      sequence: 'integer',
      account_id: 'text',
      password_hash: 'text',
      set_at: 'integer',
    })
      .addPrimaryKeyConstraint('password_history_pk', ['user_id', 'sequence'])
      .addForeignKeyConstraint('password_history_user', ['user_id'], 'users', ['user_id'])
      .execute();

    // No foreign key to the owner: it is a user or the account root.
    await table('mfa_devices', {
      account_id: 'text',
      device_name: 'name',
      sealed_seed: 'text',
      created_at: 'integer',
      'owner_type?': 'text',
      'owner_id?': 'text',
      'bound_at?': 'integer',
      'last_step?': 'integer',
      failed_attempts: 'integer',
      'locked_until?': 'integer',
    })
      .addPrimaryKeyConstraint('mfa_devices_pk', ['account_id', 'device_name'])
      .addForeignKeyConstraint('mfa_devices_account', ['account_id'], 'accounts', ['account_id'])
      .execute();
    // One device for each user, and for the root.
    await database.schema
      .createIndex('mfa_devices_owner')
      .unique()
      .on('mfa_devices')
      .columns(['owner_id', 'owner_type'])
      .where(sql.ref('owner_id'), 'is not', null)
      .execute();

    await table('passkeys', {
      passkey_id: 'text',
      account_id: 'text',
      user_id: 'text',
      passkey_name: 'text',
      credential_id: 'text',
      public_key: 'text',
      sign_count: 'integer',
      transports: 'text',
      created_at: 'integer',
      'last_used_at?': 'integer',
    })
      .addPrimaryKeyConstraint('passkeys_pk', ['passkey_id'])
      .addUniqueConstraint('passkeys_credential', ['credential_id'])
      .addForeignKeyConstraint('passkeys_user', ['user_id'], 'users', ['user_id'])
      .execute();
    await database.schema
      .createIndex('passkeys_user')
      .on('passkeys')
      .columns(['user_id', 'created_at'])
      .execute();

    await table('verification_contacts', {
      user_id: 'text',
      verify_type: 'text',
      account_id: 'text',
      contact: 'text',
      status: 'text',
      updated_at: 'integer',
    })
      .addPrimaryKeyConstraint('verification_contacts_pk', ['user_id', 'verify_type'])
      .addForeignKeyConstraint('verification_contacts_user', ['user_id'], 'users', ['user_id'])
      .execute();
  },
};
