import { isLoopbackHost, parseIpAddress } from '@claviger/policy';
import type { AddressFilter } from '../context/services.ts';

/** Longest that an issuer's address may be. */
const issuerUrlLength = 255;

/**
 * Whether something may be fetched in that way: https, or http from the server's own machine, for a provider that is tried out there. Whether it may be from
 * there, an `IssuerNetwork` says.
 * @param url parsed
 */
export function isFetchable(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}

/**
 * What is wrong with the address of an OpenID Connect issuer, in a few words. Its rules are those of OpenID Connect
 * Discovery: https, and neither query nor fragment. Where a name leads is seen when it is gone to.
 * @returns undefined when nothing is
 */
export function faultOfIssuerUrl(text: string, network: AddressFilter): string | undefined {
  if (text.length > issuerUrlLength) return `it is longer than ${issuerUrlLength} characters`;
  if (!URL.canParse(text) || /[\s\\]/.test(text)) return 'it is not a URL';
  const url = new URL(text);
  if (!isFetchable(url)) return 'it does not begin with https://';
  if (text.includes('?') || text.includes('#')) return 'it has a query or a fragment';
  if (url.username !== '' || url.password !== '') return 'it has a user name or password';
  if (!mayBeAdmitted(url, network)) return notAdmitted;
  return undefined;
}

/** What is said of an issuer that is where none may be. */
export const notAdmitted = 'it is in no public network, nor in one that --private-issuers names';

/** The address that the host of a URL is; undefined when it is a name. */
export function literalAddress({ hostname }: URL): string | undefined {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return parseIpAddress(bare) === undefined ? undefined : bare;
}

function mayBeAdmitted(url: URL, network: AddressFilter): boolean {
  const address = literalAddress(url);
  if (address !== undefined) return network.admits(address);
  return url.hostname !== 'localhost' || ['127.0.0.1', '::1'].some((own) => network.admits(own));
}
