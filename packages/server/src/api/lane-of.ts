import type { Lane } from '../context/fair-queue.ts';
import type { Call } from '../pipeline/operation.ts';

/** Returns the queue for the long work of a call: fair between accounts, and between principals of an account. */
export function laneOf({ account, principal }: Call): Lane {
  return { account: account.accountId, source: principal.arn };
}
