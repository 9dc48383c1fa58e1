import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

/** Backups that were made, so that operators can be told how old the last one is. */
export const backups: Migration = {
  name: '0025-backups',
  async up(database, kind) {
    const table = tables(database, kind);
    await table('backups', {
      backup_id: 'text',
      began_at: 'integer',
      completed_at: 'integer',
      destination: 'text',
      row_count: 'integer',
      byte_count: 'integer',
      includes_master_key: 'integer',
    })
      .addPrimaryKeyConstraint('backups_pk', ['backup_id'])
      .execute();
  },
};
