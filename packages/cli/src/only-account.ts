import { listAccounts, type Services } from '@claviger/server';
import { CommanderError } from 'commander';

/**
 * Returns the account of `--account`, or the only account of the installation.
 * @throws CommanderError when the flag is absent and there are several accounts
 */
export async function accountOrOnly(services: Services, account: string | undefined): Promise<string> {
  if (account !== undefined) return account;
  const [first, ...others] = await listAccounts(services);
  if (first !== undefined && others.length === 0) return first.accountId;
  throw new CommanderError(
    2,
    'claviger.account',
    '--account is required: there are several accounts, see `claviger account list`',
  );
}
