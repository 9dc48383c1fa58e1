import type { Admitted } from './admission.ts';
import type { IncomingHeaders } from './incoming-headers.ts';

/** The header fields that a request goes on with, but for the framing of its body. */
export function onwardHeaders(
  incoming: IncomingHeaders,
  admitted: Admitted,
  service: { readonly upstreamHost: string | undefined },
  peer: { readonly address: string; readonly isTrusted: boolean },
): string[] {
  const { passed, host, forwardedFor } = incoming;
  const chain =
    peer.isTrusted && forwardedFor !== undefined ? `${forwardedFor}, ${peer.address}` : peer.address;
  // As names are compared without regard to case, the service gets the one form that all of them have.
  const lowerHost = host.toLowerCase();
  return [
    'host',
    service.upstreamHost ?? lowerHost,
    ...passed,
    'x-forwarded-for',
    chain,
    'x-forwarded-proto',
    admitted.secure ? 'https' : 'http',
    'x-forwarded-host',
    lowerHost,
    ...admitted.headers,
  ];
}

/** Without the prefix that an IPv4 address has on a socket that serves both families. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
