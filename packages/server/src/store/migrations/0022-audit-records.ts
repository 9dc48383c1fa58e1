import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

/**
 * Audit records by a short key, with columns for what each has: half the size of `audit_events`, whose rows are moved
 * in the background. That table stays for nodes of the release before.
 */
export const auditRecords: Migration = {
  name: '0022-audit-records',
  async up(database, kind) {
    const integer = kind === 'sqlite' ? sql`integer` : sql`bigint`;
    let records = database.schema
      .createTable('audit_records')
      // Positions are never reused, also after retention has removed the newest.
      .addColumn('position', integer, (column) =>
        kind === 'sqlite'
          ? column.primaryKey().autoIncrement()
          : column.generatedByDefaultAsIdentity().primaryKey(),
      )
      .addColumn('event_time', integer, (column) => column.notNull())
      .addColumn('is_secure', integer, (column) => column.notNull());
    for (const column of TEXT_COLUMNS)
      records = records.addColumn(column, 'text', (definition) => definition.notNull());
    await records.modifyEnd(kind === 'sqlite' ? sql`strict` : sql``).execute();
    await database.schema
      .createIndex('audit_records_event')
      .unique()
      .on('audit_records')
      .column('event_id')
      .execute();
    await database.schema
      .createIndex('audit_records_time')
      .on('audit_records')
      .columns(['account_id', 'event_time', 'position'])
      .execute();
    await database.schema
      .createIndex('audit_records_access_key')
      .on('audit_records')
      .columns(['access_key_id', 'event_time', 'position'])
      .execute();
    await tables(database, kind)('audit_unchained', { position: 'integer', account_id: 'text', hash: 'text' })
      .addPrimaryKeyConstraint('audit_unchained_pk', ['position'])
      .execute();
  },
};

const TEXT_COLUMNS = [
  'event_id',
  'account_id',
  'event_name',
  'service_name',
  'event_rw',
  'access_key_id',
  'user_name',
  'source_ip',
  'error_code',
  'signature_nonce',
  'api_version',
  'user_agent',
  'identity_type',
  'principal_id',
  'event',
];
