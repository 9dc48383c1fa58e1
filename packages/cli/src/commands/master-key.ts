import { randomBytes } from 'node:crypto';
import {
  addMasterKey,
  addNextMasterKey,
  type Configuration,
  dropOldMasterKeys,
  keepNextMasterKey,
  type MasterKey,
  masterKeyFile,
  type Operator,
  openMasterKey,
  openNextMasterKey,
  recordOperatorCommand,
  rotateMasterKey,
  type Services,
} from '@claviger/server';
import { type Command, CommanderError, Option } from 'commander';
import { withInstallation } from '../installation.ts';
import { addServerFlags, configurationOf, DATA_SETTINGS } from '../server-flags.ts';
import { print, type Terminal } from '../terminal.ts';

/** Steps of a rotation on several nodes, each of which has a copy of the key file. */
const STEPS = ['add', 'rewrap', 'drop'] as const;
type Step = (typeof STEPS)[number];

const STEPS_HELP = `
With --database each node has a copy of master.key, and a rotation at once would leave the others without the new key:
  1. npx claviger master-key rotate --step add      on one node; then copy master.key to every other node
  2. npx claviger master-key rotate --step rewrap   on one node
  3. npx claviger master-key rotate --step drop     on every node`;

/** Adds `claviger master-key rotate`, which replaces the master key without downtime. */
export function addMasterKeyCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('master-key')
    .summary('rotate the master key')
    .command('rotate')
    .description(
      'Creates a new master key, wraps the data key of every account with it, and removes the old one. ' +
        'The server may be running. For the providers "file" and "vault"; for "environment", set ' +
        'CLAVIGER_MASTER_KEY to NEW,OLD on every node, run this command, then set it to NEW.',
    )
    .addOption(
      new Option('--step <step>', 'one step of a rotation of key files on several nodes').choices(STEPS),
    )
    .addHelpText('after', `\nExample:\n  npx claviger master-key rotate --data ./data\n${STEPS_HELP}`);
  addServerFlags(command, DATA_SETTINGS).action(
    async ({ step, ...options }: Record<string, unknown> & { step?: Step }) => {
      const configuration = configurationOf(terminal, options);
      assertUsable(configuration, step);
      await withInstallation(terminal, options, async (services, operator) => {
        print(terminal, await rotate(configuration, step, services, operator));
      });
    },
  );
}

/** @throws CommanderError if the rotation would leave other nodes, or the next start, without the key */
function assertUsable(configuration: Configuration, step: Step | undefined): void {
  const { masterKeyProvider, masterKey, database } = configuration;
  if (masterKeyProvider === 'environment' && !masterKey?.includes(',')) {
    throw usageError('set CLAVIGER_MASTER_KEY to NEW,OLD first');
  }
  if (step !== undefined && masterKeyProvider !== 'file') {
    throw usageError(`--step is not used with --master-key-provider ${masterKeyProvider}`);
  }
  if (step === undefined && masterKeyProvider === 'file' && database !== undefined) {
    throw usageError(`other nodes of this database would be left without the new key.${STEPS_HELP}`);
  }
}

async function rotate(
  configuration: Configuration,
  step: Step | undefined,
  services: Services,
  operator: Operator,
): Promise<string> {
  const file = masterKeyFile(configuration.data);
  switch (step) {
    case 'add':
      addNextMasterKey(file, randomBytes);
      return `A next key is in ${file}: copy the file to every other node, then run --step rewrap.`;
    case 'rewrap':
      return `${await rewrap(openNextMasterKey(file, randomBytes), services, operator)} Run --step drop on every node.`;
    case 'drop': {
      await assertAllWrapped(openNextMasterKey(file, randomBytes), services);
      keepNextMasterKey(file);
      return `The old key was removed from ${file}.`;
    }
    case undefined: {
      if (configuration.masterKeyProvider === 'file') addMasterKey(file, randomBytes);
      const done = await rewrap(openMasterKey(configuration), services, operator);
      if (configuration.masterKeyProvider === 'file') dropOldMasterKeys(file);
      return done;
    }
  }
}

async function rewrap(masterKey: MasterKey, services: Services, operator: Operator): Promise<string> {
  const count = await rotateMasterKey(services.store, masterKey, masterKey, (transaction, accountIds) =>
    recordOperatorCommand(
      services,
      transaction,
      operator,
      { name: 'RotateMasterKey', parameters: { MasterKeyId: masterKey.keyId } },
      new Map(accountIds.map((id) => [id, [['ACS::RAM::Account', id]]])),
    ),
  );
  return `Data keys of ${count} account${count === 1 ? '' : 's'} are wrapped with the new master key.`;
}

/** @throws CommanderError if an account still needs the old key */
async function assertAllWrapped({ keyId }: MasterKey, { store }: Services): Promise<void> {
  const accounts = await store.queries.selectFrom('accounts').select('wrapped_data_key').execute();
  const left = accounts.filter(({ wrapped_data_key: wrapped }) => !wrapped.includes(`.${keyId}.`)).length;
  if (left === 0) return;
  throw new CommanderError(
    1,
    'claviger.master-key',
    `the old key is still needed: data keys of ${left} account${left === 1 ? ' are' : 's are'} wrapped with it: run --step rewrap first`,
  );
}

function usageError(message: string): CommanderError {
  return new CommanderError(2, 'claviger.master-key', message);
}
