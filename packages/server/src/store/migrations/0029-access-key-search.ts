import type { Migration } from '../migrate.ts';

/** Notes of AccessKeys, and the order in which all keys of an account are searched. */
export const accessKeySearch: Migration = {
  name: '0029-access-key-search',
  async up(database) {
    await database.schema
      .alterTable('access_keys')
      .addColumn('note', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
    await database.schema
      .createIndex('access_keys_created')
      .on('access_keys')
      .columns(['account_id', 'created_at', 'access_key_id'])
      .execute();
  },
};
