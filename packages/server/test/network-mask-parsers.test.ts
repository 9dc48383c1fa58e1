import assert from 'node:assert/strict';
import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { test } from 'node:test';
import { compileNetworkPolicy, parseNetworkPolicy } from '@claviger/guard';
import { admitsOrigin, clientAddress, parseTrustedProxies } from '@claviger/guard/internal';
import { compilePolicies, decide, IpNetworkSet, parseIpNetwork, parsePolicy } from '@claviger/policy';
import fc from 'fast-check';
import { IssuerNetwork } from '../src/federation/issuer-network.ts';
import { loginNetworks } from '../src/settings/security-preference.ts';

/** Parser of network masks: whether it accepts a text, and which addresses it then contains. */
interface Reader {
  readonly name: string;
  read(mask: string): ((address: string) => boolean) | undefined;
}

const readers: readonly Reader[] = [
  {
    name: 'IpAddress condition of a policy',
    read(mask) {
      const parsed = parsePolicy(
        JSON.stringify({
          Version: '1',
          Statement: [
            {
              Effect: 'Allow',
              Action: '*',
              Resource: '*',
              Condition: { IpAddress: { 'acs:SourceIp': mask } },
            },
          ],
        }),
        'identity',
      );
      if (!parsed.ok) return undefined;
      const compiled = compilePolicies([{ name: 'P', type: 'Custom', document: parsed.document }]);
      return (address) =>
        decide(compiled, {
          action: 'a:B',
          resource: 'acs:a:::x',
          conditions: new Map([['acs:sourceip', address]]),
        }).effect === 'Allow';
    },
  },
  {
    name: 'IPList of a key network policy',
    read(mask) {
      const parsed = parseNetworkPolicy(
        JSON.stringify({ Status: 'Active', Statements: [{ Type: 'ClassicWhiteList', IPList: [mask] }] }),
      );
      if (!parsed.ok) return undefined;
      const compiled = compileNetworkPolicy(parsed.policy);
      assert.ok(compiled);
      return (address) => admitsOrigin(compiled, { address });
    },
  },
  {
    name: 'LoginNetworkMasks',
    read(mask) {
      if (mask === '' || mask.includes(';') || mask.trim() !== mask) return undefined;
      const networks = loginNetworks(mask);
      if (networks.includes(undefined)) return undefined;
      const set = new IpNetworkSet(networks.filter((network) => network !== undefined));
      return (address) => set.hasText(address);
    },
  },
  {
    name: 'trusted proxies',
    read(mask) {
      let trusted: ReturnType<typeof parseTrustedProxies>;
      try {
        trusted = parseTrustedProxies([mask]);
      } catch {
        return undefined;
      }
      return (address) => clientAddress(address, ['x-forwarded-for', '192.0.2.99'], trusted) === '192.0.2.99';
    },
  },
  {
    name: 'networks of issuers',
    read(mask) {
      let network: IssuerNetwork;
      try {
        network = new IssuerNetwork([mask]);
      } catch {
        return undefined;
      }
      const unnamed = new IssuerNetwork();
      return (address) => network.admits(address) && !unnamed.admits(address);
    },
  },
];

/** Parses a well-formed network plainly, with big integers. @returns `undefined` if it is malformed */
function plainNetwork(mask: string): ((address: string) => boolean) | undefined {
  const parts = /^([0-9a-fA-F:.]+)(?:\/(0|[1-9][0-9]{0,2}))?$/.exec(mask);
  if (parts === null) return undefined;
  const [, base = '', prefix] = parts;
  const first = plainAddress(base);
  if (first === undefined) return undefined;
  const written = base.includes(':') ? 128 : 32;
  let length = prefix === undefined ? written : Number(prefix);
  if (length > written) return undefined;
  if (first.bits === 32 && written === 128) {
    // Wider than all mapped addresses: an IPv6 network, which contains no IPv4 address.
    if (length < 96)
      return (address) =>
        plainAddress(address)?.bits === 128 && (length === 0 ? true : sixHolds(base, length, address));
    length -= 96;
  }
  return (address) => {
    const other = plainAddress(address);
    if (other === undefined || other.bits !== first.bits) return false;
    const shift = BigInt(first.bits - length);
    return other.value >> shift === first.value >> shift;
  };
}

function sixHolds(base: string, length: number, address: string): boolean {
  const shift = BigInt(128 - length);
  return sixValue(base) >> shift === sixValue(address) >> shift;
}

function plainAddress(text: string): { readonly bits: 32 | 128; readonly value: bigint } | undefined {
  if (isIPv4(text))
    return { bits: 32, value: text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const value = sixValue(text);
  return value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value };
}

function sixValue(text: string): bigint {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const hex = dotted
    ? `${dotted[1]}${((Number(dotted[2]) << 8) | Number(dotted[3])).toString(16)}:${((Number(dotted[4]) << 8) | Number(dotted[5])).toString(16)}`
    : text;
  const canonical = new SocketAddress({ address: hex, family: 'ipv6' }).address;
  const last = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(canonical);
  if (last && !dotted) return sixValue(canonical);
  const [left = '', right] = hex.split('::');
  const groups = (side: string) => (side === '' ? [] : side.split(':'));
  const before = groups(left);
  const after = right === undefined ? [] : groups(right);
  const middle = new Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...middle, ...after].reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

const octet = fc.oneof(
  fc.integer({ min: 0, max: 255 }).map(String),
  fc.constantFrom('00', '010', '256', '0x7f', '١', '-1', ''),
);
const plainOctet = fc.integer({ min: 0, max: 255 }).map(String);
const four = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(plainOctet, plainOctet, plainOctet, plainOctet).map((parts) => parts.join('.')),
  },
  { weight: 1, arbitrary: fc.array(octet, { minLength: 3, maxLength: 5 }).map((parts) => parts.join('.')) },
);
const address = fc.oneof(
  four,
  fc.ipV6(),
  four.map((text) => `::ffff:${text}`),
  four.map((text) => `::${text}`),
  fc.constantFrom(
    '0.0.0.0',
    '::',
    '::1',
    '::ffff:0:0',
    '::FFFF:7f00:1',
    '64:ff9b::1.2.3.4',
    'fe80::1%eth0',
    '1::2::3',
  ),
);
const prefix = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 130 }).map((length) => `/${length}`) },
  { weight: 2, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '/',
      '/000',
      '/08',
      '/0x8',
      '/-1',
      '/8/8',
      '/8 ',
      '/255.0.0.0',
      '/1e1',
      '/+8',
      '/8\0',
    ),
  },
);
const around = fc.oneof(
  { weight: 8, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom(' ', '\t', '\n', '\0', '\u00a0', '\u200b', '%1', '[') },
);
const mask = fc.tuple(around, address, prefix, around).map((parts) => parts.join(''));
const probe = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4().map((text) => `::ffff:${text}`),
  fc.constantFrom(
    '0.0.0.0',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:1.2.3.4',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  ),
);

test('every parser of network masks accepts the same masks and contains the same addresses', () => {
  fc.assert(
    fc.property(mask, fc.array(probe, { minLength: 1, maxLength: 4 }), (text, PROBED_ACTIONS) => {
      const expected = plainNetwork(text);
      assert.equal(parseIpNetwork(text) !== undefined, expected !== undefined, JSON.stringify(text));
      const base = text.split('/')[0] ?? '';
      for (const reader of readers) {
        const holds = reader.read(text);
        if (reader.name === 'trusted proxies' && holds === undefined && expected !== undefined) {
          // The one additional rule: a list of every address is refused.
          assert.match(text, /\/(?:0|96)$/, text);
          continue;
        }
        assert.equal(holds !== undefined, expected !== undefined, `${reader.name}: ${JSON.stringify(text)}`);
        if (holds === undefined || expected === undefined) continue;
        for (const each of [...PROBED_ACTIONS, base]) {
          // Public addresses are admitted as issuers whether listed or not.
          if (reader.name === 'networks of issuers' && new IssuerNetwork().admits(each)) continue;
          assert.equal(holds(each), expected(each), `${reader.name}: ${text} and ${each}`);
        }
      }
    }),
    { numRuns: 1000 },
  );
});

test('ambiguous spellings are refused by all parsers', () => {
  for (const text of [
    '0.0.0.0/000',
    '0.0.0.0/00',
    '010.0.0.1',
    '10.1',
    '::ffff:010.0.0.1',
    'fe80::1%eth0',
    '10.0.0.1\0',
    ' 10.0.0.1',
    '',
  ]) {
    for (const reader of readers)
      assert.equal(reader.read(text), undefined, `${reader.name}: ${JSON.stringify(text)}`);
  }
});
