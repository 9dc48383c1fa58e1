/** Actions that no pattern matches, and the widest permissions that a policy can grant on a service. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  canAllowChange,
  canAllowService,
  compilePolicies,
  decide,
  decideOverAll,
  explain,
  readStoredPolicy,
} from '@claviger/policy';

const documentOf = (...statements: object[]) =>
  readStoredPolicy(JSON.stringify({ Version: '1', Statement: statements }), 'identity');

const allow = (Action: string | readonly string[]) => ({ Effect: 'Allow', Action, Resource: '*' });

const compiled = (...statements: object[]) =>
  compilePolicies([{ name: 'p', type: 'Custom', document: documentOf(...statements) }]);

const exact = [
  'claviger:ReplicateCredentials',
  'claviger:ReportAccessKeyUsage',
  'claviger:VerifyRequestSignature',
];

const request = (action: string) => ({
  action,
  resource: 'acs:claviger:*:1234567890123456:guard/orders',
  conditions: new Map<string, string>(),
});

/** Every pattern that is a name with some of its characters replaced by a wildcard. */
function* patternsOf(name: string): Generator<string> {
  for (let from = 0; from < name.length; from++) {
    yield `${name.slice(0, from)}?${name.slice(from + 1)}`;
    for (let to = from; to <= name.length; to++) yield `${name.slice(0, from)}*${name.slice(to)}`;
  }
}

describe('an action that returns material to verify other principals', () => {
  for (const name of exact) {
    test(`${name} is allowed by its whole name, in any case, and by no pattern`, () => {
      for (const written of [name, name.toLowerCase(), name.toUpperCase()]) {
        assert.equal(decide(compiled(allow(written)), request(name)).effect, 'Allow');
      }
      const beyond: object[] = [{ Effect: 'Allow', NotAction: 'ram:*', Resource: '*' }];
      for (const pattern of patternsOf(name)) beyond.push(allow(pattern));
      for (const statement of beyond) {
        const policies = compiled(statement);
        const asked = request(name);
        const effects = [
          decide(policies, asked).effect,
          decideOverAll(policies, asked).effect,
          explain(policies, asked).effect,
        ];
        assert.deepEqual(
          effects,
          ['ImplicitDeny', 'ImplicitDeny', 'ImplicitDeny'],
          JSON.stringify(statement),
        );
        assert.deepEqual(explain(policies, asked).candidates, []);
      }
    });

    test(`${name} is denied by any pattern`, () => {
      for (const Action of ['*', 'claviger:*', 'claviger:Re*', name, 'claviger:*e*']) {
        const policies = compiled(allow(name), { Effect: 'Deny', Action, Resource: '*' });
        const { effect } = decide(policies, request(name));
        const names = compiled(allow(Action)).statements[0]!.actions.patterns[0]!;
        const matches = names.matches(name.toLowerCase(), new Map<string, string>());
        assert.equal(effect, matches ? 'ExplicitDeny' : 'Allow', Action);
      }
    });
  }

  test('other actions are matched by patterns', () => {
    for (const action of ['claviger:ListGuards', 'claviger:ReplicateCredential', 'ram:GetUser']) {
      assert.equal(decide(compiled(allow('*')), request(action)).effect, 'Allow', action);
    }
  });
});

describe('what a policy can allow', () => {
  test('of a service: whatever pattern can be of one of its actions', () => {
    for (const [pattern, expected] of [
      ['orders:GetOrder', true],
      ['ORDERS:*', true],
      // Not an action of this language: such a statement allows nothing.
      ['ord*', false],
      ['*', true],
      ['*:GetOrder', true],
      ['o?ders:Get*', true],
      ['order:*', false],
      ['orders', false],
      ['orders2:*', false],
      ['xorders:*', false],
      ['ord?:*', false],
    ] as const) {
      assert.equal(canAllowService(documentOf(allow(pattern)), 'orders'), expected, pattern);
    }
    const not = (NotAction: string) => documentOf({ Effect: 'Allow', NotAction, Resource: '*' });
    assert.equal(canAllowService(not('orders:Get*'), 'orders'), true);
    assert.equal(canAllowService(not('orders:*'), 'orders'), false);
    assert.equal(canAllowService(not('ord*'), 'orders'), false);
    assert.equal(canAllowService(documentOf({ ...allow('*'), Effect: 'Deny' }), 'orders'), false);
  });

  test('beyond reading: whatever pattern can be of an action that does not begin with a reading verb', () => {
    const services = ['ram', 'sts'];
    for (const [pattern, expected] of [
      ['ram:GetUser', false],
      ['ram:Get*', false],
      ['RAM:LIST*', false],
      ['ram:CreateUser', true],
      ['ram:*', true],
      ['r*', false],
      ['*', true],
      ['ram:G*', true],
      ['ram:?etUser', true],
      ['*m:GetUser', true],
      ['sts:AssumeRole', true],
      ['orders:*', false],
      ['ram', false],
    ] as const) {
      assert.equal(canAllowChange(documentOf(allow(pattern)), services), expected, pattern);
    }
    const on = (Resource: string | readonly string[]) =>
      canAllowChange(documentOf({ ...allow('*'), Resource }), services);
    assert.equal(on('acs:orders:*:*:*'), false);
    assert.equal(on(['acs:orders:*:*:*', 'acs:ram:*:*:user/a']), true);
    assert.equal(on('acs:*:*:*:*'), true);
  });
});
