import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An IPv4 address, or an IPv6 one; an IPv4-mapped IPv6 address is always held as the IPv4 address it means. */
export type IpAddress = Ipv4Address | Ipv6Address;

/** `bits` is the address as an unsigned 32-bit integer. */
export interface Ipv4Address {
  readonly family: 4;
  readonly bits: number;
}

/** `words` are the address as four unsigned 32-bit integers, the most significant first. */
export interface Ipv6Address {
  readonly family: 6;
  readonly words: Uint32Array;
}

const dot = 0x2e;
const zero = 0x30;

/**
 * Reads an IPv4 address without allocating: four decimal parts with dots, no leading zeros. The other forms that
 * the old C functions take (octal, hexadecimal, fewer parts) are refused, since two readers rarely agree on them.
 *
 * @returns the address as an unsigned 32-bit integer, or -1 when the text is not one
 */
export function parseIpv4(text: string): number {
  if (text.length < 7 || text.length > 15) return -1;
  let bits = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === dot) {
      if (digits === 0 || ++dots > 3) return -1;
      bits = (bits << 8) | part;
      part = 0;
      digits = 0;
      continue;
    }
    const digit = char - zero;
    if (digit < 0 || digit > 9 || (digits > 0 && part === 0)) return -1;
    part = part * 10 + digit;
    if (part > 255) return -1;
    digits++;
  }
  if (dots !== 3 || digits === 0) return -1;
  return ((bits << 8) | part) >>> 0;
}

/**
 * Reads an IPv6 address, whatever its notation, and does not unwrap an IPv4-mapped one.
 *
 * @returns its four 32-bit words, or undefined when the text is none. One with a zone (`fe80::1%eth0`) is none:
 * the same text means another host on another machine.
 */
export function parseIpv6Words(text: string): Uint32Array | undefined {
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const { parts } = ipaddr.IPv6.parse(text.includes('.') ? withoutDots(text) : text);
  const words = new Uint32Array(4);
  for (let i = 0; i < 4; i++) words[i] = (parts[2 * i]! << 16) | parts[2 * i + 1]!;
  return words;
}

/**
 * The same IPv6 address with its dotted tail in hexadecimal. The parsing library takes `::192.0.2.7` for
 * `::ffff:192.0.2.7`, which is another address.
 */
function withoutDots(text: string): string {
  const tail = text.lastIndexOf(':') + 1;
  const bits = parseIpv4(text.slice(tail));
  return `${text.slice(0, tail)}${(bits >>> 16).toString(16)}:${(bits & 0xffff).toString(16)}`;
}

/** Whether these words are in `::ffff:0:0/96`, which stands for the IPv4 addresses. */
export function isIpv4Mapped(words: Uint32Array): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
}

const mappedPrefix = '::ffff:';

/**
 * The IPv4 text inside an IPv4-mapped address as the system writes it (`::ffff:192.0.2.7`); any other text as it
 * is. A listener on both families has every IPv4 peer in this form, so it must not cost a parse.
 */
export function withoutMappedPrefix(text: string): string {
  return text.startsWith(mappedPrefix) && text.includes('.') ? text.slice(mappedPrefix.length) : text;
}

/**
 * Reads an address without port, zone or prefix.
 *
 * @returns undefined when the text is no address
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  const bits = parseIpv4(withoutMappedPrefix(text));
  if (bits >= 0) return { family: 4, bits };
  const words = parseIpv6Words(text);
  if (words === undefined) return undefined;
  return isIpv4Mapped(words) ? { family: 4, bits: words[3]! } : { family: 6, words };
}

/** The one notation of an address: dotted decimal, or IPv6 in lower case and compressed as RFC 5952 says. */
export function formatIpAddress(address: IpAddress): string {
  if (address.family === 4) {
    const { bits } = address;
    return `${bits >>> 24}.${(bits >>> 16) & 0xff}.${(bits >>> 8) & 0xff}.${bits & 0xff}`;
  }
  const parts: number[] = [];
  for (const word of address.words) parts.push(word >>> 16, word & 0xffff);
  return new ipaddr.IPv6(parts).toRFC5952String();
}
