import type { Account } from '../context/account.ts';
import type { Queries } from '../store/store.ts';
import { accountOf } from './account-directory.ts';
import { withDomainSuffix } from './account-domain.ts';

/**
 * Finds an account by its id or its alias, in any case; `undefined` if absent.
 * @param name `1234567890123456` or `example`
 */
export async function findAccount(queries: Queries, name: string): Promise<Account | undefined> {
  const row = await queries
    .selectFrom('accounts')
    .selectAll()
    .where((where) =>
      where.or([
        where('account_id', '=', name),
        where('default_domain', '=', withDomainSuffix(name.toLowerCase())),
      ]),
    )
    .executeTakeFirst();
  return row && accountOf(row);
}
