import type { PasswordPolicy } from './password-policy.ts';
import { isWellKnown } from './well-known-password.ts';

const lowercase = /\p{Ll}/u;
const uppercase = /\p{Lu}/u;
const number = /\p{Nd}/u;
const symbol = /[^\p{L}\p{Nd}]/u;

/** RAM asks this of new accounts, whatever their policy (notice of 2026-03-10). */
export const kindsAtLeast = 2;

/**
 * What a password lacks, of what can be seen from the password alone; whether it was used before is seen by the
 * history (password-history.ts).
 * @param policy of the account
 * @param userName of whom it is for
 * @returns the reason as the end of a sentence, without the password; undefined when it will do
 */
export function checkPassword(
  policy: PasswordPolicy,
  password: string,
  userName: string,
): string | undefined {
  const characters = [...password];
  if (characters.length < policy.MinimumPasswordLength) {
    return `it needs ${policy.MinimumPasswordLength} characters or more`;
  }
  if (policy.RequireLowercaseCharacters && !lowercase.test(password)) return 'it needs a lowercase letter';
  if (policy.RequireUppercaseCharacters && !uppercase.test(password)) return 'it needs an uppercase letter';
  if (policy.RequireNumbers && !number.test(password)) return 'it needs a digit';
  if (policy.RequireSymbols && !symbol.test(password)) return 'it needs a symbol';
  const kinds = [lowercase, uppercase, number, symbol].filter((kind) => kind.test(password));
  if (kinds.length < kindsAtLeast) {
    return `it needs ${kindsAtLeast} kinds of characters of lowercase and uppercase letters, digits and symbols`;
  }
  if (new Set(characters).size < policy.MinimumPasswordDifferentCharacter) {
    return `it needs ${policy.MinimumPasswordDifferentCharacter} different characters or more`;
  }
  if (policy.PasswordNotContainUserName && password.toLowerCase().includes(userName.toLowerCase())) {
    return 'it contains the user name';
  }
  if (policy.InterceptRiskPasswordOnApi && isWellKnown(password)) return 'it is among the well-known ones';
  return undefined;
}
