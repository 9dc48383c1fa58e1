import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { checkPassword } from './check-password.ts';
import { DEFAULT_PASSWORD_POLICY, type PasswordPolicy } from './password-policy.ts';

/** Checks with the default policy, without the rule against well-known passwords: those make short examples. */
const check = (password: string, policy: Partial<PasswordPolicy> = {}) =>
  checkPassword(
    { ...DEFAULT_PASSWORD_POLICY, InterceptRiskPasswordOnApi: false, ...policy },
    password,
    'alice',
  );

const cases: readonly (readonly [
  rule: string,
  policy: Partial<PasswordPolicy>,
  weak: string,
  strong: string,
])[] = [
  ['eight characters at least', {}, 'abc-123', 'abc-1234'],
  ['as many characters as the policy says', { MinimumPasswordLength: 12 }, 'abc-1234567', 'abc-12345678'],
  ['characters, not code units', { MinimumPasswordLength: 10 }, 'abc1😀😀😀😀', 'abc1😀😀😀😀😀😀'],
  ['two kinds of characters, whatever the policy', {}, 'abcdefgh', 'abcdefg1'],
  ['a lowercase letter', { RequireLowercaseCharacters: true }, 'ABCDEF-1', 'ABCDEf-1'],
  ['an uppercase letter', { RequireUppercaseCharacters: true }, 'abcdef-1', 'abcdeF-1'],
  ['a digit', { RequireNumbers: true }, 'abcdefG-', 'abcdeG-1'],
  ['a symbol', { RequireSymbols: true }, 'abcdefG1', 'abcdef 1'],
  ['different characters', { MinimumPasswordDifferentCharacter: 5 }, 'aabb1122', 'aabb1123'],
  ['no user name in any case', { PasswordNotContainUserName: true }, 'my-ALICE-1', 'my-alic-1'],
  ['no well-known one', { InterceptRiskPasswordOnApi: true }, 'P@ssw0rd123!', 'P@ssw0rd-tulip'],
];

describe('a password', () => {
  for (const [rule, policy, weak, strong] of cases) {
    test(`needs ${rule}`, () => {
      const reason = check(weak, policy);
      assert.equal(typeof reason, 'string');
      assert.ok(!reason!.includes(weak));
      assert.equal(check(strong, policy), undefined);
    });
  }

  test('under one rule is not checked by the others', () => {
    assert.equal(check('aaaaaaa1'), undefined);
    assert.equal(check('my-alice-1'), undefined);
    assert.equal(check('P@ssw0rd123!'), undefined);
  });

  test('of a new account must not be a well-known one', () => {
    const reason = checkPassword(DEFAULT_PASSWORD_POLICY, 'Password1', 'alice');
    assert.equal(reason, 'it is among the well-known ones');
    assert.equal(checkPassword(DEFAULT_PASSWORD_POLICY, 'correct horse 42', 'alice'), undefined);
  });

  test('is well known if it is found in leaks, in any case and with substituted characters', () => {
    const policy = { InterceptRiskPasswordOnApi: true };
    for (const known of ['Liverpool1', 'BLINK182', 'sasha1998', '1qaz2wsx', 'Sunfl0wer']) {
      assert.equal(typeof check(known, policy), 'string', known);
    }
  });

  test('list equals the one of the package', async () => {
    const generator = new URL('../../generate-common-passwords.mjs', import.meta.url).href;
    const { commonPasswordsModule } = (await import(generator)) as { commonPasswordsModule(): string };
    const file = readFileSync(new URL('common-passwords.ts', import.meta.url), 'utf8');
    const ours = /COMMON_PASSWORDS =\s*["'](.*)["'];/.exec(file)?.[1];
    const theirs = /COMMON_PASSWORDS = "(.*)";/.exec(commonPasswordsModule())?.[1];
    // Not `equal`, whose message would be the whole list.
    assert.ok(ours !== undefined && ours === theirs);
  });

  test('is well known if all its letters belong to common words', () => {
    const policy = { InterceptRiskPasswordOnApi: true };
    for (const known of ['qwerty123456', 'Admin@12345', 'Welcome2026!', '12345678-', 'abc-12345']) {
      assert.equal(typeof check(known, policy), 'string', known);
    }
    for (const unknown of ['correct horse 42', 'Kx7-tqVz-93w', 'passwordless-9']) {
      assert.equal(check(unknown, policy), undefined, unknown);
    }
  });
});
