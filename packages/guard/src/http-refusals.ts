import type { RefusalEntry } from './refusal-entry.ts';

/**
 * Refusals of a listener, a gateway or forward-auth: of requests that are not read as HTTP, that no service is for,
 * or that the service does not answer.
 */
export const HTTP_REFUSALS = {
  InvalidRequest: { status: 400, message: 'The request is not well-formed HTTP/1.1.' },
  RequestTimeout: { status: 408, message: 'The request did not arrive in time.' },
  RequestHeaderFieldsTooLarge: { status: 431, message: 'The request line and headers are too large.' },
  'RequestHeaderFieldsTooLarge.Count': {
    status: 431,
    code: 'RequestHeaderFieldsTooLarge',
    message: 'The request has too many headers.',
  },
  HTTPVersionNotSupported: { status: 505, message: 'Speak HTTP/1.1 here.' },
  ExpectationFailed: { status: 417, message: 'Only `100-continue` can be expected here.' },
  InvalidHost: {
    status: 400,
    message: 'The request must have one Host header, and it must name a host.',
  },
  'InvalidHost.NotServed': { status: 421, message: 'There is no service of this host here.' },
  UnsupportedUpgrade: {
    status: 400,
    message: 'Only WebSockets can be opened here, and only if the service allows them.',
  },
  'Forbidden.NotAProxy': { status: 403, message: '{address} is not one of the configured `proxies`.' },
  'ForwardAuth.Misconfigured': {
    status: 500,
    message: 'The proxy at {address} is misconfigured: {problem}.',
  },
  'BadGateway.UpstreamUnreachable': {
    status: 502,
    message: 'The service behind this gateway cannot be reached.',
  },
  'BadGateway.UpstreamFailed': {
    status: 502,
    message: 'The service behind this gateway closed the connection, or did not answer in HTTP.',
  },
  'GatewayTimeout.UpstreamConnect': {
    status: 504,
    message: 'The service behind this gateway did not accept a connection in time.',
  },
  'GatewayTimeout.UpstreamResponse': {
    status: 504,
    message: 'The service behind this gateway did not answer in time.',
  },
} as const satisfies Record<string, RefusalEntry>;
