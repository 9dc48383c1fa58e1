import type { UserReference } from '../../users/user.ts';
import { optional, text } from '../../wire/parameter.ts';

/** RAM names a user by its user name, without a domain. */
export const userName = text({ max: 64, chars: /^[\w.-]+$/ });

/** Where RAM lets the name be left out, the caller is meant. */
export const optionalUserName = optional(userName);

/** The user that a RAM request means, or undefined when it names none. */
export function userReference(input: { readonly UserName: string | undefined }): UserReference | undefined {
  return input.UserName === undefined ? undefined : { by: 'name', userName: input.UserName };
}
