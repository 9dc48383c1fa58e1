import assert from 'node:assert/strict';
import test from 'node:test';
import { hashPassword, verifyPassword } from './password-hash.ts';

test('a password verifies against its own hash only', async () => {
  const hash = await hashPassword('correct horse');
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.equal(await verifyPassword(hash, 'correct horse'), true);
  assert.equal(await verifyPassword(hash, 'correct horsf'), false);
  assert.equal(await verifyPassword(hash, ''), false);
});

test('the same password hashes differently each time', async () => {
  assert.notEqual(await hashPassword('same'), await hashPassword('same'));
});

test('without a stored hash every password is wrong', async () => {
  assert.equal(await verifyPassword(null, ''), false);
  assert.equal(await verifyPassword(null, 'anything'), false);
});
