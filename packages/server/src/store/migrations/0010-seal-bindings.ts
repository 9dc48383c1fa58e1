import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

/** Sweeps over the whole database that run once, such as `secrets/reseal.ts`. */
export const sealBindings: Migration = {
  name: '0010-seal-bindings',
  async up(database, kind) {
    const table = tables(database, kind);
    await table('completed_sweeps', { sweep_name: 'text', completed_at: 'integer' })
      .addPrimaryKeyConstraint('completed_sweeps_pk', ['sweep_name'])
      .execute();
  },
};
