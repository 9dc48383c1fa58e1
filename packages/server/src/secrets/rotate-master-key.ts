import type { Queries, Store, WriteTransaction } from '../store/store.ts';
import { keyIdOf, type MasterKey } from './master-key.ts';

/**
 * Wraps the data key of every account with another master key, in one transaction. The data keys and all sealed
 * secrets stay as they are, and processes that have both master keys can read throughout: no downtime.
 * @param from unwraps the stored data keys
 * @param to wraps them; may be the same provider if it already holds the new key in front
 * @param record writes the audit events of the rewrapped accounts, in the same transaction
 * @returns number of rewrapped accounts
 * @throws SecretUnreadable if a data key does not open with `from`; then nothing is changed
 */
export async function rotateMasterKey(
  store: Store,
  from: MasterKey,
  to: MasterKey,
  record: (transaction: WriteTransaction, accountIds: readonly string[]) => Promise<void>,
): Promise<number> {
  // A key service may be slow, so nearly all of the work is done before the transaction begins.
  const rewrapped = new Map<string, string>();
  for (const { account_id, wrapped_data_key } of await dataKeys(store.queries)) {
    if (isCurrent(wrapped_data_key)) continue;
    rewrapped.set(wrapped_data_key, await rewrap(account_id, wrapped_data_key));
  }
  return store.write(async (transaction) => {
    const { queries, changed } = transaction;
    const accountIds: string[] = [];
    for (const { account_id: accountId, wrapped_data_key: text } of await dataKeys(queries)) {
      if (isCurrent(text)) continue;
      await queries
        .updateTable('accounts')
        .set({ wrapped_data_key: rewrapped.get(text) ?? (await rewrap(accountId, text)) })
        .where('account_id', '=', accountId)
        .execute();
      changed({ accountId, topic: 'account', subject: accountId });
      accountIds.push(accountId);
    }
    await record(transaction, accountIds);
    return accountIds.length;
  });

  function isCurrent(wrapped: string): boolean {
    return keyIdOf(wrapped) === to.keyId;
  }

  async function rewrap(accountId: string, wrapped: string): Promise<string> {
    const dataKey = await from.unwrap(wrapped, accountId);
    try {
      return await to.wrap(dataKey, accountId);
    } finally {
      dataKey.fill(0);
    }
  }
}

function dataKeys(queries: Queries) {
  return queries.selectFrom('accounts').select(['account_id', 'wrapped_data_key']).execute();
}
