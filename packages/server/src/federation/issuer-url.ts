/** Longest that an issuer's address may be. */
const issuerUrlLength = 255;

/** Where somebody may run an identity provider beside the server, to try it out. */
const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether something may be fetched from there: https, or http from the server's own machine.
 * @param url parsed
 */
export function isFetchable(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback.has(url.hostname));
}

/**
 * What is wrong with the address of an OpenID Connect issuer, in a few words. Its rules are those of OpenID Connect
 * Discovery: https, and neither query nor fragment.
 * @returns undefined when nothing is
 */
export function faultOfIssuerUrl(text: string): string | undefined {
  if (text.length > issuerUrlLength) return `it is longer than ${issuerUrlLength} characters`;
  if (!URL.canParse(text) || /[\s\\]/.test(text)) return 'it is not a URL';
  const url = new URL(text);
  if (!isFetchable(url)) return 'it does not begin with https://';
  if (text.includes('?') || text.includes('#')) return 'it has a query or a fragment';
  if (url.username !== '' || url.password !== '') return 'it has a user name or password';
  return undefined;
}
