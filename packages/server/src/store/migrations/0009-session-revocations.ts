import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

/** Revocations of role sessions, and the account setting that protects credential changes by key. */
export const sessionRevocations: Migration = {
  name: '0009-session-revocations',
  async up(database, kind) {
    const table = tables(database, kind);

    await table('session_generations', {
      subject: 'text',
      account_id: 'text',
      generation: 'integer',
      revoked_at: 'integer',
    })
      .addPrimaryKeyConstraint('session_generations_pk', ['subject'])
      .addForeignKeyConstraint('session_generations_account', ['account_id'], 'accounts', ['account_id'])
      .execute();

    await table('account_protections', {
      account_id: 'text',
      credential_changes_need_mfa: 'integer',
      updated_at: 'integer',
    })
      .addPrimaryKeyConstraint('account_protections_pk', ['account_id'])
      .addForeignKeyConstraint('account_protections_account', ['account_id'], 'accounts', ['account_id'])
      .execute();
  },
};
