import {
  assertReloadable,
  type Claviger,
  type Configuration,
  callRateLimits,
  openServerPrimary,
  type ServerPrimary,
  startClaviger,
  type WorkerFacts,
  WorkerState,
} from '@claviger/server';
import { CommanderError } from 'commander';
import type { Logger } from 'pino';
import { type RunningWorker, runWorker } from './run-worker.ts';
import { workerCount } from './worker-count.ts';
import { WorkerPool } from './worker-pool.ts';

/** Time for a worker to take a configuration, ms. */
const RELOAD_MS = 10_000;

/** What a worker of `serve` is told at its start. */
interface ServeStart {
  readonly configuration: Configuration;
  readonly facts: WorkerFacts;
}

/** Addresses that a worker of `serve` answers with. */
export type ServerAddresses = Pick<Claviger, 'url' | 'adminUrl' | 'consoleUrl' | 'certificateFile'>;

/** Settings that the primary has applied; a change takes effect at a restart of the whole server. */
const SETTINGS_OF_THE_PRIMARY = [
  'data',
  'host',
  'port',
  'adminHost',
  'adminPort',
  'workers',
  'database',
  'redis',
  'unsharedNonces',
  'streamsPerAccessKey',
  'streamsPerAccount',
  'streamsPerNode',
  'masterKeyProvider',
  'masterKey',
  'vaultAddress',
  'vaultToken',
  'vaultKey',
] as const satisfies readonly (keyof Configuration)[];

/** A server of several processes. */
export interface ServedByWorkers extends ServerAddresses {
  readonly accounts: ServerPrimary['accounts'];
  /** See `Claviger.reload`; all workers, or none. */
  reload(next: Configuration): Promise<readonly string[]>;
  /** Replaces the workers one after another, with a new configuration. */
  restart(next: Configuration): Promise<void>;
  close(): Promise<void>;
}

/** Starts the workers of a server. @throws CommanderError with the reason if one cannot start */
export async function startServerWorkers(
  configuration: Configuration,
  logger: Logger,
): Promise<ServedByWorkers> {
  let inForce = configuration;
  const count = workerCount(configuration.workers);
  const primary = await openServerPrimary(
    configuration,
    {
      now: Date.now,
      log: (message) => logger.warn(message),
    },
    count,
  );
  const { state, sharesNonces } = primary;
  try {
    const { pool, started } = await WorkerPool.start<ServerAddresses>({
      count,
      log: logger,
      handlersFor: () => state.handlersFor(),
      startMessage: (number): ServeStart => ({
        configuration: ofOneWorker(inForce, count),
        facts: {
          workers: count,
          isBackground: number === 1,
          sharesNonces,
          remembersFrom: state.remembersFrom,
        },
      }),
    }).catch((error: Error) => {
      throw new CommanderError(1, 'claviger.serve', error.message);
    });
    const takeLimits = (next: Configuration) => {
      const isChanged = JSON.stringify(callRateLimits(next)) !== JSON.stringify(callRateLimits(inForce));
      if (isChanged) state.setCallLimits(callRateLimits(next));
      logger.level = next.logLevel;
    };
    return {
      ...started,
      accounts: primary.accounts,
      async reload(next) {
        const before = inForce;
        // A worker that starts meanwhile has the new one.
        inForce = next;
        try {
          await pool.askEach('own', ['reload', ofOneWorker(next, count)], RELOAD_MS);
          takeLimits(next);
          return assertReloadable(before, next);
        } catch (error) {
          inForce = before;
          await pool.askEach('own', ['reload', ofOneWorker(before, count)], RELOAD_MS).catch(() => {});
          throw error;
        }
      },
      async restart(next) {
        const fixed = SETTINGS_OF_THE_PRIMARY.filter(
          (name) => JSON.stringify(next[name]) !== JSON.stringify(inForce[name]),
        );
        if (fixed.length > 0) {
          throw new Error(`${fixed.join(', ')}: a change takes effect at a restart of the whole server only`);
        }
        const before = inForce;
        takeLimits(next);
        inForce = next;
        try {
          await pool.restart();
        } catch (error) {
          takeLimits(before);
          inForce = before;
          throw error;
        }
      },
      async close() {
        await pool.stop();
        await primary.close();
      },
    };
  } catch (error) {
    await primary.close();
    throw error;
  }
}

/** Returns the configuration of a worker: the connections to the database are those of the whole node. */
function ofOneWorker(configuration: Configuration, workers: number): Configuration {
  const databaseConnections = Math.max(1, Math.floor(configuration.databaseConnections / workers));
  return { ...configuration, databaseConnections };
}

/**
 * Runs a worker of `serve`.
 * @param open opens its logs
 * @param explain returns the error of a failed start in the words of the command
 */
export function runServerWorker(
  open: (configuration: Configuration) => Promise<{
    readonly logger: Logger;
    readonly requests: Logger;
    readonly finish: () => Promise<void>;
  }>,
  explain: (error: unknown) => Error,
): Promise<never> {
  return runWorker<ServeStart>(async ({ configuration, facts }, channel): Promise<RunningWorker> => {
    const { logger, requests, finish } = await open(configuration);
    const state = new WorkerState(channel, facts);
    const claviger = await startClaviger(configuration, logger, Date.now, undefined, requests, state).catch(
      (error: unknown) => {
        throw explain(error);
      },
    );
    const { url, adminUrl, consoleUrl, certificateFile } = claviger;
    return {
      started: { url, adminUrl, consoleUrl, certificateFile } satisfies ServerAddresses,
      drain: (idleMs) => claviger.drain(idleMs),
      stop: async () => {
        try {
          await claviger.close();
        } finally {
          await finish();
        }
      },
      values: () => claviger.metrics.getMetricsAsJSON(),
      handlers: { reload: (next: Configuration) => claviger.reload(next) },
    };
  });
}
