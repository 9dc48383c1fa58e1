import type { Account } from '../context/account.ts';
import type { AnonymousRequest } from '../context/anonymous-request.ts';

/** The account of an identity provider that an unsigned request names; undefined when there is none in use. */
export async function findActiveAccount(
  request: AnonymousRequest,
  accountId: string,
): Promise<Account | undefined> {
  const account = await request.services.accounts.get(accountId);
  return account?.status === 'Active' ? account : undefined;
}
