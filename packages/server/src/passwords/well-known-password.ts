import { commonPasswords } from './common-passwords.ts';

/** What the passwords that are tried first are made of: words, names of products, and walks over the keyboard. */
const commonParts = [
  'password',
  'passwd',
  'passw',
  'welcome',
  'letmein',
  'changeme',
  'default',
  'secret',
  'administrator',
  'admin',
  'root',
  'guest',
  'test',
  'user',
  'login',
  'master',
  'dragon',
  'monkey',
  'shadow',
  'sunshine',
  'princess',
  'football',
  'baseball',
  'superman',
  'iloveyou',
  'trustno',
  'whatever',
  'starwars',
  'aliyun',
  'alibaba',
  'taobao',
  'woaini',
  'qwertyuiop',
  'qwerty',
  'asdfghjkl',
  'asdfgh',
  'asdf',
  'zxcvbnm',
  'zxcvbn',
  'zxcv',
  'qazwsxedc',
  'qazwsx',
  'qwer',
  'qaz',
  'wsx',
  'abcdefgh',
  'abcdef',
  'abcd',
  'abc',
];

/** How common words are disguised. */
const disguises: readonly [RegExp, string][] = [
  [/[@4]/g, 'a'],
  [/[3]/g, 'e'],
  [/[1!]/g, 'i'],
  [/[0]/g, 'o'],
  [/[$5]/g, 's'],
];

/** Some 20,000, made when the first password is looked at. */
let listed: ReadonlySet<string> | undefined;

/**
 * Whether a password is one of those that are tried first: often found in leaks, or made of nothing but common words,
 * in any case and however disguised, with digits and symbols around them. RAM has a list of its own, which it does not
 * publish.
 */
export function isWellKnown(password: string): boolean {
  const plain = password.toLowerCase();
  const undisguise = (text: string) => disguises.reduce((so, [from, to]) => so.replace(from, to), text);
  listed ??= new Set(commonPasswords.split(' '));
  if ([plain, undisguise(plain)].some((text) => listed?.has(text))) return true;
  const withoutEnding = plain.replace(/\P{L}+$/u, '');
  return [plain, undisguise(plain), undisguise(withoutEnding)].some((text) => {
    let rest = text;
    for (const part of commonParts) rest = rest.replaceAll(part, '');
    return !/\p{L}/u.test(rest);
  });
}
