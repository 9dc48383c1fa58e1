import { useState } from 'react';
import { passkeyError } from '../../session/passkey-error.ts';
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
      setError(passkeyError(reason));
    } finally {
      setRunning(false);
    }
  }
  return { running, error, send };
}
