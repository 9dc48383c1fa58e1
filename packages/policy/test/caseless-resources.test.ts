/** Resources of services that do not tell upper from lower case. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePolicies, decide, explain, parsePolicy } from '../src/index.ts';

function compiled(statements: readonly object[]) {
  const parsed = parsePolicy(JSON.stringify({ Version: '1', Statement: statements }), 'identity');
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return compilePolicies([{ name: 'p', type: 'Custom', document: parsed.document }]);
}

const pattern = fc.string({ unit: fc.constantFrom(...'aAbB*?'), minLength: 1, maxLength: 6 });
const name = fc.string({ unit: fc.constantFrom(...'aAbB'), minLength: 1, maxLength: 6 });
const statement = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Action: fc.constant('orders:*'),
  Resource: fc.oneof(
    pattern.map((each) => `acs:orders:*:*:order/${each}`),
    fc.constant('*'),
  ),
});

test('are decided on as if policies and resources were written in lower case', () => {
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 6 }), name, (statements, id) => {
      const asked = { action: 'orders:GetOrder', conditions: new Map() };
      const lowered = statements.map((each) => ({ ...each, Resource: each.Resource.toLowerCase() }));
      const policies = compiled(statements);
      const request = { ...asked, resource: `acs:orders:r1:1:order/${id}`, caseSensitive: false };
      const expected = decide(compiled(lowered), {
        ...asked,
        resource: `acs:orders:r1:1:order/${id.toLowerCase()}`,
      });
      assert.equal(decide(policies, request).effect, expected.effect);
      assert.equal(explain(policies, request).effect, expected.effect);
    }),
    { numRuns: 3000 },
  );
});

test('keep the case of everything before the relative id', () => {
  const policies = compiled([{ Effect: 'Allow', Action: 'orders:*', Resource: 'acs:orders:R1:1:order/x' }]);
  const asked = { action: 'orders:Get', conditions: new Map(), caseSensitive: false };
  assert.equal(decide(policies, { ...asked, resource: 'acs:orders:R1:1:order/X' }).effect, 'Allow');
  assert.equal(decide(policies, { ...asked, resource: 'acs:orders:r1:1:order/x' }).effect, 'ImplicitDeny');
});
