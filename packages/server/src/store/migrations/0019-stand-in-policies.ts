import type { Migration } from '../migrate.ts';

/**
 * Names of attached system policies that the catalogue does not know (`--unknown-system-policies allow-attach`). They
 * are empty whatever the flag says later.
 */
export const standInPolicies: Migration = {
  name: '0019-stand-in-policies',
  async up(database) {
    await database.schema.alterTable('policy_attachments').addColumn('stand_in_name', 'text').execute();
  },
};
