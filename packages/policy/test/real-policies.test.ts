/**
 * Shapes of 687 public policy documents: which actions, resources, principals, operators and keys stand together.
 * A document is made from each shape, with values of our own. Figures: docs/real-policies.md.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import {
  compilePolicies,
  compileTrustPolicy,
  decide,
  decideTrust,
  parsePolicy,
  policyWarnings,
} from '../src/index.ts';
import { named } from './agreement.ts';

interface Shape {
  readonly kind: 'identity' | 'trust';
  readonly effect: string;
  readonly actions: string;
  readonly on: string;
  readonly conditions: string;
}

const ACCOUNT = '1234567890123456';

const shapes: readonly Shape[] = readFileSync(new URL('real-policy-shapes.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [kind, effect = '', actions = '', on = '', conditions = ''] = line.split('\t');
    return { kind: kind === 'trust' ? 'trust' : 'identity', effect, actions, on, conditions };
  });

const PRINCIPALS: Readonly<Record<string, string>> = {
  service: 'ecs.aliyuncs.com',
  'account@service': `${ACCOUNT}@log.aliyuncs.com`,
  'account:root': `acs:ram::${ACCOUNT}:root`,
  'account:user': `acs:ram::${ACCOUNT}:user/ann`,
  'account:role': `acs:ram::${ACCOUNT}:role/ops`,
  'account:saml-provider': `acs:ram::${ACCOUNT}:saml-provider/corp`,
  'account:oidc-provider': `acs:ram::${ACCOUNT}:oidc-provider/ci`,
};

function valueFor(operator: string): string {
  if (operator.includes('Ip')) return '192.0.2.0/24';
  if (operator.startsWith('Date')) return '2040-01-01T00:00:00+08:00';
  return operator === 'Bool' ? 'true' : 'value';
}

function statementOf({ effect, actions, on, conditions }: Shape): Record<string, unknown> {
  const [actionField = '', ...patterns] = actions.split(' ');
  const [onField = '', ...named] = on.split(' ');
  const block: Record<string, Record<string, string>> = {};
  for (const condition of conditions.split(' ').filter((text) => text !== '')) {
    const [operator = '', key = ''] = condition.split('=');
    block[operator] = { ...block[operator], [key]: valueFor(operator) };
  }
  return {
    Effect: effect,
    [actionField]: patterns,
    [onField]:
      onField === 'Principal' ? principalsOf(named) : named.map((arn) => arn.replace('UID', ACCOUNT)),
    ...(conditions === '' ? {} : { Condition: block }),
  };
}

function principalsOf(forms: readonly string[]): Record<string, string[]> {
  const principals: Record<string, string[]> = {};
  for (const form of forms) {
    const [kind = '', name = ''] = form.split('=');
    const principal = PRINCIPALS[name];
    assert.ok(principal, `unknown form ${form}`);
    principals[kind] = [...(principals[kind] ?? []), principal];
  }
  return principals;
}

const textOf = (...statements: object[]) => JSON.stringify({ Version: '1', Statement: statements });

/** Keys of RAM that nothing here fills, and keys of another service than that of the actions. */
const EXPECTED_WARNINGS = [
  'ConditionKeyNeverFilled acs:RegionId',
  'ConditionKeyNeverFilled acs:Service',
  'ConditionKeyNeverFilled acs:UserAgent',
  'ConditionKeyNeverFilled vpc:tag/KEY',
];

describe('the shapes of real policies', () => {
  for (const shape of shapes) {
    test(`${shape.kind}: ${shape.effect} ${shape.actions} ${shape.on} ${shape.conditions}`, () => {
      const text = textOf(statementOf(shape));
      const parsed = parsePolicy(text, shape.kind);
      assert.ok(parsed.ok, JSON.stringify(parsed));
      if (shape.kind === 'identity') {
        compilePolicies(named([parsed.document]));
      } else {
        compileTrustPolicy(parsed.document);
      }
    });
  }

  test('only keys that nothing fills are warned of', () => {
    const warned = new Set<string>();
    for (const shape of shapes) {
      for (const { code, subject } of policyWarnings(textOf(statementOf(shape)), shape.kind)) {
        warned.add(`${code} ${subject}`);
      }
    }
    assert.deepEqual([...warned].sort(), EXPECTED_WARNINGS);
  });

  test('a guard rail that exempts a role exempts its sessions, and no other caller', () => {
    const guardRail = textOf({
      Effect: 'Deny',
      Action: 'ram:CreateRole',
      Resource: '*',
      Condition: {
        StringNotLike: { 'acs:PrincipalARN': 'acs:ram:*:*:role/resourcedirectoryaccountaccessrole' },
      },
    });
    const documents = [guardRail, textOf({ Effect: 'Allow', Action: '*', Resource: '*' })].map((text) => {
      const parsed = parsePolicy(text, 'identity');
      assert.ok(parsed.ok);
      return parsed.document;
    });
    const policies = compilePolicies(named(documents));
    const effectFor = (arn: string) =>
      decide(policies, {
        action: 'ram:CreateRole',
        resource: `acs:ram:*:${ACCOUNT}:role/*`,
        conditions: new Map([['acs:principalarn', arn]]),
      }).effect;
    const role = 'ResourceDirectoryAccountAccessRole';
    assert.equal(effectFor(`acs:ram::${ACCOUNT}:assumed-role/${role}/console`), 'Allow');
    assert.equal(effectFor(`acs:ram::${ACCOUNT}:assumed-role/Other/${role}`), 'ExplicitDeny');
    assert.equal(effectFor(`acs:ram::${ACCOUNT}:user/ann`), 'ExplicitDeny');
  });

  test('a service is trusted for the account that its name carries', () => {
    const parsed = parsePolicy(
      textOf({
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: [`${ACCOUNT}@log.aliyuncs.com`, 'log.aliyuncs.com'] },
      }),
      'trust',
    );
    assert.ok(parsed.ok);
    const trust = compileTrustPolicy(parsed.document);
    const effectFor = (name: string) =>
      decideTrust(trust, {
        action: 'sts:AssumeRole',
        principal: { kind: 'Service', name },
        conditions: new Map(),
      }).effect;
    assert.equal(effectFor(`${ACCOUNT}@log.aliyuncs.com`), 'Allow');
    assert.equal(effectFor('log.aliyuncs.com'), 'Allow');
    assert.equal(effectFor('6543210987654321@log.aliyuncs.com'), 'ImplicitDeny');
  });
});

/** What public documents contain that is not a policy, with the sentence that says so. */
const REFUSED: readonly (readonly [
  what: string,
  kind: 'identity' | 'trust',
  text: string,
  problem: RegExp,
])[] = [
  [
    '`Sid`',
    'identity',
    textOf({ Sid: 'Read', Effect: 'Allow', Action: 'svc:Get', Resource: '*' }),
    /`Sid` is not a field/,
  ],
  [
    'no `Version`',
    'trust',
    '{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ecs.aliyuncs.com"}}]}',
    /the policy has no `Version`/,
  ],
  [
    '`Version` as a number',
    'identity',
    '{"Version":1,"Statement":[{"Effect":"Allow","Action":"svc:Get","Resource":"*"}]}',
    /`Version` is the number `1`, and must be a string/,
  ],
  [
    'an ARN without its region',
    'identity',
    textOf({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: `acs:ram:${ACCOUNT}:role/ops` }),
    /fewer than five segments/,
  ],
  [
    'a blank in a condition key',
    'identity',
    textOf({
      Effect: 'Allow',
      Action: 'svc:Get',
      Resource: '*',
      Condition: { Bool: { 'acs:MFAPresent ': 'true' } },
    }),
    /`acs:MFAPresent ` is not a condition key/,
  ],
  [
    'a blank in an action',
    'identity',
    textOf({ Effect: 'Allow', Action: 'svc: Get', Resource: '*' }),
    /`svc: Get` is not an action/,
  ],
  [
    'an operator of another language',
    'identity',
    textOf({
      Effect: 'Allow',
      Action: 'svc:Get',
      Resource: '*',
      Condition: { DateTimeLessThan: { 'acs:CurrentTime': '2040-01-01T00:00:00Z' } },
    }),
    /`DateTimeLessThan` is not a condition operator/,
  ],
];

describe('public documents that are refused', () => {
  for (const [what, kind, text, problem] of REFUSED) {
    test(`for ${what}`, () => {
      const parsed = parsePolicy(text, kind);
      assert.ok(!parsed.ok);
      assert.match(parsed.faults.map((fault) => fault.problem).join('\n'), problem);
    });
  }
});
