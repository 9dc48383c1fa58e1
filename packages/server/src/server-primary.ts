import { NonceMemory } from '@claviger/guard';
import { listAccounts } from './accounts/create-account.ts';
import { recallNonces, takeOwnLock } from './claviger.ts';
import type { Configuration } from './configuration.ts';
import {
  callRateLimits,
  closeServices,
  type InstallationDependencies,
  openServices,
  streamLimits,
} from './installation.ts';
import { PrimaryState } from './workers/primary-state.ts';

/** Primary process of a server with several workers. */
export interface ServerPrimary {
  readonly state: PrimaryState;
  /** Whether the workers ask the primary about nonces; otherwise they share them by Redis. */
  readonly sharesNonces: boolean;
  readonly accounts: Awaited<ReturnType<typeof listAccounts>>;
  /** Releases the lock on the data. */
  close(): Promise<void>;
}

/**
 * Opens what the workers of a server share: takes the lock on the data, brings the database up to date, and recalls the
 * nonces of an earlier process.
 * @throws StoreUnavailable, MasterKeyUnavailable
 */
export async function openServerPrimary(
  configuration: Configuration,
  dependencies: InstallationDependencies,
  workers: number,
): Promise<ServerPrimary> {
  const { now, log } = dependencies;
  const lock = await takeOwnLock(configuration, log);
  try {
    const nonces = configuration.redis === undefined ? new NonceMemory() : undefined;
    const services = await openServices(configuration, dependencies);
    let accounts: ServerPrimary['accounts'];
    try {
      if (nonces !== undefined) await recallNonces(services.store, nonces, now());
      accounts = await listAccounts(services);
    } finally {
      await closeServices(services);
    }
    const limits = { workers, calls: callRateLimits(configuration), streams: streamLimits(configuration) };
    return {
      state: new PrimaryState(limits, nonces, now),
      sharesNonces: nonces !== undefined,
      accounts,
      close: async () => {
        await lock?.release();
      },
    };
  } catch (error) {
    await lock?.release();
    throw error;
  }
}
