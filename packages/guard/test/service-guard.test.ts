import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Decision } from '../src/index.ts';
import { accountId, arriving, type Call, type Key, Keys, noon, ordersGuard, sign } from './orders.ts';

const keys = new Keys();
const reader = keys.addUser('reader', [
  { Effect: 'Allow', Action: 'orders:Get*', Resource: `acs:orders:*:${accountId}:order/1*` },
]);
const clerk = keys.addUser('clerk', [{ Effect: 'Allow', Action: 'orders:*', Resource: '*' }]);
const nobody = keys.addUser('nobody', []);

async function check(key: Key, call: Call): Promise<Decision> {
  return ordersGuard(keys).check(arriving(sign(key, call)));
}

/** `GetOrder acs:…`, or the code of the refusal. */
async function outcome(key: Key, call: Call): Promise<string> {
  const decision = await check(key, call);
  return decision.allowed ? `${decision.action} ${decision.resource}` : decision.code;
}

describe('a request to a protected service', () => {
  test('is allowed by a policy that names its action and resource', async () => {
    const decision = await check(reader, { target: '/orders/17' });
    assert.ok(decision.allowed);
    assert.equal(decision.action, 'orders:GetOrder');
    assert.equal(decision.resource, `acs:orders:cn-hangzhou:${accountId}:order/17`);
    assert.equal(decision.accessKeyId, reader.accessKeyId);
    assert.equal(decision.principal.arn, `acs:ram::${accountId}:user/reader`);
    assert.equal(decision.sourceAddress, '203.0.113.7');
    assert.equal(decision.body, 'verified');
    assert.match(decision.requestId, /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
  });

  test('is denied when no policy allows it, and told what was missing', async () => {
    const decision = await check(reader, { target: '/orders/23' });
    assert.ok(!decision.allowed);
    const resource = `acs:orders:cn-hangzhou:${accountId}:order/23`;
    assert.equal(decision.httpStatus, 403);
    assert.deepEqual(JSON.parse(decision.errorBody), {
      RequestId: decision.requestId,
      HostId: 'orders.example.com',
      Code: 'NoPermission',
      Message: `You are not authorized to do this action. Resource: ${resource} Action: orders:GetOrder`,
      Recommend: 'https://api.alibabacloud.com/troubleshoot?q=NoPermission&product=orders',
      AccessDeniedDetail: {
        AuthAction: 'orders:GetOrder',
        AuthPrincipalType: 'SubUser',
        AuthPrincipalOwnerId: accountId,
        AuthPrincipalDisplayName: '2reader',
        NoPermissionType: 'ImplicitDeny',
        PolicyType: 'AccountLevelIdentityBasedPolicy',
        AuthResource: resource,
      },
    });
  });

  test('that no route matches is denied, whatever its sender may do', async () => {
    for (const call of [
      { target: '/' },
      { target: '/invoices' },
      { target: '/orders/17/refund' },
      { method: 'PATCH', target: '/orders/17' },
      { target: '/orders/' },
      { target: '/Orders/17' },
    ]) {
      const decision = await check(clerk, call);
      assert.ok(!decision.allowed, call.target);
      assert.equal(decision.httpStatus, 404);
      assert.equal(decision.code, 'InvalidAction.NotFound');
    }
  });

  test('goes to the literal route before the one with a parameter', async () => {
    assert.equal(
      await outcome(clerk, { target: '/orders/export' }),
      `orders:ExportOrders acs:orders:cn-hangzhou:${accountId}:export`,
    );
  });

  test('of somebody without any permission is denied', async () => {
    assert.equal(await outcome(nobody, { target: '/orders/17' }), 'NoPermission');
  });

  test('is noted as a use of its key once its signature held, denied or not', async () => {
    const uses: unknown[] = [];
    const guard = ordersGuard(keys, { onUse: (use) => uses.push(use) });
    await guard.check(arriving(sign(nobody, { target: '/orders/17' })));
    await guard.check(arriving(sign({ ...clerk, accessKeySecret: 'wrong' }, { target: '/orders/17' })));
    assert.deepEqual(uses, [
      {
        accessKeyId: nobody.accessKeyId,
        service: 'orders',
        region: 'cn-hangzhou',
        sourceAddress: '203.0.113.7',
        time: noon,
      },
    ]);
  });
});
