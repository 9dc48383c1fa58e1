import { formatIpAddress, IpNetworkSet, parseIpAddress, parseIpNetwork } from '@claviger/policy';
import ipaddr from 'ipaddr.js';
import type { AddressFilter } from '../context/services.ts';

/** Addresses that look like anybody's, and answer only the machines of one cloud: Azure's own services. */
const cloudsOwn: ReadonlySet<string> = new Set(['168.63.129.16']);

/**
 * Where OpenID Connect issuers may be. Their addresses are chosen by accounts, and it is the server that goes there:
 * so it goes to addresses of the public internet alone, and of what else it can reach (itself, its neighbours, the
 * metadata service of its cloud) to nothing that the operator has not named.
 */
export class IssuerNetwork implements AddressFilter {
  readonly #named: IpNetworkSet;

  /**
   * @param named addresses and CIDR blocks that are not public, and where issuers may be all the same
   * @throws RangeError that names the entry when it is neither
   */
  constructor(named: readonly string[] = []) {
    this.#named = new IpNetworkSet(
      named.map((entry) => {
        const network = parseIpNetwork(entry);
        if (network === undefined) {
          throw new RangeError(`\`${entry}\` is not an IPv4 or IPv6 address or CIDR block`);
        }
        return network;
      }),
    );
  }

  /** Whether an issuer may be at an address. @param address IPv4 or IPv6, in any notation; anything else is refused */
  admits(address: string): boolean {
    const read = parseIpAddress(address);
    if (read === undefined) return false;
    const text = formatIpAddress(read);
    if (this.#named.hasText(text)) return true;
    // Only the registry of special ranges is the library's; it reads the one notation, not what was given.
    const parsed = ipaddr.parse(text);
    return parsed.range() === 'unicast' && isAssigned(parsed) && !cloudsOwn.has(text);
  }
}

/** Of IPv6 one eighth is the public internet's (RFC 4291); the rest is kept for other things. */
function isAssigned(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return address.kind() === 'ipv4' || (address.toByteArray()[0]! & 0xe0) === 0x20;
}
