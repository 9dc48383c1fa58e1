import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compilePolicies, decide, type PolicyFault, parsePolicy } from '../src/index.ts';

function faultsOf(text: string, kind: 'identity' | 'trust' = 'identity'): readonly PolicyFault[] {
  const parsed = parsePolicy(text, kind);
  assert.ok(!parsed.ok, 'the policy was accepted');
  return parsed.faults;
}

const withStatement = (statement: unknown) => JSON.stringify({ Version: '1', Statement: [statement] });

describe('the policies that RAM documents for own AccessKeys', () => {
  const OWN_CREATE =
    '{ "Version": "1", "Statement": [ { "Effect": "Allow", "Action": [ "ram:CreateAccessKey", "ram:ListAccessKeys" ], "Resource": "acs:ram:*:ACCOUNT_ID:user/USER_NAME" } ] }';
  const OWN_MANAGE =
    '{ "Version": "1", "Statement": [ { "Effect": "Allow", "Action": [ "ram:CreateAccessKey", "ram:ListAccessKeys", "ram:UpdateAccessKey", "ram:DeleteAccessKey", "ram:GetAccessKeyLastUsed", "ram:ListAccessKeysInRecycleBin" ], "Resource": "acs:ram:*:ACCOUNT_ID:user/USER_NAME" } ] }';
  const EVERY_ACTION = [
    'ram:CreateAccessKey',
    'ram:ListAccessKeys',
    'ram:UpdateAccessKey',
    'ram:DeleteAccessKey',
    'ram:GetAccessKeyLastUsed',
    'ram:ListAccessKeysInRecycleBin',
    'ram:GetUser',
    'ram:CreateUser',
    'ram:AttachPolicyToUser',
    'sts:AssumeRole',
  ];

  for (const [title, text, granted] of [
    ['create their own AccessKey', OWN_CREATE, EVERY_ACTION.slice(0, 2)],
    ['manage their own AccessKeys', OWN_MANAGE, EVERY_ACTION.slice(0, 6)],
  ] as const) {
    test(`allow a user to ${title}, word for word, and nothing on any other user`, () => {
      const filled = text.replace('ACCOUNT_ID', '1234567890123456').replace('USER_NAME', 'ann');
      const parsed = parsePolicy(filled, 'identity');
      assert.ok(parsed.ok);
      assert.deepEqual(parsed.notes, []);
      const policies = compilePolicies([{ name: 'own', type: 'Custom', document: parsed.document }]);
      const effect = (action: string, resource: string) =>
        decide(policies, { action, resource, conditions: new Map() }).effect;
      for (const action of EVERY_ACTION) {
        const expected = granted.includes(action) ? 'Allow' : 'ImplicitDeny';
        for (const region of ['', '*', 'cn-hangzhou']) {
          assert.equal(effect(action, `acs:ram:${region}:1234567890123456:user/ann`), expected, action);
        }
        assert.equal(effect(action.toUpperCase(), 'acs:ram::1234567890123456:user/Ann'), expected);
        for (const other of [
          'acs:ram::1234567890123456:user/bob',
          'acs:ram::1234567890123456:user/ann2',
          'acs:ram::1234567890123456:user/*',
          'acs:ram::1234567890123457:user/ann',
          'acs:ram::1234567890123456:role/ann',
          'acs:ims::1234567890123456:user/ann',
          '*',
        ]) {
          assert.equal(effect(action, other), 'ImplicitDeny', `${action} on ${other}`);
        }
      }
    });
  }
});

describe('parsePolicy', () => {
  test('every fault is reported, with its place and what to do', () => {
    const text = `{
  "Version": "2",
  "Statement": [
    { "Effect": "allow",
      "Action": ["ecs", "ram:GetUser"],
      "Resource": "arn:aws:s3:::bucket",
      "Condition": { "IpAddress": { "acs:SourceIp": "10.0.0.300" } } }
  ]
}`;
    assert.deepEqual(
      faultsOf(text).map(({ path, line, column, problem }) => [path, line, column, problem]),
      [
        ['$.Version', 2, 14, 'the string `2` is not a version of the policy language'],
        ['$.Statement[0].Effect', 4, 17, 'the string `allow` is not an effect'],
        ['$.Statement[0].Action[0]', 5, 18, '`ecs` is not an action'],
        ['$.Statement[0].Resource', 6, 19, '`arn:aws:s3:::bucket` does not begin with `acs:`'],
        [
          '$.Statement[0].Condition.IpAddress["acs:SourceIp"]',
          7,
          53,
          '`10.0.0.300` is not an IP address or a block of them',
        ],
      ],
    );
    assert.ok(faultsOf(text).every(({ fix }) => fix.length > 0));
  });

  test('a text that is not JSON says where it broke off', () => {
    for (const [text, line, column] of [
      ['', 1, 1],
      ['{"Version":"1",\n "Statement":[}', 2, 15],
      ['{"Version":"1" "Statement":[]}', 1, 16],
      ['{"Version":"1"} x', 1, 17],
      ["{'Version':'1'}", 1, 2],
      ['{"Version":"1\n"}', 1, 14],
      ['{"Version":"\\x31"}', 1, 13],
      ['{"Version":01}', 1, 13],
      ['[1,]', 1, 4],
      ['\ufeff{}', 1, 1],
    ] as const) {
      const fault = faultsOf(text).at(-1)!;
      assert.deepEqual([fault.line, fault.column], [line, column], `${text} ${JSON.stringify(fault)}`);
    }
  });

  test('a document that nests without end is refused', () => {
    const [fault] = faultsOf('['.repeat(100_000));
    assert.match(fault!.problem, /nests deeper/);
  });

  test('a document may nest 32 levels deep, and no deeper', () => {
    const nested = (levels: number) => faultsOf(`${'['.repeat(levels)}${']'.repeat(levels)}`);
    assert.doesNotMatch(nested(32)[0]!.problem, /nests deeper/);
    assert.match(nested(33)[0]!.problem, /nests deeper than 32 levels/);
  });

  test('faults are in the order of the text, whatever is checked first', () => {
    // Unknown fields are looked for before the values of known ones, and the version before the statements.
    const faults = faultsOf(`{
      "Statement": [
        { "Effect": "Maybe", "Action": 7, "Colour": "red", "Resource": "*" },
        { "Action": "a:b", "Resource": [], "Shape": "round", "Effect": "Never" }
      ],
      "Version": "2",
      "Colour": "blue"
    }`);
    const places = faults.map(({ line, column }) => line * 1000 + column);
    assert.ok(faults.length >= 8, `${faults.length} faults`);
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
  });

  test('strings are read as JSON reads them', () => {
    const text = withStatement({
      Effect: 'Allow',
      Action: 'a:b',
      Resource: 'acs:x:::\\"/\b\f\n\r\t\u0001\ud83d\ude00é',
    });
    const parsed = parsePolicy(text.replace('é', '\\u00e9'), 'identity');
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.document.statements[0]!.resources!.patterns, [
      JSON.parse(text).Statement[0].Resource,
    ]);
  });

  test('the document is frozen', () => {
    const parsed = parsePolicy(withStatement({ Effect: 'Allow', Action: '*', Resource: '*' }), 'identity');
    assert.ok(parsed.ok);
    assert.throws(() => {
      (parsed.document.statements[0]!.actions.patterns as string[]).push('x');
    }, TypeError);
  });

  test('a scalar and an array of one mean the same', () => {
    const scalar = withStatement({
      Effect: 'Deny',
      Action: 'a:b',
      Resource: '*',
      Condition: { Bool: { 'a:b': true } },
    });
    const array = withStatement({
      Effect: 'Deny',
      Action: ['a:b'],
      Resource: ['*'],
      Condition: { Bool: { 'a:b': ['true'] } },
    });
    assert.deepEqual(parsePolicy(scalar, 'identity'), parsePolicy(array, 'identity'));
  });

  for (const [what, statement] of Object.entries({
    'both Action and NotAction': { Effect: 'Allow', Action: '*', NotAction: 'a:b', Resource: '*' },
    'both Resource and NotResource': { Effect: 'Allow', Action: '*', Resource: '*', NotResource: 'acs:*' },
    'an empty array of actions': { Effect: 'Allow', Action: [], Resource: '*' },
    'an operator without a key': { Effect: 'Allow', Action: '*', Resource: '*', Condition: { Bool: {} } },
    'a key without a value': {
      Effect: 'Allow',
      Action: '*',
      Resource: '*',
      Condition: { Bool: { 'a:b': [] } },
    },
    'a key in two spellings': {
      Effect: 'Allow',
      Action: '*',
      Resource: '*',
      Condition: { StringEquals: { 'a:b': 'x', 'A:B': 'y' } },
    },
    'a key without namespace': {
      Effect: 'Allow',
      Action: '*',
      Resource: '*',
      Condition: { Bool: { b: true } },
    },
    'Null with IfExists': {
      Effect: 'Allow',
      Action: '*',
      Resource: '*',
      Condition: { NullIfExists: { 'a:b': true } },
    },
    'Null of a set': {
      Effect: 'Allow',
      Action: '*',
      Resource: '*',
      Condition: { 'ForAnyValue:Null': { 'a:b': true } },
    },
    'a short ARN that can match nothing': { Effect: 'Allow', Action: '*', Resource: 'acs:ram' },
    'an ARN without relative id': { Effect: 'Allow', Action: '*', Resource: 'acs:ram:*:1:' },
    'a variable without namespace': {
      Effect: 'Allow',
      Action: '*',
      Resource: 'acs:ram:*:1:user/${UserName}',
    },
    'a variable that does not end': {
      Effect: 'Allow',
      Action: '*',
      Resource: 'acs:ram:*:1:user/${acs:UserName',
    },
    'a variable in an action': { Effect: 'Allow', Action: 'ram:${acs:x}', Resource: '*' },
    'a variable in an address': {
      Effect: 'Allow',
      Action: '*',
      Resource: '*',
      Condition: { IpAddress: { 'acs:SourceIp': '${acs:x}' } },
    },
  })) {
    test(`${what} is refused`, () => {
      assert.equal(faultsOf(withStatement(statement)).length, 1);
    });
  }

  test('notes tell what RAM does not document, and what is easily misread', () => {
    const parsed = parsePolicy(
      withStatement({
        Effect: 'Allow',
        Action: '*',
        NotResource: 'acs:oss:*:*:${acs:UserName}/*',
        Condition: {
          'ForAllValues:StringEquals': { 'acs:TagKeys': 'a' },
          StringNotEquals: { 'acs:PrincipalTag/team': 'x' },
          Null: { 'acs:TagKeys': false },
        },
      }),
      'identity',
    );
    assert.ok(parsed.ok);
    const said = parsed.notes.map(({ path, problem }) => `${path} ${problem}`).join('\n');
    for (const part of [
      'NotResource',
      'policy variables',
      'ForAllValues',
      'StringNotEquals',
      'Null',
      'PrincipalTag',
    ]) {
      assert.match(said, new RegExp(part));
    }
  });
});
