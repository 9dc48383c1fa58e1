import type { Demand } from '@claviger/guard/internal';
import { arn } from '../context/arn.ts';
import type { Scope } from '../context/scope.ts';
import { findUser, type UserReference } from './user.ts';

/** The resource of a demand: what policies are asked about, and what a refusal names instead, if that differs. */
export type DemandedResource = Pick<Demand, 'resource' | 'shown'>;

/**
 * Returns the resource of an operation on one user.
 *
 * A user that is named by its id is authorised by its name, as policies have it. The refusal names the id: a caller
 * without the permission must not learn from it which name an id has, or whether it has one.
 *
 * @param reference of a user that need not exist; an unknown id stands in the resource for the name
 */
export async function userResource(scope: Scope, reference: UserReference): Promise<DemandedResource> {
  const { accountId } = scope.account;
  if (reference.by === 'name') return { resource: arn.user(accountId, reference.userName) };
  const user = await findUser(scope.queries, accountId, reference);
  const shown = arn.user(accountId, reference.userId);
  return { resource: user === undefined ? shown : arn.user(accountId, user.user_name), shown };
}

/** The resource of operations on all users of the account, and of making one. */
export const allUsersArn = (scope: Scope): string => arn.user(scope.account.accountId, '*');
