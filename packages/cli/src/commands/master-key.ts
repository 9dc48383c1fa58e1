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
import { withInstallation } from '../installation.ts';
import { addServerFlags, configurationOf, DATA_SETTINGS } from '../server-flags.ts';
import { print, type Terminal } from '../terminal.ts';

/** Adds `claviger master-key rotate`, which replaces the master key without downtime. */
export function addMasterKeyCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('master-key')
    .summary('rotate the master key')
    .command('rotate')
    .description(
      'Creates a new master key, wraps the data key of every account with it, and removes the old one. ' +
        'The server may be running. For the providers "file" and "vault"; for "environment", set ' +
        'CLAVIGER_MASTER_KEY to NEW,OLD, run this command, then set it to NEW.',
    )
    .addHelpText('after', '\nExample:\n  npx claviger master-key rotate --data ./data');
  addServerFlags(command, DATA_SETTINGS).action((options: Record<string, unknown>) =>
    withInstallation(terminal, options, async (services, operator) => {
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
        `Data keys of ${count} account${count === 1 ? '' : 's'} are wrapped with the new master key.`,
      );
    }),
  );
}
