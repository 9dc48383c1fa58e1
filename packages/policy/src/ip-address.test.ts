import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { blockHolds, readAddress, readAddressBlock } from './ip-address.ts';

const holds = (block: string, address: string) => blockHolds(readAddressBlock(block)!, readAddress(address)!);

describe('addresses', () => {
  test('what is not one whole address is none', () => {
    for (const text of [
      ...[
        '',
        ' ',
        '1',
        '1.2.3',
        '1.2.3.4.5',
        '1.2.3.',
        '.1.2.3',
        '1..2.3',
        '1.2.3.256',
        '01.2.3.4',
        '1.2.3.04',
      ],
      ...[
        '1.2.3.4 ',
        '0x1.2.3.4',
        '1.2.3.4/32',
        '-1.2.3.4',
        '١.2.3.4',
        ':',
        ':::',
        '1::2::3',
        '1:2:3:4:5:6:7',
      ],
      ...[
        '1:2:3:4:5:6:7:8:9',
        '1:2:3:4:5:6:7:8::',
        '12345::',
        'g::',
        '::1%eth0',
        '[::1]',
        '1:',
        ':1',
        '::1.2.3',
      ],
      ...['::1.2.3.4.5', '1:2:3:4:5:6:7:1.2.3.4', '::1.2.3.4:5', '::ffff:01.2.3.4', '\u0011::', '::\u0010'],
    ]) {
      assert.equal(readAddress(text), undefined, text);
    }
    for (const text of [
      '1.2.3.4/',
      '1.2.3.4/33',
      '1.2.3.4/-1',
      '1.2.3.4/01',
      '::/129',
      '::/1/1',
      '/8',
      '::ffff:1.2.3.4/95',
    ]) {
      assert.equal(readAddressBlock(text), undefined, text);
    }
  });

  test('one address, in all its spellings', () => {
    for (const spelling of [
      '2001:db8::7',
      '2001:0DB8:0:0:0:0:0:7',
      '2001:db8::0:7',
      '2001:db8:0:0:0:0:0.0.0.7',
    ]) {
      assert.deepEqual(readAddress(spelling), [0x20010db8, 0, 0, 7], spelling);
    }
    for (const spelling of ['192.0.2.1', '::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:192.0.2.1']) {
      assert.deepEqual(readAddress(spelling), [0xc0000201], spelling);
    }
    assert.deepEqual(readAddress('::1:ffff:c000:201'), [0, 0, 0x1ffff, 0xc0000201]);
    assert.deepEqual(readAddress('1:2:3:4:5:6:7::'), [0x10002, 0x30004, 0x50006, 0x70000]);
  });

  test('a block holds its first and its last address', () => {
    assert.ok(holds('10.0.0.0/24', '10.0.0.0') && holds('10.0.0.0/24', '10.0.0.255'));
    assert.ok(!holds('10.0.0.0/24', '10.0.1.0') && !holds('10.0.0.0/24', '9.255.255.255'));
    assert.ok(holds('0.0.0.0/0', '255.255.255.255'));
    assert.ok(holds('128.0.0.0/1', '255.0.0.0') && !holds('128.0.0.0/1', '127.255.255.255'));
  });

  test('the families do not hold each other, but mapped addresses are IPv4', () => {
    assert.ok(!holds('::/0', '10.0.0.1') && !holds('0.0.0.0/0', '::1'));
    assert.ok(holds('10.0.0.0/8', '::ffff:10.0.0.1') && holds('::ffff:10.0.0.0/104', '10.0.0.1'));
    assert.ok(!holds('::ffff:10.0.0.0/104', '11.0.0.1'));
  });

  test('agree with the block list of node:net', () => {
    const octet = fc.constantFrom(0, 1, 127, 128, 255);
    const four = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
    const group = fc.constantFrom('0', '1', '7fff', '8000', 'ffff');
    const six = fc
      .array(group, { minLength: 8, maxLength: 8 })
      .map((groups) => `2001:${groups.slice(1).join(':')}`);
    const check = (address: string, base: string, prefix: number, family: 'ipv4' | 'ipv6') => {
      const list = new BlockList();
      list.addSubnet(base, prefix, family);
      assert.equal(holds(`${base}/${prefix}`, address), list.check(address, family));
    };
    fc.assert(fc.property(four, four, fc.integer({ min: 1, max: 32 }), (a, b, n) => check(a, b, n, 'ipv4')));
    fc.assert(fc.property(six, six, fc.integer({ min: 1, max: 128 }), (a, b, n) => check(a, b, n, 'ipv6')));
  });
});
