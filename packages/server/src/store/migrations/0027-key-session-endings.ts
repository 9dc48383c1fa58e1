import type { Migration } from '../migrate.ts';

/** When and how often an account was set to end role sessions with their AccessKey: what ended then stays ended. */
export const keySessionEndings: Migration = {
  name: '0027-key-session-endings',
  async up(database, kind) {
    await database.schema
      .alterTable('account_protections')
      .addColumn('sessions_end_turned_on', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await database.schema
      .alterTable('account_protections')
      .addColumn('sessions_end_turned_off_at', kind === 'sqlite' ? 'integer' : 'bigint')
      .execute();
  },
};
