import type { Lane } from '../context/fair-queue.ts';
import type { Call } from '../pipeline/operation.ts';

/** In whose turn the long work of a call is done: of its account and of its principal. */
export function laneOf({ account, principal }: Call): Lane {
  return { account: account.accountId, source: principal.arn };
}
