import {
  formatIpAddress,
  type IpAddress,
  IpNetworkSet,
  isEveryAddress,
  parseIpAddress,
  parseIpNetwork,
  parseIpv4,
  withoutMappedPrefix,
} from '@claviger/policy';

/** Proxies whose forwarding headers are trusted. */
export interface TrustedProxies {
  readonly networks: IpNetworkSet;
}

/**
 * Parses a list of addresses and CIDR blocks of proxies. With an empty list no header is read.
 *
 * A listed peer decides which address a request has. So a block of all addresses is refused: with it every
 * client could choose its own.
 *
 * @throws RangeError that names the entry if it is not an address or block, or is a block of all addresses
 */
export function parseTrustedProxies(list: readonly string[]): TrustedProxies {
  const networks = list.map((entry) => {
    const network = parseIpNetwork(entry);
    if (network === undefined) {
      throw new RangeError(`trusted proxy \`${entry}\` is not an IPv4 or IPv6 address or CIDR block`);
    }
    if (isEveryAddress(network)) {
      throw new RangeError(
        `trusted proxy \`${entry}\` contains every address: then every client could choose its own`,
      );
    }
    return network;
  });
  return { networks: new IpNetworkSet(networks) };
}

function isTrusted(address: IpAddress, { networks }: TrustedProxies): boolean {
  return address.family === 4 ? networks.hasIpv4(address.bits) : networks.hasIpv6(address.words);
}

/** Parses the address of a peer, without the zone that the system adds to link-local ones. */
function parsePeer(peer: string): IpAddress | undefined {
  const zone = peer.indexOf('%');
  return parseIpAddress(zone < 0 ? peer : peer.slice(0, zone));
}

/**
 * Whether the peer is a trusted proxy.
 *
 * @param peer address of the peer, as the socket reports it
 */
export function isTrustedProxy(peer: string, trusted: TrustedProxies): boolean {
  const address = parsePeer(peer);
  return address !== undefined && isTrusted(address, trusted);
}

/** Parses an entry of `X-Forwarded-For`: an address, possibly with a port or in brackets. */
function parseForwardedEntry(entry: string): IpAddress | undefined {
  const address = parseIpAddress(entry);
  if (address !== undefined) return address;
  const decorated = /^(?:\[(?<ipv6>[0-9a-fA-F:.]{2,45})\]|(?<ipv4>[0-9.]{7,15})(?=:))(?::\d{1,5})?$/.exec(
    entry,
  );
  if (decorated === null) return undefined;
  const { ipv4, ipv6 } = decorated.groups as { ipv4?: string; ipv6?: string };
  if (ipv4 !== undefined) return parseIpAddress(ipv4);
  return ipv6?.includes(':') ? parseIpAddress(ipv6) : undefined;
}

function isBlank(char: number): boolean {
  return char === 0x20 || char === 0x09;
}

/** Returns the text between two offsets, without surrounding spaces and tabs. */
function trimmed(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (from < to && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/**
 * Iterates over a list header from right to left, the nearest proxy's entry first. Several lines of the
 * header form one list, in their order.
 */
function* entriesFromRight(rawHeaders: readonly string[], headerName: string): Generator<string> {
  for (let i = rawHeaders.length - 2; i >= 0; i -= 2) {
    const name = rawHeaders[i]!;
    if (name.length !== headerName.length || name.toLowerCase() !== headerName) continue;
    const value = rawHeaders[i + 1]!;
    let end = value.length;
    while (end >= 0) {
      const comma = end === 0 ? -1 : value.lastIndexOf(',', end - 1);
      yield trimmed(value, comma + 1, end);
      end = comma;
    }
  }
}

/**
 * Returns the address of the client, in the notation of `formatIpAddress`.
 *
 * It is the peer's unless the peer is a trusted proxy. Then `X-Forwarded-For` is read from the right, past
 * trusted proxies; the first other address is the client's. Entries further left were written by untrusted
 * parties and are never read. An invalid entry ends the search: the last valid address is used. Other headers
 * (`Forwarded`, `X-Real-IP`, `True-Client-IP` …) are never read: a proxy that does not set them would pass on
 * what the client wrote.
 *
 * @param peer address of the peer, as the socket reports it
 * @param rawHeaders name, value, name, value …, as received
 * @returns `''` if the peer has no IP address, as on a Unix socket; no address rule admits that
 */
export function clientAddress(peer: string, rawHeaders: readonly string[], trusted: TrustedProxies): string {
  const unmapped = withoutMappedPrefix(peer);
  const bits = parseIpv4(unmapped);
  // Strict IPv4 text is already canonical: the common case needs no further parsing.
  if (bits >= 0 && !trusted.networks.hasIpv4(bits)) return unmapped;

  let client = parsePeer(peer);
  if (client === undefined) return '';
  if (isTrusted(client, trusted)) {
    for (const entry of entriesFromRight(rawHeaders, 'x-forwarded-for')) {
      const address = parseForwardedEntry(entry);
      if (address === undefined) break;
      client = address;
      if (!isTrusted(address, trusted)) break;
    }
  }
  return formatIpAddress(client);
}

/**
 * Returns the protocol between client and trusted proxy, from `X-Forwarded-Proto`.
 *
 * A chain of proxies may give several values, and the client may have written the left ones; so `https` is
 * returned only if all values say so. Any other value is `http`: what is not understood must not count as
 * secure.
 *
 * @param peer address of the peer, as the socket reports it
 * @param rawHeaders name, value, name, value …, as received
 * @returns undefined if the peer is not trusted or the header is absent: the connection itself decides then
 */
export function forwardedProto(
  peer: string,
  rawHeaders: readonly string[],
  trusted: TrustedProxies,
): 'http' | 'https' | undefined {
  const address = parsePeer(peer);
  if (address === undefined || !isTrusted(address, trusted)) return undefined;
  let proto: 'https' | undefined;
  for (const entry of entriesFromRight(rawHeaders, 'x-forwarded-proto')) {
    if (entry.toLowerCase() !== 'https') return 'http';
    proto = 'https';
  }
  return proto;
}
