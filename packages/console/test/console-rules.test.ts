import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { languageOf } from '../src/language/languages.ts';
import { addressesOf, looksLikeAddress, readNetworkPolicy } from '../src/pages/access-keys/network-policy.ts';
import { quietVerdict } from '../src/pages/access-keys/quiet-verdict.ts';
import { renewedExpiry } from '../src/pages/access-keys/take-over.ts';
import { replacedKeyId } from '../src/pages/access-keys/use-keys.ts';
import { fixesOf } from '../src/pages/overview/fixes.ts';
import { generatePassword } from '../src/pages/users/generate-password.ts';

test('the initial language is that of the browser', () => {
  const tagsByLanguage = {
    'zh-TW': ['zh-TW', 'zh-HK', 'zh-Hant', 'zh-Hant-MO', 'zh_TW'],
    'zh-CN': ['zh', 'zh-CN', 'zh-SG', 'zh-Hans', 'zh-Hans-HK'],
    en: ['en', 'en-GB', 'de', 'ja-JP', ''],
  };
  for (const [language, tags] of Object.entries(tagsByLanguage)) {
    for (const tag of tags) assert.equal(languageOf(tag), language, tag);
  }
});

test('only a key that was used, and then was silent for the quiet time, is silent', () => {
  const day = 86_400_000;
  const now = Date.parse('2026-03-01T00:00:00Z');
  const [old, young] = ['2026-01-01T00:00:00Z', '2026-02-28T12:00:00Z'];
  const [recent, before] = ['2026-02-28T23:00:00Z', '2026-02-01T00:00:00Z'];
  for (const [createdAt, lastUsedAt, verdict] of [
    [old, before, 'silent'],
    [old, recent, 'stillUsed'],
    [old, '', 'neverUsed'],
    [young, '', 'young'],
    [young, recent, 'stillUsed'],
  ] as const) {
    assert.equal(quietVerdict({ createdAt, lastUsedAt }, day, now), verdict, `${createdAt} ${lastUsedAt}`);
  }
});

test('a rotation replaces the older of two keys, wherever it was started', () => {
  const key = (id: string, createdAt: string) => ({ id, createdAt, isActive: true, expiresAt: undefined });
  const [older, newer] = [key('old', '2026-01-01T00:00:00Z'), key('new', '2026-02-01T00:00:00Z')];
  assert.equal(replacedKeyId([older, newer], 'new'), 'old');
  assert.equal(replacedKeyId([older, newer], 'old'), 'old');
  assert.equal(replacedKeyId([newer], 'old'), 'old', 'the older one is deleted');
  assert.equal(replacedKeyId([older, { ...newer, createdAt: older.createdAt }], 'new'), 'new');
});

test('a key that replaces one with an expiry lasts as long', () => {
  const key = { id: '', isActive: true, createdAt: '2026-01-01T00:00:00Z' };
  const now = Date.parse('2026-03-01T00:00:00Z');
  assert.equal(renewedExpiry({ ...key, expiresAt: '2026-01-11T00:00:00Z' }, now), '2026-03-11T00:00:00Z');
  assert.equal(renewedExpiry({ ...key, expiresAt: undefined }, now), undefined);
});

describe('network restriction', () => {
  test('addresses are separated by lines or commas', () => {
    assert.deepEqual(addressesOf(' 10.0.0.1\n10.0.0.0/8, ::1;\r\n'), ['10.0.0.1', '10.0.0.0/8', '::1']);
  });

  test('an invalid address is reported before it is sent', () => {
    for (const good of [
      '0.0.0.0/0',
      '203.0.113.255',
      '::/0',
      '2001:db8::8a2e:370:7334',
      '::ffff:10.0.0.1/128',
    ]) {
      assert.ok(looksLikeAddress(good), good);
    }
    for (const bad of ['256.0.0.1', '10.0.0.0/33', 'example.com', '10.0.0', '::/129', '*', 'fe80::1%eth0']) {
      assert.ok(!looksLikeAddress(bad), bad);
    }
  });

  test('a policy that was never set is inactive', () => {
    assert.deepEqual(readNetworkPolicy('{}'), { Version: 1, Status: 'Inactive', Statements: [] });
  });
});

test('a generated password has all kinds of characters, the requested length, and is not a formula', () => {
  for (let made = 0; made < 200; made++) {
    const password = generatePassword(24);
    assert.equal(password.length, 24);
    for (const kind of [/[a-z]/, /[A-Z]/, /\d/, /[^\w]|_/]) assert.match(password, kind);
    assert.match(password, /^[a-zA-Z]/);
  }
});

test('the first fixes are the keys of the root, then its second factor; only users who can sign in need MFA', () => {
  const fixes = fixesOf({
    RequestId: '',
    ComputedDate: '2026-03-01T00:00:00Z',
    Score: 40,
    RootHasMFA: false,
    RootAccessKeys: 1,
    Users: 5000,
    UsersWithMFA: 0,
    ConsoleUsers: 3,
    ConsoleUsersWithoutMFA: 2,
    PasswordLevel: 'low',
    OldAccessKeys: 0,
    UsersWithOldAccessKeys: 0,
    UnusedAccessKeys: 2,
    UsersWithUnusedAccessKeys: 1,
    AccessKeysByAge: [],
    AccessKeysByLastUse: [],
    NeverUsedAccessKeys: 0,
  });
  assert.deepEqual(
    fixes.map(({ key, count }) => [key, count]),
    [
      ['rootKeys', 1],
      ['rootMfa', 1],
      ['userMfa', 2],
      ['unusedKeys', 2],
      ['passwords', 1],
    ],
  );
});
