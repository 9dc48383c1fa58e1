import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { AllowedRequest } from '../decision.ts';
import { IdentityKeys } from './identity-keys.ts';
import { IdentityTokens } from './identity-token.ts';
import { CallerTokens } from './token-issuer.ts';

const hour = 3_600_000;
const accountId = '1803869963967015';

function allowed(userName: string, accessKeyId = `LTAI5t${userName}`): AllowedRequest {
  return {
    allowed: true,
    requestId: '1',
    principal: {
      type: 'ram-user',
      accountId,
      arn: `acs:ram::${accountId}:user/${userName}`,
      userId: '2',
      userName,
    },
    accessKeyId,
    action: 'orders:GetOrder',
    resource: `acs:orders:*:${accountId}:order/17`,
    sourceAddress: '127.0.0.1',
    secure: true,
    body: 'verified',
  };
}

function setUp() {
  const clock = { now: Date.UTC(2026, 10, 24) };
  const now = () => clock.now;
  const keys = new IdentityKeys({ secret: randomBytes(32), periodMs: hour, now });
  const issuer = (service: string) =>
    new CallerTokens(new IdentityTokens({ keys, issuer: 'claviger-gateway', now }), service, now);
  return { clock, keys, issuer, orders: issuer('orders') };
}

describe('the token of a caller', () => {
  it('is one for all who wait for it, and at hand from then on', async () => {
    const { orders } = setUp();
    const [one, other] = await Promise.all([orders.issue(allowed('alice')), orders.issue(allowed('alice'))]);
    assert.equal(one, other);
    assert.equal(orders.issue(allowed('alice')), one);
  });

  it('has half of its life left when it is handed out last', async () => {
    const { clock, orders } = setUp();
    const first = await orders.issue(allowed('alice'));
    clock.now += 29_999;
    assert.equal(await orders.issue(allowed('alice')), first);
    clock.now += 1;
    const second = await orders.issue(allowed('alice'));
    assert.notEqual(second, first);
    assert.equal(decodeJwt(second).exp, clock.now / 1000 + 60);
    assert.notEqual(decodeJwt(second).jti, decodeJwt(first).jti);
  });

  it('is signed anew when the clock was set back, so that it is not from the future', async () => {
    const { clock, orders } = setUp();
    await orders.issue(allowed('alice'));
    clock.now -= hour;
    assert.equal(decodeJwt(await orders.issue(allowed('alice'))).iat, clock.now / 1000);
  });

  it('is signed by the key of its time', async () => {
    const { clock, keys, orders } = setUp();
    clock.now += hour - 1000;
    const before = await orders.issue(allowed('alice'));
    clock.now += 1000;
    const after = await orders.issue(allowed('alice'));
    assert.notEqual(decodeProtectedHeader(before).kid, keys.current().kid);
    assert.equal(decodeProtectedHeader(after).kid, keys.current().kid);
  });

  it('is of the key that signed, and of what its user is called now', async () => {
    const { orders } = setUp();
    const first = decodeJwt(await orders.issue(allowed('alice', 'LTAI5tfirst')));
    const second = decodeJwt(await orders.issue(allowed('alice', 'LTAI5tsecond')));
    const renamed = decodeJwt(await orders.issue(allowed('alicia', 'LTAI5tfirst')));
    assert.equal(first['access_key_id'], 'LTAI5tfirst');
    assert.equal(second['access_key_id'], 'LTAI5tsecond');
    assert.equal(renamed.sub, `acs:ram::${accountId}:user/alicia`);
  });

  it('is for one service', async () => {
    const { issuer, orders } = setUp();
    const invoices = issuer('invoices');
    assert.equal(decodeJwt(await orders.issue(allowed('alice'))).aud, 'orders');
    assert.equal(decodeJwt(await invoices.issue(allowed('alice'))).aud, 'invoices');
  });
});
