import { readdirSync } from 'node:fs';
import {
  type Configuration,
  closeServices,
  currentOperator,
  InstallationError,
  isInstalled,
  listAccounts,
  type Operator,
  type OperatorChange,
  type OperatorCommand,
  openServices,
  operatorChange,
  type Services,
} from '@claviger/server';
import { configurationOf } from './server-flags.ts';
import { directoryErrorText } from './system-error.ts';
import { printStatus, type Terminal } from './terminal.ts';

/**
 * Opens the data of an installation, runs a command on it and closes it. Changes go through `operatorChange`, which
 * writes an audit event with the operating-system user.
 * @throws InstallationError when there is no installation
 */
export async function withInstallation(
  terminal: Terminal,
  options: object,
  action: (services: Services, operator: Operator) => Promise<void>,
): Promise<void> {
  const configuration = configurationOf(terminal, { ...options });
  const dependencies = { now: Date.now, log: (message: string) => printStatus(terminal, message) };
  if (!(await isInstalled(configuration, dependencies))) throw missingInstallation(configuration);
  const services = await openServices(configuration, dependencies);
  try {
    await action(services, currentOperator(terminal.environment));
  } finally {
    await closeServices(services);
  }
}

/**
 * Runs a command that concerns a whole installation, with an audit event in the log of each account.
 *
 * @param work further changes of the same transaction
 */
export function changeInstallation(
  terminal: Terminal,
  options: object,
  command: OperatorCommand,
  work: (change: OperatorChange) => Promise<void> = async () => {},
): Promise<void> {
  return withInstallation(terminal, options, async (services, operator) => {
    const accounts = await listAccounts(services);
    await operatorChange(services, operator, command, async (change) => {
      for (const { accountId } of accounts) {
        (await change.inAccount(accountId)).touched('ACS::RAM::Account', accountId);
      }
      await work(change);
    });
  });
}

/** Returns the error for a missing or unreadable installation. */
export function missingInstallation({ data, database }: Configuration): InstallationError {
  const reason = database === undefined ? unreadableReason(data) : undefined;
  if (reason !== undefined) return new InstallationError(`${data} cannot be read: ${reason}`);
  return new InstallationError(
    `no installation in ${data}: create one with \`claviger init --data ${data}\``,
  );
}

function unreadableReason(directory: string): string | undefined {
  try {
    readdirSync(directory);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? undefined : directoryErrorText(error as NodeJS.ErrnoException);
  }
}
