import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

/** The latest report of each kind that an account has requested. */
export const reports: Migration = {
  name: '0005-reports',
  async up(database, kind) {
    const table = tables(database, kind);

    await table('reports', { account_id: 'text', kind: 'text', generated_at: 'integer', content: 'text' })
      .addPrimaryKeyConstraint('reports_pk', ['account_id', 'kind'])
      .addForeignKeyConstraint('reports_account', ['account_id'], 'accounts', ['account_id'])
      .execute();
  },
};
