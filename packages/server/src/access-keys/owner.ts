import { arn } from '../accounts/arn.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Call } from '../pipeline/operation.ts';
import { requireUser, type UserReference } from '../users/user.ts';
import { type DemandedResource, userResource } from '../users/user-arn.ts';

/** Whose key it is: the account root's or a RAM user's. */
export interface KeyOwner {
  readonly type: 'root' | 'user';
  /** The user id, or the account id for the root. */
  readonly id: string;
  /** The user name; `root` for the root. */
  readonly name: string;
}

/**
 * Whose keys an operation means: the user it names, or without a name the caller itself. A RAM administrator
 * therefore never reaches the root's keys: without a name it means its own.
 * @throws Refusal EntityNotExist.User when the name is nobody's, MissingUserName when a role session names nobody
 */
export async function keyOwner(call: Call, reference: UserReference | undefined): Promise<KeyOwner> {
  if (reference !== undefined) {
    const user = await requireUser(call, reference);
    return { type: 'user', id: user.user_id, name: user.user_name };
  }
  const { principal } = call;
  switch (principal.type) {
    case 'root':
      return { type: 'root', id: principal.accountId, name: 'root' };
    case 'ram-user':
      return { type: 'user', id: principal.userId, name: principal.userName };
    case 'assumed-role':
    case 'guard':
      throw new Refusal('Missing', { name: 'UserName' });
  }
}

/**
 * The resource of an operation on somebody's keys: the user's own ARN, whether or not there is such a user.
 * @param reference undefined means the caller itself
 */
export async function keyOwnerResource(
  call: Call,
  reference: UserReference | undefined,
): Promise<DemandedResource> {
  if (reference !== undefined) return userResource(call, reference);
  const { accountId } = call.account;
  const { principal } = call;
  switch (principal.type) {
    case 'root':
      return { resource: arn.user(accountId, 'root') };
    case 'ram-user':
      return { resource: arn.user(accountId, principal.userName) };
    case 'assumed-role':
    case 'guard':
      throw new Refusal('Missing', { name: 'UserName' });
  }
}
