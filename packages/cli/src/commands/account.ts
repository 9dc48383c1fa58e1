import {
  createAdministeredAccount,
  listAccounts,
  oneTimePassword,
  operatorChange,
  setAccountStatus,
  touchNewAccount,
} from '@claviger/server';
import { type Command, InvalidArgumentError } from 'commander';
import { withServices } from '../services.ts';
import { addSettings, dataSettings } from '../settings.ts';
import { print, type Terminal, table } from '../terminal.ts';
import { installationJson, printInstallation } from './init.ts';

/** `claviger account create | list | disable | enable`: the tenants, each sealed off from the others. */
export function addAccount(program: Command, terminal: Terminal): void {
  const account = program
    .command('account')
    .summary('create, list, disable and enable accounts')
    .description(
      'Accounts are sealed off from each other: users, keys, policies and events of one are unseen by the others. ' +
        'These commands work on the data itself, beside a running server as well.',
    );

  addSettings(
    account
      .command('create')
      .description('make an account with its root sign-in and an administrator with one AccessKey')
      .requiredOption('--name <name>', 'what you call it, 1 to 64 characters', accountName)
      .option('--json', 'print one JSON object')
      .addHelpText('after', '\nExample:\n  npx claviger account create --name staging --data ./data'),
    dataSettings,
  ).action((options: { name: string; json?: boolean }) =>
    withServices(terminal, options, async (services, operator) => {
      const password = await oneTimePassword(services);
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

  addSettings(
    account.command('list').description('list the accounts').option('--json', 'print a JSON array'),
    dataSettings,
  ).action((options: { json?: boolean }) =>
    withServices(terminal, options, async (services) => {
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
    addSettings(
      account
        .command(word)
        .description(
          word === 'disable'
            ? 'refuse every key and token of an account from now on; its data stays'
            : 'accept the keys of a disabled account again',
        )
        .argument('<account-id>', '16 digits'),
      dataSettings,
    ).action((accountId: string, options: object) =>
      withServices(terminal, options, async (services, operator) => {
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
  if (value.length < 1 || value.length > 64)
    throw new InvalidArgumentError('it must have 1 to 64 characters.');
  return value;
}
