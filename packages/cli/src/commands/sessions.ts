import { operatorChange, revokeSessionsAsOperator, type SessionsToRevoke } from '@claviger/server';
import { type Command, Option } from 'commander';
import { withInstallation } from '../installation.ts';
import { accountOrOnly } from '../only-account.ts';
import { addServerFlags, DATA_SETTINGS } from '../server-flags.ts';
import { print, type Terminal } from '../terminal.ts';

interface RevokeOptions {
  readonly account?: string;
  readonly role?: string;
  readonly user?: string;
  readonly accessKey?: string;
  readonly all?: boolean;
}

type Target = Pick<SessionsToRevoke, 'type'> & { readonly name: string | undefined };

/** Adds `claviger sessions revoke`, which ends console sessions and STS sessions. */
export function addSessions(program: Command, terminal: Terminal): void {
  const targets = ['role', 'user', 'accessKey', 'all'];
  const target = (flags: string, description: string, attribute: string) =>
    new Option(flags, description).conflicts(targets.filter((other) => other !== attribute));
  const command = program
    .command('sessions')
    .summary('revoke the sessions of a role, a user, an AccessKey or an account')
    .description(
      'Revokes console sessions and STS sessions (AssumeRole) that were created before the revocation. ' +
        'New sessions can be created. The server may be running.',
    )
    .command('revoke')
    .description('end all sessions created before now; running servers and guards refuse them immediately')
    .option('--account <id>', 'account, 16 digits; required if there are several')
    .addOption(target('--role <name>', 'STS sessions of this role', 'role'))
    .addOption(
      target('--user <name>', 'console sessions of this RAM user, and STS sessions that it created', 'user'),
    )
    .addOption(target('--access-key <id>', 'STS sessions created with this AccessKey', 'accessKey'))
    .addOption(target('--all', 'all sessions of the account', 'all'))
    .addHelpText('after', '\nExample:\n  npx claviger sessions revoke --role deploy --data ./data');
  addServerFlags(command, DATA_SETTINGS).action((options: RevokeOptions) => {
    const target = targetOf(options);
    if (target === undefined) {
      return command.error('error: --role, --user, --access-key or --all is required');
    }
    return withInstallation(terminal, options, async (services, operator) => {
      const account = await accountOrOnly(services, options.account);
      const sessions = { ...target, name: target.name ?? account };
      const { type, name } = sessions;
      const event = { name: 'RevokeSessions', parameters: { Target: type, Name: name } };
      await operatorChange(services, operator, event, async ({ inAccount }) =>
        revokeSessionsAsOperator(await inAccount(account), sessions),
      );
      print(terminal, `Revoked sessions ${targetText(sessions)}.`);
    });
  });
}

/** Returns the target of a revocation. The name of an account is resolved later. */
function targetOf({ role, user, accessKey, all }: RevokeOptions): Target | undefined {
  if (role !== undefined) return { type: 'Role', name: role };
  if (user !== undefined) return { type: 'User', name: user };
  if (accessKey !== undefined) return { type: 'AccessKey', name: accessKey };
  return all ? { type: 'Account', name: undefined } : undefined;
}

function targetText({ type, name }: SessionsToRevoke): string {
  switch (type) {
    case 'Role':
      return `of the role ${name}`;
    case 'User':
      return `of the user ${name}`;
    case 'AccessKey':
      return `created with the AccessKey ${name}`;
    case 'Account':
      return `of the account ${name}`;
  }
}
