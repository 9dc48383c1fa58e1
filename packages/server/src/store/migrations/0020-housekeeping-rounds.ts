import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

/** Times at which housekeeping has begun, on any node. */
export const housekeepingRounds: Migration = {
  name: '0020-housekeeping-rounds',
  async up(database, kind) {
    const table = tables(database, kind);
    await table('housekeeping_rounds', { begun_at: 'integer' })
      .addPrimaryKeyConstraint('housekeeping_rounds_pk', ['begun_at'])
      .execute();
  },
};
