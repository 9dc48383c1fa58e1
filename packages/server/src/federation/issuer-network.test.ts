import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { IssuerNetwork } from './issuer-network.ts';

/** Some addresses of each block in the registries of special addresses (RFC 6890 and its successors). */
const notPublic = [
  ['this host', '0.0.0.0', '0.1.2.3', '::'],
  ['loopback', '127.0.0.1', '127.255.255.254', '::1'],
  ['private', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.255.1', 'fc00::1', 'fd12:3456::1'],
  ['shared with a provider', '100.64.0.1', '100.127.255.255'],
  ['link-local', '169.254.0.1', 'fe80::1', 'febf::1'],
  ['site-local of old', 'fec0::1'],
  ['protocol assignments', '192.0.0.1', '192.0.0.170', '2001::1'],
  ['for documents', '192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
  ['for benchmarks', '198.18.0.1', '198.19.255.255', '2001:2::1'],
  ['multicast', '224.0.0.1', '239.255.255.255', 'ff02::1', 'ff0e::1'],
  ['reserved', '240.0.0.1', '255.255.255.255', '4000::1', '8000::1', '100::1', '5f00::1'],
  ['relays', '192.88.99.1', '64:ff9b::7f00:1', '64:ff9b:1::a00:1', '2002:7f00:1::', '2002:a00:1::1'],
  [
    'the metadata of clouds',
    '169.254.169.254',
    '100.100.100.200',
    '192.0.0.192',
    'fd00:ec2::254',
    '168.63.129.16',
  ],
  [
    'IPv4 within IPv6',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
    '::127.0.0.1',
    '0:0:0:0:0:ffff:a9fe:a9fe',
  ],
  [
    'no address',
    '',
    'localhost',
    '127.1',
    '0x7f000001',
    '2130706433',
    '0177.0.0.1',
    '127.0.0.1.',
    '[::1]',
    '8.8.8.8/32',
    ' 8.8.8.8',
  ],
] as const;

describe('issuers', () => {
  for (const [name, ...addresses] of notPublic) {
    test(`are not admitted at an address that is not public: ${name}`, () => {
      const network = new IssuerNetwork();
      for (const address of addresses) assert.equal(network.admits(address), false, address);
    });
  }

  test('are admitted at public ones', () => {
    const network = new IssuerNetwork();
    for (const address of [
      '8.8.8.8',
      '1.1.1.1',
      '172.15.255.255',
      '172.32.0.1',
      '100.63.255.255',
      '100.128.0.1',
      '169.253.255.255',
      '2606:4700::1111',
      '2001:4860:4860::8888',
      '::ffff:8.8.8.8',
    ]) {
      assert.equal(network.admits(address), true, address);
    }
  });

  test('are admitted at addresses that the operator admits, and at no others', () => {
    const network = new IssuerNetwork(['10.1.0.0/16', '127.0.0.1', 'fd00:1::/32']);
    for (const address of ['10.1.0.0', '10.1.255.255', '127.0.0.1', '::ffff:10.1.2.3', 'fd00:1::5']) {
      assert.equal(network.admits(address), true, address);
    }
    for (const address of ['10.0.255.255', '10.2.0.0', '127.0.0.2', '::1', 'fd00:2::5', '169.254.169.254']) {
      assert.equal(network.admits(address), false, address);
    }
  });

  test('accepts only addresses and CIDR blocks in the operator setting', () => {
    for (const entry of [
      '',
      'localhost',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '10.0.0/8',
      '::1/129',
      'fe80::1%eth0',
      '10.0.0.0/-1',
      '10.0.0.0/1e1',
    ]) {
      assert.throws(() => new IssuerNetwork([entry]), RangeError, entry);
    }
  });
});
