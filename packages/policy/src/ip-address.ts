/**
 * The only parser of IP addresses in this repository; networks are in `ip-network.ts`. Code that validates an
 * address and code that applies it both use these functions, so that the two cannot differ.
 */

/** IPv4 or IPv6 address; an IPv4-mapped IPv6 address is represented as IPv4. */
export type IpAddress = Ipv4Address | Ipv6Address;

/** `bits` is the address as an unsigned 32-bit integer. */
export interface Ipv4Address {
  readonly family: 4;
  readonly bits: number;
}

/** `words` are four unsigned 32-bit integers, most significant first. */
export interface Ipv6Address {
  readonly family: 6;
  readonly words: Uint32Array;
}

const DOT = 0x2e;
const ZERO = 0x30;

/**
 * Parses an IPv4 address without allocating: four decimal parts with dots, no leading zeros. The other forms
 * of the C library (octal, hexadecimal, fewer parts) are refused, since parsers disagree about them.
 *
 * @returns the address as an unsigned 32-bit integer, or -1 if the text is not an address
 */
export function parseIpv4(text: string): number {
  if (text.length < 7 || text.length > 15) return -1;
  let bits = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === DOT) {
      if (digits === 0 || ++dots > 3) return -1;
      bits = (bits << 8) | part;
      part = 0;
      digits = 0;
      continue;
    }
    const digit = char - ZERO;
    if (digit < 0 || digit > 9 || (digits > 0 && part === 0)) return -1;
    part = part * 10 + digit;
    if (part > 255) return -1;
    digits++;
  }
  if (dots !== 3 || digits === 0) return -1;
  return ((bits << 8) | part) >>> 0;
}

const MAX_IPV6_LENGTH = 'ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255'.length;

/**
 * Parses an IPv6 address in any notation of RFC 4291, section 2.2, without unwrapping an IPv4-mapped one. An
 * address with a zone (`fe80::1%eth0`) is refused: it means another host on another machine.
 *
 * @returns four 32-bit words, or undefined if the text is not an address
 */
export function parseIpv6Words(text: string): Uint32Array | undefined {
  if (text.length < 2 || text.length > MAX_IPV6_LENGTH) return undefined;
  const gap = text.indexOf('::');
  if (gap >= 0 && text.indexOf('::', gap + 1) >= 0) return undefined;
  const before = readGroups(gap < 0 ? text : text.slice(0, gap), gap < 0);
  const after = gap < 0 ? [] : readGroups(text.slice(gap + 2), true);
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  // `::` replaces at least one group.
  if (gap < 0 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...new Array<number>(missing).fill(0), ...after];
  return Uint32Array.from([0, 2, 4, 6], (at) => ((groups[at]! << 16) | groups[at + 1]!) >>> 0);
}

/**
 * Parses the 16-bit groups on one side of `::`. @param mayEndInIpv4 whether the last two may be written as
 * `192.0.2.1`
 */
function readGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const pieces = text.split(':');
  for (const [at, piece] of pieces.entries()) {
    if (mayEndInIpv4 && at === pieces.length - 1 && piece.includes('.')) {
      const bits = parseIpv4(piece);
      if (bits < 0) return undefined;
      groups.push(bits >>> 16, bits & 0xffff);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(piece)) return undefined;
      groups.push(Number.parseInt(piece, 16));
    }
  }
  return groups;
}

/** Whether the words are in `::ffff:0:0/96`, the IPv4-mapped addresses. */
export function isIpv4Mapped(words: Uint32Array): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
}

const MAPPED_PREFIX = '::ffff:';

/**
 * Removes the prefix of an IPv4-mapped address as the system writes it (`::ffff:192.0.2.7`); returns any
 * other text unchanged. A dual-stack listener reports every IPv4 peer in this form, so it must not cost a
 * parse.
 */
export function withoutMappedPrefix(text: string): string {
  return text.startsWith(MAPPED_PREFIX) && text.includes('.') ? text.slice(MAPPED_PREFIX.length) : text;
}

/**
 * Parses an address without port, zone or prefix length.
 *
 * @returns undefined if the text is not an address
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  const bits = parseIpv4(withoutMappedPrefix(text));
  if (bits >= 0) return { family: 4, bits };
  const words = parseIpv6Words(text);
  if (words === undefined) return undefined;
  return isIpv4Mapped(words) ? { family: 4, bits: words[3]! } : { family: 6, words };
}

/** Formats an address canonically: dotted decimal, or IPv6 compressed and in lower case by RFC 5952. */
export function formatIpAddress(address: IpAddress): string {
  if (address.family === 4) {
    const { bits } = address;
    return `${bits >>> 24}.${(bits >>> 16) & 0xff}.${(bits >>> 8) & 0xff}.${bits & 0xff}`;
  }
  const groups: number[] = [];
  for (const word of address.words) groups.push(word >>> 16, word & 0xffff);
  const { from, length } = longestZeros(groups);
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  // A single zero group is not compressed (RFC 5952, section 4.2.2).
  if (length < 2) return hex(groups);
  return `${hex(groups.slice(0, from))}::${hex(groups.slice(from + length))}`;
}

/** Returns the first longest run of zero groups. */
function longestZeros(groups: readonly number[]): { readonly from: number; readonly length: number } {
  let longest = { from: 0, length: 0 };
  let length = 0;
  for (const [at, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > longest.length) longest = { from: at + 1 - length, length };
  }
  return longest;
}

/**
 * Returns the network that one sender has to itself: an IPv4 address, or the /64 block of an IPv6 one, since its owner
 * has 2^64 addresses. What is no address is returned as it is.
 */
export function senderNetwork(address: string): string {
  if (!address.includes(':')) return address;
  const parsed = parseIpAddress(address);
  if (parsed === undefined) return address;
  if (parsed.family === 4) return formatIpAddress(parsed);
  const [high = 0, low = 0] = parsed.words;
  return `${formatIpAddress({ family: 6, words: Uint32Array.of(high, low, 0, 0) })}/64`;
}

/** Whether an address is of the machine itself: `127.0.0.0/8` or `::1`, in any notation. */
export function isLoopbackAddress(address: string): boolean {
  const parsed = parseIpAddress(address);
  if (parsed === undefined) return false;
  if (parsed.family === 4) return parsed.bits >>> 24 === 127;
  return parsed.words.every((word, at) => word === (at === 3 ? 1 : 0));
}

/** Whether a host means the machine itself: `localhost` or a loopback address, in brackets or without, no port. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  return bare.toLowerCase() === 'localhost' || isLoopbackAddress(bare);
}
