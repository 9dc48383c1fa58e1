import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');

/** Source files that may parse addresses themselves, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  'packages/policy/src/ip-address.ts': 'the parser of addresses',
  'packages/policy/src/ip-network.ts': 'the parser of networks',
  'packages/server/src/federation/issuer-network.ts':
    'ipaddr.js has the table of special-purpose networks; addresses are parsed by policy first',
  'packages/console/src/pages/access-keys/network-policy.ts':
    'hint in a form of the browser, which does not load policy; the server validates with policy',
};

/** Signs of a second parser of addresses or networks. */
const SIGNS: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: 'node:net', pattern: /\b(?:isIP|isIPv4|isIPv6|BlockList|SocketAddress)\b/ },
  {
    name: 'a package for addresses',
    pattern: /from ['"](?:ipaddr\.js|ip|ip-address|ip-cidr|ip-regex|is-ip|cidr-tools|netmask)['"]/,
  },
  { name: 'a pattern of dotted quads', pattern: /(?:\\d|\[0-9\])(?:\{1,3\}|\+)\)?\\\./ },
  { name: 'an own prefix of mapped addresses', pattern: /\.startsWith\(['"]::/ },
  { name: 'an own comparison with a loopback address', pattern: /[=!]==? ['"](?:127\.0\.0\.1|::1)['"]/ },
];

function signsIn(text: string): string[] {
  return SIGNS.filter(({ pattern }) => pattern.test(text)).map(({ name }) => name);
}

describe('one parser of addresses and networks', () => {
  const files = globSync('packages/*/src/**/*.{ts,tsx}', { cwd: REPOSITORY }).filter(
    (file) => !/\.test\.tsx?$/.test(file),
  );

  test('no source file outside the list parses addresses itself', () => {
    assert.ok(files.length > 300, `only ${files.length} files found`);
    const found = files
      .filter((file) => !(file in ALLOWED))
      .flatMap((file) =>
        signsIn(readFileSync(join(REPOSITORY, file), 'utf8')).map((sign) => `${file}: ${sign}`),
      );
    assert.deepEqual(found, [], 'use parseIpAddress and parseIpNetwork of @claviger/policy');
  });

  test('every file in the list exists', () => {
    assert.deepEqual(
      Object.keys(ALLOWED).filter((file) => !files.includes(file)),
      [],
    );
  });

  const second = [
    "import { isIPv4 } from 'node:net';",
    "import { BlockList } from 'node:net';",
    "import ipaddr from 'ipaddr.js';",
    'const IPV4 = /^(\\d{1,3})\\.(\\d{1,3})$/;',
    'const IPV4 = /[0-9]{1,3}\\.[0-9]{1,3}/;',
    "const plain = address.startsWith('::ffff:') ? address.slice(7) : address;",
    "if (address === '127.0.0.1') return true;",
  ];
  for (const text of second) {
    test(`reports: ${text}`, () => assert.notDeepEqual(signsIn(text), []));
  }

  test('addresses in examples and listeners are not reported', () => {
    for (const text of [
      "import { connect, type Socket } from 'node:net';",
      "host: '127.0.0.1',",
      '/** `::1` */',
    ])
      assert.deepEqual(signsIn(text), []);
  });
});
