import {
  type Configuration,
  closeServices,
  InstallationError,
  isInstalled,
  openServices,
  type Services,
} from '@claviger/server';
import { configurationOf } from './settings.ts';
import { type Terminal, tell } from './terminal.ts';

/**
 * Opens the data of an installation for one command, and closes it again.
 * @throws InstallationError when there is none
 */
export async function withServices(
  terminal: Terminal,
  options: object,
  work: (services: Services) => Promise<void>,
): Promise<void> {
  const configuration = configurationOf(terminal, { ...options });
  const surroundings = { now: Date.now, log: (message: string) => tell(terminal, message) };
  if (!(await isInstalled(configuration, surroundings))) throw noInstallation(configuration);
  const services = await openServices(configuration, surroundings);
  try {
    await work(services);
  } finally {
    await closeServices(services);
  }
}

/** What to say where an installation should be and none is. */
export function noInstallation({ data }: Configuration): InstallationError {
  return new InstallationError(
    `there is no installation in ${data} yet; make one with: claviger init --data ${data}`,
  );
}
