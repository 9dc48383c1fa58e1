import { createOneTimePassword, operatorChange, resetRootPassword } from '@claviger/server';
import type { Command } from 'commander';
import { withInstallation } from '../installation.ts';
import { accountOrOnly } from '../only-account.ts';
import { addServerFlags, DATA_SETTINGS } from '../server-flags.ts';
import { bold, print, type Terminal } from '../terminal.ts';

/** Adds `claviger root-password reset`, for an account root that lost its password or MFA device. */
export function addRootPassword(program: Command, terminal: Terminal): void {
  const command = program
    .command('root-password')
    .summary('reset the password of an account root')
    .description(
      'The account root signs in to the console with a password. A one-time password must be changed at sign-in.',
    )
    .command('reset')
    .description('set a new one-time password and end all console sessions of the root')
    .option('--account <id>', 'account, 16 digits (default: the only account)')
    .option('--unbind-device', 'also unbind its MFA device')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  npx claviger root-password reset --data ./data');
  addServerFlags(command, DATA_SETTINGS).action(
    (options: { account?: string; unbindDevice?: boolean; json?: boolean }) =>
      withInstallation(terminal, options, async (services, operator) => {
        const account = await accountOrOnly(services, options.account);
        const made = await createOneTimePassword(services);
        const command = {
          name: 'ResetRootPassword',
          parameters: { UnbindDevice: String(options.unbindDevice ?? false) },
        };
        const name = await operatorChange(services, operator, command, async ({ inAccount }) => {
          const scope = await inAccount(account);
          scope.touched('ACS::RAM::Account', account);
          await resetRootPassword(scope, made, options.unbindDevice ?? false);
          return `root@${scope.account.defaultDomain}`;
        });
        if (options.json) {
          print(terminal, JSON.stringify({ RootLoginName: name, RootPassword: made.password }));
          return;
        }
        print(terminal, 'The password is shown only once: save it now.');
        print(terminal, `  Root sign-in       ${bold(terminal, name)}`);
        print(terminal, `  One-time password  ${bold(terminal, made.password)}`);
      }),
  );
}
