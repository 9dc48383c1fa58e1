/** Failures of similar systems, each of which must be impossible here. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  compilePolicies,
  decide,
  decideOverAll,
  explain,
  OPERATOR_NAMES,
  parsePolicy,
  readStoredPolicy,
} from '../src/index.ts';
import { documentOf, named } from './agreement.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const policy = (...statements: Json[]) => JSON.stringify({ Version: '1', Statement: statements });
const ALLOW_ALL = { Effect: 'Allow', Action: '*', Resource: '*' };

function decided(
  texts: string[],
  action: string,
  resource: string,
  facts: [string, string | string[]][] = [],
) {
  const policies = compilePolicies(named(texts.map((text) => documentOf(text))));
  return decide(policies, { action, resource, conditions: new Map(facts) }).effect;
}

describe('an explicit deny is honoured', () => {
  test('wherever it stands, and however it is spelled', () => {
    const denies: Json[] = [
      { Effect: 'Deny', Action: 'oss:PutObject', Resource: 'acs:oss:*:1:bucket/a' },
      { Effect: 'Deny', Action: 'OSS:putobject', Resource: '*' },
      { Effect: 'Deny', Action: '*', Resource: 'acs:oss:*:*:bucket/*' },
      { Effect: 'Deny', NotAction: 'oss:GetObject', Resource: 'acs:*' },
      { Effect: 'Deny', Action: 'oss:Put*', NotResource: 'acs:oss:*:*:other/*' },
      {
        Effect: 'Deny',
        Action: ['ecs:*', '*:PutObject'],
        Resource: ['acs:ecs:*:*:*', 'acs:oss:?*:1:b?cket/a'],
      },
      {
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: { StringNotEquals: { 'acs:PrincipalTag/x': 'y' } },
      },
    ];
    for (const deny of denies) {
      for (const texts of [
        [policy(ALLOW_ALL, deny)],
        [policy(deny, ALLOW_ALL)],
        [policy(ALLOW_ALL), policy(deny)],
        [policy(deny), policy(ALLOW_ALL)],
      ]) {
        const effect = decided(texts, 'oss:PutObject', 'acs:oss:cn-hangzhou:1:bucket/a');
        assert.equal(effect, 'ExplicitDeny', JSON.stringify(deny));
      }
    }
  });
});

describe('what is not understood in a policy is refused, never dropped', () => {
  const identity: Json = {
    Version: '1',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['ram:GetUser', 'ram:List*'],
        Resource: 'acs:ram:*:1:user/ann',
        Condition: {
          IpAddress: { 'acs:SourceIp': ['10.0.0.0/8'] },
          NumericLessThan: { 'oss:Size': 7 },
          Bool: { 'acs:SecureTransport': true },
          DateLessThan: { 'acs:CurrentTime': '2026-01-31T00:00:00Z' },
          StringLike: { 'acs:UserName': 'a*' },
        },
      },
      { Effect: 'Deny', NotAction: 'ram:*', NotResource: ['*'] },
    ],
  };
  const trust: Json = {
    Version: '1',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: {
          RAM: ['acs:ram::1:root', 'acs:ram::1:user/ann'],
          Service: 'ecs.aliyuncs.com',
          Federated: 'acs:ram::1:saml-provider/idp',
        },
        Condition: { StringEquals: { 'sts:ExternalId': 'x' } },
      },
    ],
  };

  /** Every way to replace one field of the document (its name or its value) by something unknown. */
  function* spoiled(value: Json, path: string): Generator<[string, Json]> {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        for (const [where, other] of spoiled(item, `${path}[${index}]`)) {
          yield [where, value.map((each, at) => (at === index ? other : each))];
        }
      }
      yield [`${path}: an item too many`, [...value, null]];
      yield [`${path}: no item`, []];
    } else if (typeof value === 'object' && value !== null) {
      yield [`${path}: a field too many`, { ...value, Unknown: 'unknown' }];
      for (const [name, member] of Object.entries(value)) {
        for (const [where, other] of spoiled(member, `${path}.${name}`)) {
          yield [where, { ...value, [name]: other }];
        }
        const entries = Object.entries(value);
        for (const unknown of [`${name}Unknown?`, name.toUpperCase(), ` ${name}`]) {
          // A condition key is free to be any, and has no case.
          if (name.includes(':') && unknown === name.toUpperCase()) continue;
          if (unknown === name) continue;
          const renamed = entries.map(([each, kept]) => [each === name ? unknown : each, kept]);
          yield [`${path}.${name} renamed to ${unknown}`, Object.fromEntries(renamed)];
        }
      }
    }
    for (const other of [null, { Unknown: 'unknown' }, [[]], '', '${unknown', '${unknown}', 'un known']) {
      // The values of a string condition may be any text.
      const isFree = /String(Like|Equals)/.test(path) && typeof other === 'string' && !other.startsWith('$');
      if (!isFree) yield [`${path} becomes ${JSON.stringify(other)}`, other];
    }
  }

  for (const [kind, document] of [
    ['identity', identity],
    ['session', identity],
    ['trust', trust],
  ] as const) {
    test(`each field of a policy of kind ${kind} in turn replaced by something unknown`, () => {
      assert.equal(parsePolicy(JSON.stringify(document), kind).ok, true);
      let spoilings = 0;
      for (const [where, other] of spoiled(document, '$')) {
        // An empty list of principals beside another one is valid, and names no principal: see trust.test.ts.
        if (/\.Principal\.(RAM|Service|Federated): no item$/.test(where)) continue;
        spoilings++;
        const parsed = parsePolicy(JSON.stringify(other), kind);
        assert.ok(!parsed.ok, `accepted although ${where}: ${JSON.stringify(other)}`);
        for (const fault of parsed.faults) {
          assert.match(fault.path, /^\$/);
          assert.ok(fault.line >= 1 && fault.column >= 1 && fault.problem !== '' && fault.fix !== '');
        }
      }
      assert.ok(spoilings > 100, `${spoilings} spoilings`);
    });
  }

  test('each field in turn left out, unless it is optional', () => {
    for (const field of ['Effect', 'Action', 'Resource']) {
      const { [field as 'Effect']: _, ...rest } = ALLOW_ALL;
      assert.equal(parsePolicy(policy(rest), 'identity').ok, false, field);
    }
    assert.equal(parsePolicy('{"Statement":[]}', 'identity').ok, false);
    assert.equal(parsePolicy('{"Version":"1"}', 'identity').ok, false);
  });

  test('a principal in an identity policy, and a resource in a trust policy', () => {
    assert.equal(
      parsePolicy(policy({ ...ALLOW_ALL, Principal: { RAM: 'acs:ram::1:root' } }), 'identity').ok,
      false,
    );
    const both = { Effect: 'Allow', Action: '*', Resource: '*', Principal: { RAM: 'acs:ram::1:root' } };
    assert.equal(parsePolicy(policy(both), 'trust').ok, false);
  });

  test('a repeated name in one object', () => {
    const twice =
      '{"Version":"1","Statement":[{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}]}';
    assert.equal(parsePolicy(twice, 'identity').ok, false);
    const document = readStoredPolicy(twice, 'identity');
    const policies = compilePolicies(named([document]));
    const request = { action: 'ram:GetUser', resource: '*', conditions: new Map() };
    assert.notEqual(decide(policies, request).effect, 'Allow');
  });
});

describe('a stored policy that cannot be evaluated', () => {
  const request = {
    action: 'ram:GetUser',
    resource: 'acs:ram::1:user/ann',
    conditions: new Map<string, string>(),
  };
  const stored = (effect: string, more: Record<string, Json>) =>
    readStoredPolicy(policy({ Effect: effect, Action: 'ram:*', Resource: '*', ...more }), 'identity');

  for (const [what, more] of Object.entries<Record<string, Json>>({
    'an unknown operator': { Condition: { StringMatches: { 'acs:UserName': 'a' } } },
    'a malformed value': { Condition: { IpAddress: { 'acs:SourceIp': '10.0.0.256' } } },
    'an unknown field': { Sid: 'x' },
    'a malformed resource': { Resource: '${' },
    'a malformed action': { Action: 7 },
  })) {
    test(`${what}: a Deny denies, an Allow does not allow, and the explanation names it`, () => {
      for (const [effect, expected] of [
        ['Deny', 'ExplicitDeny'],
        ['Allow', 'ImplicitDeny'],
      ] as const) {
        const policies = compilePolicies(named([stored(effect, more)]));
        assert.equal(decide(policies, request).effect, expected);
        assert.equal(decideOverAll(policies, request).effect, expected);
        const [candidate] = explain(policies, request).candidates;
        assert.ok(candidate?.unreadable !== undefined && candidate.unreadable.length > 0);
        assert.match(candidate.reason, /cannot be evaluated/);
      }
    });
  }

  test('an explanation lists the first 500 statements that name the action, and counts the rest', () => {
    const statement = (at: number) => ({ Effect: 'Allow', Action: 'a:b', Resource: `acs:a:::${at}` });
    const explanationOf = (count: number) =>
      explain(
        compilePolicies(
          named([documentOf(policy(...Array.from({ length: count }, (_, at) => statement(at))))]),
        ),
        { action: 'a:b', resource: 'acs:a:::none', conditions: new Map() },
      );
    const full = explanationOf(500);
    assert.deepEqual([full.candidates.length, full.candidatesLeftOut], [500, 0]);
    const more = explanationOf(503);
    assert.deepEqual([more.candidates.length, more.candidatesLeftOut], [500, 3]);
    assert.deepEqual(
      more.candidates.map((candidate) => candidate.statement),
      Array.from({ length: 500 }, (_, at) => at),
    );
    assert.match(more.summary, /none of the 503 statements/);
  });

  test('an unreadable Deny is no wider than its readable parts', () => {
    const policies = compilePolicies(
      named([stored('Deny', { Condition: { Unknown: {} } }), documentOf(policy(ALLOW_ALL))]),
    );
    assert.equal(decide(policies, request).effect, 'ExplicitDeny');
    assert.equal(decide(policies, { ...request, action: 'oss:GetObject' }).effect, 'Allow');
  });

  test('a text that is not a policy denies everything', () => {
    for (const text of ['', 'null', '{', '[]', '"x"', '{"Version":"1"}']) {
      const policies = compilePolicies(
        named([readStoredPolicy(text, 'identity'), documentOf(policy(ALLOW_ALL))]),
      );
      assert.equal(decide(policies, request).effect, 'ExplicitDeny', text);
    }
  });

  test('a statement built by hand with an unknown operator', () => {
    for (const [effect, expected] of [
      ['Deny', 'ExplicitDeny'],
      ['Allow', 'ImplicitDeny'],
    ] as const) {
      const document = documentOf(policy({ ...ALLOW_ALL, Effect: effect }));
      const conditions = [{ operator: 'StringMatches', key: 'acs:UserName', values: ['a'] }];
      const statements = document.statements.map((statement) => ({ ...statement, conditions }));
      assert.equal(decide(compilePolicies(named([{ ...document, statements }])), request).effect, expected);
    }
  });
});

describe('a condition is never true for the wrong reason', () => {
  const NAMESPACES = [
    'acs:PrincipalTag',
    'acs:RequestTag',
    'acs:ResourceTag',
    'acs:Principal',
    'oss:PrincipalTag',
    'saml:tag',
  ];

  test('variables never match across namespaces', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...NAMESPACES),
        fc.constantFrom('team', 'Team', 'name'),
        fc.constantFrom('StringEquals', 'StringLike', 'StringEqualsIgnoreCase', 'Resource'),
        fc.constantFrom('red', '*', '?', '', '${acs:RequestTag/team}'),
        (namespace, name, where, value) => {
          const variable = `\${${namespace}/${name}}`;
          const text =
            where === 'Resource'
              ? policy({ ...ALLOW_ALL, Resource: `acs:oss:*:*:x/${variable}` })
              : policy({ ...ALLOW_ALL, Condition: { [where]: { 'oss:Owner': variable } } });
          // The same name in every namespace but the right one.
          const others = NAMESPACES.filter((each) => each !== namespace);
          const facts: [string, string][] = others.map((each) => [`${each}/${name}`.toLowerCase(), value]);
          facts.push([name.toLowerCase(), value], ['oss:owner', value]);
          assert.equal(decided([text], 'a:a', `acs:oss::1:x/${value}`, facts), 'ImplicitDeny');
          facts.push([`${namespace}/${name}`.toLowerCase(), value]);
          assert.equal(decided([text], 'a:a', `acs:oss::1:x/${value}`, facts), 'Allow');
        },
      ),
      { numRuns: 500 },
    );
  });

  test('missing keys never match positively', () => {
    const operands: Record<string, Json> = {
      Numeric: ['0', '7'],
      Date: ['1970-01-01', '2026-01-31'],
      Bool: ['true', 'false'],
      Ip: ['0.0.0.0/0', '::/0'],
      String: ['', '*', 'null', 'undefined', '${acs:UserName}'],
    };
    for (const name of OPERATOR_NAMES.filter((each) => each !== 'Null' && !each.includes('Not'))) {
      for (const quantifier of ['', 'ForAnyValue:', 'ForAllValues:']) {
        const kind = Object.keys(operands).find((each) => name.startsWith(each))!;
        const Condition = { [quantifier + name]: { 'oss:Key': operands[kind]! } };
        const text = policy({ ...ALLOW_ALL, Condition });
        for (const facts of [[], [['oss:key', []]], [['oss:other', '']]] as [string, string[]][][]) {
          assert.equal(decided([text], 'a:a', '*', facts), 'ImplicitDeny', `${quantifier}${name}`);
        }
      }
    }
  });

  test('a missing key satisfies what says so: negative operators, `IfExists`, `Null`', () => {
    for (const Condition of [
      { StringNotEquals: { 'oss:Key': 'a' } },
      { NotIpAddress: { 'oss:Key': '0.0.0.0/0' } },
      { StringEqualsIfExists: { 'oss:Key': 'a' } },
      { 'ForAllValues:StringEqualsIfExists': { 'oss:Key': 'a' } },
      { 'ForAnyValue:StringEqualsIfExists': { 'oss:Key': 'a' } },
      { Null: { 'oss:Key': 'true' } },
    ]) {
      assert.equal(
        decided([policy({ ...ALLOW_ALL, Condition })], 'a:a', '*'),
        'Allow',
        JSON.stringify(Condition),
      );
    }
    const present = policy({ ...ALLOW_ALL, Condition: { Null: { 'oss:Key': false } } });
    assert.equal(decided([present], 'a:a', '*'), 'ImplicitDeny');
    assert.equal(decided([present], 'a:a', '*', [['oss:key', '']]), 'Allow');
  });

  test('`ForAllValues` over no values holds in a Deny and not in an Allow', () => {
    const Condition = { 'ForAllValues:StringEquals': { 'oss:Key': 'a' } };
    assert.equal(decided([policy({ ...ALLOW_ALL, Condition })], 'a:a', '*'), 'ImplicitDeny');
    assert.equal(decided([policy({ ...ALLOW_ALL, Effect: 'Deny', Condition })], 'a:a', '*'), 'ExplicitDeny');
  });

  test('a value from a request never becomes a wildcard', () => {
    const like = policy({ ...ALLOW_ALL, Condition: { StringLike: { 'oss:Owner': '${acs:UserName}' } } });
    assert.equal(
      decided([like], 'a:a', '*', [
        ['acs:username', '*'],
        ['oss:owner', 'root'],
      ]),
      'ImplicitDeny',
    );
    const home = policy({ ...ALLOW_ALL, Resource: 'acs:oss:*:*:home/${acs:UserName}/*' });
    assert.equal(decided([home], 'a:a', 'acs:oss::1:home/bob/x', [['acs:username', '*']]), 'ImplicitDeny');
    assert.equal(decided([home], 'a:a', 'acs:oss::1:home/*/x', [['acs:username', '*']]), 'Allow');
  });

  test('an exception that cannot be read allows nothing', () => {
    const NotResource = 'acs:oss:*:*:secret/${acs:PrincipalTag/team}';
    const { Resource: _, ...rest } = ALLOW_ALL;
    const facts: [string, string][] = [['acs:principaltag/team', 'red']];
    const allow = policy({ ...rest, NotResource });
    assert.equal(decided([allow], 'a:a', 'acs:oss::1:secret/blue', facts), 'Allow');
    assert.equal(decided([allow], 'a:a', 'acs:oss::1:secret/blue'), 'ImplicitDeny');
    assert.equal(
      decided([policy({ ...rest, Effect: 'Deny', NotResource })], 'a:a', 'acs:oss::1:x'),
      'ExplicitDeny',
    );
  });

  test('a malformed value of a request matches nothing and breaks nothing', () => {
    const values = [
      '',
      ' ',
      '10.0.0.256',
      '::ffff:1.2.3',
      '2026-02-30T00:00:00Z',
      'NaN',
      '1e3',
      '\u0000',
      '💥',
      '1'.repeat(5000),
    ];
    for (const [name, operand] of [
      ['IpAddress', ['0.0.0.0/0', '::/0']],
      ['NumericLessThan', ['0.1']],
      ['DateGreaterThan', ['1970-01-01']],
      ['Bool', ['true', 'false']],
    ] as const) {
      for (const value of values) {
        const text = policy({ ...ALLOW_ALL, Condition: { [name]: { 'oss:Key': [...operand] } } });
        assert.equal(decided([text], 'a:a', '*', [['oss:key', value]]), 'ImplicitDeny', `${name} ${value}`);
      }
    }
  });
});
