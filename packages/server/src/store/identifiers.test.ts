import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { Identifiers } from './identifiers.ts';

const identifiers = new Identifiers(randomBytes);

const forms: [name: string, make: () => string, form: RegExp][] = [
  ['an account id is 16 digits beginning with 1', () => identifiers.accountId(), /^1[0-9]{15}$/],
  ['a user id is 18 digits beginning with 2', () => identifiers.userId(), /^2[0-9]{17}$/],
  ['a role id is 18 digits beginning with 3', () => identifiers.roleId(), /^3[0-9]{17}$/],
  ['a group id is g- and 16 alphanumerics', () => identifiers.groupId(), /^g-[a-z0-9]{16}$/],
  ['an AccessKey id has 24 characters', () => identifiers.accessKeyId(), /^LTAI5t[A-Za-z0-9]{18}$/],
  ['an AccessKey secret has 30 alphanumerics', () => identifiers.accessKeySecret(), /^[A-Za-z0-9]{30}$/],
  ['a temporary id begins with STS.', () => identifiers.temporaryAccessKeyId(), /^STS\.[A-Za-z0-9]{24}$/],
  [
    'a temporary secret has 44 alphanumerics',
    () => identifiers.temporaryAccessKeySecret(),
    /^[A-Za-z0-9]{44}$/,
  ],
  ['an application id is 19 digits beginning with 4', () => identifiers.applicationId(), /^4[0-9]{18}$/],
  ['an application secret has 64 alphanumerics', () => identifiers.applicationSecret(), /^[A-Za-z0-9]{64}$/],
  ['a service credential id begins with SC', () => identifiers.serviceCredentialId(), /^SC[A-Za-z0-9]{18}$/],
  [
    'a service credential secret has 44 alphanumerics',
    () => identifiers.serviceCredentialSecret(),
    /^[A-Za-z0-9]{44}$/,
  ],
  ['a session token has 44 alphanumerics', () => identifiers.consoleSessionToken(), /^[A-Za-z0-9]{44}$/],
  ['a session id begins with cs-', () => identifiers.consoleSessionId(), /^cs-[a-z0-9]{20}$/],
  ['a challenge has 43 alphanumerics', () => identifiers.passkeyChallenge(), /^[A-Za-z0-9]{43}$/],
  ['a passkey id begins with PASSKEY-', () => identifiers.passkeyId(), /^PASSKEY-[A-Za-z0-9]{20}$/],
  [
    'a request id is a version 4 UUID in capitals',
    () => identifiers.requestId(),
    /^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/,
  ],
  [
    'a one-time password has capitals, small letters, digits and a symbol',
    () => identifiers.oneTimePassword(),
    /^(?=.*[A-Z])(?=.*[a-z])(?=.*[0-9])[A-Za-z0-9]{5}(-[A-Za-z0-9]{5}){4}$/,
  ],
];

for (const [name, make, form] of forms) {
  test(`${name}, and are unique`, () => {
    const made = Array.from({ length: 2000 }, make);
    for (const text of made) assert.match(text, form);
    assert.equal(new Set(made).size, made.length);
  });
}

test('every character of the alphabet comes from exactly one value of the masked byte', () => {
  // A source that counts through all byte values gives each character equally often, which folding with `%`
  // would not: of 256 values over 62 characters, 8 characters would come once more.
  const counting = new Identifiers((size) => Uint8Array.from({ length: size }, (_, index) => index & 0xff));
  const counts = new Map<string, number>();
  for (let drawn = 0; drawn < 62 * 100; drawn += 31) {
    // 31 × 2 = 62: two draws use the alphabet once.
    for (const character of (counting.accessKeySecret() + counting.accessKeySecret()).slice(0, 60)) {
      counts.set(character, (counts.get(character) ?? 0) + 1);
    }
  }
  const values = [...counts.values()];
  assert.equal(counts.size, 62);
  assert.ok(Math.max(...values) - Math.min(...values) <= 2, `${Math.min(...values)}…${Math.max(...values)}`);
});
