import type { TestAccount, TestServer } from './server.ts';

/** Rows of one statement: PostgreSQL has at most 65,535 parameters. */
const ROWS_AT_ONCE = 1000;

/** Inserts users `filler-0000`, `filler-0001` … into an account's tables, faster than by calls. */
export async function insertUsers(server: TestServer, account: TestAccount, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => {
    const name = `filler-${String(index).padStart(4, '0')}`;
    return {
      user_id: server.services.identifiers.userId(),
      account_id: account.accountId,
      user_name: name,
      user_name_key: name,
      display_name: '',
      comments: '',
      email: '',
      mobile_phone: '',
      provision_type: 'Manual' as const,
      created_at: index,
      updated_at: index,
      last_login_at: null,
      recycled_at: null,
      purge_at: null,
    };
  });
  await server.services.store.write(async ({ queries }) => {
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      await queries
        .insertInto('users')
        .values(rows.slice(from, from + ROWS_AT_ONCE))
        .execute();
    }
  });
}
