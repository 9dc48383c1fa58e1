import type { Lane } from '../fair-queue.ts';
import type { Call } from '../rpc/operation.ts';

/** In whose turn the long work of a call is done: of its account and of its principal. */
export function laneOf({ account, principal }: Call): Lane {
  return { account: account.accountId, source: principal.arn };
}
