/** Every condition key that the table in `@claviger/policy` declares, behind a guard: a Deny under it is in force. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RequestConditionKey } from '@claviger/policy';
import { compileNetworkPolicy, parseNetworkPolicy, parseServiceMap, tagValues } from '../src/index.ts';
import { VpcNetworks } from '../src/vpc-networks.ts';
import { arriving, Keys, ordersGuard, permissionsOf, sign } from './orders.ts';

const tagged = parseServiceMap(`
service: orders
routes:
  - route: GET /orders/{orderId}
    action: GetOrder
    resource: order/{orderId}
    conditions:
      acs:ResourceTag/Team: value.blue
      acs:ResourceTag/Shelf: path.orderId
      acs:RequestTag/channel: query.channel
  - { route: GET /invoices, action: ListInvoices, resource: invoice/* }
`);

const allowAll = { Effect: 'Allow', Action: '*', Resource: '*' };
const deny = (Condition: object) => ({ Effect: 'Deny', Action: '*', Resource: '*', Condition });

/** A condition that holds for the call of this test. */
const conditions: Readonly<Record<RequestConditionKey, object>> = {
  'acs:sourceip': { IpAddress: { 'acs:SourceIp': '203.0.113.7' } },
  'acs:currenttime': { DateEquals: { 'acs:CurrentTime': '2026-11-24T12:00:00Z' } },
  'acs:securetransport': { Bool: { 'acs:SecureTransport': 'false' } },
  'acs:mfapresent': { Bool: { 'acs:MFAPresent': 'false' } },
  'acs:principalarn': { StringLike: { 'acs:PrincipalARN': '*:user/clerk' } },
  'acs:principaltag/': { StringEquals: { 'acs:PrincipalTag/Team': 'blue' } },
  'acs:sourcevpc': { StringEquals: { 'acs:SourceVpc': 'vpc-shop' } },
  'acs:vpcsourceip': { IpAddress: { 'acs:VpcSourceIp': '203.0.113.7' } },
};

describe('condition keys behind a guard', () => {
  const keys = new Keys();
  const clerk = keys.addUser('clerk', [allowAll]);
  const credential = keys.find(clerk.accessKeyId);
  assert.ok(typeof credential !== 'string' && credential.principal.type === 'ram-user');
  const tags = tagValues([['team', 'blue']]);
  keys.change(clerk, { principal: { ...credential.principal, ...(tags && { tags }) }, mfaPresent: false });
  const vpcNetworks = ['vpc-shop=203.0.113.0/24', 'vpc-shop=2001:db8::/32', 'vpc-office=198.51.100.0/24'];

  const check = async (condition: object | undefined, target = '/invoices') => {
    keys.change(clerk, { permissions: permissionsOf([allowAll, ...(condition ? [deny(condition)] : [])]) });
    const guard = ordersGuard(keys, { service: tagged, vpcNetworks });
    const decision = await guard.check(arriving(sign(clerk, { target })));
    return decision.allowed ? 'OK' : decision.code;
  };

  test('a Deny under each key that every request has', async () => {
    for (const [key, condition] of Object.entries(conditions)) {
      assert.equal(await check(undefined), 'OK', key);
      assert.equal(await check(condition), 'NoPermission', key);
    }
  });

  test('tags of resources and requests come from the service map, of the routes that name them', async () => {
    for (const [key, value] of [
      ['acs:ResourceTag/team', 'blue'],
      ['acs:resourcetag/SHELF', '17'],
      ['acs:RequestTag/Channel', 'web'],
    ] as const) {
      const condition = { StringEquals: { [key]: value } };
      assert.equal(await check(condition, '/orders/17?channel=web'), 'NoPermission', key);
      assert.equal(await check({ StringEquals: { [key]: 'other' } }, '/orders/17?channel=web'), 'OK', key);
      assert.equal(await check(condition), 'OK', key);
    }
  });

  test('a service map names tags and keys of its own service alone', () => {
    for (const key of ['acs:SourceIp', 'acs:PrincipalTag/team', 'acs:ResourceTag/', 'ram:ServiceName']) {
      assert.throws(
        () =>
          parseServiceMap(
            `{ service: orders, routes: [{ route: GET /a, action: A, resource: a, conditions: { "${key}": value.x } }] }`,
          ),
        /not a condition key of this service/,
        key,
      );
    }
  });

  test('VPC statements of a key network policy are about the named networks', async () => {
    const restricted = async (peerAddress: string, ...Statements: object[]) => {
      const parsed = parseNetworkPolicy(JSON.stringify({ Status: 'Active', Statements }));
      assert.ok(parsed.ok);
      const policy = compileNetworkPolicy(parsed.policy);
      assert.ok(policy);
      keys.change(clerk, {
        permissions: permissionsOf([allowAll]),
        networkRestriction: { level: 'AccessKey', policy },
      });
      const guard = ordersGuard(keys, { service: tagged, vpcNetworks });
      const decision = await guard.check(arriving(sign(clerk, { target: '/invoices' }), { peerAddress }));
      keys.change(clerk, { networkRestriction: undefined });
      return decision.allowed;
    };
    const shop = { Type: 'VPCWhiteList', Value: 'vpc-shop', IPList: ['0.0.0.0/0', '::/0'] };
    const anyVpc = { ...shop, Value: 'AllowAllVPC' };
    const classic = { Type: 'ClassicWhiteList', IPList: ['0.0.0.0/0', '::/0'] };
    assert.equal(await restricted('203.0.113.7', shop), true);
    assert.equal(await restricted('2001:db8::7', shop), true);
    assert.equal(await restricted('198.51.100.7', shop), false);
    assert.equal(await restricted('198.51.100.7', anyVpc), true);
    assert.equal(await restricted('192.0.2.7', shop, anyVpc), false);
    assert.equal(await restricted('192.0.2.7', classic), true);
    assert.equal(await restricted('203.0.113.7', classic), false);
  });
});

test('named networks have ids of VPCs, are no whole family, and do not overlap under two ids', () => {
  const networks = new VpcNetworks([
    'vpc-a=10.0.0.0/16',
    'vpc-a=10.0.0.0/24',
    'vpc-b=10.1.0.0/16',
    'vpc-b=::1',
  ]);
  assert.deepEqual(
    ['10.0.0.1', '::ffff:10.0.0.1', '10.1.0.1', '10.2.0.1', '::1', '::2', ''].map((address) =>
      networks.idOf(address),
    ),
    ['vpc-a', 'vpc-a', 'vpc-b', undefined, 'vpc-b', undefined, undefined],
  );
  for (const entry of [
    '10.0.0.0/8',
    'a=10.0.0.0/8',
    'vpc-=10.0.0.0/8',
    'vpc-a=',
    'vpc-a=10.0.0.0/08',
    'vpc-a=::/0',
    'AllowAllVPC=10.0.0.0/8',
  ]) {
    assert.throws(() => new VpcNetworks([entry]), RangeError, entry);
  }
  assert.throws(() => new VpcNetworks(['vpc-a=10.0.0.0/8', 'vpc-b=10.9.0.0/16']), /overlaps/);
  assert.throws(() => new VpcNetworks(['vpc-a=2001:db8:1::/48', 'vpc-b=2001:db8::/32']), /overlaps/);
});
