import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** Indexes for the orders of lists: users by creation and last sign-in, groups and roles by creation. */
export const searchOrders: Migration = {
  name: '0028-search-orders',
  async up(database) {
    const users = (name: string) => database.schema.createIndex(`users_${name}`).on('users');
    await users('created')
      .columns(['account_id', 'created_at', 'user_id'])
      .where(sql.ref('recycled_at'), 'is', null)
      .execute();
    await users('last_login')
      .column('account_id')
      .expression(sql`coalesce(last_login_at, 0)`)
      .column('user_id')
      .where(sql.ref('recycled_at'), 'is', null)
      .execute();
    for (const [table, id] of [
      ['groups', 'group_id'],
      ['roles', 'role_id'],
    ] as const) {
      await database.schema
        .createIndex(`${table}_created`)
        .on(table)
        .columns(['account_id', 'created_at', id])
        .execute();
    }
  },
};
