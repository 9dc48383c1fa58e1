import type { Account } from '../context/account.ts';
import type { AnonymousRequest } from '../context/anonymous-request.ts';

/**
 * Returns the account of an identity provider that an unsigned request names; `undefined` if unknown or not active.
 */
export async function findActiveAccount(
  request: AnonymousRequest,
  accountId: string,
): Promise<Account | undefined> {
  const account = await request.services.accounts.get(accountId);
  return account?.status === 'Active' ? account : undefined;
}
