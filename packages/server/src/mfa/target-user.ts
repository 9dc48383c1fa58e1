import { arn } from '../accounts/arn.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Call } from '../pipeline/operation.ts';
import type { UserRow } from '../store/schema.ts';
import { requireUser, type UserReference } from '../users/user.ts';

/** Whom an operation means that may leave out whom: then it is the calling RAM user. @throws Refusal Missing{name} when the caller is none */
function namedOrCaller(
  call: Call,
  reference: UserReference | undefined,
  parameterName: string,
): UserReference {
  if (reference !== undefined) return reference;
  const { principal } = call;
  if (principal.type !== 'ram-user') throw new Refusal('Missing', { name: parameterName });
  return { by: 'id', userId: principal.userId };
}

/** The user that is meant. @throws Refusal EntityNotExist.User, Missing{name} */
export function targetUser(
  call: Call,
  reference: UserReference | undefined,
  parameterName: string,
): Promise<UserRow> {
  return requireUser(call, namedOrCaller(call, reference, parameterName));
}

/** The resource of an operation on that user, whether or not there is one. @throws Refusal Missing{name} */
export function targetUserArn(call: Call, userName: string | undefined, parameterName: string): string {
  const { principal } = call;
  if (userName !== undefined) return arn.user(call.account.accountId, userName);
  if (principal.type !== 'ram-user') throw new Refusal('Missing', { name: parameterName });
  return arn.user(call.account.accountId, principal.userName);
}
