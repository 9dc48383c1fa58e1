import type { Lane } from '../context/fair-queue.ts';
import type { Call } from '../pipeline/operation.ts';

/** Returns the lane of a call in fair queues: its account and its principal. */
export function laneOf({ account, principal }: Call): Lane {
  return { account: account.accountId, source: principal.arn };
}
