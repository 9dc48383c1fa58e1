import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/**
 * Whether a role can be switched to in the console (0, also for existing roles), and the service that a
 * service-linked role belongs to.
 */
export const roleSignIn: Migration = {
  name: '0016-role-sign-in',
  async up(database, kind) {
    await database.schema
      .alterTable('roles')
      .addColumn('allow_console_login', kind === 'sqlite' ? sql`integer` : sql`bigint`, (column) =>
        column.notNull().defaultTo(0),
      )
      .execute();
    await database.schema.alterTable('roles').addColumn('linked_service', 'text').execute();
  },
};
