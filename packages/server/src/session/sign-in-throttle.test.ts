import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SignInThrottle } from './sign-in-throttle.ts';

describe('the throttle of sign-in', () => {
  let now = 0;
  const fresh = () => {
    now = 0;
    return new SignInThrottle(() => now);
  };
  /** How many of so many attempts are let through, when all of them fail. */
  const failing = (
    throttle: SignInThrottle,
    attempts: number,
    name: string,
    address: string | (() => string),
  ) => {
    let admitted = 0;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const over = throttle.begin(name, typeof address === 'string' ? address : address());
      if (over === undefined) continue;
      admitted += 1;
      over('failed');
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
    assert.equal(failing(throttle, 5, 'bob', '192.0.2.1'), 5, 'somebody else in the same office');
  });

  test('sixty failures from an address, whatever the names; all of an IPv6 network is one address', () => {
    const throttle = fresh();
    let number = 0;
    let admitted = 0;
    for (let attempt = 0; attempt < 100; attempt++) {
      admitted += failing(throttle, 1, `user-${attempt}`, () => `2001:db8:1:2::${(++number).toString(16)}`);
    }
    assert.equal(admitted, 60);
    assert.equal(failing(throttle, 1, 'somebody', '2001:db8:1:2:ffff::1'), 0);
    assert.equal(failing(throttle, 1, 'somebody', '2001:db8:1:3::1'), 1);
  });

  test('two hundred failures for a name, from however many addresses', () => {
    const throttle = fresh();
    let number = 0;
    const next = () => `198.51.${Math.floor(++number / 250)}.${number % 250}`;
    assert.equal(failing(throttle, 500, 'alice', next), 200);
  });

  test('who succeeds is never slowed down, and attempts at the same time are counted', () => {
    const throttle = fresh();
    for (let attempt = 0; attempt < 500; attempt++) {
      const over = throttle.begin('alice', '192.0.2.1');
      assert.ok(over, String(attempt));
      over('succeeded');
    }
    const underWay = Array.from({ length: 100 }, () => throttle.begin('alice', '192.0.2.1'));
    assert.equal(underWay.filter((over) => over !== undefined).length, 20);
    for (const over of underWay) over?.('succeeded');
    const many = Array.from({ length: 100 }, (_, at) => throttle.begin(`user-${at}`, `192.0.2.${at}`));
    assert.equal(many.filter((over) => over !== undefined).length, 64, 'no more are verified at once');
  });

  test('it remembers a bounded number of names', () => {
    const throttle = fresh();
    failing(throttle, 20, 'alice', '192.0.2.1');
    for (let name = 0; name < 20_000; name++)
      failing(throttle, 1, `user-${name}`, `10.${name >> 8}.${name & 255}.1`);
    assert.equal(failing(throttle, 1, 'alice', '192.0.2.1'), 1);
  });
});
