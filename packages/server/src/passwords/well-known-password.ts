import { COMMON_PASSWORDS } from './common-passwords.ts';

/** Parts of commonly tried passwords: words, product names and keyboard sequences. */
const COMMON_PARTS = [
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

/** Common character substitutions. */
const SUBSTITUTIONS: readonly [RegExp, string][] = [
  [/[@4]/g, 'a'],
  [/[3]/g, 'e'],
  [/[1!]/g, 'i'],
  [/[0]/g, 'o'],
  [/[$5]/g, 's'],
];

/** Some 20,000 passwords, built at the first use. */
let listed: ReadonlySet<string> | undefined;

/**
 * Returns whether a password is commonly tried: found in leaks, or made only of common words, in any case and with
 * character substitutions, with digits and symbols around them. RAM has an unpublished list of its own.
 */
export function isWellKnown(password: string): boolean {
  const plain = password.toLowerCase();
  const restore = (text: string) => SUBSTITUTIONS.reduce((so, [from, to]) => so.replace(from, to), text);
  listed ??= new Set(COMMON_PASSWORDS.split(' '));
  if ([plain, restore(plain)].some((text) => listed?.has(text))) return true;
  const withoutEnding = plain.replace(/\P{L}+$/u, '');
  return [plain, restore(plain), restore(withoutEnding)].some((text) => {
    let rest = text;
    for (const part of COMMON_PARTS) rest = rest.replaceAll(part, '');
    return !/\p{L}/u.test(rest);
  });
}
