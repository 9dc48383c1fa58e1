import { randomBytes } from 'node:crypto';
import { type GuardDependencies, guardPrimaryHandlers, openNonces } from '@claviger/guard/gateway';
import { CommanderError } from 'commander';
import { WorkerPool } from './worker-pool.ts';

/** Time for a worker to reload its configuration, ms. */
const RELOAD_MS = 30_000;

/** What a worker of a guard is told at its start. */
export interface GuardStart {
  readonly number: number;
  readonly isReplacement: boolean;
  /** Secret of the identity tokens, base64: the same in all workers. */
  readonly identitySecret: string;
  /** Nonces at the primary; absent if the workers share them by Redis. */
  readonly nonces: { readonly remembersFrom: number | undefined } | undefined;
}

export interface GuardPoolOptions {
  readonly count: number;
  readonly log: GuardDependencies['log'];
  readonly identitySecret: Uint8Array | undefined;
  /** Folder of the nonces, if the configuration has one. */
  readonly nonceDirectory: string | undefined;
  readonly usesRedis: boolean;
}

/** Gateway or forward-auth endpoint of several processes. */
export interface GuardPool {
  /** Lines to print when it listens. */
  readonly startMessages: readonly string[];
  /** Resolves with the reason when the control plane refuses the guard before the first snapshot. */
  readonly refused: Promise<string>;
  reload(): Promise<void>;
  /** Replaces the workers one after another. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the workers of a guard. @throws CommanderError with the reason if one cannot start */
export async function startGuardPool(options: GuardPoolOptions): Promise<GuardPool> {
  const { count, log, nonceDirectory, usesRedis } = options;
  const identitySecret = Buffer.from(options.identitySecret ?? randomBytes(32)).toString('base64');
  const opened = usesRedis
    ? undefined
    : await openNonces({ nonceDirectory }, { nonces: undefined, workers: undefined, now: Date.now, log });
  const shared = guardPrimaryHandlers(opened?.nonces, count);
  const refusal = Promise.withResolvers<string>();
  try {
    const { pool, started } = await WorkerPool.start<readonly string[]>({
      count,
      log,
      handlersFor: () => ({
        handlers: { ...shared, refused: (reason: string) => refusal.resolve(reason) },
        end: () => {},
      }),
      startMessage: (number, isReplacement): GuardStart => ({
        number,
        isReplacement,
        identitySecret,
        nonces: opened && { remembersFrom: opened.nonces.remembersFrom },
      }),
    });
    return {
      startMessages: started,
      refused: refusal.promise,
      reload: async () => {
        await pool.askEach('own', ['reload', null], RELOAD_MS);
      },
      restart: () => pool.restart(),
      async close() {
        await pool.stop();
        opened?.close();
      },
    };
  } catch (error) {
    opened?.close();
    throw new CommanderError(1, 'claviger.guard', (error as Error).message);
  }
}
