import { arn } from '../context/arn.ts';
import type { Call } from '../pipeline/operation.ts';

/** Returns the demand of an operation on the caller's account itself: its settings and what belongs to no one entity. */
export const demandOnAccount = (action: string, call: Call) => [
  { action, resource: arn.account(call.account.accountId) },
];
