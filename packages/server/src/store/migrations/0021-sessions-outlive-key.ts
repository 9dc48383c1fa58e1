import type { Migration } from '../migrate.ts';

/** Whether role sessions end with the AccessKey that opened them; in existing accounts they do, as before. */
export const sessionsOutliveKey: Migration = {
  name: '0021-sessions-outlive-key',
  async up(database) {
    await database.schema
      .alterTable('account_protections')
      .addColumn('sessions_end_with_key', 'integer', (column) => column.notNull().defaultTo(1))
      .execute();
  },
};
