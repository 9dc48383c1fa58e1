import { CommanderError } from 'commander';

const NOT_TRUSTED = [
  'its certificate is not issued by a trusted CA',
  'Give the CA certificate, or the certificate itself, with --ca FILE.',
] as const;
const NOT_REACHABLE = ['there is no route to this address', 'Check the network, firewalls and VPN.'] as const;

/** Cause of a failed connection and what to do, by the error code of Node.js. */
const MEANINGS: Readonly<Record<string, readonly [meaning: string, advice: string]>> = {
  ECONNREFUSED: ['the connection was refused', 'Check that the server runs at this address and port.'],
  ENOTFOUND: ['unknown host name', 'Check the spelling and the DNS server.'],
  EAI_AGAIN: ['the DNS server does not answer', 'Try again, or check the network.'],
  EHOSTUNREACH: NOT_REACHABLE,
  ENETUNREACH: NOT_REACHABLE,
  EADDRNOTAVAIL: NOT_REACHABLE,
  ETIMEDOUT: ['the connection timed out', 'Check the address, the network and firewalls.'],
  EPROTO: ['TLS protocol error', 'If the server speaks plain HTTP, use http://.'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['it does not speak TLS', 'If the server speaks plain HTTP, use http://.'],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['it does not speak TLS', 'If the server speaks plain HTTP, use http://.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: NOT_TRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_TRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_TRUSTED,
  CERT_HAS_EXPIRED: ['its certificate has expired', 'Renew it, or check the clock of this machine.'],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', 'Check the clock of this machine.'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'its certificate is for another name',
    'Use a name from the certificate, or issue one for this name.',
  ],
};

/** Error codes of the HTTP parser of Node.js. */
const HTTP_PARSER_ERROR = /^HPE_/;

/**
 * Returns the error for a connection that could not be opened or ended too early.
 *
 * @param url of the request; only its origin is shown, because the query may contain a signature
 * @param responseBegan whether a part of the response had been received
 */
export function connectionError(
  url: URL,
  { code = '', message }: NodeJS.ErrnoException,
  responseBegan: boolean,
): CommanderError {
  const [meaning, advice] = meaningOf(url, code, responseBegan) ?? [message || 'connection failed', ''];
  const shownCode = code === '' || message === '' || meaning === message ? '' : ` (${code})`;
  const text = `no ${responseBegan ? 'complete ' : ''}response from ${url.origin}: ${meaning}${shownCode}.${advice === '' ? '' : ` ${advice}`}`;
  return new CommanderError(1, `claviger.${code === '' ? 'call' : code}`, text);
}

function meaningOf(url: URL, code: string, responseBegan: boolean): readonly [string, string] | undefined {
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    if (responseBegan) return ['the connection broke', 'Try again, or check the proxies in between.'];
    const hint = url.protocol === 'http:' ? 'If it speaks TLS, use https://.' : 'Check its log.';
    return ['it closed the connection', hint];
  }
  if (HTTP_PARSER_ERROR.test(code)) {
    return ['it does not speak HTTP/1.1', 'Check the port. If it speaks TLS, use https://.'];
  }
  return MEANINGS[code];
}
