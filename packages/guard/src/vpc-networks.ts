import { type IpNetwork, IpNetworkSet, isEveryAddress, parseIpNetwork } from '@claviger/policy';
import { VPC_ID_FORMAT } from './network-policy.ts';

/**
 * Networks that the operator named: the source of `acs:SourceVpc` and `acs:VpcSourceIp`, and the VPCs of
 * `VPCWhiteList` statements. An address in none of them came through no VPC.
 */
export class VpcNetworks {
  readonly #networks: readonly { readonly id: string; readonly set: IpNetworkSet }[];

  /**
   * @param list entries such as `vpc-build=10.20.0.0/16`; an id may be repeated
   * @throws RangeError that names the entry: an invalid id or network, every address, or a network that
   *   overlaps with one of another id
   */
  constructor(list: readonly string[] = []) {
    const named = list.map((entry) => ({ entry, ...parseEntry(entry) }));
    for (const [at, one] of named.entries()) {
      const other = named
        .slice(0, at)
        .find(({ id, network }) => id !== one.id && overlap(network, one.network));
      if (other !== undefined) {
        throw new RangeError(`network \`${one.entry}\` overlaps with \`${other.entry}\``);
      }
    }
    const byId = Map.groupBy(named, ({ id }) => id);
    this.#networks = [...byId].map(([id, entries]) => ({
      id,
      set: new IpNetworkSet(entries.map(({ network }) => network)),
    }));
  }

  /** Returns the id of the network that contains an address. @param address as `clientAddress` returns it */
  idOf(address: string): string | undefined {
    for (const { id, set } of this.#networks) if (set.hasText(address)) return id;
    return undefined;
  }
}

function parseEntry(entry: string): { readonly id: string; readonly network: IpNetwork } {
  const equals = entry.indexOf('=');
  const id = entry.slice(0, Math.max(equals, 0));
  const network = parseIpNetwork(entry.slice(equals + 1));
  if (!VPC_ID_FORMAT.test(id) || network === undefined) {
    throw new RangeError(
      `invalid network \`${entry}\`: expected vpc-NAME=NETWORK, as in vpc-build=10.20.0.0/16`,
    );
  }
  if (isEveryAddress(network)) throw new RangeError(`network \`${entry}\` contains every address`);
  return { id, network };
}

/** Whether two networks overlap: the wider one contains the first address of the narrower. */
function overlap(one: IpNetwork, other: IpNetwork): boolean {
  if (one.family === 4 && other.family === 4) {
    const mask = one.mask & other.mask;
    return (one.base & mask) === (other.base & mask);
  }
  if (one.family === 6 && other.family === 6) {
    return one.base.every((word, at) => {
      const mask = one.mask[at]! & other.mask[at]!;
      return (word & mask) === (other.base[at]! & mask);
    });
  }
  return false;
}
