import type { Migration } from '../migrate.ts';

/** Whether an account accepts a presigned `GetCallerIdentity`; existing accounts do, as new ones. */
export const presignedIdentity: Migration = {
  name: '0017-presigned-identity',
  async up(database) {
    await database.schema
      .alterTable('account_protections')
      .addColumn('presigned_identity_allowed', 'integer', (column) => column.notNull().defaultTo(1))
      .execute();
  },
};
