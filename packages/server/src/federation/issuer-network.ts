import { formatIpAddress, IpNetworkSet, parseIpAddress, parseIpNetwork } from '@claviger/policy';
import ipaddr from 'ipaddr.js';
import type { AddressFilter } from '../context/services.ts';

/** Addresses in public ranges that reach only the provider of a cloud from within it: Azure's platform services. */
const CLOUD_INTERNAL: ReadonlySet<string> = new Set(['168.63.129.16']);

/**
 * Filter of the addresses at which OpenID Connect issuers may be. Accounts choose the issuers, but the server
 * connects to them (SSRF): so only the public internet is admitted, and other reachable addresses (the server
 * itself, its network, the cloud's metadata service) only if the operator names them.
 */
export class IssuerNetwork implements AddressFilter {
  readonly #admitted: IpNetworkSet;

  /**
   * @param admitted addresses and CIDR blocks that are not public, and at which issuers may be all the same
   * @throws RangeError naming the entry if it is neither
   */
  constructor(admitted: readonly string[] = []) {
    this.#admitted = new IpNetworkSet(
      admitted.map((entry) => {
        const network = parseIpNetwork(entry);
        if (network === undefined) {
          throw new RangeError(
            `invalid address \`${entry}\`: expected an IPv4 or IPv6 address or CIDR block`,
          );
        }
        return network;
      }),
    );
  }

  /**
   * Returns whether an issuer may be at an address.
   * @param address IPv4 or IPv6, in any notation; anything else is refused
   */
  admits(address: string): boolean {
    const read = parseIpAddress(address);
    if (read === undefined) return false;
    const text = formatIpAddress(read);
    if (this.#admitted.hasText(text)) return true;
    // The library is used only for its registry of special ranges; it gets the canonical notation.
    const parsed = ipaddr.parse(text);
    return parsed.range() === 'unicast' && isAssigned(parsed) && !CLOUD_INTERNAL.has(text);
  }
}

/** Returns whether an address is in a range of the public internet: for IPv6 one eighth of all (RFC 4291). */
function isAssigned(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return address.kind() === 'ipv4' || (address.toByteArray()[0]! & 0xe0) === 0x20;
}
