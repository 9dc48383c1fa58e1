import { arn } from '../accounts/arn.ts';
import type { Scope } from '../rpc/operation.ts';
import { findUser, type UserReference } from './user.ts';

/**
 * The resource of an operation on a user: its own ARN, whether or not there is such a user. An id that is nobody's
 * stands in it for the name.
 */
export async function userArn(scope: Scope, reference: UserReference): Promise<string> {
  const { accountId } = scope.account;
  if (reference.by === 'name') return arn.user(accountId, reference.userName);
  const user = await findUser(scope.queries, accountId, reference);
  return arn.user(accountId, user?.user_name ?? reference.userId);
}

/** The resource of operations on all users of the account, and of making one. */
export const allUsersArn = (scope: Scope): string => arn.user(scope.account.accountId, '*');
