import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AssertionThrottle } from './assertion-throttle.ts';

const tooOften = { code: 'Throttling.SAMLAssertion' };

describe('the throttle of assertions', () => {
  const shown = (throttle: AssertionThrottle, times: number, issuer: string, id: string, now: number) => {
    for (let time = 0; time < times; time += 1) throttle.count(issuer, id, now);
  };

  it('counts each assertion of each provider by itself, for a minute', () => {
    const throttle = new AssertionThrottle();
    shown(throttle, 20, 'idp', 'one', 0);
    assert.throws(() => shown(throttle, 1, 'idp', 'one', 59_999), tooOften);
    shown(throttle, 20, 'idp', 'two', 59_999);
    shown(throttle, 20, 'another', 'one', 59_999);
    shown(throttle, 20, 'idp', 'one', 60_000);
    assert.throws(() => shown(throttle, 1, 'idp', 'one', 60_000), tooOften);
  });

  it('remembers a bounded number of them', () => {
    const throttle = new AssertionThrottle();
    shown(throttle, 20, 'idp', 'first', 0);
    for (let at = 0; at < 10_000; at += 1) throttle.count('idp', `other-${at}`, 0);
    shown(throttle, 20, 'idp', 'first', 0);
  });
});
