import {
  createAdministeredAccount,
  createOneTimePassword,
  listAccounts,
  operatorChange,
  setAccountStatus,
  touchNewAccount,
} from '@claviger/server';
import type { Command } from 'commander';
import { withInstallation } from '../installation.ts';
import { InvalidValue } from '../invalid-value.ts';
import { addServerFlags, DATA_SETTINGS } from '../server-flags.ts';
import { print, type Terminal, table } from '../terminal.ts';
import { installationJson, printInstallation } from './init.ts';

/** Adds `claviger account create | list | disable | enable`. */
export function addAccount(program: Command, terminal: Terminal): void {
  const account = program
    .command('account')
    .summary('create, list, disable and enable accounts')
    .description(
      'Accounts are isolated tenants: users, keys, policies and events of one are not visible to another. ' +
        'These commands open the database directly; the server may be running.',
    );

  addServerFlags(
    account
      .command('create')
      .description('create an account with its root sign-in and an administrator with one AccessKey')
      .requiredOption('--name <name>', 'name of the account, 1 to 64 characters', accountName)
      .option('--json', 'print one JSON object')
      .addHelpText('after', '\nExample:\n  npx claviger account create --name staging --data ./data'),
    DATA_SETTINGS,
  ).action((options: { name: string; json?: boolean }) =>
    withInstallation(terminal, options, async (services, operator) => {
      const password = await createOneTimePassword(services);
      const command = { name: 'CreateAccount', parameters: { Name: options.name } };
      const made = await operatorChange(services, operator, command, async (change) => {
        const { transaction, now } = change;
        const account = await createAdministeredAccount(services, transaction, options.name, password, now);
        touchNewAccount(await change.inAccount(account.accountId), account);
        return account;
      });
      if (options.json) print(terminal, installationJson(made));
      else printInstallation(terminal, made, 'account');
    }),
  );

  addServerFlags(
    account
      .command('list')
      .description('list the accounts')
      .option('--json', 'print a JSON array')
      .addHelpText('after', '\nExample:\n  npx claviger account list --data ./data --json'),
    DATA_SETTINGS,
  ).action((options: { json?: boolean }) =>
    withInstallation(terminal, options, async (services) => {
      const accounts = (await listAccounts(services)).map((each) => ({
        AccountId: each.accountId,
        Name: each.accountName,
        Domain: each.defaultDomain,
        Status: each.status,
        CreateDate: new Date(each.createdAt).toISOString(),
      }));
      if (options.json) print(terminal, JSON.stringify(accounts));
      else {
        print(
          terminal,
          table(['ACCOUNT', 'NAME', 'DOMAIN', 'STATUS', 'CREATED'], accounts.map(Object.values)),
        );
      }
    }),
  );

  for (const [word, status] of [
    ['disable', 'Disabled'],
    ['enable', 'Active'],
  ] as const) {
    addServerFlags(
      account
        .command(word)
        .description(
          word === 'disable'
            ? 'refuse all keys and tokens of an account; its data is kept'
            : 'accept the keys of a disabled account again',
        )
        .argument('<account-id>', '16 digits')
        .addHelpText('after', `\nExample:\n  npx claviger account ${word} 1803869963967015 --data ./data`),
      DATA_SETTINGS,
    ).action((accountId: string, options: object) =>
      withInstallation(terminal, options, async (services, operator) => {
        const command = { name: word === 'disable' ? 'DisableAccount' : 'EnableAccount' };
        await operatorChange(services, operator, command, async ({ transaction, inAccount, now }) => {
          const scope = await inAccount(accountId);
          scope.touched('ACS::RAM::Account', accountId);
          await setAccountStatus(transaction, accountId, status, now);
        });
        print(terminal, `Account ${accountId} is ${status.toLowerCase()}.`);
      }),
    );
  }
}

function accountName(value: string): string {
  if (value.length < 1 || value.length > 64) throw new InvalidValue('name', value, '1 to 64 characters');
  return value;
}
