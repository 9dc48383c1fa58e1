import { arn } from '../context/arn.ts';
import type { CallerScope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import type { UserRow } from '../store/schema.ts';
import { requireUser, type UserReference } from '../users/user.ts';

/**
 * Returns the target user; defaults to the calling RAM user. @throws Refusal Missing{name} if the caller is not a
 * RAM user
 */
function namedOrCaller(
  scope: CallerScope,
  reference: UserReference | undefined,
  parameterName: string,
): UserReference {
  if (reference !== undefined) return reference;
  const { principal } = scope;
  if (principal.type !== 'ram-user') throw new Refusal('Missing', { name: parameterName });
  return { by: 'id', userId: principal.userId };
}

/** Reads the target user; defaults to the calling RAM user. @throws Refusal EntityNotExist.User, Missing{name} */
export function targetUser(
  scope: CallerScope,
  reference: UserReference | undefined,
  parameterName: string,
): Promise<UserRow> {
  return requireUser(scope, namedOrCaller(scope, reference, parameterName));
}

/**
 * Returns the ARN of the target user, whether or not it exists; defaults to the calling RAM user.
 * @throws Refusal Missing{name}
 */
export function targetUserArn(
  scope: CallerScope,
  userName: string | undefined,
  parameterName: string,
): string {
  const { principal } = scope;
  if (userName !== undefined) return arn.user(scope.account.accountId, userName);
  if (principal.type !== 'ram-user') throw new Refusal('Missing', { name: parameterName });
  return arn.user(scope.account.accountId, principal.userName);
}
