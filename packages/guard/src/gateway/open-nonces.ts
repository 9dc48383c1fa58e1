import { openNonceFiles } from '../nonce-files.ts';
import { NonceMemory, type NonceStore } from '../nonce-memory.ts';
import { untilTime } from '../until-time.ts';
import type { GuardDependencies } from './guard-runtime.ts';
import type { SharedSettings } from './settings.ts';
import { GatewayConfigurationError } from './settings-section.ts';

/** Open nonce store of a process. */
export interface OpenNonces {
  readonly nonces: NonceStore;
  readonly close: () => void;
}

/**
 * Opens the nonce store: a shared one, files, or the memory of this process. Without knowledge of earlier
 * nonces it resolves at the next full second, from which on requests are accepted: timestamps have whole
 * seconds, so no earlier request has one of those.
 *
 * @throws GatewayConfigurationError if two stores are configured, or the directory is not usable
 */
export async function openNonces(
  { nonceDirectory: directory }: Pick<SharedSettings, 'nonceDirectory'>,
  { nonces: shared, workers, now, log }: Pick<GuardDependencies, 'nonces' | 'workers' | 'now' | 'log'>,
): Promise<OpenNonces> {
  // The primary has opened them.
  if (workers?.nonces !== undefined) return { nonces: workers.nonces, close() {} };
  if (shared !== undefined) {
    if (directory === undefined) return { nonces: shared, close() {} };
    throw new GatewayConfigurationError(
      'nonces are stored in both `nonces.directory` and Redis (CLAVIGER_GUARD_REDIS): remove one',
    );
  }
  if (directory === undefined) {
    const remembersFrom = Math.ceil(now() / 1000) * 1000;
    await untilTime(remembersFrom, now);
    return { nonces: new NonceMemory({ remembersFrom }), close() {} };
  }
  try {
    const nonces = await openNonceFiles({
      directory,
      now,
      log: (problem) => log.error({ problem }, 'nonces'),
    });
    if (nonces.remembersFrom !== undefined) await untilTime(nonces.remembersFrom, now);
    return { nonces, close: () => nonces.close() };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new GatewayConfigurationError(`${directory}: nonces cannot be stored there: ${code ?? message}`);
  }
}
