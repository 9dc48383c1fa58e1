import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

/** Hash chain of the audit log with its signed checkpoints; see audit/chain-format.ts. */
export const auditChain: Migration = {
  name: '0023-audit-chain',
  async up(database, kind) {
    for (const column of ['event_time', 'bytes']) {
      await database.schema
        .alterTable('audit_unchained')
        .addColumn(column, kind === 'sqlite' ? 'integer' : 'bigint', (definition) =>
          definition.notNull().defaultTo(0),
        )
        .execute();
    }
    const table = tables(database, kind);
    await table('audit_checkpoints', {
      number: 'integer',
      signed_at: 'integer',
      last_time: 'integer',
      total_records: 'integer',
      total_bytes: 'integer',
      previous_hash: 'text',
      hash: 'text',
      key_id: 'text',
      signature: 'text',
    })
      .addPrimaryKeyConstraint('audit_checkpoints_pk', ['number'])
      .execute();
    await database.schema
      .createIndex('audit_checkpoints_last_time')
      .on('audit_checkpoints')
      .columns(['last_time', 'number'])
      .execute();
    await table('audit_blocks', {
      account_id: 'name',
      sequence: 'integer',
      checkpoint: 'integer',
      first_time: 'integer',
      last_time: 'integer',
      members: 'text',
      previous_hash: 'text',
      hash: 'text',
    })
      .addPrimaryKeyConstraint('audit_blocks_pk', ['account_id', 'sequence'])
      .execute();
    await database.schema
      .createIndex('audit_blocks_checkpoint')
      .on('audit_blocks')
      .columns(['checkpoint', 'account_id'])
      .execute();
    await table('audit_heads', {
      account_id: 'name',
      sequence: 'integer',
      checkpoint: 'integer',
      hash: 'text',
    })
      .addPrimaryKeyConstraint('audit_heads_pk', ['account_id'])
      .execute();
    await table('audit_cuts', {
      number: 'integer',
      cut_at: 'integer',
      total_records: 'integer',
      total_bytes: 'integer',
      hash: 'text',
      key_id: 'text',
      signature: 'text',
    })
      .addPrimaryKeyConstraint('audit_cuts_pk', ['number'])
      .execute();
    await table('audit_signing_keys', { key_id: 'text', public_key: 'text', added_at: 'integer' })
      .addPrimaryKeyConstraint('audit_signing_keys_pk', ['key_id'])
      .execute();
    await table('audit_deliveries', { sink: 'text', checkpoint: 'integer', claimed_until: 'integer' })
      .addPrimaryKeyConstraint('audit_deliveries_pk', ['sink'])
      .execute();
  },
};
