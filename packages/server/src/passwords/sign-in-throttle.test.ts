import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SignInThrottle } from './sign-in-throttle.ts';

describe('the sign-in throttle', () => {
  let now = 0;
  const fresh = () => {
    now = 0;
    return new SignInThrottle(() => now);
  };
  /** Returns how many of the failing attempts are admitted without a second factor. */
  const failing = (
    throttle: SignInThrottle,
    attempts: number,
    name: string,
    address: string | (() => string),
  ) => {
    let admitted = 0;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const begun = throttle.begin({ name, address: typeof address === 'string' ? address : address() });
      if (begun === undefined) continue;
      if (!begun.needsSecondFactor) admitted += 1;
      begun.over('failed');
    }
    return admitted;
  };

  test('twenty failures for a name from one address, then one more each half minute', () => {
    const throttle = fresh();
    assert.equal(failing(throttle, 100, 'alice', '192.0.2.1'), 20);
    now += 29_000;
    assert.equal(failing(throttle, 5, 'alice', '192.0.2.1'), 0);
    now += 1_000;
    assert.equal(failing(throttle, 5, 'alice', '192.0.2.1'), 1);
    assert.equal(failing(throttle, 5, 'alice', '198.51.100.1'), 5, 'the real one, from elsewhere');
    assert.equal(failing(throttle, 5, 'bob', '192.0.2.1'), 5, 'another user in the same office');
  });

  test('an address with sixty failures leaves three attempts for each name, and the rest with a second factor', () => {
    const throttle = fresh();
    let number = 0;
    // An IPv6 /64 block counts as one address.
    const next = () => `2001:db8:1:2::${(++number).toString(16)}`;
    for (let attempt = 0; attempt < 100; attempt++) {
      assert.equal(failing(throttle, 1, `user-${attempt}`, next), 1);
    }
    assert.equal(failing(throttle, 5, 'bob', next), 3);
    assert.equal(throttle.begin({ name: 'bob', address: next() })?.needsSecondFactor, true);
    assert.equal(failing(throttle, 5, 'bob', '2001:db8:1:3::1'), 5);
    // The hard bound for a name from one address holds as well.
    failing(throttle, 100, 'another', next);
    assert.equal(throttle.begin({ name: 'another', address: next() }), undefined);
  });

  test('two hundred failures for a name, from however many addresses; then with a second factor', () => {
    const throttle = fresh();
    let number = 0;
    const next = () => `198.51.${Math.floor(++number / 250)}.${number % 250}`;
    assert.equal(failing(throttle, 500, 'alice', next), 200);
    assert.equal(throttle.begin({ name: 'alice', address: next() })?.needsSecondFactor, true);
  });

  test('twenty failures of an AccessKey, from however many addresses', () => {
    const throttle = fresh();
    const begin = (at: number) =>
      throttle.begin({ name: `user-${at}`, address: `198.51.100.${at}`, accessKeyId: 'LTAI' });
    const begun = Array.from({ length: 100 }, (_, at) => begin(at));
    assert.equal(begun.filter((each) => each !== undefined).length, 20);
  });

  test('successful attempts are never throttled, and concurrent attempts are counted', () => {
    const throttle = fresh();
    const guess = { name: 'alice', address: '192.0.2.1' };
    for (let attempt = 0; attempt < 500; attempt++) {
      const begun = throttle.begin(guess);
      assert.ok(begun, String(attempt));
      begun.over('succeeded');
    }
    const underWay = Array.from({ length: 100 }, () => throttle.begin(guess));
    assert.equal(underWay.filter((begun) => begun !== undefined).length, 20);
  });

  test('it keeps a bounded number of names', () => {
    const throttle = fresh();
    failing(throttle, 20, 'alice', '192.0.2.1');
    for (let name = 0; name < 20_000; name++)
      failing(throttle, 1, `user-${name}`, `10.${name >> 8}.${name & 255}.1`);
    assert.equal(failing(throttle, 1, 'alice', '192.0.2.1'), 1);
  });
});
