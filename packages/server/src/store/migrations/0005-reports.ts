import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** The last report of each kind that an account has asked for. */
export const reports: Migration = {
  name: '0005-reports',
  async up(database, kind) {
    const number = kind === 'sqlite' ? sql`integer` : sql`bigint`;
    const table = database.schema
      .createTable('reports')
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('generated_at', number, (column) => column.notNull())
      .addColumn('content', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('reports_pk', ['account_id', 'kind'])
      .addForeignKeyConstraint('reports_account', ['account_id'], 'accounts', ['account_id']);
    await (kind === 'sqlite' ? table.modifyEnd(sql`strict`) : table).execute();
  },
};
