import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** Whether an account accepts unsolicited SAML responses; 0, also for existing accounts. */
export const unsolicitedSaml: Migration = {
  name: '0012-unsolicited-saml',
  async up(database, kind) {
    await database.schema
      .alterTable('user_sso_settings')
      .addColumn('unsolicited_responses', kind === 'sqlite' ? sql`integer` : sql`bigint`, (column) =>
        column.notNull().defaultTo(0),
      )
      .execute();
  },
};
