import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

/**
 * Reports in parts, so that a page of one is read without the rest of it. The table `reports` stays for nodes of the
 * release before this one; a report in it is made again.
 */
export const reportParts: Migration = {
  name: '0014-report-parts',
  async up(database, kind) {
    await tables(database, kind)('report_parts', {
      account_id: 'text',
      kind: 'text',
      generated_at: 'integer',
      list: 'text',
      part: 'integer',
      content: 'text',
    })
      .addPrimaryKeyConstraint('report_parts_pk', ['account_id', 'kind', 'generated_at', 'list', 'part'])
      .addForeignKeyConstraint('report_parts_account', ['account_id'], 'accounts', ['account_id'])
      .execute();
  },
};
