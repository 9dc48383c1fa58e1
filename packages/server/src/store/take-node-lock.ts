import { dirname, join } from 'node:path';
import type { NodeLock } from './node-lock.ts';
import type { StoreLocation } from './open-store.ts';
import { takePostgresNodeLock } from './postgres/postgres-node-lock.ts';
import { takeSqliteNodeLock } from './sqlite/sqlite-node-lock.ts';
import { StoreUnavailable } from './store-unavailable.ts';

export interface NodeLockOptions {
  /** Whether this server shares its nonces with others. */
  readonly sharesNonces: boolean;
  /** What to do when another server has the lock. */
  readonly whenTaken: 'refuse' | 'warn';
  readonly log: (message: string) => void;
}

/**
 * Takes the lock of a server on its data: two servers that do not share their nonces accept a request once each.
 * @returns undefined if another server has it, and `whenTaken` is `warn`
 * @throws StoreUnavailable if another server has it, or the database cannot be reached
 */
export async function takeNodeLock(
  location: StoreLocation,
  { sharesNonces, whenTaken, log }: NodeLockOptions,
): Promise<NodeLock | undefined> {
  const lock =
    location.kind === 'sqlite'
      ? takeSqliteNodeLock(join(dirname(location.file), 'server.lock'))
      : await takePostgresNodeLock({ url: location.url, sharesNonces, log });
  if (lock !== undefined) return lock;
  const problem =
    location.kind === 'sqlite'
      ? `another server uses the data directory ${dirname(location.file)}: stop it, or use PostgreSQL and --redis for several servers`
      : 'another server uses this database, and the two do not share their nonces: give each of them the same --redis, or stop the other one';
  if (whenTaken === 'refuse') {
    throw new StoreUnavailable(`${problem}; --unshared-nonces warn starts all the same`);
  }
  log(`${problem}; until then a request can be used once at each of them`);
  return undefined;
}
