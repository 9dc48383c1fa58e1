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

/** The proxies whose forwarding headers are believed. */
export interface TrustedProxies {
  readonly networks: IpNetworkSet;
}

/**
 * Reads a list of addresses and CIDR blocks of proxies. An empty list trusts nobody: no header is looked at.
 *
 * Whoever is on the list decides which address a request has. So a block of all addresses is refused: with it
 * every client could name its own.
 *
 * @throws RangeError that names the entry when it is no address or block, or a block of all addresses
 */
export function parseTrustedProxies(list: readonly string[]): TrustedProxies {
  const networks = list.map((entry) => {
    const network = parseIpNetwork(entry);
    if (network === undefined) {
      throw new RangeError(`trusted proxy \`${entry}\` is not an IPv4 or IPv6 address or CIDR block`);
    }
    if (isEveryAddress(network)) {
      throw new RangeError(
        `trusted proxy \`${entry}\` is every address: then every client could choose its own`,
      );
    }
    return network;
  });
  return { networks: new IpNetworkSet(networks) };
}

function isTrusted(address: IpAddress, { networks }: TrustedProxies): boolean {
  return address.family === 4 ? networks.hasIpv4(address.bits) : networks.hasIpv6(address.words);
}

/** The address at the other end of a connection. The system adds a zone to link-local ones; it is left out. */
function parsePeer(peer: string): IpAddress | undefined {
  const zone = peer.indexOf('%');
  return parseIpAddress(zone < 0 ? peer : peer.slice(0, zone));
}

/**
 * Whether the peer is a trusted proxy.
 *
 * @param peer the address at the other end of the connection, as the socket gives it
 */
export function isTrustedProxy(peer: string, trusted: TrustedProxies): boolean {
  const address = parsePeer(peer);
  return address !== undefined && isTrusted(address, trusted);
}

/** One entry of `X-Forwarded-For`: an address, with a port or in brackets as some proxies write it. */
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

/** The part of `text` between two positions, without spaces and tabs around it. */
function trimmed(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (from < to && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/**
 * The entries of a list header from right to left: what the nearest proxy added comes first. Several lines of the
 * header are one list, in their order.
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
 * The address of the client, in the notation of `formatIpAddress`.
 *
 * It is the peer's unless the peer is a trusted proxy. Then `X-Forwarded-For` is walked from the right, past the
 * proxies that are trusted; the first other address is the client's. Everything left of it was written by the
 * client or by strangers and is never looked at. An entry that is no address ends the walk: the last good address
 * counts. No other header (`Forwarded`, `X-Real-IP`, `True-Client-IP` …) is ever looked at: a proxy that does not
 * set it would pass on what the client wrote.
 *
 * @param peer the address at the other end of the connection, as the socket gives it
 * @param rawHeaders name, value, name, value … as they arrived
 * @returns `''` when the peer has no IP address, as on a Unix socket; no address rule admits that
 */
export function clientAddress(peer: string, rawHeaders: readonly string[], trusted: TrustedProxies): string {
  const unmapped = withoutMappedPrefix(peer);
  const bits = parseIpv4(unmapped);
  // Strict IPv4 text is already in its one notation: the common case is not parsed further.
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
 * The protocol that the client spoke to a trusted proxy, from `X-Forwarded-Proto`.
 *
 * Where proxies form a chain there may be several values, and the left ones may be the client's own invention; so
 * `https` is only said when all of them say it. Anything else that stands there is `http`: what is not understood
 * must not pass for a secure connection.
 *
 * @param peer the address at the other end of the connection, as the socket gives it
 * @param rawHeaders name, value, name, value … as they arrived
 * @returns undefined when the peer is not trusted or the header is absent: then the connection itself tells
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
