import type { Account } from '../context/account.ts';
import type { Visit } from '../pipeline/operation.ts';

/** The account of an identity provider that an unsigned request names; undefined when there is none in use. */
export async function vouchingAccount(visit: Visit, accountId: string): Promise<Account | undefined> {
  const account = await visit.services.accounts.get(accountId);
  return account?.status === 'Active' ? account : undefined;
}
