import type { Account } from '../context/account.ts';
import { Refusal } from '../errors/refusal.ts';
import { secretOwner } from '../passwords/sign-in-throttle.ts';
import type { ConsoleRequest } from './console-request.ts';
import type { SessionOwner } from './second-factor.ts';

/**
 * Runs one attempt of a known owner to prove a password, code or passkey, within the sign-in throttle.
 * @throws Refusal Throttling.SignIn, and what `attempt` throws
 */
export async function withSignInThrottle<T>(
  request: ConsoleRequest,
  { account, owner }: { readonly account: Account; readonly owner: SessionOwner },
  attempt: () => Promise<T>,
): Promise<T> {
  const guess = { name: secretOwner(account.accountId, owner.name), address: request.sourceAddress };
  const begun = await request.services.signInThrottle.begin(guess);
  if (begun === undefined) throw new Refusal('Throttling.SignIn');
  let outcome: 'succeeded' | 'failed' = 'failed';
  try {
    const result = await attempt();
    outcome = 'succeeded';
    return result;
  } finally {
    begun.over(outcome);
  }
}
