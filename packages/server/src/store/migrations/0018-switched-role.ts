import type { Migration } from '../migrate.ts';

/** Role that a console session has switched to. */
export const switchedRole: Migration = {
  name: '0018-switched-role',
  async up(database) {
    await database.schema.alterTable('console_sessions').addColumn('switched_role', 'text').execute();
  },
};
