import { createAccessKey, operatorChange } from '@claviger/server';
import { type Command, CommanderError } from 'commander';
import { withInstallation } from '../installation.ts';
import { addServerFlags, DATA_SETTINGS } from '../server-flags.ts';
import { bold, print, printStatus, type Terminal, warningStyle } from '../terminal.ts';

const RISK = [
  'Using an AccessKey of the account root is not recommended.',
  'It has every permission in the account and cannot be restricted: a leaked key gives full control.',
  'Create a RAM user for each program instead, with only the permissions it needs, and use the key of that user.',
];

/** Adds `claviger root-access-key create`. */
export function addRootAccessKey(program: Command, terminal: Terminal): void {
  const command = program
    .command('root-access-key')
    .summary('create an AccessKey of an account root (not recommended)')
    .description(RISK.join('\n'))
    .command('create')
    .description('create an AccessKey of the account root; at most two can exist')
    .requiredOption('--account <id>', 'account, 16 digits')
    .option('--accept-risk', 'accept the security risk of a root AccessKey')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  npx claviger root-access-key create --account 1803869963967015 --accept-risk --data ./data',
    );
  addServerFlags(command, DATA_SETTINGS).action(
    async (options: { account: string; acceptRisk?: boolean; json?: boolean }) => {
      for (const line of RISK) printStatus(terminal, warningStyle(terminal, line));
      if (!options.acceptRisk) {
        throw new CommanderError(2, 'claviger.risk', 'no AccessKey was created: confirm with --accept-risk');
      }
      await withInstallation(terminal, options, async (services, operator) => {
        const command = { name: 'CreateRootAccessKey' };
        const { row, secret } = await operatorChange(services, operator, command, async ({ inAccount }) => {
          const scope = await inAccount(options.account);
          const owner = { type: 'root', id: options.account, name: 'root' } as const;
          return createAccessKey(scope, owner);
        });
        if (options.json) {
          const key = { AccessKeyId: row.access_key_id, AccessKeySecret: secret.reveal() };
          print(terminal, JSON.stringify(key));
          return;
        }
        print(terminal, 'The secret is shown only once: save it now.');
        print(terminal, `  AccessKey ID      ${bold(terminal, row.access_key_id)}`);
        print(terminal, `  AccessKey Secret  ${bold(terminal, secret.reveal())}`);
      });
    },
  );
}
