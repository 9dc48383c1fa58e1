/** A key that is derived for one product and region (ACS4) signs nothing else: it was derived to limit its holder. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Decision, type HeadDecision, parseServiceMap } from '../src/index.ts';
import { arriving, Keys, ordersGuard, sign } from './orders.ts';

const keys = new Keys();
const alice = keys.addUser('alice', [{ Effect: 'Allow', Action: 'orders:*', Resource: '*' }]);

const withoutRegion = parseServiceMap(
  'service: orders\nroutes: [{ route: "GET /orders/{id}", action: GetOrder, resource: "order/{id}" }]',
);

interface Row {
  readonly product?: string;
  readonly region?: string;
  readonly host?: string;
  readonly to: 'cn-hangzhou' | 'no region';
  readonly refusal?: RegExp;
}

const rows: readonly Row[] = [
  { to: 'cn-hangzhou', region: 'cn-hangzhou' },
  { to: 'cn-hangzhou', region: 'center' },
  { to: 'cn-hangzhou', product: 'Orders', region: 'cn-hangzhou' },
  { to: 'cn-hangzhou', region: 'cn-beijing', refusal: /region `cn-beijing`.*`cn-hangzhou` or `center`/ },
  { to: 'cn-hangzhou', region: 'cn-beijing', host: 'orders.cn-beijing', refusal: /region `cn-beijing`/ },
  { to: 'cn-hangzhou', region: 'CN-HANGZHOU', refusal: /region/ },
  { to: 'cn-hangzhou', product: 'invoices', region: 'cn-hangzhou', refusal: /product `invoices`.*`orders`/ },
  { to: 'cn-hangzhou', product: 'order', refusal: /product/ },
  { to: 'cn-hangzhou', product: 'ram', refusal: /product/ },
  { to: 'no region', region: 'center' },
  { to: 'no region', region: 'cn-beijing', host: 'orders.cn-beijing.aliyuncs.com' },
  { to: 'no region', region: 'internal', host: 'claviger.internal' },
  { to: 'no region', region: 'cn-beijing', host: 'orders.cn-hangzhou.aliyuncs.com', refusal: /region/ },
  { to: 'no region', region: 'cn-beijing', refusal: /region `cn-beijing`.*`center`/ },
  { to: 'no region', product: 'invoices', refusal: /product/ },
];

for (const scheme of ['ACS4-HMAC-SHA256', 'ACS4-HMAC-SM3'] as const) {
  describe(`${scheme}: a derived key is good for its own product and region`, () => {
    for (const { product = 'orders', region = 'center', host = 'orders.example.com', to, refusal } of rows) {
      const guard = ordersGuard(keys, to === 'no region' ? { service: withoutRegion } : {});
      const name = `${product} in ${region} to ${host}, a service of ${to}`;
      test(`${name}: ${refusal === undefined ? 'allowed' : 'refused'}`, async () => {
        for (const derivedKeys of ['bytes', 'text'] as const) {
          const options = { scheme, product, region, derivedKeys };
          const signed = sign(alice, { target: '/orders/17', headers: [['host', host]] }, options);
          const { body: _, ...head } = arriving(signed);
          const decisions: (Decision | HeadDecision)[] = [await guard.check(arriving(signed))];
          // The head has a nonce of its own: a scope that is refused uses none up.
          const again = sign(alice, { target: '/orders/17', headers: [['host', host]] }, options);
          const { body: __, ...headAgain } = arriving(again);
          decisions.push(await guard.checkHead(refusal === undefined ? headAgain : head));
          for (const decision of decisions) {
            if (refusal === undefined) {
              assert.ok(decision.allowed, JSON.stringify(decision));
              continue;
            }
            assert.ok(!decision.allowed);
            assert.deepEqual([decision.code, decision.httpStatus], ['IncompleteSignature', 400]);
            assert.match(decision.message, refusal);
          }
        }
      });
    }
  });
}
