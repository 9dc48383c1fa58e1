import { useCallback, useState } from 'react';

import { askForStepUp } from '../session/step-up.ts';
import { ApiError } from './api-error.ts';
import { call } from './call.ts';
import type { AnswerOf, OperationOf, ParametersOf, Product } from './operations.ts';
import { isSessionEnd, queryClient, sessionEnded } from './query-client.ts';

/** A change under way. */
export interface Change {
  readonly running: boolean;
  /** Why the last one failed; null while one runs and after a success. */
  readonly error: Error | null;
  /** Forgets the error. */
  readonly reset: () => void;
  /**
   * Does the work and reads again whatever is on the screen.
   * @returns its result; undefined when it failed (see `error`), or was given up at the step-up
   */
  readonly run: <T>(work: () => Promise<T>) => Promise<T | undefined>;
}

/**
 * Changes something on the server. When the server wants to know first that it is still the same person, the
 * step-up dialog opens, and the work is done again after it.
 *
 *     const change = useChange();
 *     const done = await change.run(() => call('Ims', 'DeleteUser', { UserId: id }));
 *     if (done) message.success(t('deleted'));
 *
 * Nothing of an answer is kept here: an AccessKey's secret is with whoever asked for it, and nowhere else.
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

/** One operation as a change. */
export function useOperation<P extends Product, O extends OperationOf<P>>(
  product: P,
  operation: O,
): Change & { readonly send: (parameters: ParametersOf<P, O>) => Promise<AnswerOf<P, O> | undefined> } {
  const change = useChange();
  const { run } = change;
  const send = useCallback(
    (parameters: ParametersOf<P, O>) => run(() => call(product, operation, parameters)),
    [run, product, operation],
  );
  return { ...change, send };
}
