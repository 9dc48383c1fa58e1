import type { Admitted } from './admission.ts';
import type { IncomingHeaders } from './incoming-headers.ts';

/** Returns the header fields passed on with a request, without the framing of its body. */
export function onwardHeaders(
  incoming: IncomingHeaders,
  admitted: Admitted,
  service: { readonly upstreamHost: string | undefined },
  peer: { readonly address: string; readonly isTrusted: boolean },
): string[] {
  const { passed, host, forwardedFor } = incoming;
  const chain =
    peer.isTrusted && forwardedFor !== undefined ? `${forwardedFor}, ${peer.address}` : peer.address;
  // Names are case-insensitive, so the service gets their canonical form.
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
