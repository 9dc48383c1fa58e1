import { randomBytes } from 'node:crypto';
import {
  addMasterKey,
  dropOldMasterKeys,
  masterKeyFile,
  openMasterKey,
  recordOperatorCommand,
  rotateMasterKey,
} from '@claviger/server';
import { type Command, CommanderError } from 'commander';
import { withServices } from '../services.ts';
import { addSettings, configurationOf, dataSettings } from '../settings.ts';
import { print, type Terminal } from '../terminal.ts';

/** `claviger master-key rotate`: a new master key, with no downtime. */
export function addMasterKeyCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('master-key')
    .summary('rotate the master key')
    .command('rotate')
    .description(
      'Makes a new master key, wraps the data key of every account with it, and drops the old one. ' +
        'A running server goes on through it. For the providers "file" and "vault"; for "environment", set ' +
        'CLAVIGER_MASTER_KEY to NEW,OLD, run this, then set it to NEW.',
    );
  addSettings(command, dataSettings).action((options: Record<string, unknown>) =>
    withServices(terminal, options, async (services, operator) => {
      const configuration = configurationOf(terminal, options);
      const file = masterKeyFile(configuration.data);
      if (configuration.masterKeyProvider === 'environment' && !configuration.masterKey?.includes(',')) {
        throw new CommanderError(2, 'claviger.master-key', 'set CLAVIGER_MASTER_KEY to NEW,OLD first');
      }
      if (configuration.masterKeyProvider === 'file') addMasterKey(file, randomBytes);
      const masterKey = openMasterKey(configuration);
      const count = await rotateMasterKey(services.store, masterKey, masterKey, (transaction, accountIds) =>
        recordOperatorCommand(
          services,
          transaction,
          operator,
          { name: 'RotateMasterKey', parameters: { MasterKeyId: masterKey.keyId } },
          new Map(accountIds.map((id) => [id, [['ACS::RAM::Account', id]]])),
        ),
      );
      if (configuration.masterKeyProvider === 'file') dropOldMasterKeys(file);
      print(
        terminal,
        `The data keys of ${count} account${count === 1 ? '' : 's'} are wrapped by the new master key.`,
      );
    }),
  );
}
