import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  admitsOrigin,
  type CompiledNetworkPolicy,
  compileNetworkPolicy,
  type NetworkPolicy,
  parseNetworkPolicy,
  writeNetworkPolicy,
} from './network-policy.ts';

const office = {
  Type: 'ClassicWhiteList',
  IPList: ['203.0.113.1', '2001:db8:85a3::8a2e:370:7334', '198.51.100.0/24'],
};
const vpc = { Type: 'VPCWhiteList', Value: 'vpc-bp1234567890abcdef', IPList: ['172.16.0.0/16'] };
const everyVpc = { Type: 'VPCWhiteList', Value: 'AllowAllVPC', IPList: ['::/0', '0.0.0.0/0'] };

function parse(document: unknown): ReturnType<typeof parseNetworkPolicy> {
  return parseNetworkPolicy(JSON.stringify(document));
}

function policyOf(document: unknown): NetworkPolicy {
  const parsed = parse(document);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.policy;
}

function active(...Statements: unknown[]): CompiledNetworkPolicy {
  const compiled = compileNetworkPolicy(policyOf({ Version: 1, Status: 'Active', Statements }));
  assert.ok(compiled);
  return compiled;
}

function assertRefused(document: unknown, reason: RegExp, code = 'InvalidParameter.AccessKeyPolicy'): void {
  const parsed = parse(document);
  assert.ok(!parsed.ok, JSON.stringify(document));
  assert.equal(parsed.code, code);
  assert.match(parsed.reason, reason);
}

function withStatement(statement: unknown): unknown {
  return { Version: 1, Status: 'Active', Statements: [statement] };
}

describe('reading a network policy', () => {
  test("RAM's example is accepted and shown again as it was written", () => {
    const document = { Version: 1, Status: 'Active', Statements: [office, vpc] };
    assert.equal(writeNetworkPolicy(policyOf(document)), JSON.stringify(document));
  });

  test('Version may be left out and is shown all the same', () => {
    const policy = policyOf({ Statements: [], Status: 'Inactive' });
    assert.equal(writeNetworkPolicy(policy), '{"Version":1,"Status":"Inactive","Statements":[]}');
  });

  test('fields are shown in the order of the reference, whatever order they were written in', () => {
    const policy = policyOf({
      Statements: [{ IPList: ['10.0.0.1/8'], Value: 'vpc-a', Type: 'VPCWhiteList' }],
      Status: 'Active',
    });
    const shown =
      '{"Version":1,"Status":"Active","Statements":[{"Type":"VPCWhiteList","Value":"vpc-a","IPList":["10.0.0.1/8"]}]}';
    assert.equal(writeNetworkPolicy(policy), shown);
  });

  test('an empty Value of a ClassicWhiteList is accepted and not shown', () => {
    const policy = policyOf(withStatement({ ...office, Value: '' }));
    assert.deepEqual(policy.Statements, [office]);
  });

  test('the empty document is refused', () => assertRefused({}, /Status/));

  test('what is not a JSON object is refused', () => {
    for (const text of [
      '',
      '{',
      '[]',
      'null',
      '1',
      '"Active"',
      'true',
      '{"Status":"Active","Statements":[],}',
    ]) {
      const parsed = parseNetworkPolicy(text);
      assert.ok(!parsed.ok, text);
      assert.equal(parsed.code, 'InvalidParameter.AccessKeyPolicy');
    }
  });

  test('Version other than the number 1 is refused', () => {
    for (const Version of ['1', 2, 0, null, 1.5, true]) {
      assertRefused({ Version, Status: 'Active', Statements: [] }, /Version/);
    }
  });

  test('Status must be Active or Inactive, in that spelling', () => {
    for (const Status of ['active', 'Enabled', '', null, true])
      assertRefused({ Version: 1, Status, Statements: [] }, /Status/);
  });

  test('Statements must be an array and not null', () => {
    for (const Statements of [null, undefined, {}, 'x', office])
      assertRefused({ Version: 1, Status: 'Active', Statements }, /Statements/);
  });

  test('an unknown field is refused wherever it stands', () => {
    assertRefused({ Version: 1, Status: 'Active', Statements: [], Comment: '' }, /Comment/);
    assertRefused(withStatement({ ...office, Effect: 'Deny' }), /Effect/);
    assertRefused({ version: 1, Status: 'Active', Statements: [] }, /version/);
    const parsed = parseNetworkPolicy('{"Status":"Active","Statements":[],"__proto__":{}}');
    assert.ok(!parsed.ok);
  });

  test('a key that is written twice is refused', () => {
    for (const text of [
      '{"Status":"Inactive","Status":"Active","Statements":[]}',
      '{"Status":"Active","Status":"Active","Statements":[]}',
      '{"Status":"Active","Statements":[],"\\u0053tatus":"Inactive"}',
    ]) {
      const parsed = parseNetworkPolicy(text);
      assert.ok(!parsed.ok && /stands twice/.test(JSON.stringify(parsed)), text);
    }
  });

  test('a statement needs one of the two types', () => {
    for (const Type of ['classicWhiteList', 'BlackList', '', null, undefined])
      assertRefused(withStatement({ ...office, Type }), /Type/);
    for (const statement of [null, 'ClassicWhiteList', [], 1])
      assertRefused(withStatement(statement), /Statements\[0\]/);
  });

  test('a ClassicWhiteList must not have a Value', () => {
    for (const Value of ['vpc-a', 'AllowAllVPC', null, 0])
      assertRefused(withStatement({ ...office, Value }), /Value/);
  });

  test('a VPCWhiteList needs a VPC id or AllowAllVPC', () => {
    for (const Value of [undefined, '', '*', 'vpc-', 'vpc-a b', 'allowallvpc', null, 'eni-1', 'vpc-ü']) {
      assertRefused(withStatement({ ...vpc, Value }), /VPC id/);
    }
  });

  test('both types need an IPList with at least one entry', () => {
    for (const statement of [office, vpc]) {
      for (const IPList of [undefined, null, [], '203.0.113.1', {}])
        assertRefused(withStatement({ ...statement, IPList }), /IPList/);
    }
  });

  test('an entry that is no address or CIDR block is refused and named', () => {
    const entries = [
      '',
      '*',
      '203.0.113',
      '203.0.113.256',
      '010.0.0.1',
      '10.0.0.0/33',
      '::/129',
      'fe80::1%eth0',
      '1.2.3.4:80',
      ' 1.2.3.4',
      'office',
      7,
      null,
      ['1.2.3.4'],
    ];
    for (const entry of entries) {
      const parsed = parse(withStatement({ ...office, IPList: ['203.0.113.1', entry] }));
      assert.ok(!parsed.ok, String(entry));
      assert.equal(parsed.code, 'InvalidParameter.AccessKeyPolicy');
      assert.ok(parsed.reason.includes(JSON.stringify(entry)), parsed.reason);
    }
  });

  test('a ninth statement is refused', () => {
    assert.ok(parse({ Version: 1, Status: 'Active', Statements: Array(8).fill(office) }).ok);
    assertRefused(
      { Version: 1, Status: 'Active', Statements: Array(9).fill(office) },
      /8/,
      'LimitExceeded.AccessKeyPolicy',
    );
  });

  test('a 51st address is refused, in one statement or in all together', () => {
    const addresses = (count: number) => Array.from({ length: count }, (_, i) => `192.0.2.${i}`);
    const document = (...counts: number[]) => ({
      Status: 'Active',
      Statements: counts.map((count) => ({ Type: 'ClassicWhiteList', IPList: addresses(count) })),
    });
    assert.ok(parse(document(50)).ok);
    assert.ok(parse(document(25, 25)).ok);
    assertRefused(document(51), /50/, 'LimitExceeded.AccessKeyPolicy');
    assertRefused(document(25, 26), /50/, 'LimitExceeded.AccessKeyPolicy');
    const unread = {
      Status: 'Active',
      Statements: [{ ...office, IPList: Array(51).fill('not an address') }],
    };
    assertRefused(unread, /50/, 'LimitExceeded.AccessKeyPolicy');
  });

  test('what was written is read back to an equal policy', () => {
    const entry = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.ipV4().map((a) => `${a}/20`),
      fc.ipV6().map((a) => `${a}/64`),
    );
    const IPList = fc.array(entry, { minLength: 1, maxLength: 6 });
    const statement = fc.oneof(
      fc.record({ Type: fc.constant('ClassicWhiteList'), IPList }),
      fc.record({
        Type: fc.constant('VPCWhiteList'),
        Value: fc.constantFrom('AllowAllVPC', 'vpc-a1'),
        IPList,
      }),
    );
    const document = fc.record({
      Version: fc.constant(1),
      Status: fc.constantFrom('Active', 'Inactive'),
      Statements: fc.array(statement, { maxLength: 8 }),
    });
    fc.assert(
      fc.property(document, (written) => {
        const policy = policyOf(written);
        assert.deepEqual(policyOf(JSON.parse(writeNetworkPolicy(policy))), policy);
      }),
    );
  });
});

describe('judging where a call came from', () => {
  test('an inactive policy does not restrict', () => {
    assert.equal(compileNetworkPolicy(policyOf({ Status: 'Inactive', Statements: [office] })), undefined);
  });

  test('an active policy without statements admits no address', () => {
    const policy = active();
    assert.ok(!admitsOrigin(policy, { address: '203.0.113.1' }));
    assert.ok(!admitsOrigin(policy, { address: '172.16.0.1', vpcId: 'vpc-a' }));
  });

  test('a call over the internet is judged by ClassicWhiteList', () => {
    const policy = active(office, vpc);
    for (const address of [
      '203.0.113.1',
      '198.51.100.255',
      '2001:db8:85a3:0::8A2E:370:7334',
      '::ffff:203.0.113.1',
    ]) {
      assert.ok(admitsOrigin(policy, { address }), address);
    }
    for (const address of ['203.0.113.2', '198.51.101.0', '2001:db8:85a3::8a2e:370:7335', '172.16.0.1']) {
      assert.ok(!admitsOrigin(policy, { address }), address);
    }
  });

  test('a call through a VPC is judged by the VPC and the address inside it', () => {
    const policy = active(office, vpc);
    assert.ok(admitsOrigin(policy, { address: '172.16.3.4', vpcId: 'vpc-bp1234567890abcdef' }));
    assert.ok(!admitsOrigin(policy, { address: '172.17.3.4', vpcId: 'vpc-bp1234567890abcdef' }));
    assert.ok(!admitsOrigin(policy, { address: '172.16.3.4', vpcId: 'vpc-other' }));
    assert.ok(!admitsOrigin(policy, { address: '203.0.113.1', vpcId: 'vpc-bp1234567890abcdef' }));
  });

  test('AllowAllVPC admits from every VPC, and nothing that came through none', () => {
    const policy = active(everyVpc);
    assert.ok(admitsOrigin(policy, { address: '10.0.0.1', vpcId: 'vpc-whatever' }));
    assert.ok(admitsOrigin(policy, { address: 'fd00::1', vpcId: 'vpc-whatever' }));
    assert.ok(!admitsOrigin(policy, { address: '10.0.0.1' }));
    assert.ok(!admitsOrigin(policy, { address: '203.0.113.1' }));
  });

  test('a private address that came through no VPC is admitted by ClassicWhiteList', () => {
    assert.ok(
      admitsOrigin(active({ Type: 'ClassicWhiteList', IPList: ['10.0.0.0/8'] }), { address: '10.1.2.3' }),
    );
  });

  test('statements widen each other, whatever their order', () => {
    const other = { Type: 'ClassicWhiteList', IPList: ['192.0.2.0/25'] };
    const otherInVpc = { ...vpc, IPList: ['fd00::/8'] };
    const statements = [office, other, vpc, otherInVpc, { ...everyVpc, IPList: ['10.9.0.0/16'] }];
    for (const policy of [active(...statements), active(...statements.toReversed())]) {
      assert.ok(admitsOrigin(policy, { address: '203.0.113.1' }));
      assert.ok(admitsOrigin(policy, { address: '192.0.2.127' }));
      assert.ok(!admitsOrigin(policy, { address: '192.0.2.128' }));
      assert.ok(admitsOrigin(policy, { address: '172.16.0.1', vpcId: vpc.Value }));
      assert.ok(admitsOrigin(policy, { address: 'fd00::1', vpcId: vpc.Value }));
      assert.ok(admitsOrigin(policy, { address: '10.9.0.1', vpcId: vpc.Value }));
    }
  });

  test('a policy for every IPv6 address admits no IPv4 address, and the other way round', () => {
    assert.ok(
      !admitsOrigin(active({ Type: 'ClassicWhiteList', IPList: ['::/0'] }), { address: '203.0.113.1' }),
    );
    assert.ok(
      !admitsOrigin(active({ Type: 'ClassicWhiteList', IPList: ['0.0.0.0/0'] }), { address: '2001:db8::1' }),
    );
  });

  test('an address that cannot be read is admitted by no policy', () => {
    const policy = active({ Type: 'ClassicWhiteList', IPList: ['0.0.0.0/0', '::/0'] }, everyVpc);
    for (const address of [
      '',
      'unknown',
      'fe80::1%eth0',
      '203.0.113.1:443',
      '203.0.113.1, 10.0.0.1',
      '0x7f.1',
    ]) {
      assert.ok(!admitsOrigin(policy, { address }), address);
      assert.ok(!admitsOrigin(policy, { address, vpcId: 'vpc-a' }), address);
    }
  });

  test('an empty VPC id is a VPC of no name, not the internet', () => {
    assert.ok(!admitsOrigin(active(office), { address: '203.0.113.1', vpcId: '' }));
  });
});
