import { useState } from 'react';
import type { AnswerOf } from '../../api/operations.ts';
import { passkeyError } from '../../session/passkey-error.ts';

/** Answer of each step of the sign-in; it names the next step. */
export type SignInAnswer = AnswerOf<'Claviger', 'SignIn'>;

/** Runs the calls of one step of the sign-in. @param onAnswer receives the answer of a successful call */
export function useSignInCall(onAnswer: (answer: SignInAnswer) => void) {
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  async function send(request: () => Promise<SignInAnswer>): Promise<void> {
    setRunning(true);
    setError(null);
    try {
      onAnswer(await request());
    } catch (reason) {
      setError(passkeyError(reason));
    } finally {
      setRunning(false);
    }
  }
  return { running, error, send };
}
