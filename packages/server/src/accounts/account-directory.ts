import type { Account } from '../context/account.ts';
import type { Accounts } from '../context/services.ts';
import type { AccountRow } from '../store/schema.ts';
import type { Queries, Store } from '../store/store.ts';

/** Accounts by id, kept in memory until they change; there are few, and every request needs one. */
export class AccountDirectory implements Accounts {
  readonly #store: Store;
  readonly #known = new Map<string, Account>();
  #changes = 0;

  constructor(store: Store) {
    this.#store = store;
    store.follow((change) => {
      if (change.topic === 'everything') this.#known.clear();
      else if (change.topic === 'account') this.#known.delete(change.accountId);
      else return;
      this.#changes++;
    });
  }

  /**
   * @param accountId of an account that may or may not exist
   * @returns the account; a promise only when it has to be read
   */
  get(accountId: string): Account | undefined | Promise<Account | undefined> {
    return this.#known.get(accountId) ?? this.#read(accountId);
  }

  async #read(accountId: string): Promise<Account | undefined> {
    const changes = this.#changes;
    const account = await readAccount(this.#store.queries, accountId);
    if (account !== undefined && changes === this.#changes) this.#known.set(accountId, account);
    return account;
  }
}

/** The account with that id, as it stands in the database. */
export async function readAccount(queries: Queries, accountId: string): Promise<Account | undefined> {
  const row = await queries
    .selectFrom('accounts')
    .selectAll()
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row && accountOf(row);
}

/** An account without what only sign-in needs. */
export function accountOf(row: AccountRow): Account {
  return {
    accountId: row.account_id,
    accountName: row.account_name,
    defaultDomain: row.default_domain,
    status: row.status,
    wrappedDataKey: row.wrapped_data_key,
    createdAt: row.created_at,
  };
}
