import { isLoopbackHost, parseIpAddress } from '@claviger/policy';
import type { AddressFilter } from '../context/services.ts';

/** Maximum length of an issuer URL. */
const MAX_URL_LENGTH = 255;

/**
 * Returns whether a URL may be fetched by its scheme: https, or http of a loopback host, for trying out a provider there.
 * `IssuerNetwork` decides on its address.
 * @param url parsed
 */
export function isFetchable(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}

/**
 * Returns the fault of an OpenID Connect issuer URL. The rules are those of OpenID Connect Discovery: https, no
 * query and no fragment. The addresses of a host name are checked when it is fetched.
 * @returns undefined if the URL is valid
 */
export function findIssuerUrlFault(text: string, network: AddressFilter): string | undefined {
  if (text.length > MAX_URL_LENGTH) return `it is longer than ${MAX_URL_LENGTH} characters`;
  if (!URL.canParse(text) || /[\s\\]/.test(text)) return 'it is not a URL';
  const url = new URL(text);
  if (!isFetchable(url)) return 'it does not begin with https://';
  if (text.includes('?') || text.includes('#')) return 'it has a query or a fragment';
  if (url.username !== '' || url.password !== '') return 'it has a user name or password';
  if (!mayBeAdmitted(url, network)) return NOT_ADMITTED;
  return undefined;
}

/** Fault of an issuer whose address is not admitted. */
export const NOT_ADMITTED = 'it is in no public network, nor in one that --private-issuers names';

/** Returns the literal address in a URL; `undefined` if the host is a name. */
export function literalAddress({ hostname }: URL): string | undefined {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return parseIpAddress(bare) === undefined ? undefined : bare;
}

function mayBeAdmitted(url: URL, network: AddressFilter): boolean {
  const address = literalAddress(url);
  if (address !== undefined) return network.admits(address);
  return url.hostname !== 'localhost' || ['127.0.0.1', '::1'].some((own) => network.admits(own));
}
