import { isIpv4Mapped, parseIpv4, parseIpv6Words, withoutMappedPrefix } from './ip-address.ts';

/** IPv4 block: the addresses that equal `base` under `mask`, both unsigned 32-bit integers. */
export interface Ipv4Network {
  readonly family: 4;
  readonly base: number;
  readonly mask: number;
}

/** IPv6 block: the addresses whose four words equal `base` under `mask`. */
export interface Ipv6Network {
  readonly family: 6;
  readonly base: Uint32Array;
  readonly mask: Uint32Array;
}

/** Block of addresses; a single address is a block of one. */
export type IpNetwork = Ipv4Network | Ipv6Network;

/** Returns the 32-bit mask of a prefix length, clamped to 0–32. */
function maskOfLength(length: number): number {
  if (length <= 0) return 0;
  return length >= 32 ? 0xffffffff : (0xffffffff << (32 - length)) >>> 0;
}

function ipv4Network(bits: number, prefixLength: number): Ipv4Network {
  const mask = maskOfLength(prefixLength);
  return { family: 4, base: (bits & mask) >>> 0, mask };
}

/** Parses a prefix length. @returns -1 if the text is not a decimal number without leading zeros */
function parsePrefixLength(text: string): number {
  return /^(?:0|[1-9]\d{0,2})$/.test(text) ? Number(text) : -1;
}

/**
 * Parses an IPv4 or IPv6 address or CIDR block. Host bits are ignored, as in routers (`10.1.2.3/8` is
 * `10.0.0.0/8`). A block inside `::ffff:0:0/96` becomes the corresponding IPv4 block.
 *
 * @returns undefined if the text is neither
 */
export function parseIpNetwork(text: string): IpNetwork | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const prefixLength = slash < 0 ? undefined : parsePrefixLength(text.slice(slash + 1));
  if (prefixLength === -1) return undefined;

  const bits = parseIpv4(address);
  if (bits >= 0) {
    const length = prefixLength ?? 32;
    return length > 32 ? undefined : ipv4Network(bits, length);
  }

  const words = parseIpv6Words(address);
  const length = prefixLength ?? 128;
  if (words === undefined || length > 128) return undefined;
  if (isIpv4Mapped(words) && length >= 96) return ipv4Network(words[3]!, length - 96);
  const mask = Uint32Array.from([0, 32, 64, 96], (offset) => maskOfLength(length - offset));
  return { family: 6, base: words.map((word, i) => word & mask[i]!), mask };
}

/** Whether a network contains every address of its family: `0.0.0.0/0`, `::/0`, in any notation. */
export function isEveryAddress(network: IpNetwork): boolean {
  return network.family === 4 ? network.mask === 0 : network.mask.every((word) => word === 0);
}

/**
 * Union of address blocks. Holds plain integers: testing an IPv4 address does not allocate. IPv4 and IPv6 are
 * separate: `::/0` contains no IPv4 address.
 */
export class IpNetworkSet {
  readonly #ipv4: Uint32Array;
  readonly #ipv6: Uint32Array;

  constructor(networks: Iterable<IpNetwork>) {
    const ipv4: number[] = [];
    const ipv6: number[] = [];
    for (const network of networks) {
      if (network.family === 4) ipv4.push(network.base, network.mask);
      else ipv6.push(...network.base, ...network.mask);
    }
    this.#ipv4 = Uint32Array.from(ipv4);
    this.#ipv6 = Uint32Array.from(ipv6);
  }

  /** Whether the set contains an IPv4 address. @param bits unsigned 32-bit integer */
  hasIpv4(bits: number): boolean {
    const table = this.#ipv4;
    for (let i = 0; i < table.length; i += 2) {
      if ((bits & table[i + 1]!) >>> 0 === table[i]) return true;
    }
    return false;
  }

  /** Whether the set contains an IPv6 address. @param words four unsigned 32-bit integers, not IPv4-mapped */
  hasIpv6(words: Uint32Array): boolean {
    const table = this.#ipv6;
    for (let i = 0; i < table.length; i += 8) {
      if (
        (words[0]! & table[i + 4]!) >>> 0 === table[i] &&
        (words[1]! & table[i + 5]!) >>> 0 === table[i + 1] &&
        (words[2]! & table[i + 6]!) >>> 0 === table[i + 2] &&
        (words[3]! & table[i + 7]!) >>> 0 === table[i + 3]
      ) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether the set contains an address. @param address text; IPv4-mapped counts as IPv4; `false` if it is
   * not an address
   */
  hasText(address: string): boolean {
    const bits = parseIpv4(withoutMappedPrefix(address));
    if (bits >= 0) return this.hasIpv4(bits);
    const words = parseIpv6Words(address);
    if (words === undefined) return false;
    return isIpv4Mapped(words) ? this.hasIpv4(words[3]!) : this.hasIpv6(words);
  }
}
