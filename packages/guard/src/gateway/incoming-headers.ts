import { readBodyType } from '../body-type.ts';
import { type OwnRefusal, ownRefusal } from '../http/refusal.ts';
import { headerKind } from './header-kind.ts';

/** Header fields of a request that concern the gateway. */
export interface IncomingHeaders {
  /** Fields passed on to the service, in order: name, value, name, value … */
  readonly passed: string[];
  /** As sent and signed. */
  readonly host: string;
  /** Length of the body in bytes, or `chunked` if unknown; 0 without a body. */
  readonly length: number | 'chunked';
  /** The whole `X-Forwarded-For`; whether it is trusted is decided elsewhere. */
  readonly forwardedFor: string | undefined;
  /** Whether the body is a form. */
  readonly isForm: boolean;
  /** Whether RPC 1.0 may have signed in it. */
  readonly mayBeSignedForm: boolean;
  /** Whether the signature is in `Authorization`. */
  readonly isSignedInHeader: boolean;
  /** Protocol that the client wants to change to, if `Connection` says so too. */
  readonly upgrade: string | undefined;
}

const MAXIMUM_HEADERS = 256;
const HOST = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;

/**
 * Reads the header fields of a request and leaves out those for the gateway. Node's parser has already
 * refused invalid HTTP, and the guard will refuse what is ambiguous.
 *
 * @param rawHeaders name, value, name, value …, as received
 * @param httpVersion as reported by Node: `1.1`
 */
export function readIncomingHeaders(
  rawHeaders: readonly string[],
  httpVersion: string,
): IncomingHeaders | OwnRefusal {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    return ownRefusal('HTTPVersionNotSupported');
  }
  if (rawHeaders.length > 2 * MAXIMUM_HEADERS) {
    return ownRefusal('RequestHeaderFieldsTooLarge.Count');
  }
  const passed: string[] = [];
  let host: string | undefined;
  let length: number | 'chunked' = 0;
  let forwardedFor: string | undefined;
  let isForm = false;
  let isSignedInHeader = false;
  let upgrade: string | undefined;
  let asksForUpgrade = false;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    const value = rawHeaders[at + 1]!;
    switch (headerKind(name)) {
      case 'passed':
        passed.push(name, value);
        break;
      case 'content-type':
        // An unclear type is read whole as well; the guard refuses it then.
        isForm ||= ['form', 'unclear'].includes(readBodyType(value).kind);
        passed.push(name, value);
        break;
      case 'authorization':
        isSignedInHeader = true;
        break;
      case 'host':
        if (host !== undefined) return UNCLEAR_HOST;
        host = value;
        break;
      case 'content-length':
        // Node's parser has refused invalid and repeated ones.
        length = Number(value);
        break;
      case 'transfer-encoding':
        // HTTP/1.0 has none: some servers would use it, and others read until the connection ends.
        if (httpVersion === '1.0') {
          return ownRefusal('InvalidParameter.Header', {
            reason: 'is of HTTP/1.0, which has no Transfer-Encoding',
          });
        }
        length = 'chunked';
        break;
      case 'connection':
        asksForUpgrade ||= /(?:^|,)[ \t]*upgrade[ \t]*(?:,|$)/i.test(value);
        break;
      case 'upgrade':
        upgrade = upgrade === undefined ? value : `${upgrade}, ${value}`;
        break;
      case 'expect':
        if (value.toLowerCase() !== '100-continue') {
          return ownRefusal('ExpectationFailed');
        }
        break;
      case 'x-forwarded-for':
        forwardedFor = forwardedFor === undefined ? value : `${forwardedFor}, ${value}`;
        break;
      case 'credential':
      case 'hop':
      case 'forwarded':
      case 'ours':
        break;
    }
  }
  if (host === undefined || !HOST.test(host)) return UNCLEAR_HOST;
  return {
    passed,
    host,
    length,
    forwardedFor,
    isForm,
    mayBeSignedForm: isForm && !isSignedInHeader,
    isSignedInHeader,
    upgrade: asksForUpgrade ? upgrade : undefined,
  };
}

const UNCLEAR_HOST = ownRefusal('InvalidHost');
