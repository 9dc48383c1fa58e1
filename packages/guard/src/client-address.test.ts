import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clientAddress, forwardedProto, parseTrustedProxies } from './client-address.ts';

const proxy = '10.0.0.1';
const client = '198.51.100.7';
const forged = '203.0.113.66';
const noProxies = parseTrustedProxies([]);
const trusted = parseTrustedProxies(['10.0.0.0/8', '2001:db8:ffff::/48']);

/** Forms in which clients and proxies say where a request came from; each names `forged`, or tries to. */
const forwardingHeaders: readonly (readonly string[])[] = [
  ['X-Forwarded-For', forged],
  ['x-forwarded-for', forged],
  ['X-FORWARDED-FOR', forged],
  ['X-Forwarded-For', `${forged}, ${proxy}`],
  ['X-Forwarded-For', `${proxy}, ${forged}`],
  ['X-Forwarded-For', `${forged},${forged},${forged}`],
  ['X-Forwarded-For', `  ${forged}\t`],
  ['X-Forwarded-For', `${forged}:4711`],
  ['X-Forwarded-For', `"${forged}"`],
  ['X-Forwarded-For', '[2001:db8::66]:443'],
  ['X-Forwarded-For', '2001:db8::66'],
  ['X-Forwarded-For', `::ffff:${forged}`],
  ['X-Forwarded-For', '127.0.0.1'],
  ['X-Forwarded-For', 'localhost'],
  ['X-Forwarded-For', 'unknown'],
  ['X-Forwarded-For', ''],
  ['X-Forwarded-For', forged, 'X-Forwarded-For', forged],
  ['X_Forwarded_For', forged],
  ['X-Forwarded-For ', forged],
  ['Forwarded', `for=${forged}`],
  ['Forwarded', `for="${forged}:80";proto=https;by=${proxy}`],
  ['X-Forwarded', forged],
  ['Forwarded-For', forged],
  ['X-Real-IP', forged],
  ['X-Client-IP', forged],
  ['Client-IP', forged],
  ['True-Client-IP', forged],
  ['CF-Connecting-IP', forged],
  ['CF-Connecting-IPv6', '2001:db8::66'],
  ['Fastly-Client-IP', forged],
  ['X-Cluster-Client-IP', forged],
  ['X-Original-Forwarded-For', forged],
  ['X-Envoy-External-Address', forged],
  ['X-Appengine-User-IP', forged],
  ['Ali-CDN-Real-IP', forged],
  ['WL-Proxy-Client-IP', forged],
  ['Remote-Addr', forged],
  ['X-Remote-Addr', forged],
  ['Via', `1.1 ${forged}`],
];

function forwardedFor(...lines: string[]): string[] {
  return lines.flatMap((line) => ['X-Forwarded-For', line]);
}

describe('failure 3, the source address is taken from a header', () => {
  test('thirty forms of forwarding headers: none changes the address unless the peer is a trusted proxy', () => {
    assert.ok(forwardingHeaders.length >= 30);
    const all = forwardingHeaders.flat();
    for (const headers of [...forwardingHeaders, all, ['Host', 'ram.example', ...all, 'Accept', '*/*']]) {
      const shown = JSON.stringify(headers);
      assert.equal(clientAddress(client, headers, trusted), client, shown);
      assert.equal(clientAddress('2001:db8::7', headers, trusted), '2001:db8::7', shown);
      assert.equal(clientAddress(client, headers, noProxies), client, shown);
      assert.equal(clientAddress(proxy, headers, noProxies), proxy, shown);
      assert.equal(clientAddress(`::ffff:${client}`, headers, noProxies), client, shown);
    }
  });

  test('a trusted proxy that adds the address behind what the client wrote makes every form harmless', () => {
    for (const headers of forwardingHeaders) {
      const shown = JSON.stringify(headers);
      assert.equal(clientAddress(proxy, [...headers, ...forwardedFor(client)], trusted), client, shown);
      const written = headers.findLastIndex(
        (name, i) => i % 2 === 0 && name.toLowerCase() === 'x-forwarded-for',
      );
      if (written < 0) continue;
      const appended = headers.with(written + 1, `${headers[written + 1]}, ${client}`);
      assert.equal(clientAddress(proxy, appended, trusted), client, shown);
    }
  });

  test('no header but X-Forwarded-For is believed, even from a trusted proxy', () => {
    for (const headers of forwardingHeaders) {
      if (headers[0]!.toLowerCase() === 'x-forwarded-for') continue;
      assert.equal(clientAddress(proxy, headers, trusted), proxy, JSON.stringify(headers));
    }
  });

  test('whatever the client writes, the address that the trusted proxy adds is the one that counts', () => {
    const written = fc.array(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.constant(proxy)));
    fc.assert(
      fc.property(written, fc.boolean(), (entries, ownLine) => {
        const headers = ownLine
          ? forwardedFor(entries.join(', '), client)
          : forwardedFor([...entries, client].join(', '));
        assert.equal(clientAddress(proxy, headers, trusted), client);
      }),
    );
  });
});

describe('the address of the client', () => {
  test('without a proxy it is the peer, in one notation', () => {
    assert.equal(clientAddress('198.51.100.7', [], noProxies), '198.51.100.7');
    assert.equal(clientAddress('::ffff:198.51.100.7', [], noProxies), '198.51.100.7');
    assert.equal(clientAddress('2001:DB8:0:0::7', [], noProxies), '2001:db8::7');
    assert.equal(clientAddress('fe80::1%eth0', [], noProxies), 'fe80::1');
  });

  test('a peer without an address, as on a Unix socket, has none', () => {
    for (const peer of ['', '@', '/run/claviger.sock']) {
      assert.equal(clientAddress(peer, forwardedFor(forged), trusted), '', peer);
    }
  });

  test('behind a trusted proxy it is the right-most address that is not a trusted proxy', () => {
    assert.equal(clientAddress(proxy, forwardedFor(client), trusted), client);
    assert.equal(clientAddress(proxy, forwardedFor(`${forged}, ${client}`), trusted), client);
    assert.equal(
      clientAddress(proxy, forwardedFor(`${forged}, ${client}, 10.0.0.2, 10.0.0.3`), trusted),
      client,
    );
    assert.equal(
      clientAddress('2001:db8:ffff::1', forwardedFor(`${client},2001:db8:ffff::2`), trusted),
      client,
    );
    assert.equal(
      clientAddress(`::ffff:${proxy}`, forwardedFor(`${client}, ::ffff:10.0.0.2`), trusted),
      client,
    );
  });

  test('several lines of the header are one list in their order', () => {
    assert.equal(clientAddress(proxy, forwardedFor(forged, client), trusted), client);
    assert.equal(
      clientAddress(proxy, forwardedFor(`${forged}, ${client}`, '10.0.0.2', '10.0.0.3'), trusted),
      client,
    );
  });

  test('a trusted proxy that sends no header is the client itself', () => {
    assert.equal(clientAddress(proxy, ['Host', 'ram.example'], trusted), proxy);
  });

  test('when every address is a trusted proxy, the left-most counts', () => {
    assert.equal(clientAddress(proxy, forwardedFor('10.0.0.9, 10.0.0.8', '10.0.0.7'), trusted), '10.0.0.9');
  });

  test('an entry that is no address ends the walk, and the last good one counts', () => {
    const entries = [
      '',
      'unknown',
      '_hidden',
      '1.2.3',
      '010.1.1.1',
      '1.2.3.4.5',
      'fe80::1%eth0',
      '[1.2.3.4]',
      '[::1',
      '::1]',
      '1.2.3.4:',
      '1.2.3.4:x',
      '1.2.3.4:123456',
      '[::1]x',
      '"1.2.3.4"',
      '1.2.3.4 5.6.7.8',
      '10.0.0.0/8',
      '1.2.3.4;',
    ];
    for (const entry of entries) {
      assert.equal(
        clientAddress(proxy, forwardedFor(`${forged}, ${entry}, 10.0.0.2`), trusted),
        '10.0.0.2',
        entry,
      );
      assert.equal(clientAddress(proxy, forwardedFor(forged, entry), trusted), proxy, entry);
    }
  });

  test('an entry may have a port, an IPv6 one brackets', () => {
    for (const entry of [
      '198.51.100.7:4711',
      '198.51.100.7:0',
      '\t198.51.100.7 ',
      '::ffff:198.51.100.7',
      '[::ffff:198.51.100.7]:1',
    ]) {
      assert.equal(clientAddress(proxy, forwardedFor(`${forged},${entry}`), trusted), client, entry);
    }
    for (const entry of ['2001:DB8::7', '[2001:db8::7]', '[2001:db8:0::7]:443']) {
      assert.equal(clientAddress(proxy, forwardedFor(`${forged},${entry}`), trusted), '2001:db8::7', entry);
    }
  });
});

describe('the protocol of the client', () => {
  const protos = (...values: string[]) => values.flatMap((value) => ['X-Forwarded-Proto', value]);

  test('only a trusted proxy is asked', () => {
    assert.equal(forwardedProto(client, protos('https'), trusted), undefined);
    assert.equal(forwardedProto(proxy, protos('https'), noProxies), undefined);
    assert.equal(forwardedProto('', protos('https'), trusted), undefined);
    assert.equal(forwardedProto(proxy, protos('https'), trusted), 'https');
    assert.equal(forwardedProto(`::ffff:${proxy}`, protos(' HTTPS '), trusted), 'https');
    assert.equal(forwardedProto(proxy, protos('http'), trusted), 'http');
  });

  test('without the header the proxy has said nothing', () => {
    const others = [
      'X-Forwarded-Ssl',
      'on',
      'Front-End-Https',
      'on',
      'X-Forwarded-Scheme',
      'https',
      'Forwarded',
      'proto=https',
    ];
    assert.equal(forwardedProto(proxy, [], trusted), undefined);
    assert.equal(forwardedProto(proxy, others, trusted), undefined);
  });

  test('a connection is secure only when every value says so', () => {
    assert.equal(forwardedProto(proxy, protos('https, https'), trusted), 'https');
    assert.equal(forwardedProto(proxy, protos('https', 'https'), trusted), 'https');
    const doubtful = [
      'https, http',
      'http, https',
      'https,',
      ',https',
      '',
      'wss',
      'https;',
      'httpss',
      '"https"',
    ];
    for (const value of doubtful) assert.equal(forwardedProto(proxy, protos(value), trusted), 'http', value);
    assert.equal(forwardedProto(proxy, protos('https', 'http'), trusted), 'http');
    assert.equal(forwardedProto(proxy, protos('http', 'https'), trusted), 'http');
  });
});

describe('the list of trusted proxies', () => {
  test('addresses and blocks of both families are accepted', () => {
    const proxies = parseTrustedProxies(['10.0.0.1', '192.168.0.0/16', 'fd00::/8', '::1']);
    for (const peer of ['10.0.0.1', '192.168.3.4', 'fd00::5', '::1', '::ffff:10.0.0.1']) {
      assert.equal(clientAddress(peer, forwardedFor(client), proxies), client, peer);
    }
    assert.equal(clientAddress('10.0.0.2', forwardedFor(client), proxies), '10.0.0.2');
  });

  test('an entry that is no address or block is refused and named', () => {
    for (const entry of [
      '',
      'loopback',
      'proxy.example',
      '10.0.0.0/33',
      '10.0.0',
      'fe80::1%eth0',
      '*',
      '10.0.0.1:80',
    ]) {
      assert.throws(
        () => parseTrustedProxies(['10.0.0.1', entry]),
        (error) => error instanceof RangeError && error.message.includes(`\`${entry}\``),
        entry,
      );
    }
  });

  test('a block of every address is refused: every client could choose its own', () => {
    for (const entry of ['0.0.0.0/0', '10.0.0.0/0', '::/0', '::ffff:0:0/96']) {
      assert.throws(() => parseTrustedProxies([entry]), /every address/, entry);
    }
  });
});
