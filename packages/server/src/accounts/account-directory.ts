import type { Account } from '../context/account.ts';
import type { Accounts } from '../context/services.ts';
import type { AccountRow } from '../store/schema.ts';
import type { Queries, Store } from '../store/store.ts';

/** Cache of accounts by id, invalidated by changes. Accounts are few, and every request needs one. */
export class AccountDirectory implements Accounts {
  readonly #store: Store;
  readonly #accounts = new Map<string, Account>();
  #changes = 0;

  constructor(store: Store) {
    this.#store = store;
    store.follow((change) => {
      if (change.topic === 'everything') this.#accounts.clear();
      else if (change.topic === 'account') this.#accounts.delete(change.accountId);
      else return;
      this.#changes++;
    });
  }

  /** Returns an account, or `undefined` if it does not exist. Returns a promise only if it must be read. */
  get(accountId: string): Account | undefined | Promise<Account | undefined> {
    return this.#accounts.get(accountId) ?? this.#read(accountId);
  }

  async #read(accountId: string): Promise<Account | undefined> {
    const changes = this.#changes;
    const account = await readAccount(this.#store.queries, accountId);
    if (account !== undefined && changes === this.#changes) this.#accounts.set(accountId, account);
    return account;
  }
}

/** Reads an account from the database. */
export async function readAccount(queries: Queries, accountId: string): Promise<Account | undefined> {
  const row = await queries
    .selectFrom('accounts')
    .selectAll()
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row && accountOf(row);
}

/** Returns the account of a row, without the columns that only sign-in needs. */
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
