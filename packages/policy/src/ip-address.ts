/** An address as unsigned 32-bit words: one for IPv4, four for IPv6. */
export type Address = readonly [number] | readonly [number, number, number, number];

/** All addresses which begin with the first `prefixLength` bits of `first`. */
export interface AddressBlock {
  readonly first: Address;
  readonly prefixLength: number;
}

const MAPPED_PREFIX_BITS = 96;

/**
 * Reads an IPv4 or IPv6 address. An IPv4 address written in IPv6 (`::ffff:192.0.2.1`, as dual-stack sockets
 * report it) is read as the IPv4 address that it is. No leading zeros in IPv4, which some readers take as
 * octal; no zone. Returns undefined for anything that is not one whole address.
 */
export function readAddress(text: string): Address | undefined {
  if (text.indexOf(':') < 0) {
    const word = readIPv4(text, 0, text.length);
    return word < 0 ? undefined : [word];
  }
  const words = readIPv6(text);
  return words !== undefined && isMapped(words) ? [words[3]] : words;
}

/**
 * Reads an address, or a block in CIDR notation; an address alone is a block of one. Bits behind the prefix
 * are ignored. Returns undefined for anything else.
 */
export function readAddressBlock(text: string): AddressBlock | undefined {
  const slash = text.indexOf('/');
  const first = readAddress(slash < 0 ? text : text.slice(0, slash));
  if (first === undefined) return undefined;
  const bits = first.length * 32;
  if (slash < 0) return { first, prefixLength: bits };
  const digits = text.slice(slash + 1);
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(digits)) return undefined;
  // A mapped address counts its prefix in IPv6 bits, whatever it is kept as.
  const mappedBits = first.length === 1 && text.includes(':') ? MAPPED_PREFIX_BITS : 0;
  const prefixLength = Number(digits) - mappedBits;
  return prefixLength < 0 || prefixLength > bits ? undefined : { first, prefixLength };
}

/**
 * Whether an address lies in a block. Its first and last address (the network and broadcast address of an IPv4
 * subnet) belong to it. The two families never hold each other: `::/0` says nothing of IPv4.
 */
export function blockHolds(block: AddressBlock, address: Address): boolean {
  if (block.first.length !== address.length) return false;
  let bits = block.prefixLength;
  for (let word = 0; bits > 0; word++, bits -= 32) {
    const mask = bits >= 32 ? 0xffffffff : ~(0xffffffff >>> bits);
    if (((block.first[word]! ^ address[word]!) & mask) !== 0) return false;
  }
  return true;
}

/** The address as an unsigned 32-bit number; -1 when the text between the two offsets is not one. */
function readIPv4(text: string, from: number, to: number): number {
  let address = 0;
  let parts = 0;
  let value = 0;
  let digits = 0;
  for (let at = from; at <= to; at++) {
    const code = at < to ? text.charCodeAt(at) : 0x2e;
    if (code >= 0x30 && code <= 0x39) {
      if (digits > 0 && value === 0) return -1;
      value = value * 10 + code - 0x30;
      digits++;
      if (value > 255) return -1;
    } else if (code === 0x2e && digits > 0 && parts < 4) {
      address = address * 256 + value;
      parts++;
      value = 0;
      digits = 0;
    } else {
      return -1;
    }
  }
  return parts === 4 ? address : -1;
}

function isMapped(words: readonly [number, number, number, number]): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
}

function readIPv6(text: string): readonly [number, number, number, number] | undefined {
  const groups: number[] = [];
  let gapAt = -1;
  let at = 0;
  if (text.startsWith('::')) {
    gapAt = 0;
    at = 2;
  }
  while (at < text.length) {
    let end = text.indexOf(':', at);
    if (end < 0) end = text.length;
    if (text.indexOf('.', at) >= 0 && end === text.length) {
      const word = readIPv4(text, at, end);
      if (word < 0) return undefined;
      groups.push(word >>> 16, word & 0xffff);
      at = end;
      break;
    }
    const group = readHexGroup(text, at, end);
    if (group < 0 || groups.length === 8) return undefined;
    groups.push(group);
    if (end === text.length) {
      at = end;
      break;
    }
    at = end + 1;
    if (text[at] === ':') {
      if (gapAt >= 0) return undefined;
      gapAt = groups.length;
      at++;
    } else if (at === text.length) {
      return undefined;
    }
  }
  const missing = 8 - groups.length;
  if (gapAt < 0 ? missing !== 0 : missing < 1) return undefined;
  if (gapAt >= 0) groups.splice(gapAt, 0, ...new Array<number>(missing).fill(0));
  const word = (index: number) => ((groups[2 * index]! << 16) | groups[2 * index + 1]!) >>> 0;
  return [word(0), word(1), word(2), word(3)];
}

function readHexGroup(text: string, from: number, to: number): number {
  if (to - from < 1 || to - from > 4) return -1;
  let value = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) value = value * 16 + code - 0x30;
    else if (code >= 0x41 && code <= 0x46) value = value * 16 + code - 0x37;
    else if (code >= 0x61 && code <= 0x66) value = value * 16 + code - 0x57;
    else return -1;
  }
  return value;
}
