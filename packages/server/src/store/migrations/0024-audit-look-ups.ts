import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

/** Indexes for each look-up of audit events, and the resources that events touched. */
export const auditLookUps: Migration = {
  name: '0024-audit-look-ups',
  async up(database, kind) {
    const index = (name: string, column: string) =>
      database.schema
        .createIndex(`audit_records_${name}`)
        .on('audit_records')
        .columns(['account_id', column, 'event_time', 'position']);
    await index('event_name', 'event_name').execute();
    await index('service_name', 'service_name').execute();
    await index('user_name', 'user_name').execute();
    await index('source_ip', 'source_ip').execute();
    // Nearly all records are reads without an error: the index of all times finds those.
    await index('writes', 'event_rw').where(sql`event_rw`, '=', sql.lit('Write')).execute();
    await index('error_code', 'error_code').where(sql`error_code`, '!=', sql.lit('')).execute();

    await tables(database, kind)(
      'audit_event_resources',
      {
        position: 'integer',
        resource_type: 'text',
        resource_name: 'text',
        account_id: 'text',
        event_time: 'integer',
      },
      'in the order of the primary key',
    )
      .addPrimaryKeyConstraint('audit_event_resources_pk', ['position', 'resource_type', 'resource_name'])
      .execute();
    for (const column of ['resource_name', 'resource_type']) {
      await database.schema
        .createIndex(`audit_event_resources_${column}`)
        .on('audit_event_resources')
        .columns(['account_id', column, 'event_time', 'position'])
        .execute();
    }
  },
};
