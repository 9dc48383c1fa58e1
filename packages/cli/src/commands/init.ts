import { type AdministeredAccount, currentOperator, initialise } from '@claviger/server';
import type { Command } from 'commander';
import { addSettings, configurationOf, dataSettings } from '../settings.ts';
import { bold, print, type Terminal, tell } from '../terminal.ts';

/** `claviger init`: an account, its root sign-in, and an administrator with one AccessKey. */
export function addInit(program: Command, terminal: Terminal): void {
  const command = program
    .command('init')
    .summary('make an installation: account, root sign-in, administrator with one AccessKey')
    .description(
      'Makes an installation in a data directory (or a PostgreSQL database): one account with its root sign-in, ' +
        'and an administrator RAM user with AliyunRAMFullAccess and one AccessKey. The password and the secret ' +
        'are shown once. A directory that is in use is refused and left as it is.',
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  npx claviger init --data ./data --json > administrator.json');
  addSettings(command, dataSettings).action(async (options: { json?: boolean }) => {
    const made = await initialise(
      configurationOf(terminal, options),
      { now: Date.now, log: (message) => tell(terminal, message) },
      currentOperator(terminal.environment),
    );
    if (options.json) print(terminal, installationJson(made));
    else {
      printInstallation(terminal, made);
      print(terminal, 'Start it with `claviger serve` on the same data: it says where its console is.');
    }
  });
}

/** The one JSON object that scripts read. */
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

/** The same for a person. */
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
}
