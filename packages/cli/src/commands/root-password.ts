import { oneTimePassword, operatorChange, resetRootPassword } from '@claviger/server';
import type { Command } from 'commander';
import { withServices } from '../services.ts';
import { addSettings, dataSettings } from '../settings.ts';
import { bold, print, type Terminal } from '../terminal.ts';

/** `claviger root-password reset`: the way back in for a root that has lost its password or its device. */
export function addRootPassword(program: Command, terminal: Terminal): void {
  const command = program
    .command('root-password')
    .summary('give an account root a new one-time password')
    .description(
      'The account root signs in to the console with a password, and changes a one-time one first.',
    )
    .command('reset')
    .description('make a new one-time password; all sessions of the root end')
    .requiredOption('--account <id>', 'the account, 16 digits')
    .option('--unbind-device', 'unbind its MFA device, too: for a root that has lost it')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  npx claviger root-password reset --account 1803869963967015 --data ./data',
    );
  addSettings(command, dataSettings).action(
    (options: { account: string; unbindDevice?: boolean; json?: boolean }) =>
      withServices(terminal, options, async (services, operator) => {
        const made = await oneTimePassword(services);
        const command = {
          name: 'ResetRootPassword',
          parameters: { UnbindDevice: String(options.unbindDevice ?? false) },
        };
        const name = await operatorChange(services, operator, command, async ({ inAccount }) => {
          const scope = await inAccount(options.account);
          scope.touched('ACS::RAM::Account', options.account);
          await resetRootPassword(scope, made, options.unbindDevice ?? false);
          return `root@${scope.account.defaultDomain}`;
        });
        if (options.json) {
          print(terminal, JSON.stringify({ RootLoginName: name, RootPassword: made.password }));
          return;
        }
        print(terminal, 'The password is shown this once: save it now.');
        print(terminal, `  Root sign-in       ${bold(terminal, name)}`);
        print(terminal, `  One-time password  ${bold(terminal, made.password)}`);
      }),
  );
}
