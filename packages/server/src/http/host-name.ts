import { isIPv4 } from 'node:net';

/**
 * Returns whether a host is this machine: `localhost`, `127.0.0.0/8`, `::1`.
 * @param host as `hostNameOf` returns it
 */
export function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * Returns the name in a `Host` header or the authority of a URL: lower case, without port, brackets and the trailing
 * dot. Empty for any other text.
 */
export function hostNameOf(header: string): string {
  const [, bracketed, plain] = /^(?:\[([\da-f:.]+)\]|([^\s:/?#@[\]]+))(?::\d{0,5})?$/i.exec(header) ?? [];
  return (bracketed ?? plain ?? '').toLowerCase().replace(/\.$/, '');
}
