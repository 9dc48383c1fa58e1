import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { compilePolicies, decide, parsePolicy } from '@claviger/policy';
import {
  findServiceLinkedRole,
  findSystemPolicy,
  nearestNames,
  type SystemPolicy,
  serviceLinkedRoles,
  systemPolicyKey,
  systemPolicyKeys,
} from '../src/index.ts';

const keys = [...systemPolicyKeys()];
const policies: readonly SystemPolicy[] = keys.map((key) => findSystemPolicy(key)!);

interface Document {
  readonly Version: string;
  readonly Statement: readonly { readonly Effect: string; readonly Action: unknown }[];
}

const documentOf = (policy: SystemPolicy) => JSON.parse(policy.document) as Document;

describe('system policies', () => {
  test('are sorted and found by their name in any letter case', () => {
    assert.deepEqual(keys, keys.toSorted());
    for (const [at, policy] of policies.entries()) {
      assert.equal(systemPolicyKey(policy.name), keys[at]);
      assert.equal(findSystemPolicy(policy.name.toUpperCase()), policy);
      assert.match(policy.name, /^[A-Za-z0-9-]{1,128}$/);
    }
    assert.equal(findSystemPolicy('AliyunNothingFullAccess'), undefined);
    assert.equal(findSystemPolicy(''), undefined);
    assert.equal(findSystemPolicy('__proto__'), undefined);
  });

  test('have documents that the policy language understands, all of them Allow', () => {
    for (const policy of policies) {
      const parsed = parsePolicy(policy.document, 'identity');
      assert.ok(parsed.ok, policy.name);
      for (const statement of documentOf(policy).Statement) {
        assert.equal(statement.Effect, 'Allow', policy.name);
        assert.ok('Action' in statement, policy.name);
      }
    }
  });

  test('grant nothing where the document is not known', () => {
    for (const policy of policies.filter(({ basis }) => basis === 'unpublished'))
      assert.deepEqual(documentOf(policy).Statement, [
        { Effect: 'Allow', Action: 'unpublished:None', Resource: 'acs:unpublished:*:*:none' },
      ]);
  });

  test('have a version, dates and a source where the document is published', () => {
    for (const policy of policies) {
      assert.match(policy.version, /^v[1-9]\d*$/, policy.name);
      for (const day of [policy.created, policy.updated]) {
        if (day !== undefined) assert.equal(new Date(day).toISOString().slice(0, 10), day, policy.name);
      }
      if (policy.basis === 'published') assert.match(policy.source ?? '', /^[a-z0-9./-]+$/, policy.name);
    }
  });

  test('are derived for one service code only, by the rule in the README', () => {
    for (const policy of policies.filter(({ basis }) => basis === 'derived')) {
      const { Statement, ...rest } = documentOf(policy);
      assert.deepEqual(rest, { Version: '1' });
      const action = policy.name === 'AdministratorAccess' ? /^\*$/ : /^[a-z0-9-]+:\*$/;
      assert.equal(Statement.length, 1, policy.name);
      assert.match(String(Statement[0]?.Action), action, policy.name);
      assert.match(policy.name, /^Aliyun.+FullAccess$|^AdministratorAccess$/);
    }
  });

  test('are as many of each kind as the README says', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    for (const basis of ['published', 'derived', 'own', 'unpublished'] as const) {
      const [, count] = new RegExp(`^\\| \`${basis}\` \\|.*\\| (\\d+) \\|$`, 'm').exec(readme) ?? [];
      assert.equal(policies.filter((policy) => policy.basis === basis).length, Number(count), basis);
    }
  });

  test('grant actions of Claviger itself in two own documents only', () => {
    const granting = policies.filter((policy) => policy.document.includes('"claviger:'));
    assert.deepEqual(
      granting.map(({ name }) => name),
      ['AliyunRAMFullAccess', 'ReadOnlyAccess'],
    );
  });

  test('grant every action in AdministratorAccess only', () => {
    const granting = policies.filter((policy) =>
      documentOf(policy).Statement.some(({ Action }) => [Action].flat().some((action) => action === '*')),
    );
    assert.deepEqual(
      granting.map(({ name }) => name),
      ['AdministratorAccess'],
    );
  });
});

describe('actions that decide who may do what', () => {
  const grantedBy = (action: string) =>
    policies
      .filter(({ name, document: text }) => {
        const parsed = parsePolicy(text, 'identity');
        assert.ok(parsed.ok, name);
        const compiled = compilePolicies([{ name, type: 'System', document: parsed.document }]);
        const resource = `acs:${action.split(':')[0]}:*:1234567890123456:user/ann`;
        return decide(compiled, { action, resource, conditions: new Map() }).effect === 'Allow';
      })
      .map(({ name }) => name);

  for (const action of [
    'ram:AttachPolicyToUser',
    'ram:CreatePolicyVersion',
    'ram:UpdateRole',
    'ram:CreateLoginProfile',
    'ram:CreateGuard',
  ]) {
    test(`${action} is granted by two policies only`, () => {
      assert.deepEqual(grantedBy(action), ['AdministratorAccess', 'AliyunRAMFullAccess']);
    });
  }

  test('sts:AssumeRole is granted by two policies only', () => {
    assert.deepEqual(grantedBy('sts:AssumeRole'), ['AdministratorAccess', 'AliyunSTSAssumeRoleAccess']);
  });

  test('ram:CreateAccessKey is granted to a service that rotates keys as well', () => {
    assert.deepEqual(grantedBy('ram:CreateAccessKey'), [
      'AdministratorAccess',
      'AliyunKMSManageRAMCredentialsRolePolicy',
      'AliyunRAMFullAccess',
    ]);
  });

  test('claviger:ReplicateCredentials is granted by none', () => {
    assert.deepEqual(grantedBy('claviger:ReplicateCredentials'), []);
  });
});

describe('names like an unknown one', () => {
  for (const [wrong, right] of [
    ['AliyunECSFullAcess', 'AliyunECSFullAccess'],
    ['aliyunossreadonly', 'AliyunOSSReadOnlyAccess'],
    ['AdministratorAcces', 'AdministratorAccess'],
    ['AliyunRDSFullaccess1', 'AliyunRDSFullAccess'],
  ] as const) {
    test(`${wrong} is like ${right}`, () => {
      assert.equal(nearestNames(wrong, 3)[0], right);
    });
  }

  test('there are none for a name that is like no other', () => {
    assert.deepEqual(nearestNames('x', 3), []);
    assert.deepEqual(nearestNames('qqqqqqqqqqqq', 3), []);
  });
});

describe('service-linked roles', () => {
  test('have a policy of their own type each', () => {
    const roles = [...serviceLinkedRoles().values()];
    assert.ok(roles.length > 200);
    for (const role of roles) {
      assert.equal(findServiceLinkedRole(role.service), role);
      assert.match(role.service, /^[a-z0-9.-]+\.aliyuncs\.com$/);
      assert.match(role.role, /^AliyunServiceRoleFor[A-Za-z0-9]+$/);
      assert.ok(role.role.length <= 64, role.role);
      const policy = findSystemPolicy(role.policy);
      assert.equal(policy?.type, 'service-linked-role', role.policy);
      assert.equal(policy?.name, role.policy);
    }
    for (const field of ['role', 'policy'] as const)
      assert.equal(new Set(roles.map((role) => role[field].toLowerCase())).size, roles.length, field);
  });

  test('are found by the exact name of their service', () => {
    assert.equal(findServiceLinkedRole('polardb.aliyuncs.com')?.policy, 'AliyunServiceRolePolicyForPolarDB');
    assert.equal(findServiceLinkedRole('PolarDB.aliyuncs.com'), undefined);
  });
});
