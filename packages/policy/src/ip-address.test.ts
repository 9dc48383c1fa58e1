import assert from 'node:assert/strict';
import { SocketAddress } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatIpAddress,
  isLoopbackAddress,
  isLoopbackHost,
  parseIpAddress,
  parseIpv4,
  senderNetwork,
  withoutMappedPrefix,
} from './ip-address.ts';

/** Parses and formats an address; undefined if it is not an address. */
function normalised(text: string): string | undefined {
  const address = parseIpAddress(text);
  return address && formatIpAddress(address);
}

test('an IPv4 address is four decimal parts', () => {
  assert.equal(parseIpv4('0.0.0.0'), 0);
  assert.equal(parseIpv4('255.255.255.255'), 0xffffffff);
  assert.equal(parseIpv4('203.0.113.1'), 0xcb007101);
  assert.equal(normalised('203.0.113.1'), '203.0.113.1');
});

test('only the prefix of an IPv4-mapped address as the system writes it is removed', () => {
  assert.equal(withoutMappedPrefix('::ffff:192.0.2.7'), '192.0.2.7');
  for (const text of ['192.0.2.7', '2001:db8::1', '::ffff:c000:207', '::1', '']) {
    assert.equal(withoutMappedPrefix(text), text);
  }
});

test('forms of an IPv4 address on which readers disagree are refused', () => {
  const disputed = [
    '010.0.0.1',
    '10.0.0.01',
    '0x0a.0.0.1',
    '10.1',
    '167772161',
    '10.0.0.256',
    '10.0.0',
    '1.2.3.4.5',
  ];
  for (const text of [
    ...disputed,
    '10.0.0.',
    '.10.0.0',
    '10..0.1',
    '10.0.0.1 ',
    '+1.0.0.1',
    '1.2.3.-4',
    '１.2.3.4',
    '00.0.0.0',
  ]) {
    assert.equal(normalised(text), undefined, text);
  }
});

test('an IPv6 address is written in lower case and compressed', () => {
  assert.equal(normalised('2001:0DB8:85A3:0000:0000:8A2E:0370:7334'), '2001:db8:85a3::8a2e:370:7334');
  assert.equal(normalised('0:0:0:0:0:0:0:0'), '::');
  assert.equal(normalised('::1'), '::1');
  assert.equal(normalised('2001:db8:0:1:1:1:1:1'), '2001:db8:0:1:1:1:1:1');
  assert.equal(normalised('1:2:3:4:5:6:7::'), '1:2:3:4:5:6:7:0');
});

test('an IPv4-mapped IPv6 address is the IPv4 address', () => {
  for (const text of [
    '::ffff:192.0.2.7',
    '::FFFF:192.0.2.7',
    '::ffff:c000:207',
    '0:0:0:0:0:ffff:192.0.2.7',
  ]) {
    assert.equal(normalised(text), '192.0.2.7', text);
  }
});

test('other IPv6 addresses that carry an IPv4 one stay what they are', () => {
  assert.equal(parseIpAddress('::192.0.2.7')?.family, 6);
  assert.equal(parseIpAddress('64:ff9b::192.0.2.7')?.family, 6);
  assert.equal(parseIpAddress('::ffff:0:192.0.2.7')?.family, 6);
});

test('zones, ports, brackets, prefixes and words are refused', () => {
  const texts = [
    'fe80::1%eth0',
    '[::1]',
    '::1:',
    '[::1]:80',
    '1.2.3.4:80',
    '1.2.3.0/24',
    '::/0',
    '',
    'unknown',
    'localhost',
  ];
  for (const text of [
    ...texts,
    ':::',
    '1::2::3',
    '12345::',
    '::g',
    '::ffff:010.0.0.1',
    ' ::1',
    '::1\n',
    '1:2:3:4:5:6:7:8:9',
  ]) {
    assert.equal(normalised(text), undefined, text);
  }
});

test('every IPv6 address is written as the operating system writes it', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const address = parseIpAddress(text);
      assert.ok(address);
      if (address.family === 4) return;
      // The system writes addresses below ::1:0:0 with dots (::1.2.3.4); both are read back alike.
      const theirs = new SocketAddress({ address: text, family: 'ipv6' }).address;
      assert.equal(formatIpAddress(address), theirs.includes('.') ? normalised(theirs) : theirs);
    }),
  );
});

test('writing an address and reading it again changes nothing', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const address = parseIpAddress(text);
      assert.ok(address);
      assert.deepEqual(parseIpAddress(formatIpAddress(address)), address);
    }),
  );
});

test('the loopback addresses are 127.0.0.0/8 and ::1, in any notation', () => {
  for (const address of ['127.0.0.1', '127.255.255.254', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1']) {
    assert.equal(isLoopbackAddress(address), true, address);
  }
  for (const address of [
    '128.0.0.1',
    '126.255.255.255',
    '::2',
    '1::1',
    '::',
    '127.1',
    '',
    'localhost',
    '[::1]',
  ]) {
    assert.equal(isLoopbackAddress(address), false, address);
  }
});

test('a loopback host is localhost or such an address, in brackets or without', () => {
  for (const host of ['localhost', 'LocalHost', '127.0.0.1', '::1', '[::1]']) {
    assert.equal(isLoopbackHost(host), true, host);
  }
  for (const host of ['localhost.example.com', '127.0.0.1.example.com', '127.0.0.1:80', '[::1', '']) {
    assert.equal(isLoopbackHost(host), false, host);
  }
});

test('a sender has an IPv4 address or a /64 block of IPv6 to itself', () => {
  assert.equal(senderNetwork('192.0.2.1'), '192.0.2.1');
  assert.equal(senderNetwork('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(senderNetwork('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.equal(senderNetwork('2001:db8:1:2::9'), '2001:db8:1:2::/64');
  assert.equal(senderNetwork(''), '');
  assert.equal(senderNetwork('no:address'), 'no:address');
});
