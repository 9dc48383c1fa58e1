/** Random policies and requests which nearly match each other: small pools, and patterns cut from them. */
import fc from 'fast-check';
import { OPERATOR_NAMES } from '../src/index.ts';
import { type Facts, isPlainBlock, type PlainRequest } from './plain-interpreter.ts';

const pick = <T>(...values: T[]) => fc.constantFrom(...values);
const oneOrMore = <T>(value: fc.Arbitrary<T>, maxLength = 3): fc.Arbitrary<T | T[]> =>
  fc.oneof(value, fc.array(value, { minLength: 1, maxLength }));

/** Requests put to each set of policies. */
export const REQUESTS = 4;

const SERVICES = ['ram', 'oss', 'sts', 'ecs'];
const ACTIONS = ['GetUser', 'GetUserMFAInfo', 'ListUsers', 'CreateAccessKey', 'PutObject', 'Get'];

const exactAction = fc
  .tuple(pick(...SERVICES), pick(...ACTIONS))
  .map(([service, name]) => `${service}:${name}`);
const anyCase = (text: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 3, arbitrary: text },
    text.map((each) => each.toLowerCase()),
    text.map((each) => each.toUpperCase()),
  );

/** Puts wildcards into a text that would have matched itself. */
function blurred(text: fc.Arbitrary<string>, keep = 0): fc.Arbitrary<string> {
  return fc
    .tuple(text, pick('none', 'prefix', 'suffix', 'middle', 'one'), fc.nat(40), fc.nat(12))
    .map(([whole, how, from, length]) => {
      const head = whole.slice(0, keep);
      const rest = whole.slice(keep);
      const at = rest.length === 0 ? 0 : from % rest.length;
      switch (how) {
        case 'prefix':
          return `${head}${rest.slice(0, at)}*`;
        case 'suffix':
          return `${head}*${rest.slice(at)}`;
        case 'middle':
          return `${head}${rest.slice(0, at)}*${rest.slice(at + length)}`;
        case 'one':
          return `${head}${rest.slice(0, at)}?${rest.slice(at + 1)}`;
        default:
          return whole;
      }
    });
}

const actionPattern = fc.oneof(
  { weight: 4, arbitrary: anyCase(exactAction) },
  { weight: 4, arbitrary: blurred(exactAction).filter((text) => /^[^:]+:[^:]+$/.test(text)) },
  pick('*', '*:*', 'ram:*', '*:Get*', 'r?m:*User*'),
);

const RELATIVE_IDS = [
  'user/ann',
  'user/Ann',
  'user/anna',
  'user/*',
  'group/ops',
  'role/Ops',
  'role/OPS',
  'group/Ops',
  'role/ops/session',
  'policy/Read',
  'policy/read',
  'saml-provider/Corp',
  'saml-provider/corp',
  'oidc-provider/CI',
  'mfa/Ann',
  'mfa/ann',
  'bucket/a:b',
  'bucket/a:b/c',
  'bucket',
  'root',
  'a*b',
  'ünïcode/😀',
];
const segment = {
  service: pick(...SERVICES),
  region: pick('', '*', 'cn-hangzhou'),
  account: pick('1', '12', '2'),
  relativeId: pick(...RELATIVE_IDS),
};
const exactArn = fc
  .tuple(segment.service, segment.region, segment.account, segment.relativeId)
  .map((segments) => `acs:${segments.join(':')}`);

const VARIABLES = [
  '${acs:UserName}',
  '${acs:PrincipalARN}',
  '${acs:principaltag/team}',
  '${acs:TagKeys}',
  '${*}',
];
const segmentwisePattern = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: segment.service }, pick('*', 'r*', '?am', '${acs:PrincipalTag/team}')),
    fc.oneof(segment.region, pick('*', 'cn-*', '${acs:UserName}')),
    fc.oneof({ weight: 4, arbitrary: segment.account }, pick('*', '1?', '${acs:UserName}')),
    fc.oneof(
      { weight: 3, arbitrary: segment.relativeId },
      { weight: 3, arbitrary: blurred(segment.relativeId) },
      fc
        .tuple(pick('user/', 'bucket/', '', 'a'), pick(...VARIABLES), pick('', '/*', '*'))
        .map((s) => s.join('')),
    ),
  )
  .map((segments) => `acs:${segments.join(':')}`)
  .filter((pattern) => !pattern.endsWith(':'));
const resourcePattern = fc
  .oneof(
    { weight: 6, arbitrary: segmentwisePattern },
    {
      weight: 2,
      arbitrary: blurred(exactArn, 4).filter((text) => text.split(':').length >= 5 || /[*?]/.test(text)),
    },
    pick(
      '*',
      'acs:*',
      'acs:ram:*',
      'acs:ram:cn-hangzhou:1*',
      'acs:ram:*:user/ann',
      '*user/ANN',
      'acs:*:*:1:*',
    ),
    pick('${acs:PrincipalARN}', '${acs:UserName}', '*${acs:UserName}'),
  )
  .filter((pattern) => !/^([^:]*:){4}$/.test(pattern));

const PRINCIPALS = [
  'acs:ram::1:user/ann',
  'acs:ram:*:1:user/Ann',
  'acs:ram::1:assumed-role/Ops/night',
  'acs:ram::1:assumed-role/ops/night',
  'acs:ram::1:assumed-role/Ops',
];

/** Names of principals in conditions, the same ones and their roles. */
const PRINCIPAL_NAMES = [...PRINCIPALS, 'acs:ram::1:role/Ops', 'acs:ram::1:role/ops', 'acs:ram:*:*:role/ops'];

const STRINGS = [
  'ann',
  'Ann',
  'a*b',
  'axb',
  'blue',
  '',
  'acs:ram::1:user/ann',
  'acs:ram:*:1:user/Ann',
  'K',
  '\u212a',
];
const NUMBERS = [
  '0',
  '-0',
  '0.0',
  '7',
  '07',
  '7.0',
  '-7',
  '7.01',
  '9007199254740992',
  '9007199254740993',
  '+7',
];
const DATES = [
  '2026-01-31',
  '2026-01-31T00:00:00Z',
  '2026-01-31T08:00:00+08:00',
  '2026-01-31T00:00:00.5Z',
  '2026-01-30T23:59Z',
  '2024-02-29T12:00:00Z',
  '1969-12-31T23:59:59.999Z',
  '0000-03-01T00:00:00Z',
  '2100-02-28T00:00:00Z',
  '2100-03-01',
  '2025-12-31T23:30:00-00:30',
  '2026-01-01',
];
const BOOLEANS = ['true', 'false', 'True', 'FALSE'];
const ADDRESSES = [
  '10.0.0.0',
  '10.0.0.1',
  '10.0.0.255',
  '10.0.1.0',
  '192.168.1.7',
  '::ffff:10.0.0.1',
  '::FFFF:a00:1',
  '2001:db8::1',
  '2001:db8:0:0::ffff',
  '2001:db9::',
  '::1',
  '0.0.0.0',
];
const BLOCKS = [
  '10.0.0.0/24',
  '10.0.0.77/24',
  '10.0.0.1/32',
  '10.0.0.0/31',
  '0.0.0.0/0',
  '::/0',
  '::ffff:10.0.0.0/120',
  '2001:db8::/32',
  '2001:db8::/127',
  '2001:db8::1/128',
  '192.168.0.0/15',
];
const MALFORMED = [
  '10.0.0',
  '10.0.0.256',
  '010.0.0.1',
  '10.0.0.1/24',
  ':::',
  '1:2:3:4:5:6:7:8:9',
  '2026-02-30',
  '2100-02-29',
  '2026-01-31T00:00:00+24:00',
  '2026-01-31T00:00:00',
  '2026-01-31T24:00:00Z',
  '1e3',
  '.5',
  '7.',
  'yes',
  '${acs:UserName}',
];

const decimal = fc
  .tuple(pick('', '', '-', '+'), fc.nat(1200), pick('', '', '.5', '.05', '.50', '.49'))
  .map((parts) => parts.join(''));
const date = fc
  .tuple(
    fc.integer({ min: 1896, max: 2104 }),
    pick('01-01', '02-28', '03-01', '12-31'),
    pick('', 'T00:00Z', 'T01:30:00+01:30'),
  )
  .map(([year, day, time]) => `${year}-${day}${time}`);
const ipv4 = fc
  .tuple(pick('10.0.0', '10.0.1', '10.1.0', '138.0.0'), fc.nat(255))
  .map((parts) => parts.join('.'));
const ipv6 = fc
  .tuple(
    pick('2001:db8:', '2001:db8:0:1:', '::ffff:', '::1:ffff:', '0:0:0:0:0:ffff', '1:2:3:4:5:6:'),
    pick(':1', ':a00:1', ':10.0.0.1', ':7:8', '::'),
  )
  .map(([head, tail]) => `${head}${tail}`.replace(/:{3,}/, '::'));

/** Values that only just differ, or do not. Some are malformed: those are for requests, or are filtered out. */
function preciseOperandsOf(operator: string): fc.Arbitrary<string> {
  if (operator.startsWith('Numeric')) return decimal;
  if (operator.startsWith('Date')) return date;
  if (operator.includes('Ip')) {
    return fc.oneof(
      ipv4,
      fc.tuple(ipv4, fc.nat(32)).map((parts) => parts.join('/')),
      ipv6,
      fc.tuple(ipv6, fc.integer({ min: 96, max: 128 })).map((parts) => parts.join('/')),
    );
  }
  return operandsOf(operator).map(String);
}

const KEYS = [
  'acs:SourceIp',
  'acs:CurrentTime',
  'acs:SecureTransport',
  'acs:UserName',
  'acs:PrincipalARN',
  'acs:PrincipalTag/team',
  'acs:RequestTag/team',
  'acs:TagKeys',
  'oss:Size',
];
const stringOperand = fc.oneof(
  { weight: 4, arbitrary: pick(...STRINGS) },
  { weight: 2, arbitrary: blurred(pick(...STRINGS)) },
  { weight: 2, arbitrary: fc.oneof(pick(...PRINCIPAL_NAMES), blurred(pick(...PRINCIPAL_NAMES))) },
  pick(...VARIABLES),
  fc.tuple(pick('a', '', '*'), pick(...VARIABLES), pick('*', '?', 'b')).map((parts) => parts.join('')),
);

function operandsOf(operator: string): fc.Arbitrary<string | boolean> {
  if (operator.startsWith('String')) return stringOperand;
  if (operator.startsWith('Numeric')) return pick(...NUMBERS);
  if (operator.startsWith('Date')) return pick(...DATES);
  if (operator.includes('Ip')) return pick(...ADDRESSES, ...BLOCKS);
  return fc.oneof(pick(...BOOLEANS), fc.boolean());
}

/** The key whose values an operator of this kind can be expected to compare. */
function keysOf(operator: string): fc.Arbitrary<string> {
  const anyKey = pick(...KEYS);
  const fitting = operator.startsWith('String')
    ? pick('acs:UserName', 'acs:PrincipalARN', 'acs:PrincipalTag/team', 'acs:RequestTag/team', 'acs:TagKeys')
    : operator.startsWith('Numeric')
      ? pick('oss:Size')
      : operator.startsWith('Date')
        ? pick('acs:CurrentTime')
        : operator.includes('Ip')
          ? pick('acs:SourceIp')
          : operator === 'Bool'
            ? pick('acs:SecureTransport')
            : anyKey;
  return fc.oneof({ weight: 5, arbitrary: fitting }, anyKey);
}

const conditionBlock = fc
  .array(
    fc
      .tuple(
        pick(...OPERATOR_NAMES),
        pick('', '', '', 'ForAnyValue:', 'ForAllValues:'),
        pick('', '', '', 'IfExists'),
      )
      .chain(([name, quantifier, suffix]) => {
        const operator = name === 'Null' ? name : `${quantifier}${name}${suffix}`;
        const keys = fc.dictionary(anyCase(keysOf(name)), oneOrMore(operandsOf(name), 7), {
          minKeys: 1,
          maxKeys: 2,
        });
        return fc.tuple(fc.constant(operator), keys);
      }),
    { minLength: 1, maxLength: 2 },
  )
  .map((entries) => {
    const block: Record<string, Record<string, unknown>> = {};
    for (const [operator, keys] of entries) {
      const seen = new Set<string>();
      block[operator] = Object.fromEntries(
        Object.entries(keys).filter(([key]) => !seen.has(key.toLowerCase()) && seen.add(key.toLowerCase())),
      );
    }
    return block;
  });

const effect = pick('Allow', 'Allow', 'Deny');

/** A statement about names: few conditions, all kinds of patterns. */
const statementOnNames = fc
  .record({
    effect,
    actionField: pick('Action', 'Action', 'Action', 'NotAction'),
    actions: oneOrMore(actionPattern),
    resourceField: pick('Resource', 'Resource', 'Resource', 'NotResource'),
    resources: oneOrMore(resourcePattern),
    condition: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: conditionBlock },
    ),
  })
  .map(({ effect, actionField, actions, resourceField, resources, condition }) => ({
    Effect: effect,
    [actionField]: actions,
    [resourceField]: resources,
    ...(condition && { Condition: condition }),
  }));

/** A statement about everything, under a condition. */
const statementOnConditions = fc.record({
  Effect: effect,
  Action: pick<string | string[]>('*', '*:*', ['ram:*', 'oss:*', 'ecs:*', 'sts:*']),
  Resource: pick('*', 'acs:*', 'acs:*:*:*:*'),
  Condition: conditionBlock,
});

/** A statement about one resource, and any action. */
const statementOnResources = fc.record({
  Effect: effect,
  Action: pick('*', '*:*'),
  Resource: oneOrMore(resourcePattern),
});

/** A statement as JSON. */
export const statement: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  { weight: 2, arbitrary: statementOnNames },
  { weight: 3, arbitrary: statementOnConditions },
  { weight: 1, arbitrary: statementOnResources },
);

const policyOf = (statements: unknown[]) => JSON.stringify({ Version: '1', Statement: statements });

/** Many statements on the same few resources, so that the index has to divide its groups. */
const crowdedStatements = fc.array(
  fc.record({
    Effect: pick('Allow', 'Deny'),
    Action: actionPattern,
    Resource: pick(
      'acs:ram:*:1:user/ann',
      'acs:ram:*:1:user/*',
      'acs:oss:*:*:bucket/*',
      '*',
      'acs:ecs:*:*:*',
    ),
    Condition: pick({}, { StringEquals: { 'acs:UserName': 'ann' } }),
  }),
  { minLength: 20, maxLength: 40 },
);

/** Texts of policies. */
export const policyTexts: fc.Arbitrary<string[]> = fc.oneof(
  {
    weight: 15,
    arbitrary: fc.array(fc.array(statement, { minLength: 1, maxLength: 2 }).map(policyOf), { maxLength: 2 }),
  },
  crowdedStatements.map((statements) => [policyOf(statements)]),
);

const value = fc.oneof(
  { weight: 2, arbitrary: pick(...STRINGS) },
  pick(...NUMBERS, ...DATES, ...BOOLEANS, ...ADDRESSES, ...MALFORMED),
);
/** Mostly a value, sometimes a malformed one, sometimes several. */
const mostly = (values: readonly string[]) =>
  fc.oneof(
    { weight: 8, arbitrary: pick(...values) },
    { weight: 1, arbitrary: pick(...MALFORMED) },
    { weight: 1, arbitrary: fc.array(pick(...values), { maxLength: 2 }) },
  );
const facts: fc.Arbitrary<Facts> = fc
  .tuple(
    fc.option(mostly(ADDRESSES)),
    fc.option(mostly(DATES)),
    fc.option(mostly(BOOLEANS)),
    fc.option(pick('ann', 'Ann', 'K', '\u212a', 'bucket', '*', 'cn-hangzhou', '1', 'a:b')),
    fc.option(
      fc.oneof(
        pick(...PRINCIPALS),
        fc.array(pick(...PRINCIPALS), { maxLength: 2 }),
        pick('acs:oss:*:1:bucket', '*', 'bucket'),
      ),
    ),
    fc.option(pick('ram', 'oss', 'ann')),
    fc.option(value),
    fc.option(fc.array(value, { maxLength: 3 })),
    fc.option(mostly(NUMBERS)),
  )
  .map((values) => {
    const found = new Map<string, string | readonly string[]>();
    for (const [index, each] of values.entries()) {
      if (each !== null) found.set(KEYS[index]!.toLowerCase(), each);
    }
    return found;
  });

export const request: fc.Arbitrary<PlainRequest> = fc.record({
  action: fc.oneof({ weight: 8, arbitrary: anyCase(exactAction) }, pick('', 'ram', 'ram:\u212aey', '*')),
  resource: fc.oneof({ weight: 8, arbitrary: exactArn }, pick('*', '', 'acs:ram::1', 'bucket', ':::::')),
  facts,
});

/** One condition, and requests that differ in its key only. */
const oneCondition: fc.Arbitrary<[string[], PlainRequest[]]> = fc
  .tuple(pick(...OPERATOR_NAMES), pick('', '', 'ForAnyValue:', 'ForAllValues:'), pick('', '', 'IfExists'))
  .chain(([name, quantifier, suffix]) => {
    const operator = name === 'Null' ? name : `${quantifier}${name}${suffix}`;
    const wellFormed = preciseOperandsOf(name).filter((text) => !name.includes('Ip') || isPlainBlock(text));
    const operand = fc.oneof(operandsOf(name), wellFormed);
    return fc.tuple(
      fc.constant(operator),
      effect,
      oneOrMore(operand, 7),
      fc.array(
        fc.oneof(
          { weight: 6, arbitrary: fc.oneof(operand.map(String), preciseOperandsOf(name).map(String), value) },
          { weight: 1, arbitrary: fc.array(operand.map(String), { maxLength: 3 }) },
          { weight: 1, arbitrary: fc.constant(undefined) },
        ),
        { minLength: REQUESTS, maxLength: REQUESTS },
      ),
    );
  })
  .map(([operator, effect, operands, values]) => [
    [
      policyOf([{ Effect: 'Allow', Action: 'a:a', Resource: '*' }]),
      policyOf([
        { Effect: effect, Action: '*', Resource: '*', Condition: { [operator]: { 'oss:Key': operands } } },
      ]),
    ],
    values.map((found) => ({
      action: 'a:a',
      resource: '*',
      facts: new Map<string, string | readonly string[]>([
        ['acs:username', 'ann'],
        ...(found === undefined ? [] : ([['oss:key', found]] as const)),
      ]),
    })),
  ]);

/** One resource pattern, and requests that differ in their resource only. */
const oneResource: fc.Arbitrary<[string[], PlainRequest[]]> = fc
  .tuple(
    resourcePattern,
    pick('Resource', 'NotResource'),
    effect,
    fc.array(request, { minLength: REQUESTS, maxLength: REQUESTS }),
  )
  .map(([pattern, field, effect, requests]) => [
    [policyOf([{ Effect: effect, Action: '*', [field]: pattern }])],
    requests,
  ]);

/** Policies, and requests to put to them. */
export const policiesAndRequests: fc.Arbitrary<[string[], PlainRequest[]]> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.tuple(policyTexts, fc.array(request, { minLength: REQUESTS, maxLength: REQUESTS })),
  },
  { weight: 1, arbitrary: oneCondition },
  { weight: 1, arbitrary: oneResource },
);
