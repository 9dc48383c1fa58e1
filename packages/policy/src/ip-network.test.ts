import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseIpAddress } from './ip-address.ts';
import { IpNetworkSet, parseIpNetwork } from './ip-network.ts';

function setOf(...texts: string[]): IpNetworkSet {
  return new IpNetworkSet(
    texts.map((text) => {
      const network = parseIpNetwork(text);
      assert.ok(network, text);
      return network;
    }),
  );
}

test('a CIDR block has its first and last address and no neighbour', () => {
  const set = setOf('198.51.100.64/26', '2001:db8:1::/48');
  const inside = ['198.51.100.64', '198.51.100.127', '2001:db8:1::', '2001:db8:1:ffff:ffff:ffff:ffff:ffff'];
  for (const address of inside) assert.ok(set.hasText(address), address);
  const outside = ['198.51.100.63', '198.51.100.128', '2001:db8:0:ffff::', '2001:db8:2::'];
  for (const address of outside) assert.ok(!set.hasText(address), address);
});

test('an address alone is a block of one', () => {
  const set = setOf('203.0.113.1', '2001:db8::1');
  assert.ok(set.hasText('203.0.113.1'));
  assert.ok(!set.hasText('203.0.113.0'));
  assert.ok(set.hasText('2001:DB8:0::1'));
  assert.ok(!set.hasText('2001:db8::'));
});

test('prefix lengths at a word boundary and at both ends hold', () => {
  assert.ok(setOf('0.0.0.0/0').hasText('255.255.255.255'));
  assert.ok(setOf('::/0').hasText('ffff::'));
  assert.ok(setOf('255.255.255.255/32').hasText('255.255.255.255'));
  for (const length of [31, 32, 33, 63, 64, 65, 95, 96, 97, 127, 128]) {
    const set = setOf(`ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/${length}`);
    assert.ok(set.hasText('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'));
    assert.ok(!set.hasText('7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'));
  }
});

test('an IPv4-mapped address is in the IPv4 block, and a mapped block is an IPv4 block', () => {
  assert.ok(setOf('10.0.0.0/8').hasText('::ffff:10.1.2.3'));
  assert.ok(setOf('::ffff:10.0.0.0/104').hasText('10.1.2.3'));
  assert.ok(!setOf('::ffff:10.0.0.0/104').hasText('11.1.2.3'));
  assert.ok(setOf('::ffff:0:0/96').hasText('11.1.2.3'));
});

test('the block of every IPv6 address contains no IPv4 address', () => {
  assert.ok(!setOf('::/0').hasText('10.0.0.1'));
  assert.ok(!setOf('::/0').hasText('::ffff:10.0.0.1'));
  assert.ok(!setOf('0.0.0.0/0').hasText('::1'));
});

test('a block that is wider than all mapped addresses is an IPv6 block, with no IPv4 address in it', () => {
  for (const length of [0, 1, 64, 80, 95]) {
    const set = setOf(`::ffff:10.0.0.0/${length}`);
    assert.ok(!set.hasText('10.0.0.0'), `/${length}`);
    assert.ok(!set.hasText('::ffff:10.0.0.0'), `/${length}`);
    assert.ok(set.hasText('::1') || length > 80, `/${length}`);
  }
});

test('a text that is not an address is in no block', () => {
  const all = setOf('0.0.0.0/0', '::/0');
  for (const text of ['', 'unknown', '1.2.3.4:80', 'fe80::1%eth0', '10.0.0.0/8'])
    assert.ok(!all.hasText(text), text);
});

test('a malformed block is refused', () => {
  const blocks = [
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '10.0.0.0/8 ',
    '10/8',
    '/8',
  ];
  for (const text of [
    ...blocks,
    '::/129',
    '::/',
    'fe80::%eth0/64',
    'fe80::/64%eth0',
    '10.0.0.0/255.0.0.0',
    '',
    '*',
    '0x0a.0.0.0/8',
  ]) {
    assert.equal(parseIpNetwork(text), undefined, text);
  }
});

test('an empty set has no address', () => {
  assert.ok(!setOf().hasText('127.0.0.1'));
  assert.ok(!setOf().hasText('::'));
});

test('membership agrees with the block list of the runtime', () => {
  const ipv4Block = fc.record({ address: fc.ipV4(), prefix: fc.integer({ min: 0, max: 32 }) });
  const ipv6Block = fc.record({ address: fc.ipV6(), prefix: fc.integer({ min: 1, max: 128 }) });
  fc.assert(
    fc.property(
      fc.array(ipv4Block),
      fc.array(ipv6Block),
      fc.ipV4(),
      fc.ipV6(),
      (ipv4, ipv6, probe4, probe6) => {
        // One list a family: the runtime's IPv6 blocks catch IPv4 addresses too, ours do not.
        const theirs4 = new BlockList();
        const theirs6 = new BlockList();
        for (const { address, prefix } of ipv4) theirs4.addSubnet(address, prefix, 'ipv4');
        for (const { address, prefix } of ipv6) theirs6.addSubnet(address, prefix, 'ipv6');
        const ours4 = setOf(...ipv4.map(({ address, prefix }) => `${address}/${prefix}`));
        const ours6 = setOf(...ipv6.map(({ address, prefix }) => `${address}/${prefix}`));
        for (const probe of [probe4, ...ipv4.map(({ address }) => address)]) {
          assert.equal(ours4.hasText(probe), theirs4.check(probe, 'ipv4'), probe);
        }
        for (const probe of [probe6, ...ipv6.map(({ address }) => address)]) {
          if (parseIpAddress(probe)?.family === 4) continue;
          assert.equal(ours6.hasText(probe), theirs6.check(probe, 'ipv6'), probe);
        }
      },
    ),
  );
});
