import { BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Addresses that look like anybody's, and answer only the machines of one cloud: Azure's own services. */
const cloudsOwn: ReadonlySet<string> = new Set(['168.63.129.16']);

/**
 * Where OpenID Connect issuers may be. Their addresses are chosen by accounts, and it is the server that goes there:
 * so it goes to addresses of the public internet alone, and of what else it can reach (itself, its neighbours, the
 * metadata service of its cloud) to nothing that the operator has not named.
 */
export class IssuerNetwork {
  readonly #named = new BlockList();

  /**
   * @param named addresses and CIDR blocks that are not public, and where issuers may be all the same
   * @throws RangeError that names the entry when it is neither
   */
  constructor(named: readonly string[] = []) {
    for (const entry of named) {
      const [address = '', length, ...more] = entry.split('/');
      const family = isIP(address);
      const bits = family === 4 ? 32 : 128;
      const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
      if (family === 0 || address.includes('%') || more.length > 0 || !(prefix <= bits)) {
        throw new RangeError(`\`${entry}\` is not an IPv4 or IPv6 address or CIDR block`);
      }
      this.#named.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
    }
  }

  /** Whether an issuer may be at an address. @param address IPv4 or IPv6, in any notation; anything else is refused */
  admits(address: string): boolean {
    if (isIP(address) === 0) return false;
    // An IPv4 address within an IPv6 one is the IPv4 address.
    const parsed = ipaddr.process(address);
    const text = parsed.toString();
    if (this.#named.check(text, parsed.kind())) return true;
    return parsed.range() === 'unicast' && isAssigned(parsed) && !cloudsOwn.has(text);
  }
}

/** Of IPv6 one eighth is the public internet's (RFC 4291); the rest is kept for other things. */
function isAssigned(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return address.kind() === 'ipv4' || (address.toByteArray()[0]! & 0xe0) === 0x20;
}
