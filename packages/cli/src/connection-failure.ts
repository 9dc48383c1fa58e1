import { CommanderError } from 'commander';

const NOT_TRUSTED = [
  'nobody who is trusted here has signed its certificate',
  'Give the certificate, or the one that has signed it, with --ca FILE.',
] as const;
const NOT_REACHABLE = ['there is no way to it from here', 'Look at the network, a firewall, a VPN.'] as const;

/** What a connection that failed means, and what to do about it, by the code that Node.js gives. */
const MEANINGS: Readonly<Record<string, readonly [meaning: string, advice: string]>> = {
  ECONNREFUSED: ['nothing listens there', 'Is the server running, and is this its address and port?'],
  ENOTFOUND: ['there is no host of this name', 'Look at its spelling, and at the name server.'],
  EAI_AGAIN: ['the name server does not answer', 'Try again, or look at the network.'],
  EHOSTUNREACH: NOT_REACHABLE,
  ENETUNREACH: NOT_REACHABLE,
  EADDRNOTAVAIL: NOT_REACHABLE,
  ETIMEDOUT: ['it takes no connection in time', 'Look at the address, the network, a firewall.'],
  EPROTO: ['it does not speak TLS as it should', 'Where it speaks plain HTTP, write http://.'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['it does not speak TLS', 'Where it speaks plain HTTP, write http://.'],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['it does not speak TLS', 'Where it speaks plain HTTP, write http://.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: NOT_TRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_TRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_TRUSTED,
  CERT_HAS_EXPIRED: ['its certificate has expired', 'Renew it, or look at the clock of this machine.'],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', 'Look at the clock of this machine.'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'its certificate is for another name',
    'Use a name that stands in it, or get one for this name.',
  ],
};

/** Codes of Node's HTTP parser. */
const NOT_HTTP = /^HPE_/;

/**
 * The error that ends a command whose server could not be reached, or broke off.
 *
 * @param url that was asked; of its path and query nothing is said: there may be a signature in it
 * @param answerBegan whether there was something of an answer already
 */
export function connectionFailure(
  url: URL,
  { code = '', message }: NodeJS.ErrnoException,
  answerBegan: boolean,
): CommanderError {
  const [meaning, advice] = meaningOf(url, code, answerBegan) ?? [message || 'the connection failed', ''];
  const named = code === '' || message === '' || meaning === message ? '' : ` (${code})`;
  const text = `no ${answerBegan ? 'whole ' : ''}answer from ${url.origin}: ${meaning}${named}.${advice === '' ? '' : ` ${advice}`}`;
  return new CommanderError(1, `claviger.${code === '' ? 'call' : code}`, text);
}

function meaningOf(url: URL, code: string, answerBegan: boolean): readonly [string, string] | undefined {
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    if (answerBegan) return ['it has broken off', 'Try again, or look at what stands between.'];
    const other = url.protocol === 'http:' ? 'Perhaps it speaks TLS: write https://.' : 'Look at its log.';
    return ['it has ended the connection without one', other];
  }
  if (NOT_HTTP.test(code)) {
    return ['what answers does not speak HTTP/1.1', 'Is this its port? Where it speaks TLS, write https://.'];
  }
  return MEANINGS[code];
}
