import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { HmacState, prepareHmacState } from './sha256-state.ts';

test('the code from a prepared key is the one that node:crypto has, for every length of key and message', () => {
  for (let keyLength = 0; keyLength <= 64; keyLength++) {
    const key = randomBytes(keyLength);
    const hmac = new HmacState(prepareHmacState(key));
    for (const length of [0, 1, 55, 56, 63, 64, 65, 81, 119, 120, 128, 1000 + keyLength]) {
      const message = randomBytes(length).toString('latin1');
      const expected = createHmac('sha256', key).update(message, 'latin1');
      assert.equal(hmac.digest(message, 'hex'), expected.digest('hex'), `${keyLength} ${length}`);
    }
  }
});

test('a prepared key that was overwritten verifies nothing any more', () => {
  const hmac = new HmacState(prepareHmacState(Buffer.from('testsecret')));
  const before = hmac.digest('message', 'hex');
  hmac.wipe();
  assert.notEqual(hmac.digest('message', 'hex'), before);
});
