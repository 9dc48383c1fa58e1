/** A Deny on a resource holds under every spelling by which the service finds the resource. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseServiceMap, type ServiceGuard } from '../src/index.ts';
import { arriving, type Call, Keys, ordersGuard, permissionsOf, sign } from './orders.ts';

const keys = new Keys();
const alice = keys.addUser('alice', [
  { Effect: 'Allow', Action: 'orders:*', Resource: '*' },
  { Effect: 'Deny', Action: '*', Resource: 'acs:orders:*:*:order/Secret*' },
  { Effect: 'Deny', Action: 'orders:ExportOrders', Resource: '*' },
]);

function guardOf(caseSensitive: boolean): ServiceGuard {
  const service = parseServiceMap(`
service: orders
caseSensitive: ${caseSensitive}
routes:
  - { route: 'GET /orders/{id}', action: GetOrder, resource: 'order/{id}' }
  - { route: 'GET /orders/export', action: ExportOrders, resource: export }
  - { route: 'GET /files/{path+}', action: GetFile, resource: 'order/{path}' }
  - { route: 'GET /search', action: Search, resource: 'order/{query.name}' }
  - { route: 'GET /tenant', action: Tenant, resource: 'order/{header.x-acs-name}' }
`);
  return ordersGuard(keys, { service });
}

const outcome = async (guard: ServiceGuard, call: Call) => {
  const decision = await guard.check(arriving(sign(alice, call)));
  return decision.allowed ? 'allowed' : decision.code;
};

/** The calls that name an order in each place where a map can take a value from. */
const callsFor = (name: string): Call[] => [
  { target: `/orders/${encodeURIComponent(name)}` },
  { target: `/files/${encodeURIComponent(name)}` },
  { target: `/search?name=${encodeURIComponent(name)}` },
];

describe('a service that ignores letter case', () => {
  const folds = guardOf(false);

  test('is denied what is denied in another case', async () => {
    for (const name of ['Secret1', 'secret1', 'SECRET1', 'sEcReT']) {
      for (const call of callsFor(name)) assert.equal(await outcome(folds, call), 'NoPermission', name);
      const call = { target: '/tenant', headers: [['x-acs-name', name]] } as const;
      assert.equal(await outcome(folds, call), 'NoPermission', name);
    }
    assert.equal(await outcome(folds, { target: '/orders/public' }), 'allowed');
    assert.equal(await outcome(folds, { target: '/orders/PUBLIC' }), 'allowed');
  });

  test('never takes a literal in another case for a value', async () => {
    assert.equal(await outcome(folds, { target: '/orders/export' }), 'NoPermission');
    for (const target of ['/orders/EXPORT', '/orders/Export', '/Orders/1', '/FILES/a']) {
      assert.match(await outcome(folds, { target }), /^InvalidParameter\.Path$/, target);
    }
  });

  test('is asked for no letter whose case services fold differently', async () => {
    for (const name of ['\u017fecret', 'secre\u212a', 'stra\u00dfe', '\u00c4rger', '\u0130', '\uff33ecret']) {
      for (const call of callsFor(name)) {
        assert.match(await outcome(folds, call), /^InvalidParameter\.(Path|Query)$/, name);
      }
    }
    for (const call of callsFor('\u8a02\u55ae')) assert.equal(await outcome(folds, call), 'allowed');
  });

  test('decides alike on all spellings of a name', async () => {
    const spelled = fc.array(fc.tuple(fc.constantFrom(...'secretx1'), fc.boolean()), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(spelled, async (letters) => {
        const lower = letters.map(([letter]) => letter).join('');
        const mixed = letters.map(([letter, up]) => (up ? letter.toUpperCase() : letter)).join('');
        for (const [at, call] of callsFor(mixed).entries()) {
          assert.equal(await outcome(folds, call), await outcome(folds, callsFor(lower)[at]!));
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('a service that tells upper from lower case', () => {
  const tells = guardOf(true);

  test('is denied just what is denied in the same case', async () => {
    for (const call of callsFor('Secret1')) assert.equal(await outcome(tells, call), 'NoPermission');
    for (const call of callsFor('secret1')) assert.equal(await outcome(tells, call), 'allowed');
    assert.equal(await outcome(tells, { target: '/orders/EXPORT' }), 'allowed');
  });
});

for (const caseSensitive of [true, false]) {
  test(`a name in a Unicode form that services change is refused, caseSensitive: ${caseSensitive}`, async () => {
    const guard = guardOf(caseSensitive);
    const composed = '\u1112\u1161\u11ab'.normalize('NFC');
    for (const call of callsFor(composed)) assert.equal(await outcome(guard, call), 'allowed');
    for (const call of callsFor(composed.normalize('NFD'))) {
      assert.match(await outcome(guard, call), /^InvalidParameter\.(Path|Query)$/);
    }
  });
}

test('a variable in a policy is compared as the service compares', async () => {
  const own = permissionsOf([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the policy language
    { Effect: 'Allow', Action: 'orders:*', Resource: 'acs:orders:*:*:order/${acs:SourceIp}-Mine' },
  ]);
  keys.change(alice, { permissions: own });
  const target = '/orders/203.0.113.7-mine';
  assert.equal(await outcome(guardOf(false), { target }), 'allowed');
  assert.equal(await outcome(guardOf(true), { target }), 'NoPermission');
});
