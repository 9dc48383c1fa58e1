import { loginDomainsOf } from '../../accounts/account-domain.ts';
import { Refusal } from '../../errors/refusal.ts';
import type { Call } from '../../pipeline/operation.ts';
import type { UserReference } from '../../users/user.ts';
import { optional, text } from '../../wire/parameter.ts';

/** Login name of a user: `name@domain`. */
export const userPrincipalName = text({ max: 128, format: /^[\w.-]{1,64}@[\w.-]+$/ });

/** Id of a user, digits. */
export const userId = text({ max: 64, format: /^\d+$/ });

/** The two parameters by which most IMS operations name a user; at most one may be given. */
export const userParameters = {
  UserPrincipalName: optional(userPrincipalName),
  UserId: optional(userId),
} as const;

/**
 * Returns the user that an IMS request names, or `undefined` if it names none. A login name with a domain of another
 * account matches no user: the look-up then uses the whole login name and finds none.
 * @throws Refusal InvalidParameter if both parameters are given
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

/** Returns the user name in a login name of this account; for another domain, the login name unchanged. */
export function userNameOf(principalName: string, call: Call): string {
  const at = principalName.lastIndexOf('@');
  const domain = principalName.slice(at + 1).toLowerCase();
  return loginDomainsOf(call.account).includes(domain) ? principalName.slice(0, at) : principalName;
}
