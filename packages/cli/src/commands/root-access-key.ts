import { createAccessKey, operatorChange } from '@claviger/server';
import { type Command, CommanderError } from 'commander';
import { withServices } from '../services.ts';
import { addSettings, dataSettings } from '../settings.ts';
import { bold, print, type Terminal, tell, warning } from '../terminal.ts';

const risk = [
  'Using an AccessKey of the account root is not recommended.',
  'It holds every permission in the account and cannot be limited: whoever gets hold of it owns everything.',
  'Make a RAM user for each program instead, give it only what it needs, and use the key of that user.',
];

/** `claviger root-access-key create`: the way to a root key while there is no console. */
export function addRootAccessKey(program: Command, terminal: Terminal): void {
  const command = program
    .command('root-access-key')
    .summary('create an AccessKey of an account root (not recommended)')
    .description(risk.join('\n'))
    .command('create')
    .description('create an AccessKey of the account root; at most two may exist')
    .requiredOption('--account <id>', 'the account, 16 digits')
    .option('--accept-risk', 'confirm that you understand the security risk of a root AccessKey')
    .option('--json', 'print one JSON object');
  addSettings(command, dataSettings).action(
    async (options: { account: string; acceptRisk?: boolean; json?: boolean }) => {
      for (const line of risk) tell(terminal, warning(terminal, line));
      if (!options.acceptRisk) {
        throw new CommanderError(
          2,
          'claviger.risk',
          'nothing was created: add --accept-risk if a root AccessKey cannot be avoided',
        );
      }
      await withServices(terminal, options, async (services, operator) => {
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
        print(terminal, 'The secret is shown this once: save it now.');
        print(terminal, `  AccessKey ID      ${bold(terminal, row.access_key_id)}`);
        print(terminal, `  AccessKey Secret  ${bold(terminal, secret.reveal())}`);
      });
    },
  );
}
