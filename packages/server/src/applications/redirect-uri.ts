import { REDIRECT_URIS_PER_APPLICATION } from '../context/limits.ts';
import { Refusal } from '../errors/refusal.ts';
import { type ApplicationType, splitNames } from './predefined-scope.ts';

const charactersAtMost = 512;

/** Schemes that run or read something where they are opened: nobody's own, and never a place to send a code to. */
const foreignSchemes = new Set([
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

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Reads the addresses that codes may be sent to, separated by semicolons. Each is absolute, without a fragment (RFC
 * 6749), a user or a wildcard (RFC 9700 2.1: they are compared as they stand); on https, or on http at the same machine. A NativeApp may also have a scheme of its own
 * (RFC 8252).
 * @param parameterName what to name in a refusal
 * @throws Refusal InvalidParameter.{name}.Format, InvalidParameter.{name}.Length
 */
export function readRedirectUris(
  type: ApplicationType,
  text: string,
  parameterName: string,
): readonly string[] {
  const uris = splitNames(text);
  const isTooLong = uris.some((uri) => uri.length > charactersAtMost);
  if (isTooLong || uris.length > REDIRECT_URIS_PER_APPLICATION) {
    throw new Refusal('InvalidParameter.Length', { name: parameterName });
  }
  for (const uri of uris) {
    if (!isAcceptable(type, uri)) throw new Refusal('InvalidParameter.FormatOf', { name: parameterName });
  }
  return uris;
}

/** Also one that is percent-encoded, once or more often: some servers decode before they compare. */
function hasWildcard(uri: string): boolean {
  return /\*|%(25)*2a/i.test(uri);
}

function isAcceptable(type: ApplicationType, uri: string): boolean {
  // The parser forgives spaces, control characters and backslashes; whoever compares the text later does not.
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:[!-[\]-~]+$/.test(uri) || uri.includes('#')) return false;
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname, username, password } = new URL(uri);
  if (username !== '' || password !== '' || hasWildcard(uri)) return false;
  switch (protocol) {
    case 'https:':
      return uri.slice(0, 8).toLowerCase() === 'https://';
    case 'http:':
      return uri.slice(0, 7).toLowerCase() === 'http://' && loopback.has(hostname);
    default:
      return type === 'NativeApp' && !foreignSchemes.has(protocol);
  }
}
