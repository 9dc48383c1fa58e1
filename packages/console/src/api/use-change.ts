import { useCallback, useState } from 'react';

import { askForStepUp } from '../session/step-up.ts';
import { ApiError } from './api-error.ts';
import { isSessionEnd, queryClient, sessionEnded } from './query-client.ts';

/** State of a change. */
export interface Change {
  readonly running: boolean;
  /** Error of the last change; null while one runs and after a success. */
  readonly error: Error | null;
  /** Clears the error. */
  readonly reset: () => void;
  /**
   * Runs a change, then repeats all reading calls of the page.
   * @returns its result; undefined when it failed (see `error`) or the step-up was cancelled
   */
  readonly run: <T>(work: () => Promise<T>) => Promise<T | undefined>;
}

/**
 * Changes something on the server. When the server requires a step-up, the step-up dialog opens, and the change is
 * repeated after it.
 *
 *     const change = useChange();
 *     const done = await change.run(() => call('Ims', 'DeleteUser', { UserId: id }));
 *     if (done) message.success(t('deleted'));
 *
 * The answer is not cached: only the caller has the secret of a new AccessKey.
 */
export function useChange(): Change {
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const reset = useCallback(() => setError(null), []);
  const run = useCallback(async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    setRunning(true);
    setError(null);
    try {
      return await withStepUp(work);
    } catch (reason) {
      if (isSessionEnd(reason)) sessionEnded();
      setError(reason instanceof Error ? reason : new Error(String(reason)));
      return undefined;
    } finally {
      setRunning(false);
      void queryClient.invalidateQueries();
    }
  }, []);
  return { running, error, reset, run };
}

async function withStepUp<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (reason) {
    if (!(reason instanceof ApiError && reason.code === 'StepUpRequired')) throw reason;
    return (await askForStepUp()) ? work() : undefined;
  }
}
