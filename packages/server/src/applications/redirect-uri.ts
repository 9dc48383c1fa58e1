import { isLoopbackHost } from '@claviger/policy';
import { REDIRECT_URIS_PER_APPLICATION } from '../context/limits.ts';
import { Refusal } from '../errors/refusal.ts';
import { type ApplicationType, splitNames } from './predefined-scope.ts';

const MAX_URI_LENGTH = 512;

/** Schemes that run or read content where they are opened; never a target for an authorization code. */
const FORBIDDEN_SCHEMES = new Set([
  'javascript:',
  'vbscript:',
  'data:',
  'file:',
  'blob:',
  'about:',
  'filesystem:',
  'view-source:',
  'ftp:',
  'ws:',
  'wss:',
  'mailto:',
]);

/**
 * Reads redirect URIs separated by semicolons. Each must be absolute, without fragment (RFC 6749), user or wildcard
 * (RFC 9700 2.1: they are compared as strings), and on https, or on http on a loopback host. A NativeApp may also
 * use a private scheme (RFC 8252).
 * @param parameterName the parameter named in the refusal
 * @throws Refusal InvalidParameter.{name}.Format, InvalidParameter.{name}.Length
 */
export function readRedirectUris(
  type: ApplicationType,
  text: string,
  parameterName: string,
): readonly string[] {
  const uris = splitNames(text);
  const isTooLong = uris.some((uri) => uri.length > MAX_URI_LENGTH);
  if (isTooLong || uris.length > REDIRECT_URIS_PER_APPLICATION) {
    throw new Refusal('InvalidParameter.Length', { name: parameterName });
  }
  for (const uri of uris) {
    if (!isAcceptable(type, uri)) throw new Refusal('InvalidParameter.FormatOf', { name: parameterName });
  }
  return uris;
}

/**
 * Returns whether a URI has a wildcard, also a percent-encoded one, once or repeatedly: some servers decode before
 * they compare.
 */
function hasWildcard(uri: string): boolean {
  return /\*|%(25)*2a/i.test(uri);
}

function isAcceptable(type: ApplicationType, uri: string): boolean {
  // The URL parser accepts spaces, control characters and backslashes; a later comparison of strings does not.
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:[!-[\]-~]+$/.test(uri) || uri.includes('#')) return false;
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname, username, password } = new URL(uri);
  if (username !== '' || password !== '' || hasWildcard(uri)) return false;
  switch (protocol) {
    case 'https:':
      return uri.slice(0, 8).toLowerCase() === 'https://';
    case 'http:':
      return uri.slice(0, 7).toLowerCase() === 'http://' && isLoopbackHost(hostname);
    default:
      return type === 'NativeApp' && !FORBIDDEN_SCHEMES.has(protocol);
  }
}
