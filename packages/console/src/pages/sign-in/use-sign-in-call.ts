import { useState } from 'react';
import { ApiError } from '../../api/api-error.ts';
import type { NextStep } from './sign-in.tsx';

/** One call of the sign-in: its run, its error. */
export function useSignInCall(goOn: (answer: NextStep) => void) {
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  async function send(work: () => Promise<NextStep>): Promise<void> {
    setRunning(true);
    setError(null);
    try {
      goOn(await work());
    } catch (reason) {
      setError(asError(reason));
    } finally {
      setRunning(false);
    }
  }
  return { running, error, send };
}

/** The browser's own words for a passkey that was not used are of no help to people. */
function asError(reason: unknown): Error {
  if (reason instanceof Error && reason.name === 'NotAllowedError') {
    return new ApiError({ code: 'PasskeyNotUsed', status: 0, message: reason.message, cause: reason });
  }
  return reason instanceof Error ? reason : new Error(String(reason));
}
