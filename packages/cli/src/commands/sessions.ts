import { operatorChange, revokeSessionsAsOperator, type SessionsToRevoke } from '@claviger/server';
import { type Command, CommanderError, Option } from 'commander';
import { withServices } from '../services.ts';
import { addSettings, dataSettings } from '../settings.ts';
import { print, type Terminal } from '../terminal.ts';

interface RevokeOptions {
  readonly account: string;
  readonly role?: string;
  readonly user?: string;
  readonly accessKey?: string;
  readonly all?: boolean;
}

/** `claviger sessions revoke`: ends sessions after a leak, beside a running server as well. */
export function addSessions(program: Command, terminal: Terminal): void {
  const targets = ['role', 'user', 'accessKey', 'all'];
  const target = (flags: string, description: string, attribute: string) =>
    new Option(flags, description).conflicts(targets.filter((other) => other !== attribute));
  const command = program
    .command('sessions')
    .summary('revoke the sessions of a role, a user, an AccessKey or an account')
    .description(
      'Sessions are those of the console and those that AssumeRole opens. ' +
        'A revocation ends what began before it; new sessions can be opened.',
    )
    .command('revoke')
    .description('end every session that began before now; running servers and guards refuse them at once')
    .requiredOption('--account <id>', 'the account, 16 digits')
    .addOption(target('--role <name>', 'sessions of this role', 'role'))
    .addOption(target('--user <name>', 'sessions of this RAM user, and of roles it has assumed', 'user'))
    .addOption(target('--access-key <id>', 'role sessions opened with this AccessKey', 'accessKey'))
    .addOption(target('--all', 'every session of the account', 'all'))
    .addHelpText(
      'after',
      '\nExample:\n  npx claviger sessions revoke --account 1803869963967015 --role deploy --data ./data',
    );
  addSettings(command, dataSettings).action((options: RevokeOptions) => {
    const sessions = targetOf(options);
    return withServices(terminal, options, async (services, operator) => {
      const { type, name } = sessions;
      const event = { name: 'RevokeSessions', parameters: { Target: type, Name: name } };
      await operatorChange(services, operator, event, async ({ inAccount }) =>
        revokeSessionsAsOperator(await inAccount(options.account), sessions),
      );
      print(terminal, `Sessions ${ofTarget(sessions)} that began before now are revoked.`);
    });
  });
}

function targetOf({ account, role, user, accessKey, all }: RevokeOptions): SessionsToRevoke {
  if (role !== undefined) return { type: 'Role', name: role };
  if (user !== undefined) return { type: 'User', name: user };
  if (accessKey !== undefined) return { type: 'AccessKey', name: accessKey };
  if (all) return { type: 'Account', name: account };
  throw new CommanderError(2, 'claviger.sessions', 'give one of --role, --user, --access-key or --all');
}

function ofTarget({ type, name }: SessionsToRevoke): string {
  switch (type) {
    case 'Role':
      return `of the role ${name}`;
    case 'User':
      return `of the user ${name}`;
    case 'AccessKey':
      return `opened with the AccessKey ${name}`;
    case 'Account':
      return `of the account ${name}`;
  }
}
