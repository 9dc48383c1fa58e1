import { readdirSync } from 'node:fs';
import {
  type Configuration,
  closeServices,
  currentOperator,
  InstallationError,
  isInstalled,
  type Operator,
  openServices,
  type Services,
} from '@claviger/server';
import { configurationOf } from './settings.ts';
import { directoryReasonOf } from './system-reason.ts';
import { type Terminal, tell } from './terminal.ts';

/**
 * Opens the data of an installation for one command, and closes it again. What the command changes goes through
 * `operatorChange`, so that it leaves an audit event with the operating-system user.
 * @throws InstallationError when there is none
 */
export async function withServices(
  terminal: Terminal,
  options: object,
  work: (services: Services, operator: Operator) => Promise<void>,
): Promise<void> {
  const configuration = configurationOf(terminal, { ...options });
  const dependencies = { now: Date.now, log: (message: string) => tell(terminal, message) };
  if (!(await isInstalled(configuration, dependencies))) throw noInstallation(configuration);
  const services = await openServices(configuration, dependencies);
  try {
    await work(services, currentOperator(terminal.environment));
  } finally {
    await closeServices(services);
  }
}

/** What to say where an installation should be and none is, or none that can be looked at. */
export function noInstallation({ data, database }: Configuration): InstallationError {
  const hidden = database === undefined ? whyUnreadable(data) : undefined;
  if (hidden !== undefined) return new InstallationError(`${data} cannot be read: ${hidden}`);
  return new InstallationError(
    `there is no installation in ${data} yet; make one with: claviger init --data ${data}`,
  );
}

function whyUnreadable(directory: string): string | undefined {
  try {
    readdirSync(directory);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? undefined : directoryReasonOf(error as NodeJS.ErrnoException);
  }
}
