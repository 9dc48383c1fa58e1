import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { TlsFiles } from '@claviger/guard/http';
import { type IpAddress, parseIpAddress } from '@claviger/policy';

/** What of ASN.1's distinguished encoding (X.690) a certificate needs. */
const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  generalizedTime: 0x18,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  /** Of a choice or an optional field: `[n]` around other values. */
  explicit: (number: number) => 0xa0 + number,
  /** `[n]` in the place of a value's own tag. */
  implicit: (number: number) => 0x80 + number,
} as const;

const oid = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/**
 * Makes a new ECDSA P-256 key and an X.509 certificate for it, signed by itself (RFC 5280). It can serve TLS and
 * cannot sign other certificates. Node's crypto reads certificates but does not make them.
 *
 * @param names DNS names and IP addresses the certificate is for; the first is also its common name
 * @param notBefore milliseconds since the epoch, as `notAfter`
 */
export function selfSignedCertificate(
  names: readonly string[],
  notBefore: number,
  notAfter: number,
): TlsFiles {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(objectIdentifier(oid.ecdsaWithSha256));
  const name = distinguishedName(names[0] ?? 'localhost');
  const toBeSigned = sequence(
    der(tag.explicit(0), integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    algorithm,
    name,
    sequence(time(notBefore), time(notAfter)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(tag.explicit(3), sequence(...extensions(names))),
  );
  const certificate = sequence(toBeSigned, algorithm, bitString(sign('sha256', toBeSigned, privateKey)));
  return {
    cert: pem('CERTIFICATE', certificate),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

function extensions(names: readonly string[]): Buffer[] {
  return [
    // Not a certificate authority: the empty sequence leaves `cA` at its default, false.
    extension(oid.basicConstraints, 'critical', sequence()),
    // digitalSignature alone: the first bit, seven bits of the octet unused.
    extension(oid.keyUsage, 'critical', der(tag.bitString, Buffer.from([7, 0b1000_0000]))),
    extension(oid.extendedKeyUsage, 'informative', sequence(objectIdentifier(oid.serverAuth))),
    extension(oid.subjectAltName, 'informative', sequence(...names.map(generalName))),
  ];
}

function extension(id: string, weight: 'critical' | 'informative', value: Buffer): Buffer {
  const critical = weight === 'critical' ? [der(tag.boolean, Buffer.from([0xff]))] : [];
  return sequence(objectIdentifier(id), ...critical, der(tag.octetString, value));
}

function generalName(name: string): Buffer {
  const address = parseIpAddress(name);
  if (address !== undefined) return der(tag.implicit(7), addressBytes(address));
  return der(tag.implicit(2), Buffer.from(name, 'ascii'));
}

/** Network byte order: 4 octets of IPv4, 16 of IPv6. */
function addressBytes(address: IpAddress): Buffer {
  const words = address.family === 4 ? [address.bits] : [...address.words];
  const bytes = Buffer.alloc(words.length * 4);
  for (const [at, word] of words.entries()) bytes.writeUInt32BE(word, at * 4);
  return bytes;
}

function distinguishedName(commonName: string): Buffer {
  const attribute = sequence(objectIdentifier(oid.commonName), der(tag.utf8String, Buffer.from(commonName)));
  return sequence(der(tag.set, attribute));
}

/** RFC 5280 wants two-digit years until 2049 and four digits from 2050 on. */
function time(milliseconds: number): Buffer {
  const digits = `${new Date(milliseconds).toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
  return digits < '2050'
    ? der(tag.utcTime, Buffer.from(digits.slice(2)))
    : der(tag.generalizedTime, Buffer.from(digits));
}

/** A positive integer from its bytes, without leading zeros but the one that keeps it positive. */
function integer(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const shortest = bytes.subarray(start);
  return der(tag.integer, shortest[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), shortest]) : shortest);
}

function bitString(bytes: Buffer): Buffer {
  return der(tag.bitString, Buffer.concat([Buffer.from([0]), bytes]));
}

function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift(128 + (left % 128));
    bytes.push(...groups);
  }
  return der(tag.objectIdentifier, Buffer.from(bytes));
}

function sequence(...parts: Buffer[]): Buffer {
  return der(tag.sequence, ...parts);
}

/** A tag, the length of the content, the content. */
function der(tagByte: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  let head: number[];
  if (length < 0x80) head = [tagByte, length];
  else if (length < 0x100) head = [tagByte, 0x81, length];
  else if (length < 0x10000) head = [tagByte, 0x82, length >> 8, length & 0xff];
  else throw new RangeError('a certificate of this size is not meant to be made here');
  return Buffer.concat([Buffer.from(head), content]);
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
