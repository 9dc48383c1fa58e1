import { isDomainOf } from '../../accounts/account-domain.ts';
import { Refusal } from '../../errors/refusal.ts';
import type { Call } from '../../pipeline/operation.ts';
import type { UserReference } from '../../users/user.ts';
import { optional, text } from '../../wire/parameter.ts';

/** IMS names a user by its login name, `name@domain`. */
export const userPrincipalName = text({ max: 128, format: /^[\w.-]{1,64}@[\w.-]+$/ });

/** A user's id, digits. */
export const userId = text({ max: 64, format: /^\d+$/ });

/** The two ways in which most IMS operations name a user; at most one is given. */
export const userParameters = {
  UserPrincipalName: optional(userPrincipalName),
  UserId: optional(userId),
} as const;

/**
 * The user that an IMS request means, or undefined when it names none.
 * A login name of a domain that is not the account's names nobody here; the whole of it is then looked for,
 * and not found.
 * @throws Refusal InvalidParameter when it is named twice
 */
export function userReference(
  input: { readonly UserPrincipalName?: string | undefined; readonly UserId?: string | undefined },
  call: Call,
): UserReference | undefined {
  if (input.UserPrincipalName !== undefined && input.UserId !== undefined) {
    throw new Refusal('InvalidParameter', { reason: 'Give UserPrincipalName or UserId, not both.' });
  }
  if (input.UserId !== undefined) return { by: 'id', userId: input.UserId };
  if (input.UserPrincipalName === undefined) return undefined;
  return { by: 'name', userName: userNameOf(input.UserPrincipalName, call) };
}

/** The user name in a login name of this account; the login name itself when it is of another domain. */
export function userNameOf(principalName: string, call: Call): string {
  const at = principalName.lastIndexOf('@');
  const domain = principalName.slice(at + 1).toLowerCase();
  return isDomainOf(call.account, domain) ? principalName.slice(0, at) : principalName;
}
