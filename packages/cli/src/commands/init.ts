import {
  ADMINISTRATOR_POLICY,
  type AdministeredAccount,
  currentOperator,
  initialise,
} from '@claviger/server';
import type { Command } from 'commander';
import { addServerFlags, configurationOf, DATA_SETTINGS } from '../server-flags.ts';
import { bold, print, printStatus, type Terminal } from '../terminal.ts';

/** Adds `claviger init`, which creates an account, its root sign-in and an administrator with one AccessKey. */
export function addInit(program: Command, terminal: Terminal): void {
  const command = program
    .command('init')
    .summary('create an installation: account, root sign-in, administrator with one AccessKey')
    .description(
      'Creates an installation in a data directory (or a PostgreSQL database): one account with its root sign-in, ' +
        'and an administrator RAM user with AdministratorAccess and one AccessKey. The password and the secret ' +
        'are shown only once. An existing installation is not changed.',
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  npx claviger init --data ./data --json > administrator.json');
  addServerFlags(command, DATA_SETTINGS).action(async (options: { json?: boolean }) => {
    const made = await initialise(
      configurationOf(terminal, options),
      { now: Date.now, log: (message) => printStatus(terminal, message) },
      currentOperator(terminal.environment),
    );
    if (options.json) print(terminal, installationJson(made));
    else {
      printInstallation(terminal, made);
      print(
        terminal,
        'Start it with `claviger serve` on the same data; it prints the address of the console.',
      );
    }
  });
}

/** Formats a new installation or account as one JSON object. */
export function installationJson(made: AdministeredAccount): string {
  return JSON.stringify({
    AccountId: made.accountId,
    RootLoginName: made.rootLoginName,
    RootPassword: made.rootPassword.reveal(),
    UserPrincipalName: made.userPrincipalName,
    AccessKeyId: made.accessKeyId,
    AccessKeySecret: made.accessKeySecret.reveal(),
  });
}

/** Prints a new installation or account as text. */
export function printInstallation(
  terminal: Terminal,
  made: AdministeredAccount,
  what: 'installation' | 'account' = 'installation',
): void {
  const line = (name: string, value: string) =>
    print(terminal, `  ${name.padEnd(20)}${bold(terminal, value)}`);
  print(terminal, `A new ${what}. The password and the secret are shown this once: save them now.`);
  line('Account', made.accountId);
  line('Root sign-in', made.rootLoginName);
  line('One-time password', made.rootPassword.reveal());
  line('Administrator', made.userPrincipalName);
  line('AccessKey ID', made.accessKeyId);
  line('AccessKey Secret', made.accessKeySecret.reveal());
  print(
    terminal,
    `The administrator has ${ADMINISTRATOR_POLICY}: everything in this account, as RAM, STS, ActionTrail, Claviger's own ` +
      'API and the guarded services see it, but the credentials of the root. For daily work and scripts create users ' +
      'with less, then delete this AccessKey.',
  );
}
