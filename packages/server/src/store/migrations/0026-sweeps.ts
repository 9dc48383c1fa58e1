import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

/** Leases of work that one node does at a time, and indexes for what is removed by its end or with its owner. */
export const sweeps: Migration = {
  name: '0026-sweeps',
  async up(database, kind) {
    await tables(database, kind)('leases', { lease_name: 'text', holder: 'text', held_until: 'integer' })
      .addPrimaryKeyConstraint('leases_pk', ['lease_name'])
      .execute();
    for (const [table, name, column] of [
      ['mfa_tickets', 'expiry', 'expires_at'],
      ['mfa_tickets', 'account', 'account_id'],
      ['console_sessions', 'account', 'account_id'],
    ] as const) {
      await database.schema.createIndex(`${table}_${name}`).on(table).column(column).execute();
    }
  },
};
