import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compilePolicies, decide } from '../src/index.ts';
import { documentOf, named } from './agreement.ts';

const ALLOW_ALL = { Effect: 'Allow', Action: '*', Resource: '*' };

const policy = (statement: object) => JSON.stringify({ Version: '1', Statement: [statement] });

function decided(texts: string[], action: string, resource: string, facts: [string, string][]) {
  const policies = compilePolicies(named(texts.map((text) => documentOf(text))));
  return decide(policies, { action, resource, conditions: new Map(facts) }).effect;
}

describe('acs:PrincipalARN', () => {
  const SESSION = 'acs:ram::1:assumed-role/Deployer/night';
  const NAMES = [
    'acs:ram:*:*:role/Deployer',
    'acs:ram:*:*:role/deployer',
    'acs:ram::1:role/Deployer',
    'acs:ram:*:*:role/Dep*',
    'acs:ram:*:*:assumed-role/Deployer/*',
    SESSION,
  ];
  const OTHERS = [
    'acs:ram::1:assumed-role/Deployers/night',
    'acs:ram::1:assumed-role/Auditor/Deployer',
    'acs:ram::1:user/Deployer',
    'acs:ram::1:root',
    'acs:ram::1:assumed-role/',
  ];
  const denying = (operator: string, name: string, arn: string) =>
    decided(
      [
        policy(ALLOW_ALL),
        policy({ ...ALLOW_ALL, Effect: 'Deny', Condition: { [operator]: { 'acs:PrincipalARN': name } } }),
      ],
      'a:a',
      '*',
      [['acs:principalarn', arn]],
    );

  test('names a role, its sessions or all but them, with and without a set prefix', () => {
    for (const prefix of ['', 'ForAnyValue:', 'ForAllValues:']) {
      for (const name of NAMES) {
        assert.equal(denying(`${prefix}StringLike`, name, SESSION), 'ExplicitDeny', name);
        assert.equal(denying(`${prefix}StringNotLike`, name, SESSION), 'Allow', name);
        for (const other of OTHERS) {
          const isNamed = name.endsWith('Dep*') && other.includes('role/Deployers');
          assert.equal(
            denying(`${prefix}StringLike`, name, other),
            isNamed ? 'ExplicitDeny' : 'Allow',
            `${name} ${other}`,
          );
          assert.equal(
            denying(`${prefix}StringNotLike`, name, other),
            isNamed ? 'Allow' : 'ExplicitDeny',
            `${name} ${other}`,
          );
        }
      }
    }
    assert.equal(denying('StringEquals', 'acs:ram::1:role/Deployer', SESSION), 'ExplicitDeny');
    assert.equal(denying('StringNotEquals', 'acs:ram::1:role/Deployer', SESSION), 'Allow');
  });

  test('as a variable is the session', () => {
    const text = policy({ ...ALLOW_ALL, Resource: '${acs:PrincipalARN}' });
    const facts: [string, string][] = [['acs:principalarn', SESSION]];
    assert.equal(decided([text], 'a:a', SESSION, facts), 'Allow');
    assert.equal(decided([text], 'a:a', 'acs:ram::1:role/Deployer', facts), 'ImplicitDeny');
  });
});
