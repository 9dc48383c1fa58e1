import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LastUsed } from './access-keys/last-used.ts';
import { AccountDirectory } from './accounts/account-directory.ts';
import type { Configuration } from './configuration.ts';
import { createMasterKeyFile, masterKeyFile } from './secrets/file-master-key.ts';
import { openMasterKey } from './secrets/open-master-key.ts';
import { SecretBox } from './secrets/secret-box.ts';
import type { Services } from './services.ts';
import { Identifiers } from './store/identifiers.ts';
import { openStore, type StoreLocation } from './store/open-store.ts';

/** What can be said of an installation that is not there, or is there already. */
export class InstallationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InstallationError';
  }
}

/** Outside influences, so that tests can give their own. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of troubles that no request sees; never a secret. */
  readonly log: (message: string) => void;
}

/** Where the configuration keeps its data. */
export function storeLocation(configuration: Configuration): StoreLocation {
  return configuration.database === undefined
    ? { kind: 'sqlite', file: join(configuration.data, 'claviger.db') }
    : { kind: 'postgres', url: configuration.database };
}

/**
 * Whether the data directory has been made ready: it has a master key of its own, or a database.
 * With the master key elsewhere and PostgreSQL there is nothing in it to tell by.
 */
export function isPrepared(configuration: Configuration): boolean {
  return existsSync(masterKeyFile(configuration.data)) || existsSync(join(configuration.data, 'claviger.db'));
}

/**
 * Makes the data directory (mode 0700) and, when it is to hold the master key, the key.
 * @throws InstallationError when the directory is in use already; nothing is changed then
 */
export function prepareDataDirectory(configuration: Configuration): void {
  if (isPrepared(configuration)) {
    throw new InstallationError(
      `${configuration.data} holds an installation already; nothing was changed. Use another directory, or start it with: claviger serve --data ${configuration.data}`,
    );
  }
  mkdirSync(configuration.data, { recursive: true, mode: 0o700 });
  if (configuration.masterKeyProvider === 'file') {
    createMasterKeyFile(masterKeyFile(configuration.data), randomBytes);
  }
}

/** The parts of a running server that operations share; to be closed with `closeServices`. */
export async function openServices(
  configuration: Configuration,
  surroundings: Surroundings,
): Promise<Services> {
  const { now, log } = surroundings;
  const secrets = new SecretBox([openMasterKey(configuration)], randomBytes);
  const store = await openStore(storeLocation(configuration), { now, log });
  return {
    store,
    accounts: new AccountDirectory(store),
    secrets,
    identifiers: new Identifiers(randomBytes),
    lastUsed: new LastUsed({ store, now, log }),
  };
}

/** Writes down what is still in memory, and lets the database go. */
export async function closeServices(services: Services): Promise<void> {
  await services.lastUsed.close();
  await services.store.close();
}
