import {
  listAccounts,
  operatorChange,
  revokeSessionsAsOperator,
  type Services,
  type SessionsToRevoke,
} from '@claviger/server';
import { type Command, CommanderError, Option } from 'commander';
import { withServices } from '../services.ts';
import { addSettings, dataSettings } from '../settings.ts';
import { print, type Terminal } from '../terminal.ts';

interface RevokeOptions {
  readonly account?: string;
  readonly role?: string;
  readonly user?: string;
  readonly accessKey?: string;
  readonly all?: boolean;
}

type Target = Pick<SessionsToRevoke, 'type'> & { readonly name: string | undefined };

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
    .option('--account <id>', 'the account, 16 digits; not needed where there is only one')
    .addOption(target('--role <name>', 'sessions of this role', 'role'))
    .addOption(target('--user <name>', 'sessions of this RAM user, and of roles it has assumed', 'user'))
    .addOption(target('--access-key <id>', 'role sessions opened with this AccessKey', 'accessKey'))
    .addOption(target('--all', 'every session of the account', 'all'))
    .addHelpText('after', '\nExample:\n  npx claviger sessions revoke --role deploy --data ./data');
  addSettings(command, dataSettings).action((options: RevokeOptions) => {
    const target = targetOf(options);
    if (target === undefined) {
      return command.error('error: give one of --role, --user, --access-key or --all');
    }
    return withServices(terminal, options, async (services, operator) => {
      const account = options.account ?? (await onlyAccount(services));
      const sessions = { ...target, name: target.name ?? account };
      const { type, name } = sessions;
      const event = { name: 'RevokeSessions', parameters: { Target: type, Name: name } };
      await operatorChange(services, operator, event, async ({ inAccount }) =>
        revokeSessionsAsOperator(await inAccount(account), sessions),
      );
      print(terminal, `Sessions ${ofTarget(sessions)} that began before now are revoked.`);
    });
  });
}

/** The account of an installation that has one. @throws CommanderError when it has several */
async function onlyAccount(services: Services): Promise<string> {
  const [first, ...others] = await listAccounts(services);
  if (first !== undefined && others.length === 0) return first.accountId;
  throw new CommanderError(
    2,
    'claviger.sessions',
    'give --account: there are several (claviger account list)',
  );
}

/** What is revoked; the name of the account is known later. */
function targetOf({ role, user, accessKey, all }: RevokeOptions): Target | undefined {
  if (role !== undefined) return { type: 'Role', name: role };
  if (user !== undefined) return { type: 'User', name: user };
  if (accessKey !== undefined) return { type: 'AccessKey', name: accessKey };
  return all ? { type: 'Account', name: undefined } : undefined;
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
