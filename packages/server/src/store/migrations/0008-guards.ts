import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

/** Registered guards and their present connections. */
export const guards: Migration = {
  name: '0008-guards',
  async up(database, kind) {
    const table = tables(database, kind);

    await table('guards', {
      guard_id: 'text',
      account_id: 'text',
      guard_name: 'name',
      guard_name_key: 'name',
      services: 'text',
      status: 'text',
      access_key_id: 'text',
      sealed_secret: 'text',
      'network_policy?': 'text',
      created_at: 'integer',
      updated_at: 'integer',
    })
      .addPrimaryKeyConstraint('guards_pk', ['guard_id'])
      .addUniqueConstraint('guards_name', ['account_id', 'guard_name_key'])
      .addUniqueConstraint('guards_access_key', ['access_key_id'])
      .addForeignKeyConstraint('guards_account', ['account_id'], 'accounts', ['account_id'])
      .execute();

    // No foreign key: a connection ends a moment after its guard is deleted.
    await table('guard_connections', {
      connection_id: 'text',
      guard_id: 'text',
      account_id: 'text',
      source_ip: 'text',
      version: 'text',
      connected_at: 'integer',
      confirmed_at: 'integer',
    })
      .addPrimaryKeyConstraint('guard_connections_pk', ['connection_id'])
      .execute();
    await database.schema
      .createIndex('guard_connections_guard')
      .on('guard_connections')
      .columns(['account_id', 'guard_id'])
      .execute();
    await database.schema
      .createIndex('guard_connections_confirmed')
      .on('guard_connections')
      .columns(['confirmed_at'])
      .execute();
  },
};
