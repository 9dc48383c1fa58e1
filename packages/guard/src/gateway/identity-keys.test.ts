import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify } from 'jose';
import { IdentityKeys } from './identity-keys.ts';
import { IdentityTokens, type RequestClaims } from './identity-token.ts';

const hour = 3_600_000;
const begin = Date.UTC(2026, 10, 24);

const claims: RequestClaims = {
  aud: 'orders',
  sub: 'acs:ram::1803869963967015:user/alice',
  jti: '1',
  account_id: '1803869963967015',
  principal_type: 'ram-user',
  access_key_id: 'LTAI5talice',
  action: 'orders:GetOrder',
  resource: 'acs:orders:*:1803869963967015:order/你',
  method: 'GET',
  target: '/orders/%E4%BD%A0',
  content_hash: 'sha256:00',
  source_address: '127.0.0.1',
};

function setUp(secret: Uint8Array = randomBytes(32)) {
  const clock = { now: begin };
  const now = () => clock.now;
  const keys = new IdentityKeys({ secret, periodMs: hour, now });
  const tokens = new IdentityTokens({ keys, issuer: 'claviger-gateway', now });
  const verify = (token: string, jwks: object) =>
    jwtVerify(token, createLocalJWKSet(jwks as never), {
      audience: 'orders',
      currentDate: new Date(clock.now),
    });
  return { clock, keys, tokens, verify };
}

describe('the keys of identity tokens', () => {
  it('sign what the published set verifies, many times over', async () => {
    const { keys, tokens, verify } = setUp();
    // Signatures have integers of varying length, which a token must have at their full length.
    for (let call = 0; call < 500; call++) {
      const { payload } = await verify(await tokens.sign({ ...claims, jti: String(call) }), keys.jwks());
      assert.equal(payload.jti, String(call));
    }
    const { payload } = await verify(await tokens.sign(claims), keys.jwks());
    assert.equal(payload['resource'], claims.resource);
  });

  it('are published before their first and after their last signature', async () => {
    const { clock, keys, tokens, verify } = setUp();
    const asked = keys.jwks();
    const old = await tokens.sign(claims);
    const before = keys.current().kid;
    clock.now = begin + hour - 1;
    assert.equal(keys.current().kid, before);
    clock.now = begin + hour;
    assert.notEqual(keys.current().kid, before);
    await verify(await tokens.sign(claims), asked);
    clock.now = begin + 30_000;
    await verify(old, keys.jwks());
    clock.now = begin + hour + 30_000;
    assert.ok(keys.jwks().keys.some(({ kid }) => kid === before));
  });

  it('go when their time is over', async () => {
    const { clock, keys } = setUp();
    const before = keys.current().kid;
    clock.now = begin + 2 * hour;
    assert.ok(!keys.jwks().keys.some(({ kid }) => kid === before));
    assert.equal(keys.jwks().keys.length, 3);
  });

  it('are the same where the secret is, and others where it is another', () => {
    const secret = randomBytes(32);
    assert.deepEqual(setUp(secret).keys.jwks(), setUp(secret).keys.jwks());
    assert.notDeepEqual(setUp(secret).keys.jwks(), setUp().keys.jwks());
  });

  it('are named by their thumbprint, and never published whole', async () => {
    for (const jwk of setUp().keys.jwks().keys) {
      assert.equal(jwk.kid, await calculateJwkThumbprint(jwk));
      assert.deepEqual(Object.keys(jwk).toSorted(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    }
  });

  it('need a secret that cannot be guessed', () => {
    assert.throws(() => setUp(randomBytes(31)), RangeError);
  });

  it('end with their token after a minute', async () => {
    const { clock, keys, tokens, verify } = setUp();
    const token = await tokens.sign(claims);
    clock.now += 61_000;
    await assert.rejects(verify(token, keys.jwks()), { code: 'ERR_JWT_EXPIRED' });
  });
});
