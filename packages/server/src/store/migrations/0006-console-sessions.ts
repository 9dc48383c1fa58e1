import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

/** Console sessions, MFA tickets, and the maximum age of AccessKeys. */
export const consoleSessions: Migration = {
  name: '0006-console-sessions',
  async up(database, kind) {
    const table = tables(database, kind);

    // No foreign key to the owner: it is a user or the account root.
    await table('console_sessions', {
      session_hash: 'text',
      session_id: 'text',
      account_id: 'text',
      owner_type: 'text',
      owner_id: 'text',
      stage: 'text',
      password_set_at: 'integer',
      'second_factor?': 'text',
      second_factor_shown: 'integer',
      signed_in_at: 'integer',
      last_seen_at: 'integer',
      expires_at: 'integer',
      'step_up_until?': 'integer',
      source_ip: 'text',
      user_agent: 'text',
      'challenge?': 'text',
      'challenge_purpose?': 'text',
      'challenge_expires_at?': 'integer',
      'sealed_seed?': 'text',
    })
      .addPrimaryKeyConstraint('console_sessions_pk', ['session_hash'])
      .addUniqueConstraint('console_sessions_id', ['session_id'])
      .addForeignKeyConstraint('console_sessions_account', ['account_id'], 'accounts', ['account_id'])
      .execute();
    await database.schema
      .createIndex('console_sessions_owner')
      .on('console_sessions')
      .columns(['owner_id', 'signed_in_at'])
      .execute();
    await database.schema
      .createIndex('console_sessions_end')
      .on('console_sessions')
      .columns(['expires_at'])
      .execute();

    await table('mfa_tickets', {
      ticket_hash: 'text',
      account_id: 'text',
      user_id: 'text',
      second_factor: 'text',
      expires_at: 'integer',
    })
      .addPrimaryKeyConstraint('mfa_tickets_pk', ['ticket_hash'])
      .addForeignKeyConstraint('mfa_tickets_user', ['user_id'], 'users', ['user_id'])
      .execute();
    await database.schema.createIndex('mfa_tickets_user').on('mfa_tickets').columns(['user_id']).execute();

    // Sign-in state of account roots; one row for each root that has tried.
    await table('root_sign_ins', {
      account_id: 'text',
      password_set_at: 'integer',
      'last_login_at?': 'integer',
      failed_attempts: 'integer',
      'locked_until?': 'integer',
    })
      .addPrimaryKeyConstraint('root_sign_ins_pk', ['account_id'])
      .addForeignKeyConstraint('root_sign_ins_account', ['account_id'], 'accounts', ['account_id'])
      .execute();

    await table('access_key_ceilings', { account_id: 'text', days: 'integer', updated_at: 'integer' })
      .addPrimaryKeyConstraint('access_key_ceilings_pk', ['account_id'])
      .addForeignKeyConstraint('access_key_ceilings_account', ['account_id'], 'accounts', ['account_id'])
      .execute();
  },
};
