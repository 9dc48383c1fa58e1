import { isIPv4 } from 'node:net';

/** Whether a host means this machine: `localhost`, `127.0.0.0/8`, `::1`. @param host as `hostNameOf` gives it */
export function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * Returns the name in a `Host` header or the authority of a URL: lower case, without port, brackets and the dot that
 * ends a full name. Empty for what is neither.
 */
export function hostNameOf(header: string): string {
  const [, bracketed, plain] = /^(?:\[([\da-f:.]+)\]|([^\s:/?#@[\]]+))(?::\d{0,5})?$/i.exec(header) ?? [];
  return (bracketed ?? plain ?? '').toLowerCase().replace(/\.$/, '');
}
