import type { Demand } from '@claviger/guard/internal';
import { arn } from '../context/arn.ts';
import type { Scope } from '../context/scope.ts';
import { findUser, type UserReference } from './user.ts';

/** Resource of a demand: the one that policies are evaluated for, and the one that a refusal shows, if different. */
export type DemandedResource = Pick<Demand, 'resource' | 'shown'>;

/**
 * Returns the resource of an operation on one user.
 *
 * A user referenced by its id is authorized by its name, as in policies. The refusal shows the id: a caller without
 * the permission must not learn the name of an id, or whether the id exists.
 *
 * @param reference of a user that need not exist; an unknown id takes the place of the name
 */
export async function userResource(scope: Scope, reference: UserReference): Promise<DemandedResource> {
  const { accountId } = scope.account;
  if (reference.by === 'name') return { resource: arn.user(accountId, reference.userName) };
  const user = await findUser(scope.queries, accountId, reference);
  const shown = arn.user(accountId, reference.userId);
  return { resource: user === undefined ? shown : arn.user(accountId, user.user_name), shown };
}

/** Returns the resource of operations on all users of the account, and of creating one. */
export const allUsersArn = (scope: Scope): string => arn.user(scope.account.accountId, '*');
