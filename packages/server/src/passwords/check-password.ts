import type { PasswordPolicy } from './password-policy.ts';
import { isWellKnown } from './well-known-password.ts';

const LOWERCASE = /\p{Ll}/u;
const UPPERCASE = /\p{Lu}/u;
const NUMBER = /\p{Nd}/u;
const SYMBOL = /[^\p{L}\p{Nd}]/u;

/** RAM's minimum for new accounts, regardless of their policy (notice of 2026-03-10). */
export const MIN_CHARACTER_KINDS = 2;

/**
 * Checks a password by its characters alone; password-history.ts checks whether it was used before.
 * @param policy of the account
 * @param userName of the password's user
 * @returns the fault as the end of a sentence, without the password; undefined if the password is acceptable
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
  if (policy.RequireLowercaseCharacters && !LOWERCASE.test(password)) return 'it needs a lowercase letter';
  if (policy.RequireUppercaseCharacters && !UPPERCASE.test(password)) return 'it needs an uppercase letter';
  if (policy.RequireNumbers && !NUMBER.test(password)) return 'it needs a digit';
  if (policy.RequireSymbols && !SYMBOL.test(password)) return 'it needs a symbol';
  const kinds = [LOWERCASE, UPPERCASE, NUMBER, SYMBOL].filter((kind) => kind.test(password));
  if (kinds.length < MIN_CHARACTER_KINDS) {
    return `it needs ${MIN_CHARACTER_KINDS} kinds of characters of lowercase and uppercase letters, digits and symbols`;
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
